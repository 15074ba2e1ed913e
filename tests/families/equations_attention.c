/* Attention and its rotations. */
#include "families/equations_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A field of RoPE's scaling, or what stands for it when it is missing. */
static double scaling(const struct eq *e, const char *object, const char *name,
                      double otherwise)
{
    char key[96];

    snprintf(key, sizeof(key), "%s.%s", object, name);
    return eq_null(e, key) ? otherwise : eq_number(e, key);
}

static const char *scaling_kind(const struct eq *e, const char *object)
{
    char key[96];

    if (!object || eq_null(e, object))
        return "default";
    snprintf(key, sizeof(key), "%s.rope_type", object);
    if (eq_null(e, key))
        snprintf(key, sizeof(key), "%s.type", object);
    return eq_null(e, key) ? "default" : eq_word(e, key);
}

/* By which a rate is divided: between 1 and the factor. */
static double llama3(const struct eq *e, const char *object, double rate)
{
    const double wave = 2 * acos(-1) / rate;
    const double factor = scaling(e, object, "factor", 0);
    const double old =
        scaling(e, object, "original_max_position_embeddings", 0);
    const double low = scaling(e, object, "low_freq_factor", 0);
    const double high = scaling(e, object, "high_freq_factor", 0);
    const double smooth = (old / wave - low) / (high - low);

    if (wave < old / high)
        return rate;
    if (wave > old / low)
        return rate / factor;
    return (1 - smooth) * rate / factor + smooth * rate;
}

static double yarn(const struct eq *e, const char *object, double theta,
                   int dim, int pair, double rate)
{
    const double old = scaling(e, object, "original_max_position_embeddings",
                               eq_number(e, "max_position_embeddings"));
    const double fast = scaling(e, object, "beta_fast", 32);
    const double slow = scaling(e, object, "beta_slow", 1);
    double low = dim * log(old / (fast * 2 * acos(-1))) / (2 * log(theta));
    double high = dim * log(old / (slow * 2 * acos(-1))) / (2 * log(theta));
    double keep;
    char key[96];

    snprintf(key, sizeof(key), "%s.truncate", object);
    if (eq_null(e, key) || eq_flag(e, key)) {
        low = floor(low);
        high = ceil(high);
    }
    low = low > 0 ? low : 0;
    high = high < dim - 1 ? high : dim - 1;
    if (high == low)
        high += 0.001;
    keep = 1 - fmin(1, fmax(0, (pair - low) / (high - low)));
    return rate / scaling(e, object, "factor", 0) * (1 - keep) + rate * keep;
}

/* Where the longer factors begin. */
static double long_from(const struct eq *e, const char *object)
{
    return eq_null(e, "original_max_position_embeddings")
               ? scaling(e, object, "original_max_position_embeddings",
                         eq_number(e, "max_position_embeddings"))
               : eq_number(e, "original_max_position_embeddings");
}

/* By which both tables are multiplied. */
static double table_factor(const struct eq *e, const char *object,
                           const char *kind)
{
    const double all = scaling(e, object, "mscale_all_dim", 0);
    const double old = long_from(e, object);
    const double stretch = scaling(
        e, object, "factor", eq_number(e, "max_position_embeddings") / old);
    double factor = 1;

    if (!strcmp(kind, "longrope") && stretch > 1)
        factor = sqrt(1 + log(stretch) / log(old));
    if (!strcmp(kind, "yarn") && all > 0)
        factor = (0.1 * scaling(e, object, "mscale", 1) * log(stretch) + 1) /
                 (0.1 * all * log(stretch) + 1);
    else if (!strcmp(kind, "yarn"))
        factor = 0.1 * log(stretch) + 1;
    return scaling(e, object, "attention_factor", factor);
}

double eq_rates(const struct eq *e, const struct eq_attention *a, double *rate)
{
    const char *kind = scaling_kind(e, a->scaling), *o = a->scaling;
    const int dim = a->rotated, tokens = e->phase.past + e->phase.seq;
    double base = a->theta;

    if (!strcmp(kind, "dynamic")) {
        const double most = eq_number(e, "max_position_embeddings");
        const double stretch = scaling(e, o, "factor", 0);

        if (tokens > most)
            base *=
                pow(stretch * tokens / most - (stretch - 1), dim / (dim - 2.0));
    }
    for (int i = 0; i < dim / 2; i++) {
        char key[96];

        rate[i] = pow(base, -2.0 * i / dim);
        if (!strcmp(kind, "linear"))
            rate[i] /= scaling(e, o, "factor", 0);
        if (!strcmp(kind, "llama3"))
            rate[i] = llama3(e, o, rate[i]);
        if (!strcmp(kind, "yarn"))
            rate[i] = yarn(e, o, base, dim, i, rate[i]);
        if (strcmp(kind, "longrope") != 0)
            continue;
        snprintf(key, sizeof(key), "%s_factor",
                 tokens > long_from(e, o) ? "long" : "short");
        rate[i] /= json_number_value(json_array_get(
            json_object_get(json_object_get(e->config, o), key), (size_t)i));
    }
    return strcmp(kind, "default") ? table_factor(e, o, kind) : 1;
}

/*
 * Where the trace has column m of a head: pairs that RoPE rotates lie half a
 * head apart there, the others follow in order.
 */
static int column(const struct eq_attention *a, int m)
{
    const int half = a->dim / 2, pairs = a->rotated / 2, rest = m - a->rotated;

    if (a->style == EQ_NO_ROPE)
        return m;
    if (rest >= 0)
        return rest < half - pairs ? pairs + rest : 2 * pairs + rest;
    if (a->style == EQ_HALVES)
        return m < pairs ? m : half + m - pairs;
    return m % 2 ? half + m / 2 : m / 2;
}

void eq_reorder(const struct eq_attention *a, const double *from, double *to)
{
    for (int m = 0; m < a->dim; m++)
        to[m] = from[column(a, m)];
}

/* Columns of all heads from the trace's order to the model's. */
static double *reorder(struct eq *e, const struct eq_attention *a,
                       const double *x, int rows, int heads)
{
    double *y = eq_take(e, rows * heads * a->dim);

    for (int r = 0; r < rows * heads; r++)
        eq_reorder(a, x + r * a->dim, y + r * a->dim);
    return y;
}

static void rotate(struct eq *e, const struct eq_attention *a, double *x,
                   int heads)
{
    double rate[512];
    const double factor = eq_rates(e, a, rate);

    for (int t = 0; t < e->tokens; t++)
        for (int h = 0; h < heads; h++)
            for (int i = 0; i < a->rotated / 2; i++) {
                const int p = eq_past(e, t / e->phase.seq) + t % e->phase.seq;
                const int first = a->style == EQ_HALVES ? i : 2 * i;
                const int second =
                    a->style == EQ_HALVES ? i + a->rotated / 2 : 2 * i + 1;
                double *head = x + (t * heads + h) * a->dim;
                const double u = head[first], v = head[second];
                const double c = factor * cos(p * rate[i]);
                const double s = factor * sin(p * rate[i]);

                head[first] = u * c - v * s;
                head[second] = v * c + u * s;
            }
}

double *eq_rotated(struct eq *e, const struct eq_attention *a, const double *x,
                   int heads)
{
    double *y = reorder(e, a, x, e->tokens, heads);

    rotate(e, a, y, heads);
    return y;
}

/* Of heads of x, which is in the trace's order. */
static double *qk_norm(struct eq *e, const struct eq_attention *a,
                       const char *name, double *x, int heads)
{
    const int dim = a->dim, cols = heads * dim;
    const int weights =
        a->qk == EQ_QK_HEAD || a->qk == EQ_QK_LAYER ? dim : cols;
    double *gamma, *beta = NULL, *y;
    char tensor[64];

    if (a->qk == EQ_QK_NONE)
        return x;
    snprintf(tensor, sizeof(tensor), "%s.norm.gamma", name);
    gamma = eq_drawn(e, tensor, 1, weights, 0.1, 1);
    snprintf(tensor, sizeof(tensor), "%s.norm.beta", name);
    if (a->qk == EQ_QK_LAYER)
        beta = eq_drawn(e, tensor, 1, weights, 0.1, 0);
    if (a->qk == EQ_QK_ROW)
        return eq_rms(e, x, cols, gamma, a->eps);
    y = eq_take(e, e->tokens * cols);
    for (int h = 0; h < heads; h++) {
        double *head = eq_take(e, e->tokens * dim), *out;

        for (int t = 0; t < e->tokens; t++)
            memcpy(head + t * dim, x + t * cols + h * dim,
                   sizeof(*head) * (size_t)dim);
        out = a->qk == EQ_QK_HEAD
                  ? eq_rms(e, head, dim, gamma, a->eps)
                  : eq_layernorm(e, head, dim,
                                 gamma + (a->qk == EQ_QK_LAYERS ? h * dim : 0),
                                 beta, a->eps);
        for (int t = 0; t < e->tokens; t++)
            memcpy(y + t * cols + h * dim, out + t * dim,
                   sizeof(*out) * (size_t)dim);
    }
    return y;
}

/* Columns [c0, c0 + count) of rows of `cols`. */
static double *columns(struct eq *e, const double *x, int cols, int c0,
                       int count)
{
    double *y = eq_take(e, e->tokens * count);

    for (int t = 0; t < e->tokens; t++)
        memcpy(y + t * count, x + t * cols + c0, sizeof(*y) * (size_t)count);
    return y;
}

/* Of that many past tokens those that the layer sees. */
static int kept_of(const struct eq_attention *a, int past)
{
    return a->window && past > a->window - 1 ? a->window - 1 : past;
}

/* Rows of a sequence in the cache: of what a layer sees those that are asked
 * for. */
static int room_of(const struct eq *e, const struct eq_attention *a)
{
    const int least = kept_of(a, e->phase.past) + e->phase.seq;
    const int most =
        a->window && e->phase.room > a->window ? a->window : e->phase.room;

    return most > least ? most : least;
}

/* Kept past rows of the cache and the new ones behind them, for each sequence;
 * `room` rows of each. */
static double *with_past(struct eq *e, const struct eq_attention *a,
                         const char *cache, const double *now, int room,
                         bool ordered)
{
    const int cols = a->kv * a->dim, seq = e->phase.seq;
    const int rows = e->phase.batch * room;
    double *all;

    if (room == seq)
        return (double *)now;
    all = eq_tensor(e, cache, rows, cols);
    if (ordered)
        all = reorder(e, a, all, rows, a->kv);
    for (int b = 0; b < e->phase.batch; b++)
        memcpy(all + (b * room + kept_of(a, eq_past(e, b))) * cols,
               now + b * seq * cols, sizeof(*all) * (size_t)(seq * cols));
    return all;
}

/*
 * ALiBi's slope of a head (Press et al. 2022): a geometric series for a power
 * of two; else that of the power below, then every second of the one above.
 */
static double slope(double steepest, int heads, int head)
{
    int below = 1;

    while (2 * below <= heads)
        below *= 2;
    if (below == heads)
        return pow(pow(2, -steepest / heads), head + 1);
    return head < below ? slope(steepest, below, head)
                        : slope(steepest, 2 * below, 2 * (head - below));
}

/* One query of one head over the keys that it sees. */
static void attend_one(const struct eq_attention *a, int head, const double *q,
                       const double *k, const double *v, int first, int last,
                       double *out)
{
    const int row = a->kv * a->dim;
    double largest = -INFINITY, sum = 0, score[64];

    for (int j = first; j <= last; j++) {
        score[j] = 0;
        for (int c = 0; c < a->dim; c++)
            score[j] += a->scale * q[c] * k[j * row + c];
        if (a->cap > 0)
            score[j] = a->cap * tanh(score[j] / a->cap);
        if (a->steepest > 0)
            score[j] -= slope(a->steepest, a->heads, head) * (last - j) *
                        (a->bias_scaled ? a->scale : 1);
        largest = fmax(largest, score[j]);
    }
    for (int j = first; j <= last; j++)
        sum += score[j] = exp(score[j] - largest);
    for (int j = first; j <= last; j++)
        for (int c = 0; c < a->dim; c++)
            out[c] += score[j] / sum * v[j * row + c];
}

double *eq_attend(struct eq *e, const double *x, const struct eq_attention *a)
{
    const int qn = a->heads * a->dim, kn = a->kv * a->dim;
    const int seq = e->phase.seq, room = room_of(e, a);
    double *q, *k, *v, *out = eq_take(e, e->tokens * qn);

    if (a->fused) {
        const int all = qn + 2 * kn;
        const double *qkv = eq_linear(e, "qkv", x, e->hidden, all, a->bias);

        q = columns(e, qkv, all, 0, qn);
        k = columns(e, qkv, all, qn, kn);
        v = columns(e, qkv, all, qn + kn, kn);
    } else {
        q = eq_linear(e, "wq", x, e->hidden, qn, a->bias);
        k = eq_linear(e, "wk", x, e->hidden, kn, a->bias);
        v = eq_linear(e, "wv", x, e->hidden, kn, a->bias);
    }
    q = reorder(e, a, qk_norm(e, a, "q", q, a->heads), e->tokens, a->heads);
    k = reorder(e, a, qk_norm(e, a, "k", k, a->kv), e->tokens, a->kv);
    rotate(e, a, q, a->heads);
    rotate(e, a, k, a->kv);
    k = with_past(e, a, "kcache", k, room, true);
    v = with_past(e, a, "vcache", v, room, false);
    for (int t = 0; t < e->tokens; t++)
        for (int h = 0; h < a->heads; h++) {
            const int b = t / seq, s = t % seq, group = a->heads / a->kv;
            const int kept = kept_of(a, eq_past(e, b));
            const int first_row = b * room * kn + h / group * a->dim;
            const int last = a->causal ? kept + s : kept + seq - 1;
            int first = 0;

            if (a->window && last - a->window + 1 > 0)
                first = last - a->window + 1;
            attend_one(a, h, q + t * qn + h * a->dim, k + first_row,
                       v + first_row, first, last, out + t * qn + h * a->dim);
        }
    return out;
}

/* Whether "layer_types" says that the layer has a window. */
static bool says_sliding(const struct eq *e)
{
    const json_t *list = json_object_get(e->config, "layer_types");

    return !strcmp(json_string_value(json_array_get(list, (size_t)e->layer)),
                   "sliding_attention");
}

bool eq_slides(const struct eq *e, const char *type)
{
    if (!eq_null(e, "use_sliding_window") && !eq_flag(e, "use_sliding_window"))
        return false;
    if (!eq_null(e, "layer_types"))
        return says_sliding(e);
    if (!strncmp(type, "qwen", 4))
        return e->layer >= eq_number(e, "max_window_layers");
    if (!strcmp(type, "gemma3_text") || !strcmp(type, "cohere2"))
        return (e->layer + 1) % (int)eq_number(e, "sliding_window_pattern") !=
               0;
    return strcmp(type, "gemma2") || e->layer % 2 == 0;
}
