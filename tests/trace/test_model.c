/* The reader of model configurations: shapes, defaults and every mistake. */
#include "tool_files.h"

#include "sth_model.h"

static struct sth_model load_shipped(const char *name)
{
    struct sth_model model;
    char path[128], error[512];

    snprintf(path, sizeof(path), "configs/models/%s.json", name);
    if (!sth_model_load(path, &model, error, sizeof(error)))
        fail_msg("%s", error);
    return model;
}

static bool load_text(const char *text, struct sth_model *model, char *path,
                      char *error, size_t size)
{
    bool good;

    write_temporary(path, text, strlen(text));
    good = sth_model_load(path, model, error, size);
    unlink(path);
    return good;
}

static void test_model_shipped_files_load(void **state)
{
    static const struct {
        const char *name;
        enum sth_model_family family;
        uint32_t hidden, heads, kv_heads, head_dim, layers, intermediate;
        uint32_t experts, active;
        double eps, theta;
    } rows[] = {
        {"gpt2", STH_MODEL_GPT2, 768, 12, 12, 64, 12, 3072, 0, 0, 1e-5, 0},
        {"gpt-3-175b", STH_MODEL_GPT2, 12288, 96, 96, 128, 96, 49152, 0, 0,
         1e-5, 0},
        {"bert-base", STH_MODEL_BERT, 768, 12, 12, 64, 12, 3072, 0, 0, 1e-12,
         0},
        {"llama-3-8b", STH_MODEL_LLAMA, 4096, 32, 8, 128, 32, 14336, 0, 0, 1e-5,
         5e5},
        {"llama-3.2-1b", STH_MODEL_LLAMA, 2048, 32, 8, 64, 16, 8192, 0, 0, 1e-5,
         5e5},
        {"mixtral-8x7b", STH_MODEL_MIXTRAL, 4096, 32, 8, 128, 32, 14336, 8, 2,
         1e-5, 1e6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct sth_model m = load_shipped(rows[i].name);

        assert_int_equal(m.family, rows[i].family);
        assert_int_equal(m.hidden, rows[i].hidden);
        assert_int_equal(m.heads, rows[i].heads);
        assert_int_equal(m.kv_heads, rows[i].kv_heads);
        assert_int_equal(m.head_dim, rows[i].head_dim);
        assert_int_equal(m.layers, rows[i].layers);
        assert_int_equal(m.intermediate, rows[i].intermediate);
        assert_int_equal(m.experts, rows[i].experts);
        assert_int_equal(m.experts_active, rows[i].active);
        assert_true(m.norm_eps == rows[i].eps);
        assert_true(m.rope_theta == rows[i].theta);
        assert_false(m.qkv_bias);
    }
}

static void test_model_defaults_fill_optional_fields(void **state)
{
    struct sth_model m;
    char path[TEST_PATH], error[512];

    (void)state;
    assert_true(load_text("{\"model_type\": \"qwen2\", \"hidden_size\": 64, "
                          "\"num_attention_heads\": 4, "
                          "\"num_hidden_layers\": 2, "
                          "\"intermediate_size\": 96}",
                          &m, path, error, sizeof(error)));
    assert_int_equal(m.family, STH_MODEL_LLAMA);
    assert_int_equal(m.kv_heads, 4);
    assert_int_equal(m.head_dim, 16);
    assert_true(m.qkv_bias);
    assert_true(m.norm_eps == 1e-6);
    assert_true(m.rope_theta == 10000);
    assert_true(load_text("{\"model_type\": \"gpt2\", \"n_embd\": 24, "
                          "\"n_head\": 3, \"n_layer\": 5}",
                          &m, path, error, sizeof(error)));
    assert_int_equal(m.intermediate, 96);
    assert_int_equal(m.layers, 5);
}

#define GPT2(rest) "{\"model_type\": \"gpt2\", " rest "}"
#define GPT2_SHAPE "\"n_embd\": 64, \"n_head\": 4, \"n_layer\": 2"
#define LLAMA_SHAPE                                                            \
    "\"hidden_size\": 64, \"num_attention_heads\": 4, "                        \
    "\"num_hidden_layers\": 2, \"intermediate_size\": 96"
#define LLAMA(rest) "{\"model_type\": \"llama\", " LLAMA_SHAPE rest "}"
#define MIXTRAL(rest) "{\"model_type\": \"mixtral\", " LLAMA_SHAPE rest "}"

/* The message behind "FILE: ", or behind "FILE" when it begins with ':'. */
static const struct {
    const char *text, *message;
} mistakes[] = {
    {"", ":1: not valid JSON: '[' or '{' expected near end of file"},
    {"{\"model_type\": \"gpt2\",\n\"n_embd\": }",
     ":2: not valid JSON: unexpected token near '}'"},
    {"{\"a\": 1,\n\n\"a\": 2}", ":3: not valid JSON: duplicate object key "
                                "near '\"a\"'"},
    {"[1, 2]", "the top level must be an object"},
    {"{}", "field 'model_type' is missing or no text; this must be the "
           "config.json of a Hugging Face model"},
    {"{\"model_type\": 7}",
     "field 'model_type' is missing or no text; this must be the config.json "
     "of a Hugging Face model"},
    {"{\"model_type\": \"t5\", " LLAMA_SHAPE "}",
     "field 'model_type': 't5' is not supported; supported are gpt2, bert, "
     "llama, mistral, qwen2 and mixtral"},
    {GPT2("\"n_head\": 4, \"n_layer\": 2"),
     "field 'n_embd' is missing; add a whole number"},
    {GPT2("\"n_embd\": null, \"n_head\": 4, \"n_layer\": 2"),
     "field 'n_embd' is missing; add a whole number"},
    {GPT2("\"n_embd\": 0, \"n_head\": 4, \"n_layer\": 2"),
     "field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_embd\": 64.0, \"n_head\": 4, \"n_layer\": 2"),
     "field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_embd\": \"64\", \"n_head\": 4, \"n_layer\": 2"),
     "field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_embd\": 64, \"n_head\": -4, \"n_layer\": 2"),
     "field 'n_head' must be a whole number from 1 to 4096"},
    {GPT2("\"n_embd\": 64, \"n_head\": 4, \"n_layer\": 4097"),
     "field 'n_layer' must be a whole number from 1 to 4096"},
    {GPT2("\"n_embd\": 65, \"n_head\": 4, \"n_layer\": 2"),
     "the hidden size 65 is not a multiple of 4 heads"},
    {GPT2(GPT2_SHAPE ", \"n_inner\": 9999999"),
     "field 'n_inner' must be a whole number from 1 to 1048576"},
    {GPT2(GPT2_SHAPE ", \"layer_norm_epsilon\": 0"),
     "field 'layer_norm_epsilon' must be a positive number below 1e12"},
    {GPT2(GPT2_SHAPE ", \"activation_function\": \"relu\""),
     "field 'activation_function' must be one of gelu gelu_new "
     "gelu_pytorch_tanh"},
    {GPT2(GPT2_SHAPE ", \"activation_function\": \"gelu gelu_new\""),
     "field 'activation_function' must be one of gelu gelu_new "
     "gelu_pytorch_tanh"},
    {GPT2(GPT2_SHAPE ", \"activation_function\": [1]"),
     "field 'activation_function' must be one of gelu gelu_new "
     "gelu_pytorch_tanh"},
    {"{\"model_type\": \"bert\", " LLAMA_SHAPE ", \"layer_norm_eps\": \"x\"}",
     "field 'layer_norm_eps' must be a positive number below 1e12"},
    {LLAMA(", \"num_key_value_heads\": 3"),
     "field 'num_key_value_heads' must divide 4 heads"},
    {LLAMA(", \"head_dim\": 17"), "RoPE needs an even head dimension, not 17"},
    {LLAMA(", \"rope_theta\": -1"),
     "field 'rope_theta' must be a positive number below 1e12"},
    {LLAMA(", \"attention_bias\": 1"),
     "field 'attention_bias' must be true or false"},
    {LLAMA(", \"hidden_act\": \"gelu\""),
     "field 'hidden_act' must be one of silu swish"},
    {LLAMA(", \"mlp_bias\": true"),
     "field 'mlp_bias': true is not supported; the feed-forward products of "
     "this family have no bias"},
    {LLAMA(", \"mlp_bias\": \"no\""), "field 'mlp_bias' must be true or false"},
    {LLAMA(", \"quantization_config\": {\"bits\": 4}"),
     "field 'quantization_config' is not supported: a quantised checkpoint's "
     "formats are not modelled; remove the field and choose --dtype int8 for "
     "W8A8"},
    {LLAMA(", \"max_position_embeddings\": 0"),
     "field 'max_position_embeddings' must be a whole number from 1 to "
     "1073741824"},
    {GPT2(GPT2_SHAPE ", \"n_positions\": \"many\""),
     "field 'n_positions' must be a whole number from 1 to 1073741824"},
    {"{\"model_type\": \"llama\", \"hidden_size\": 66, "
     "\"num_attention_heads\": 4, \"num_hidden_layers\": 2, "
     "\"intermediate_size\": 96}",
     "the hidden size 66 is not a multiple of 4 heads; set 'head_dim'"},
    {MIXTRAL(""), "field 'num_local_experts' is missing; add a whole number"},
    {MIXTRAL(", \"num_local_experts\": 2, \"num_experts_per_tok\": 3"),
     "field 'num_experts_per_tok' exceeds 'num_local_experts'"},
};

static void test_model_mistakes_have_their_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct sth_model m, before;
        char path[TEST_PATH], error[1024], expected[1024];
        const char *message = mistakes[i].message;

        memset(&m, 0x5a, sizeof(m));
        before = m;
        assert_false(
            load_text(mistakes[i].text, &m, path, error, sizeof(error)));
        snprintf(expected, sizeof(expected), "%s%s%s", path,
                 *message == ':' ? "" : ": ", message);
        assert_string_equal(error, expected);
        assert_memory_equal(&m, &before, sizeof(m));
    }
}

static void test_model_positions_are_read(void **state)
{
    struct sth_model m = load_shipped("gpt2");
    char path[TEST_PATH], error[512];

    (void)state;
    assert_int_equal(m.positions, 1024);
    assert_string_equal(m.positions_key, "n_positions");
    m = load_shipped("bert-base");
    assert_int_equal(m.positions, 512);
    assert_string_equal(m.positions_key, "max_position_embeddings");
    assert_true(load_text(LLAMA(", \"mlp_bias\": false, "
                                "\"quantization_config\": null"),
                          &m, path, error, sizeof(error)));
    assert_int_equal(m.positions, 0);
}

static void test_model_missing_file_is_named(void **state)
{
    struct sth_model m;
    char error[512];

    (void)state;
    assert_false(
        sth_model_load("/nonexistent/x.json", &m, error, sizeof(error)));
    assert_string_equal(error,
                        "/nonexistent/x.json: No such file or directory");
    assert_false(sth_model_load("configs", &m, error, sizeof(error)));
    assert_string_equal(error, "configs: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_shipped_files_load),
        cmocka_unit_test(test_model_defaults_fill_optional_fields),
        cmocka_unit_test(test_model_mistakes_have_their_messages),
        cmocka_unit_test(test_model_positions_are_read),
        cmocka_unit_test(test_model_missing_file_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
