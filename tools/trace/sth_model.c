#include "sth_model.h"

#include "sth_input.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct reader {
    const char *path;
    const json_t *root;
    char *error;
    size_t error_size;
    bool failed;
};

static void fail(struct reader *r, const char *format, ...)
{
    va_list args;
    int used;

    if (r->failed)
        return;
    r->failed = true;
    used = snprintf(r->error, r->error_size, "%s: ", r->path);
    if (used < 0 || (size_t)used >= r->error_size)
        return;
    va_start(args, format);
    vsnprintf(r->error + used, r->error_size - (size_t)used, format, args);
    va_end(args);
}

static bool is_present(const struct reader *r, const char *key)
{
    const json_t *value = json_object_get(r->root, key);

    return value && !json_is_null(value);
}

/* A whole number in [min, max]; a missing optional key gives `otherwise`. */
static uint32_t get_count(struct reader *r, const char *key, uint32_t min,
                          uint32_t max, const uint32_t *otherwise)
{
    const json_t *value = json_object_get(r->root, key);
    json_int_t number;

    if (!is_present(r, key)) {
        if (otherwise)
            return *otherwise;
        fail(r, "field '%s' is missing; add a whole number", key);
        return min;
    }
    number = json_integer_value(value);
    if (!json_is_integer(value) || number < min || number > max) {
        fail(r, "field '%s' must be a whole number from %u to %u", key, min,
             max);
        return min;
    }
    return (uint32_t)number;
}

static double get_positive(struct reader *r, const char *key, double otherwise)
{
    const json_t *value = json_object_get(r->root, key);
    double number = json_number_value(value);

    if (!is_present(r, key))
        return otherwise;
    if (!json_is_number(value) || !(number > 0) || !(number < 1e12)) {
        fail(r, "field '%s' must be a positive number below 1e12", key);
        return otherwise;
    }
    return number;
}

static bool get_bool(struct reader *r, const char *key)
{
    const json_t *value = json_object_get(r->root, key);

    if (is_present(r, key) && !json_is_boolean(value))
        fail(r, "field '%s' must be true or false", key);
    return json_is_true(value);
}

/* Refuses an activation that the layer program would not compute. */
static void check_activation(struct reader *r, const char *key,
                             const char *accepted)
{
    const char *name = json_string_value(json_object_get(r->root, key));
    char pattern[64];

    if (!is_present(r, key))
        return;
    if (name)
        snprintf(pattern, sizeof(pattern), " %s ", name);
    if (!name || strchr(name, ' ') || !strstr(accepted, pattern))
        fail(r, "field '%s' must be one of %.*s", key,
             (int)strlen(accepted) - 2, accepted + 1);
}

enum { DIM_MAX = 262144, COUNT_MAX = 4096, POSITIONS_MAX = 1 << 30 };

/* How many tokens the model takes at most. */
static void read_positions(struct reader *r, struct sth_model *m,
                           const char *key)
{
    const uint32_t none = 0;

    m->positions = get_count(r, key, 1, POSITIONS_MAX, &none);
    m->positions_key = key;
}

/* Refuses what would change the layers and is not computed. */
static void check_unsupported(struct reader *r)
{
    if (is_present(r, "quantization_config"))
        fail(r, "field 'quantization_config' is not supported: a quantised "
                "checkpoint's formats are not modelled; remove the field and "
                "choose --dtype int8 for W8A8");
}

static void read_gpt2(struct reader *r, struct sth_model *m)
{
    uint32_t four;

    m->family = STH_MODEL_GPT2;
    m->hidden = get_count(r, "n_embd", 1, DIM_MAX, NULL);
    m->heads = get_count(r, "n_head", 1, COUNT_MAX, NULL);
    m->layers = get_count(r, "n_layer", 1, COUNT_MAX, NULL);
    four = 4 * m->hidden;
    m->intermediate = get_count(r, "n_inner", 1, 4 * DIM_MAX, &four);
    read_positions(r, m, "n_positions");
    m->norm_eps = get_positive(r, "layer_norm_epsilon", 1e-5);
    check_activation(r, "activation_function",
                     " gelu gelu_new gelu_pytorch_tanh ");
}

static void read_bert(struct reader *r, struct sth_model *m)
{
    m->family = STH_MODEL_BERT;
    m->norm_eps = get_positive(r, "layer_norm_eps", 1e-12);
    check_activation(r, "hidden_act", " gelu gelu_new gelu_pytorch_tanh ");
}

static void read_llama(struct reader *r, struct sth_model *m, const char *type)
{
    uint32_t none = 0;

    m->family = STH_MODEL_LLAMA;
    m->kv_heads = get_count(r, "num_key_value_heads", 1, COUNT_MAX, &m->heads);
    m->norm_eps = get_positive(r, "rms_norm_eps", 1e-6);
    m->rope_theta = get_positive(r, "rope_theta", 10000.0);
    m->qkv_bias = !strcmp(type, "qwen2") || get_bool(r, "attention_bias");
    m->head_dim = get_count(r, "head_dim", 1, COUNT_MAX, &none);
    check_activation(r, "hidden_act", " silu swish ");
    if (get_bool(r, "mlp_bias"))
        fail(r, "field 'mlp_bias': true is not supported; the feed-forward "
                "products of this family have no bias");
    if (strcmp(type, "mixtral"))
        return;
    m->family = STH_MODEL_MIXTRAL;
    m->experts = get_count(r, "num_local_experts", 1, COUNT_MAX, NULL);
    m->experts_active = get_count(r, "num_experts_per_tok", 1, COUNT_MAX, NULL);
    if (m->experts_active > m->experts)
        fail(r, "field 'num_experts_per_tok' exceeds 'num_local_experts'");
}

static void read_model(struct reader *r, struct sth_model *m)
{
    const char *type =
        json_string_value(json_object_get(r->root, "model_type"));

    if (!type) {
        fail(r, "field 'model_type' is missing or no text; this must be the "
                "config.json of a Hugging Face model");
        return;
    }
    check_unsupported(r);
    if (!strcmp(type, "gpt2")) {
        read_gpt2(r, m);
    } else {
        m->hidden = get_count(r, "hidden_size", 1, DIM_MAX, NULL);
        m->heads = get_count(r, "num_attention_heads", 1, COUNT_MAX, NULL);
        m->layers = get_count(r, "num_hidden_layers", 1, COUNT_MAX, NULL);
        m->intermediate =
            get_count(r, "intermediate_size", 1, 4 * DIM_MAX, NULL);
        read_positions(r, m, "max_position_embeddings");
        if (!strcmp(type, "bert"))
            read_bert(r, m);
        else if (!strcmp(type, "llama") || !strcmp(type, "mistral") ||
                 !strcmp(type, "qwen2") || !strcmp(type, "mixtral"))
            read_llama(r, m, type);
        else
            fail(r,
                 "field 'model_type': '%s' is not supported; supported are "
                 "gpt2, bert, llama, mistral, qwen2 and mixtral",
                 type);
    }
    if (r->failed)
        return;
    if (!m->kv_heads)
        m->kv_heads = m->heads;
    if (!m->head_dim) {
        if (m->hidden % m->heads)
            fail(r, "the hidden size %u is not a multiple of %u heads%s",
                 m->hidden, m->heads,
                 m->rope_theta > 0 ? "; set 'head_dim'" : "");
        m->head_dim = m->hidden / m->heads;
    }
    if (m->heads % m->kv_heads)
        fail(r, "field 'num_key_value_heads' must divide %u heads", m->heads);
    if (m->rope_theta > 0 && m->head_dim % 2)
        fail(r, "RoPE needs an even head dimension, not %u", m->head_dim);
}

bool sth_model_load(const char *path, struct sth_model *model, char *error,
                    size_t error_size)
{
    struct sth_model read = {0};
    struct reader r = {path, NULL, error, error_size, false};
    json_error_t problem;
    FILE *file = sth_input_open(path, error, error_size);
    json_t *root;

    if (!file)
        return false;
    root = json_loadf(file, JSON_REJECT_DUPLICATES, &problem);
    fclose(file);
    if (!root) {
        if (problem.line > 0)
            snprintf(error, error_size, "%s:%d: not valid JSON: %s", path,
                     problem.line, problem.text);
        else
            snprintf(error, error_size, "%s", problem.text);
        return false;
    }
    r.root = root;
    if (!json_is_object(root))
        fail(&r, "the top level must be an object");
    else
        read_model(&r, &read);
    json_decref(root);
    if (r.failed)
        return false;
    *model = read;
    return true;
}

bool sth_model_takes(const struct sth_model *model, uint32_t past, uint32_t seq,
                     char *error, size_t error_size)
{
    const uint64_t tokens = (uint64_t)past + seq;

    *error = 0;
    if (!model->positions || tokens <= model->positions)
        return true;
    snprintf(error, error_size,
             "%" PRIu64 " tokens, %" PRIu32 " of them past, exceed the "
             "model's %" PRIu32 " (field '%s')",
             tokens, past, model->positions, model->positions_key);
    return model->family == STH_MODEL_LLAMA ||
           model->family == STH_MODEL_MIXTRAL;
}
