/* The reader of model configurations: shapes, defaults and every mistake. */
#include "tool_files.h"

#include "sth_model.h"

static struct sth_model load_shipped(const char *name)
{
    struct sth_model model;
    char path[128], error[512];

    snprintf(path, sizeof(path), "configs/models/%s.json", name);
    if (!sth_model_load(path, NULL, &model, error, sizeof(error)))
        fail_msg("%s", error);
    return model;
}

static bool load_text(const char *text, struct sth_model *model, char *path,
                      char *error, size_t size)
{
    bool good;

    write_temporary(path, text, strlen(text));
    good = sth_model_load(path, NULL, model, error, size);
    unlink(path);
    return good;
}

static void test_model_shipped_files_load(void **state)
{
    static const struct {
        const char *name;
        const char *type;
        uint32_t hidden, heads, kv_heads, head_dim, layers, intermediate;
        uint32_t experts, active;
        double eps, theta;
    } rows[] = {
        {"gpt2", "gpt2", 768, 12, 12, 64, 12, 3072, 0, 0, 1e-5, 0},
        {"gpt-3-175b", "gpt2", 12288, 96, 96, 128, 96, 49152, 0, 0, 1e-5, 0},
        {"bert-base", "bert", 768, 12, 12, 64, 12, 3072, 0, 0, 1e-12, 0},
        {"llama-3-8b", "llama", 4096, 32, 8, 128, 32, 14336, 0, 0, 1e-5, 5e5},
        {"llama-3.2-1b", "llama", 2048, 32, 8, 64, 16, 8192, 0, 0, 1e-5, 5e5},
        {"mixtral-8x7b", "mixtral", 4096, 32, 8, 128, 32, 14336, 8, 2, 1e-5,
         1e6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct sth_model m = load_shipped(rows[i].name);

        assert_string_equal(m.type, rows[i].type);
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
        assert_int_equal(m.qkv_bias, m.fused);
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
                          "\"num_key_value_heads\": null, "
                          "\"intermediate_size\": 96}",
                          &m, path, error, sizeof(error)));
    assert_string_equal(m.type, "qwen2");
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
#define LLAMA_SHAPE                                                            \
    "\"hidden_size\": 64, \"num_attention_heads\": 4, "                        \
    "\"num_hidden_layers\": 2, \"intermediate_size\": 96"
#define LLAMA(rest) "{\"model_type\": \"llama\", " LLAMA_SHAPE rest "}"
#define MIXTRAL(rest) "{\"model_type\": \"mixtral\", " LLAMA_SHAPE rest "}"

/* The message behind "FILE". */
static const struct {
    const char *text, *message;
} mistakes[] = {
    {"", ":1: not valid JSON: '[' or '{' expected near end of file"},
    {"{\"model_type\": \"gpt2\",\n\"n_embd\": }",
     ":2: not valid JSON: unexpected token near '}'"},
    {"{\"a\": 1,\n\n\"a\": 2}", ":3: not valid JSON: duplicate object key "
                                "near '\"a\"'"},
    {"\xef\xbb\xbf{}", ":1: begins with a byte order mark, which JSON has "
                       "not; save it as UTF-8 without one"},
    {"[1, 2]", ": the top level must be an object"},
    {"{}", ": field 'model_type' is missing or no text; this must be the "
           "config.json of a Hugging Face model"},
    {"{\"model_type\": 7}",
     ": field 'model_type' is missing or no text; this must be the config.json "
     "of a Hugging Face model"},
    /* What is not written is said before what a field holds. */
    {"{\"model_type\": \"t5\", \"d_model\": Infinity}",
     ": t5: this family is refused: an encoder with a decoder and positions "
     "within the scores are not written"},
    {"{\"model_type\": \"glm_moe_dsa\", \"quantization_config\": {}}",
     ": glm_moe_dsa: this family is refused: attention to keys that an index "
     "chooses is not written"},
    {"{\"model_type\": \"deepseek_v2\", \"v_head_dim\": 500}",
     ":1: deepseek_v2: field 'v_head_dim' exceeds the 192 of a query"},
    {"{\"model_type\": \"llava\"}",
     ": llava: field 'text_config' is missing or no object"},
    {"{\"model_type\": \"llava\", \"text_config\": {},\n\"tiles\": 2}",
     ":2: llama: field 'tiles' is unknown: it may change the layer; --ignore "
     "tiles takes it for one that does not"},
    {"{\"model_type\": \"llava\", \"text_config\": {\n\"mlp_bias\": 3}}",
     ":2: llama: field 'text_config.mlp_bias' must be true or false"},
    {GPT2("\"n_embd\": null"),
     ":1: gpt2: field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_embd\": 0"),
     ":1: gpt2: field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_embd\": 64.0"),
     ":1: gpt2: field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_embd\": \"64\""),
     ":1: gpt2: field 'n_embd' must be a whole number from 1 to 262144"},
    {GPT2("\"n_head\": -4"),
     ":1: gpt2: field 'n_head' must be a whole number from 1 to 4096"},
    {GPT2("\"n_layer\": 4097"),
     ":1: gpt2: field 'n_layer' must be a whole number from 1 to 4096"},
    {GPT2("\"n_embd\": 65, \"n_head\": 4"),
     ": gpt2: the hidden size 65 is not a multiple of 4 heads"},
    {GPT2("\"n_embd\": 64,\n\"hidden_size\": 65"),
     ":2: gpt2: field 'hidden_size' contradicts 'n_embd'"},
    {GPT2("\"n_inner\": 9999999"),
     ":1: gpt2: field 'n_inner' must be a whole number from 1 to 1048576"},
    {GPT2("\"layer_norm_epsilon\": 0"),
     ":1: gpt2: field 'layer_norm_epsilon' must be a positive number below "
     "1e12"},
    {GPT2("\"layer_norm_epsilon\": NaN"),
     ":1: gpt2: field 'layer_norm_epsilon' must be a positive number below "
     "1e12, not NaN"},
    {GPT2("\"activation_function\": \"gelu_10\""),
     ":1: gpt2: field 'activation_function' must be one of gelu, gelu_new, "
     "gelu_fast, gelu_pytorch_tanh, quick_gelu, silu, swish, relu and relu2"},
    {GPT2("\"activation_function\": [1]"),
     ":1: gpt2: field 'activation_function' must be one of gelu, gelu_new, "
     "gelu_fast, gelu_pytorch_tanh, quick_gelu, silu, swish, relu and relu2"},
    {GPT2("\"attention_head_type\": \"multiquery\""),
     ":1: gpt2: field 'attention_head_type' is \"multiquery\": one key and "
     "value head for all queries is gpt_bigcode's"},
    {GPT2("\"pruned_heads\": {\"0\": [1]}"),
     ":1: gpt2: field 'pruned_heads' is {\"0\":[1]}: layers with heads of "
     "their own number are not written"},
    {GPT2("\"add_cross_attention\": true"),
     ":1: gpt2: field 'add_cross_attention' is true: attention to another "
     "sequence is not written"},
    {GPT2("\"auto_map\": {\"AutoModel\": \"m.GPT2CustomModel\"}"),
     ":1: gpt2: field 'auto_map' names 'm.GPT2CustomModel', a program that is "
     "not this family's: its layers may differ"},
    {"{\"model_type\": \"bert\", \"layer_norm_eps\": \"x\"}",
     ":1: bert: field 'layer_norm_eps' must be a positive number below 1e12"},
    {"{\"model_type\": \"bert\", \"position_embedding_type\": \"alibi\"}",
     ":1: bert: field 'position_embedding_type' is \"alibi\": positions within "
     "the scores are not computed"},
    {"{\"model_type\": \"mpt\", \"attn_config\": {\"alibi\": false, "
     "\"rope\": true}}",
     ":1: mpt: field 'attn_config.rope' is unknown: it may change the layer; "
     "--ignore attn_config.rope takes it for one that does not"},
    {"{\"model_type\": \"phi\", \"rotary_dim\": 16}",
     ":1: phi: field 'rotary_dim' contradicts the 32 columns of "
     "'partial_rotary_factor'"},
    {"{\"model_type\": \"mistral\", \"layer_types\": []}",
     ":1: mistral: field 'layer_types' is unknown: it may change the layer; "
     "--ignore layer_types takes it for one that does not"},
    {LLAMA(", \"num_key_value_heads\": 3"),
     ": llama: 3 key and value heads do not divide 4 heads"},
    {LLAMA(", \"head_dim\": 17"),
     ": llama: RoPE rotates an even number of columns of a head, not 17 of 17"},
    {LLAMA(", \"rope_theta\": -1"),
     ":1: llama: field 'rope_theta' must be a positive number below 1e12"},
    {LLAMA(", \"rope_scaling\": 2"),
     ":1: llama: field 'rope_scaling' must be an object or null"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"ntk\"}"),
     ":1: llama: field 'rope_scaling.type' must be one of default, linear, "
     "dynamic, yarn, longrope and llama3"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"linear\", "
           "\"rope_type\": \"dynamic\", \"factor\": 2}"),
     ":1: llama: field 'rope_scaling.rope_type' and field 'rope_scaling.type' "
     "differ"},
    {LLAMA(", \"rope_theta\": 1, \"rope_parameters\": {\"rope_theta\": 2}"),
     ":1: llama: field 'rope_parameters.rope_theta' and field 'rope_theta' "
     "differ"},
    {LLAMA(", \"text_config\": {}"),
     ":1: llama: field 'text_config' stands in a file of a family without "
     "parts"},
    {LLAMA(", \"architectures\": \"LlamaForCausalLM\""),
     ":1: llama: field 'architectures' must be a list of names"},
    {LLAMA(", \"auto_map\": \"m.LlamaForCausalLM\""),
     ":1: llama: field 'auto_map' must be an object"},
    {"{\"model_type\": \"\"}", ": field 'model_type' is empty"},
    {"{\"model_type\": \"llava\", \"text_config\": {\"model_type\": \"\"}}",
     ": field 'text_config.model_type' is empty"},
    {LLAMA(", \"rope_scaling\": {\"factor\": 8}"),
     ":1: llama: field 'rope_scaling.factor' has no meaning for this "
     "rope_type, which is 'default' unless given"},
    {LLAMA(", \"rope_scaling\": {\"rope_type\": \"default\", "
           "\"low_freq_factor\": 1}"),
     ":1: llama: field 'rope_scaling.low_freq_factor' has no meaning for this "
     "rope_type, which is 'default' unless given"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"linear\"}"),
     ":1: llama: field 'rope_scaling' needs 'factor' for this rope_type"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2,\n"
           "\"beta_fast\": 3}"),
     ":2: llama: field 'rope_scaling.beta_fast' has no meaning for this "
     "rope_type"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, "
           "\"ramp\": 3}"),
     ":1: llama: field 'rope_scaling.ramp' is unknown"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"longrope\"}"),
     ":1: llama: field 'rope_scaling' needs 'short_factor' and 'long_factor'"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"longrope\", "
           "\"short_factor\": [1, 1]}"),
     ":1: llama: field 'rope_scaling' needs 'short_factor' and 'long_factor'"},
    {LLAMA(", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2, "
           "\"original_max_position_embeddings\": 0.5}"),
     ":1: llama: field 'rope_scaling' needs an "
     "'original_max_position_embeddings' of 2 at least"},
    {LLAMA(", \"attention_bias\": 1"),
     ":1: llama: field 'attention_bias' must be true or false"},
    {LLAMA(",\n\"architectures\": [\"LlamaForCausalLMEagle3\"]"),
     ":2: llama: field 'architectures' says 'LlamaForCausalLMEagle3', which is "
     "no model of this family: its layers may differ"},
    {LLAMA(",\n\"sparsity\": 0.5"),
     ":2: llama: field 'sparsity' is unknown: it may change the layer; "
     "--ignore sparsity takes it for one that does not"},
    {LLAMA(",\n\"quantization_config\": {\"quant_method\": \"awq\"}"),
     ":2: llama: field 'quantization_config' stores weights as 'awq' in a "
     "format that the array does not multiply; --ignore quantization_config "
     "takes the layer with weights of --dtype"},
    {LLAMA(", \"max_position_embeddings\": 0"),
     ":1: llama: field 'max_position_embeddings' must be a whole number from 1 "
     "to 1073741824"},
    {"{\"model_type\": \"qwen3\", \"num_hidden_layers\": 2,\n"
     "\"layer_types\": [\"full_attention\"]}",
     ":2: qwen3: field 'layer_types' must be a list with one entry for each of "
     "the 2 layers"},
    {"{\"model_type\": \"qwen3_moe\", \"mlp_only_layers\": [-1]}",
     ":1: qwen3_moe: field 'mlp_only_layers' must hold layers from 0 to 4095 "
     "alone"},
    {"{\"model_type\": \"deepseek_v2\", \"n_routed_experts\": 8}",
     ": deepseek_v2: no field says how many experts a token visits"},
    {MIXTRAL(", \"num_key_value_heads\": 2, \"num_local_experts\": 2, "
             "\"num_experts_per_tok\": 3"),
     ":1: mixtral: field 'num_experts_per_tok' exceeds the 2 experts"},
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
        snprintf(expected, sizeof(expected), "%s%s", path, message);
        assert_string_equal(error, expected);
        assert_memory_equal(&m, &before, sizeof(m));
    }
}

/* A field that is null says nothing, whoever knows it. */
static void test_model_null_is_no_field(void **state)
{
    struct sth_model m, other;
    char path[TEST_PATH], error[512];

    (void)state;
    assert_true(load_text(LLAMA(""), &other, path, error, sizeof(error)));
    if (!load_text(LLAMA(", \"sparsity\": null"), &m, path, error,
                   sizeof(error)))
        fail_msg("%s", error);
    assert_memory_equal(&m, &other, sizeof(m));
}

/* What has no product with the vocabulary has none in a whole model. */
static void test_model_without_vocabulary(void **state)
{
    static const struct {
        const char *name;
        bool vocabulary;
    } cases[] = {{"LlamaForCausalLM", true},
                 {"LlamaModel", false},
                 {"LlamaForSequenceClassification", false},
                 {"LlamaForTokenClassification", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct sth_model m;
        char path[TEST_PATH], error[512], text[1024];

        snprintf(text, sizeof(text), LLAMA(", \"architectures\": [\"%s\"]"),
                 cases[i].name);
        if (!load_text(text, &m, path, error, sizeof(error)))
            fail_msg("%s", error);
        if (cases[i].vocabulary)
            assert_null(m.ends.unwritten);
        else
            assert_string_equal(m.ends.unwritten, "architectures");
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
    assert_int_equal(m.positions, 2048);
}

/* 2.8 of 8 columns are 2, not 3; 4.72 are 4, not 5. */
static void test_model_rotated_share_rounds_down(void **state)
{
    static const struct {
        const char *share;
        uint32_t rotary;
    } rows[] = {{"0.35", 2}, {"0.59", 4}, {"0.5", 4}, {"1.0", 8}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct sth_model m;
        char path[TEST_PATH], error[512], text[256];

        snprintf(text, sizeof(text),
                 "{\"model_type\": \"gpt_neox\", \"hidden_size\": 32, "
                 "\"num_attention_heads\": 4, \"rotary_pct\": %s}",
                 rows[i].share);
        assert_true(load_text(text, &m, path, error, sizeof(error)));
        assert_int_equal(m.rotary, rows[i].rotary);
    }
}

/* A file of several parts says it within its text or beside it. */
static void test_model_tied_vocabulary(void **state)
{
    static const struct {
        const char *text;
        bool tied;
    } rows[] = {
        {LLAMA(""), false},
        {LLAMA(", \"tie_word_embeddings\": true"), true},
        {"{\"model_type\": \"gemma3\", \"text_config\": {}}", true},
        {"{\"model_type\": \"gemma3\", \"tie_word_embeddings\": false,"
         "\"text_config\": {}}",
         false},
        {"{\"model_type\": \"gemma3\", \"tie_word_embeddings\": false,"
         "\"text_config\": {\"tie_word_embeddings\": true}}",
         true},
    };
    struct sth_model m;
    char path[TEST_PATH], error[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(load_text(rows[i].text, &m, path, error, sizeof(error)));
        assert_int_equal(m.ends.tied, rows[i].tied);
    }
}

/* What --ignore may name, and what not. */
static void test_model_ignored_fields(void **state)
{
    static const struct {
        const char *text, *key, *message;
    } rows[] = {
        {LLAMA(", \"sparsity\": 1"), "sparsity", ""},
        {LLAMA(", \"pruned_heads\": {\"1\": [0]}"), "pruned_heads", ""},
        {LLAMA(", \"quantization_config\": {}"), "quantization_config", ""},
        {LLAMA(", \"architectures\": [\"Mine\"]"), "architectures", ""},
        {LLAMA(""), "sparsity",
         ": llama: option --ignore: there is no field 'sparsity'"},
        {LLAMA(",\n\"rope_theta\": 7"), "rope_theta",
         ":2: llama: field 'rope_theta' is obeyed by the family and cannot be "
         "ignored"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct sth_model_ignored ignored = {&rows[i].key, 1};
        const char *message = rows[i].message;
        char path[TEST_PATH], error[2048], expected[2048];
        struct sth_model m;
        bool good;

        write_temporary(path, rows[i].text, strlen(rows[i].text));
        good = sth_model_load(path, &ignored, &m, error, sizeof(error));
        unlink(path);
        snprintf(expected, sizeof(expected), "%s%s", path, message);
        if (*message == ':')
            assert_string_equal(error, expected);
        else
            assert_memory_equal(error, message, strlen(message));
        assert_int_equal(good, *message != ':');
    }
}

/* A window bounds nothing. */
static void test_model_windows_take_any_prefill(void **state)
{
    struct sth_model m;
    char path[TEST_PATH], error[1024];

    (void)state;
    assert_true(load_text("{\"model_type\": \"mistral\", \"hidden_size\": 64, "
                          "\"num_attention_heads\": 8, \"sliding_window\": 9}",
                          &m, path, error, sizeof(error)));
    assert_true(sth_model_takes(&m, 5, 5, error, sizeof(error)));
    assert_true(sth_model_takes(&m, 1000, 1, error, sizeof(error)));
}

static void test_model_missing_file_is_named(void **state)
{
    struct sth_model m;
    char error[512];

    (void)state;
    assert_false(
        sth_model_load("/nonexistent/x.json", NULL, &m, error, sizeof(error)));
    assert_string_equal(error,
                        "/nonexistent/x.json: No such file or directory");
    assert_false(sth_model_load("configs", NULL, &m, error, sizeof(error)));
    assert_string_equal(error,
                        "configs/config.json: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_shipped_files_load),
        cmocka_unit_test(test_model_defaults_fill_optional_fields),
        cmocka_unit_test(test_model_mistakes_have_their_messages),
        cmocka_unit_test(test_model_null_is_no_field),
        cmocka_unit_test(test_model_without_vocabulary),
        cmocka_unit_test(test_model_positions_are_read),
        cmocka_unit_test(test_model_rotated_share_rounds_down),
        cmocka_unit_test(test_model_tied_vocabulary),
        cmocka_unit_test(test_model_ignored_fields),
        cmocka_unit_test(test_model_windows_take_any_prefill),
        cmocka_unit_test(test_model_missing_file_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
