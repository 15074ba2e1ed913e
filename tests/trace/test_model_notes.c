/* What is noted of a configuration that does not say all of its shape. */
#include "tool_files.h"

#include "sth_model.h"

static bool load(const char *text, struct sth_model *m, char *error,
                 size_t size)
{
    char path[TEST_PATH];
    bool good;

    write_temporary(path, text, strlen(text));
    good = sth_model_load(path, NULL, m, error, size);
    unlink(path);
    return good;
}

static const char whole[] =
    "{\"model_type\": \"llama\", \"hidden_size\": 64,"
    "\"num_attention_heads\": 4, \"num_hidden_layers\": 2,"
    "\"intermediate_size\": 96, \"max_position_embeddings\": 64}";

/* Shapes that no note may pass over, and how they are said. */
static const struct {
    const char *type, *key, *value, *said;
} unsaid[] = {
    {"deepseek_v2", "q_lora_rank", "1536", ""},
    {"deepseek_v2", "q_lora_rank", "1536", ", \"q_lora_rank\": null"},
    {"deepseek_v2", "kv_lora_rank", "512", ""},
    {"deepseek_v2", "first_k_dense_replace", "0", ""},
    {"deepseek_v3", "num_experts_per_tok", "8", ""},
    {"deepseek_v3", "moe_intermediate_size", "2048", ""},
    {"deepseek_v3", "n_shared_experts", "1", ""},
    {"gpt_bigcode", "n_positions", "1024", ""},
    {"gpt_bigcode", "n_positions", "1024", ", \"n_ctx\": 64"},
    {"gpt_bigcode", "multi_query", "true", ""},
    {"falcon", "new_decoder_architecture", "false", ""},
    {"falcon", "multi_query", "true", ", \"multi_query\": false"},
    {"gemma2", "head_dim", "256", ""},
    {"mistral", "num_key_value_heads", "8", ""},
};

static void test_model_missing_shape_is_noted(void **state)
{
    static struct sth_model m;
    char error[4096];

    (void)state;
    assert_true(load(whole, &m, error, sizeof(error)));
    assert_string_equal(error, "");
    assert_true(load("{\"model_type\": \"gemma3\", \"text_config\": "
                     "{\"hidden_size\": 512}}",
                     &m, error, sizeof(error)));
    assert_int_equal(m.hidden, 512);
    assert_int_equal(m.heads, 8);
    assert_non_null(strstr(error, "gemma3_text: field "
                                  "'text_config.num_attention_heads' is "
                                  "missing; 8 is taken, the family's own "
                                  "default\n"));
    for (size_t i = 0; i < sizeof(unsaid) / sizeof(*unsaid); i++) {
        char text[256], note[256];

        snprintf(text, sizeof(text), "{\"model_type\": \"%s\"%s}",
                 unsaid[i].type, unsaid[i].said);
        snprintf(note, sizeof(note), "%s: field '%s' is missing; %s is taken",
                 unsaid[i].type, unsaid[i].key, unsaid[i].value);
        assert_true(load(text, &m, error, sizeof(error)));
        if (!strstr(error, note) == !*unsaid[i].said)
            fail_msg("'%s' of %s is wrong about %s", error, text, note);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_missing_shape_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
