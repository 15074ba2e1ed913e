/*
 * The listing of a program: every command of every step, as firmware plans it
 * in place, with the tensor that its address is in.
 */
#include "compile_fixture.h"

#include "sth_listing.h"
#include "sth_recorder.h"

#include <jansson.h>

enum { STEPS = 16 };

static const char text[] =
    "systolith-trace 1\n"
    "steps 16\n"
    "tensor x bf16 40x32 seed:1:1\n"
    "tensor k bf16 60x32 seed:3:1\n"
    "tensor v bf16 60x32 seed:4:1\n"
    "tensor y bf16 40x32 zero\n"
    "op copy name=append.k out=k[20+1:21+1] x=x[0+1:1+1]\n"
    "op copy out=v[20+1:21+1] x=x[0+1:1+1]\n"
    "op attention out=y[0+1:1+1] q=x[0+1:1+1] k=k v=v heads=2 kv_heads=2 "
    "batch=1 seq=1 past=20+1 room=60 causal=1 scale=0x3e800000\n"
    "output y\n";

static struct sth_listing open_listing(const struct compile_file *file)
{
    struct sth_listing listing;
    char error[256];

    if (!sth_listing_open(&listing, "test", file->byte, file->bytes, error,
                          sizeof(error)))
        fail_msg("%s", error);
    return listing;
}

/* What firmware puts into the ring that plans a step in place. */
static void record(struct sth_recorder *recorder, struct compile_chip *c,
                   uint32_t step)
{
    struct sth_runtime_config config;

    sth_runtime_config_default(&config);
    config.judge = sth_plan_judge_hook(c->judge);
    config.memory = sth_plan_memory_of(&c->config);
    assert_true(sth_recorder_init(recorder, &c->config.params,
                                  config.driver.ring_addr,
                                  config.driver.ring_log2));
    assert_int_equal(sth_runtime_init(&c->runtime, &recorder->hal, &config), 0);
    sth_trace_set_step(&c->trace, step);
    compile_run(c);
}

static uint64_t tensor_addr(const struct compile_chip *c, const char *name)
{
    for (uint32_t i = 0; i < c->trace.tensors; i++)
        if (!strcmp(c->trace.tensor[i].name, name))
            return c->trace.tensor[i].addr;
    fail_msg("no tensor %s", name);
    return 0;
}

static void check_command(const struct compile_chip *c, json_t *listed,
                          const struct sth_command *planned)
{
    const char *tensor = json_string_value(json_object_get(listed, "tensor"));
    json_t *words = json_object_get(listed, "words");
    struct sth_command command;

    assert_int_equal(json_array_size(words), STH_COMMAND_WORDS);
    for (size_t i = 0; i < STH_COMMAND_WORDS; i++)
        command.word[i] =
            (uint32_t)json_integer_value(json_array_get(words, i));
    if (tensor) {
        const uint64_t offset =
            (uint64_t)json_integer_value(json_object_get(listed, "offset"));
        const uint64_t addr = offset + tensor_addr(c, tensor);

        sth_command_set_memory(&command, addr);
    }
    assert_memory_equal(&command, planned, sizeof(command));
}

static void test_listing_json_is_what_is_planned(void **unused)
{
    struct compile_file file = compile_text(text, "nano");
    struct sth_listing listing = open_listing(&file);
    struct compile_chip c;
    char *written;
    size_t bytes, at = 0;
    FILE *out = open_memstream(&written, &bytes);
    json_t *root, *stretches;

    (void)unused;
    assert_true(sth_listing_json(out, &listing, 0, STEPS));
    fclose(out);
    root = json_loadb(written, bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    stretches = json_object_get(root, "stretches");
    assert_int_equal(json_array_size(stretches), STEPS * 4);
    compile_start(&c, text, "nano", 0x100000);
    for (uint32_t step = 0; step < STEPS; step++) {
        struct sth_recorder recorder;
        uint32_t index = 0;

        record(&recorder, &c, step);
        for (uint32_t op = 0; op < 4; op++) {
            json_t *stretch = json_array_get(stretches, at++), *commands;

            commands = json_object_get(stretch, "commands");
            assert_int_equal(
                json_integer_value(json_object_get(stretch, "step")), step);
            for (size_t i = 0; i < json_array_size(commands); i++)
                check_command(&c, json_array_get(commands, i),
                              &recorder.command[index++]);
        }
        assert_int_equal(index, recorder.commands);
        sth_recorder_fini(&recorder);
    }
    sth_plan_judge_destroy(c.judge);
    sth_plan_book_fini(&c.plans);
    c.device->ops->destroy(c.device);
    sth_mem_destroy(c.mem);
    json_decref(root);
    free(written);
    sth_listing_close(&listing);
    free(file.byte);
}

static void test_listing_text_names_tensors(void **unused)
{
    static const char *const wanted[] = {
        "test: for 'nano' (0x",    "step 7, append.k (copy): 2 commands from ",
        "LOAD mem=x+0x1c0 sp=0x0", "STORE mem=k+0x6c0 sp=0x0",
        "step 7, copy: ",          "STORE mem=v+0x6c0 ",
        "step 7, attention: ",     "STORE mem=y+0x1c0 ",
        "step 7, end: 1 commands", "SYNC_STORE irq"};
    struct compile_file file = compile_text(text, "nano");
    struct sth_listing listing = open_listing(&file);
    char *written, *from;
    size_t bytes;
    FILE *out = open_memstream(&written, &bytes);

    (void)unused;
    assert_true(sth_listing_text(out, &listing, 7, 8));
    fclose(out);
    from = written;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        char *at = strstr(from, wanted[i]);

        if (!at)
            fail_msg("no '%s' behind %u bytes of %s", wanted[i],
                     (unsigned)(from - written), written);
        from = at;
    }
    assert_null(strstr(written, "step 6"));
    assert_null(strstr(written, "step 8"));
    free(written);
    sth_listing_close(&listing);
    free(file.byte);
}

static void test_listing_of_a_damaged_program_is_refused(void **unused)
{
    struct compile_file file = compile_text(text, "nano");
    struct sth_listing listing;
    char error[256];

    (void)unused;
    file.byte[file.bytes / 2] ^= 4;
    assert_false(sth_listing_open(&listing, "test", file.byte, file.bytes,
                                  error, sizeof(error)));
    assert_non_null(strstr(error, "its commands are damaged"));
    sth_listing_close(&listing);
    free(file.byte);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listing_json_is_what_is_planned),
        cmocka_unit_test(test_listing_text_names_tensors),
        cmocka_unit_test(test_listing_of_a_damaged_program_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
