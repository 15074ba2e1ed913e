/* What stands before the layers of each family, and behind them. */
#include "families/equations_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is(const struct eq *e, const char *type)
{
    return !strcmp(eq_word(e, "model_type"), type);
}

static bool is_bert(const struct eq *e)
{
    return is(e, "bert") || is(e, "roberta");
}

static int vocabulary(const struct eq *e)
{
    return (int)eq_number(e, "vocab_size");
}

/* Columns of the table of tokens. */
static int width(const struct eq *e)
{
    return is(e, "opt") ? (int)eq_number(e, "word_embed_proj_dim") : e->hidden;
}

static double first_scale(const struct eq *e)
{
    if (!strncmp(eq_word(e, "model_type"), "gemma", 5))
        return sqrt(e->hidden);
    return is(e, "granite") ? eq_number(e, "embedding_multiplier") : 1;
}

static double *token_table(struct eq *e)
{
    eq_begin(e, "embed.");
    return eq_drawn(e, "table", vocabulary(e), width(e), 1, 0);
}

/* x grows by rows of a table. */
static void add_rows(struct eq *e, double *x, const char *name, int rows,
                     const int *row)
{
    const double *table = eq_drawn(e, name, rows, e->hidden, 0.5, 0);

    for (int i = 0; i < e->tokens * e->hidden; i++) {
        if (row[i / e->hidden] >= rows)
            abort();
        x[i] += table[row[i / e->hidden] * e->hidden + i % e->hidden];
    }
}

/* Learned positions: how many rows there are, and before the first token's. */
static int positions(const struct eq *e, int *skipped)
{
    const bool padded = is(e, "roberta") || is(e, "opt");

    *skipped = padded ? 2 : 0;
    if (is(e, "gpt2") || is(e, "gpt_bigcode"))
        return (int)eq_number(e, "n_positions");
    if (is(e, "mpt"))
        return eq_flag(e, "attn_config.alibi")
                   ? 0
                   : (int)eq_number(e, "max_seq_len");
    if (is(e, "opt"))
        return (int)eq_number(e, "max_position_embeddings") + 2;
    return is_bert(e) ? (int)eq_number(e, "max_position_embeddings") : 0;
}

static double *embedding(struct eq *e)
{
    const int n = width(e);
    const double *table = token_table(e), scale = first_scale(e);
    const uint32_t *id = eq_rows(e, "tokens", e->tokens);
    double *x = eq_take(e, e->tokens * n);
    int row[64], skipped, rows = positions(e, &skipped);

    for (int i = 0; i < e->tokens * n && !e->bad; i++)
        x[i] = scale * table[id[i / n] * (uint32_t)n + (uint32_t)(i % n)];
    if (n != e->hidden)
        x = eq_linear(e, "widen", x, n, e->hidden, false);
    for (int t = 0; t < e->tokens; t++)
        row[t] = skipped + eq_past(e, t / e->phase.seq) + t % e->phase.seq;
    if (rows)
        add_rows(e, x, "positions", rows, row);
    else
        e->bad = e->bad || eq_has(e, "positions");
    if (is(e, "bloom"))
        return eq_layernorm_of(e, "norm", x, eq_number(e, "layer_norm_epsilon"),
                               true);
    if (!is_bert(e))
        return x;
    /* The first half of what there is has type 0, the second type 1, ... */
    for (int t = 0; t < e->tokens; t++) {
        const int past = eq_past(e, t / e->phase.seq);

        row[t] = (int)eq_number(e, "type_vocab_size") *
                 (past + t % e->phase.seq) / (past + e->phase.seq);
    }
    add_rows(e, x, "types", (int)eq_number(e, "type_vocab_size"), row);
    return eq_layernorm_of(e, "norm", x, eq_number(e, "layer_norm_eps"), true);
}

/* The final norm; NULL as its name: there is none. */
static double *last_norm(struct eq *e, double *x)
{
    static const struct {
        const char *type, *eps;
        bool bias;
    } layernorms[] = {
        {"gpt2", "layer_norm_epsilon", true},
        {"gpt_bigcode", "layer_norm_epsilon", true},
        {"gptj", "layer_norm_epsilon", true},
        {"gpt_neox", "layer_norm_eps", true},
        {"bloom", "layer_norm_epsilon", true},
        {"mpt", "layer_norm_epsilon", false},
        {"falcon", "layer_norm_epsilon", true},
        {"phi", "layer_norm_eps", true},
        {"stablelm", "layer_norm_eps", true},
        {"starcoder2", "norm_epsilon", true},
        {"cohere", "layer_norm_eps", false},
        {"cohere2", "layer_norm_eps", false},
    };

    if (is_bert(e))
        return x;
    if (is(e, "opt"))
        return !eq_flag(e, "do_layer_norm_before") ||
                       eq_flag(e, "_remove_final_layer_norm")
                   ? x
                   : eq_layernorm_of(e, "norm", x, 1e-5, true);
    for (size_t i = 0; i < sizeof(layernorms) / sizeof(*layernorms); i++)
        if (is(e, layernorms[i].type))
            return eq_layernorm_of(e, "norm", x,
                                   eq_number(e, layernorms[i].eps),
                                   layernorms[i].bias);
    return eq_rms_of(e, "norm", x, eq_number(e, "rms_norm_eps"));
}

static double logit_scale(const struct eq *e)
{
    if (is(e, "granite"))
        return 1 / eq_number(e, "logits_scaling");
    return is(e, "cohere") || is(e, "cohere2") ||
                   (is(e, "mpt") && !eq_null(e, "logit_scale"))
               ? eq_number(e, "logit_scale")
               : 1;
}

static bool has_bias(const struct eq *e)
{
    return is_bert(e) || is(e, "gptj") || is(e, "phi") ||
           (is(e, "phi3") && eq_flag(e, "lm_head_bias"));
}

/* x times the table of tokens. */
static double *tied(struct eq *e, const double *x, int n, int count)
{
    const double *table = token_table(e), *b = NULL;
    double *y = eq_take(e, e->tokens * count);

    eq_begin(e, "head.");
    if (has_bias(e))
        b = eq_drawn(e, "vocabulary.b", 1, count, 0.1, 0);
    for (int i = 0; i < e->tokens * count; i++) {
        y[i] = b ? b[i % count] : 0;
        for (int k = 0; k < n; k++)
            y[i] += x[i / count * n + k] * table[i % count * n + k];
    }
    return y;
}

static double *head(struct eq *e, double *x)
{
    const int n = width(e), count = vocabulary(e);
    double *y, scale = logit_scale(e), cap = 0;

    eq_begin(e, "head.");
    x = last_norm(e, x);
    if (n != e->hidden)
        x = eq_linear(e, "narrow", x, e->hidden, n, false);
    if (is_bert(e)) {
        x = eq_linear(e, "dense", x, e->hidden, e->hidden, true);
        eq_act(is(e, "bert") ? eq_word(e, "hidden_act") : "gelu", x,
               e->tokens * e->hidden);
        x = eq_layernorm_of(e, "dense.norm", x, eq_number(e, "layer_norm_eps"),
                            true);
    }
    y = eq_flag(e, "tie_word_embeddings")
            ? tied(e, x, n, count)
            : eq_linear(e, "vocabulary", x, n, count, has_bias(e));
    if (!strncmp(eq_word(e, "model_type"), "gemma", 5) &&
        !eq_null(e, "final_logit_softcapping"))
        cap = eq_number(e, "final_logit_softcapping");
    for (int i = 0; i < e->tokens * count; i++)
        y[i] = cap > 0 ? cap * tanh(scale * y[i] / cap) : scale * y[i];
    return y;
}

/* The last token of each sequence alone; the tokens of e are those then. */
static double *last_tokens(struct eq *e, const double *x)
{
    const int seq = e->phase.seq;
    double *y = eq_take(e, e->phase.batch * e->hidden);

    e->tokens = e->phase.batch;
    for (int b = 0; b < e->phase.batch; b++)
        memcpy(y + b * e->hidden, x + (b * seq + seq - 1) * e->hidden,
               sizeof(*y) * (size_t)e->hidden);
    return y;
}

double equations_embedding_difference(const json_t *config,
                                      const struct sth_trace *trace,
                                      double *const *value,
                                      const struct phase *phase)
{
    struct eq *e = eq_open(config, trace, value, phase, 0);
    const double *x = embedding(e);
    const double off = eq_off(e, x, "out", e->tokens, e->hidden);

    eq_close(e);
    return off;
}

double equations_head_difference(const json_t *config,
                                 const struct sth_trace *trace,
                                 double *const *value,
                                 const struct phase *phase, int layers)
{
    struct eq *e = eq_open(config, trace, value, phase, layers);
    const double *y = head(e, last_tokens(e, eq_input(e)));
    const double off = eq_off(e, y, "logits", e->tokens, vocabulary(e));

    eq_close(e);
    return off;
}
