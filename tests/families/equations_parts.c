#include "families/equations_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sth_tensor_data.h"

static const json_t *field(const struct eq *e, const char *key)
{
    const json_t *object = e->config;
    char name[64];

    for (; strchr(key, '.'); key = strchr(key, '.') + 1) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(key, "."), key);
        object = json_object_get(object, name);
    }
    return json_object_get(object, key);
}

struct eq *eq_open(const json_t *config, const struct sth_trace *trace,
                   double *const *value, const struct phase *phase, int layer)
{
    static const char *const widths[] = {"n_embd", "d_model", "hidden_size"};
    struct eq *e = calloc(1, sizeof(*e));
    int w = 0;

    if (!e)
        abort();
    *e = (struct eq){.config = config,
                     .trace = trace,
                     .value = value,
                     .phase = *phase,
                     .layer = layer,
                     .tokens = phase->batch * phase->seq};
    snprintf(e->prefix, sizeof(e->prefix), "l%d.", layer);
    while (eq_null(e, widths[w]))
        w++;
    e->hidden = (int)eq_number(e, widths[w]);
    return e;
}

void eq_close(struct eq *e)
{
    for (int i = 0; i < e->takens; i++)
        free(e->taken[i]);
    free(e);
}

void eq_begin(struct eq *e, const char *prefix)
{
    snprintf(e->prefix, sizeof(e->prefix), "%s", prefix);
}

double eq_off(struct eq *e, const double *expected, const char *name, int rows,
              int cols)
{
    double most = 0, difference = 0;
    const double *y;

    y = eq_tensor(e, name, rows, cols);
    for (int i = 0; i < rows * cols; i++) {
        most = fmax(most, fabs(expected[i]));
        difference = fmax(difference, fabs(expected[i] - y[i]));
    }
    return e->bad ? INFINITY : difference / (1 + most);
}

int eq_past(const struct eq *e, int b)
{
    return e->phase.pasts ? e->phase.pasts[b] : e->phase.past;
}

const uint32_t *eq_rows(struct eq *e, const char *name, int count)
{
    for (uint32_t i = 0; i < e->trace->ops; i++) {
        const struct sth_trace_op *op = &e->trace->op[i];
        const struct sth_trace_list *rows = &op->list[STH_TRACE_LIST_ROWS];

        if (op->kind == STH_TRACE_KIND_GATHER && !strcmp(op->name, name) &&
            (int)rows->count == count)
            return rows->value;
    }
    e->bad = true;
    return NULL;
}

double eq_number(const struct eq *e, const char *key)
{
    const json_t *value = field(e, key);

    if (!json_is_number(value)) {
        fprintf(stderr, "no number '%s'\n", key);
        abort();
    }
    return json_number_value(value);
}

bool eq_flag(const struct eq *e, const char *key)
{
    const json_t *value = field(e, key);

    if (!json_is_boolean(value)) {
        fprintf(stderr, "no flag '%s'\n", key);
        abort();
    }
    return json_is_true(value);
}

const char *eq_word(const struct eq *e, const char *key)
{
    const char *word = json_string_value(field(e, key));

    if (!word) {
        fprintf(stderr, "no word '%s'\n", key);
        abort();
    }
    return word;
}

bool eq_null(const struct eq *e, const char *key)
{
    const json_t *value = field(e, key);

    return !value || json_is_null(value);
}

double *eq_take(struct eq *e, int count)
{
    if (e->takens == TAKEN_MAX)
        abort();
    e->taken[e->takens] = calloc((size_t)count, sizeof(**e->taken));
    if (!e->taken[e->takens])
        abort();
    return e->taken[e->takens++];
}

static int find(struct eq *e, const char *name)
{
    char full[96];

    snprintf(full, sizeof(full), "%s%s", e->prefix, name);
    for (uint32_t i = 0; i < e->trace->tensors; i++)
        if (!strcmp(e->trace->tensor[i].name, full))
            return (int)i;
    return -1;
}

bool eq_has(struct eq *e, const char *name)
{
    return find(e, name) >= 0;
}

double *eq_tensor(struct eq *e, const char *name, int rows, int cols)
{
    const int i = find(e, name);
    double *copy = eq_take(e, rows * cols);

    if (i < 0 || (int)e->trace->tensor[i].rows != rows ||
        (int)e->trace->tensor[i].cols != cols || !e->value[i])
        e->bad = true;
    else
        memcpy(copy, e->value[i], sizeof(*copy) * (size_t)(rows * cols));
    return copy;
}

double *eq_drawn(struct eq *e, const char *name, int rows, int cols,
                 double spread, double mean)
{
    const int i = find(e, name);
    double *to = eq_take(e, rows * cols);
    struct sth_source source;
    char text[128], error[256];
    uint16_t *bits;

    if (i < 0 || (int)e->trace->tensor[i].rows != rows ||
        (int)e->trace->tensor[i].cols != cols) {
        e->bad = true;
        return to;
    }
    if (strncmp(e->trace->tensor[i].source, "seed:", 5) != 0)
        return to;
    snprintf(text, sizeof(text), "seed:%llu:%.9g:%.9g",
             strtoull(e->trace->tensor[i].source + 5, NULL, 10), spread, mean);
    bits = malloc(sizeof(*bits) * (size_t)(rows * cols));
    if (!bits ||
        !sth_source_open(&source, text, STH_DTYPE_BF16, (uint32_t)rows,
                         (uint32_t)cols, ".", error, sizeof(error)) ||
        !sth_source_encode(&source, 0, (size_t)(rows * cols), bits))
        abort();
    sth_tensor_decode(STH_DTYPE_BF16, bits, (size_t)(rows * cols), to);
    free(bits);
    return to;
}

double *eq_input(struct eq *e)
{
    char name[32] = "embed.out";
    double *copy = eq_take(e, e->tokens * e->hidden);

    if (e->layer)
        snprintf(name, sizeof(name), "l%d.out", e->layer - 1);
    for (uint32_t i = 0; i < e->trace->tensors; i++)
        if (!strcmp(e->trace->tensor[i].name, name) &&
            (int)e->trace->tensor[i].rows == e->tokens &&
            (int)e->trace->tensor[i].cols == e->hidden && e->value[i]) {
            memcpy(copy, e->value[i],
                   sizeof(*copy) * (size_t)(e->tokens * e->hidden));
            return copy;
        }
    e->bad = true;
    return copy;
}

double *eq_linear(struct eq *e, const char *name, const double *x, int depth,
                  int cols, bool bias)
{
    double *y = eq_take(e, e->tokens * cols), *w, *b = NULL;
    char tensor[64];

    snprintf(tensor, sizeof(tensor), "%s.w", name);
    w = eq_drawn(e, tensor, depth, cols, 1 / sqrt(depth), 0);
    snprintf(tensor, sizeof(tensor), "%s.b", name);
    if (bias)
        b = eq_drawn(e, tensor, 1, cols, 0.1, 0);
    else
        e->bad = e->bad || eq_has(e, tensor);
    for (int t = 0; t < e->tokens; t++)
        for (int c = 0; c < cols; c++) {
            double sum = b ? b[c] : 0;

            for (int k = 0; k < depth; k++)
                sum += x[t * depth + k] * w[k * cols + c];
            y[t * cols + c] = sum;
        }
    return y;
}

double *eq_rms(struct eq *e, const double *x, int cols, const double *gamma,
               double eps)
{
    double *y = eq_take(e, e->tokens * cols);

    for (int t = 0; t < e->tokens; t++) {
        double squares = 0;

        for (int c = 0; c < cols; c++)
            squares += x[t * cols + c] * x[t * cols + c];
        for (int c = 0; c < cols; c++)
            y[t * cols + c] =
                x[t * cols + c] / sqrt(squares / cols + eps) * gamma[c];
    }
    return y;
}

double *eq_layernorm(struct eq *e, const double *x, int cols,
                     const double *gamma, const double *beta, double eps)
{
    double *y = eq_take(e, e->tokens * cols);

    for (int t = 0; t < e->tokens; t++) {
        double mean = 0, var = 0;

        for (int c = 0; c < cols; c++)
            mean += x[t * cols + c] / cols;
        for (int c = 0; c < cols; c++)
            var += (x[t * cols + c] - mean) * (x[t * cols + c] - mean) / cols;
        for (int c = 0; c < cols; c++)
            y[t * cols + c] =
                (x[t * cols + c] - mean) / sqrt(var + eps) * gamma[c] +
                (beta ? beta[c] : 0);
    }
    return y;
}

double *eq_rms_of(struct eq *e, const char *name, const double *x, double eps)
{
    char tensor[64];

    snprintf(tensor, sizeof(tensor), "%s.gamma", name);
    return eq_rms(e, x, e->hidden, eq_drawn(e, tensor, 1, e->hidden, 0.1, 1),
                  eps);
}

double *eq_layernorm_of(struct eq *e, const char *name, const double *x,
                        double eps, bool bias)
{
    char tensor[64];
    double *gamma, *beta = NULL;

    snprintf(tensor, sizeof(tensor), "%s.gamma", name);
    gamma = eq_drawn(e, tensor, 1, e->hidden, 0.1, 1);
    snprintf(tensor, sizeof(tensor), "%s.beta", name);
    if (bias)
        beta = eq_drawn(e, tensor, 1, e->hidden, 0.1, 0);
    return eq_layernorm(e, x, e->hidden, gamma, beta, eps);
}

double *eq_add(struct eq *e, const double *a, const double *b, double scale)
{
    double *y = eq_take(e, e->tokens * e->hidden);

    for (int i = 0; i < e->tokens * e->hidden; i++)
        y[i] = a[i] + scale * b[i];
    return y;
}

void eq_act(const char *word, double *x, int count)
{
    for (int i = 0; i < count; i++) {
        const double v = x[i];

        if (!strcmp(word, "silu") || !strcmp(word, "swish"))
            x[i] = v / (1 + exp(-v));
        else if (!strncmp(word, "relu", 4))
            x[i] = v < 0 ? 0 : word[4] ? v * v : v;
        else if (!strcmp(word, "gelu") || !strcmp(word, "gelu_python"))
            x[i] = v * 0.5 * (1 + erf(v / sqrt(2)));
        else if (!strcmp(word, "quick_gelu"))
            x[i] = v / (1 + exp(-1.702 * v));
        else if (!strncmp(word, "gelu", 4))
            x[i] = v * 0.5 *
                   (1 + tanh(sqrt(2 / acos(-1)) * (v + 0.044715 * v * v * v)));
        else
            abort();
    }
}

double *eq_plain(struct eq *e, const double *x, int width, const char *act,
                 bool bias)
{
    double *up = eq_linear(e, "ffn.up", x, e->hidden, width, bias);

    eq_act(act, up, e->tokens * width);
    return eq_linear(e, "ffn.down", up, width, e->hidden, bias);
}

double *eq_gated(struct eq *e, const char *prefix, const double *x, int width,
                 const char *act, bool bias)
{
    char name[64];
    double *gate, *up;

    snprintf(name, sizeof(name), "%sgate", prefix);
    gate = eq_linear(e, name, x, e->hidden, width, bias);
    eq_act(act, gate, e->tokens * width);
    snprintf(name, sizeof(name), "%sup", prefix);
    up = eq_linear(e, name, x, e->hidden, width, bias);
    for (int i = 0; i < e->tokens * width; i++)
        up[i] *= gate[i];
    snprintf(name, sizeof(name), "%sdown", prefix);
    return eq_linear(e, name, up, width, e->hidden, bias);
}

double *eq_routes(struct eq *e, int experts, int active, bool sum_to_one,
                  double scale)
{
    double *share = eq_take(e, e->tokens * experts);
    char name[32], out[32];

    snprintf(out, sizeof(out), "l%d.out", e->layer);
    for (uint32_t i = 0; i < e->trace->ops; i++) {
        const struct sth_trace_op *op = &e->trace->op[i];
        const struct sth_trace_list *rows = &op->list[STH_TRACE_LIST_ROWS];

        for (int x = 0; x < experts; x++) {
            snprintf(name, sizeof(name), "e%d.scatter", x);
            if (op->kind != STH_TRACE_KIND_SCATTER_ADD ||
                strcmp(name, op->name) != 0 ||
                strcmp(e->trace->tensor[sth_trace_op_result(op)].name, out))
                continue;
            for (uint32_t j = 0; j < rows->count; j++) {
                float weight;

                memcpy(&weight, &op->list[STH_TRACE_LIST_WEIGHTS].value[j], 4);
                share[rows->value[j] * (uint32_t)experts + (uint32_t)x] +=
                    (double)weight / scale;
            }
        }
    }
    for (int t = 0; t < e->tokens; t++) {
        double sum = 0;
        int count = 0;

        for (int x = 0; x < experts; x++) {
            sum += share[t * experts + x];
            count += share[t * experts + x] > 0;
        }
        if (count != active || (fabs(sum - 1) < 1e-6) != sum_to_one ||
            sum > 1 + 1e-6)
            e->bad = true;
    }
    return share;
}
