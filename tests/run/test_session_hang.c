/*
 * Runs that hang: a program without one of its posts, with a watchdog and
 * without one, on the C model and on the RTL, ends with the engine, the command
 * and the semaphore.
 */
#include "compile_fixture.h"
#include "tool_files.h"

#include "sth_session.h"

static const char trace[] = "systolith-trace 1\n"
                            "tensor x bf16 8x16 seed:1:1\n"
                            "tensor w bf16 16x8 seed:2:1\n"
                            "tensor y bf16 8x8 zero\n"
                            "op matmul x=x w=w out=y\n"
                            "output y\n";

/* Takes the first post of MATRIX to VECTOR away; returns its command. */
static uint32_t take_post(struct compile_file *file)
{
    const struct sth_compiled p = compile_open(file);
    struct sth_compiled_header *h = (struct sth_compiled_header *)file->byte;
    struct sth_command *command = (struct sth_command *)(h + 1);
    uint32_t taken = 0;

    while (taken < h->commands &&
           STH_GET(&p.command[taken], ANY_OPCODE) != STH_OP_MATMUL)
        taken++;
    assert_true(taken < h->commands);
    assert_int_not_equal(STH_GET(&command[taken], ANY_POST), 0);
    STH_SET(&command[taken], ANY_POST, 0);
    h->body_sum = sth_compiled_sum(0, h + 1, file->bytes - sizeof(*h));
    h->sum = sth_compiled_sum(0, h, offsetof(struct sth_compiled_header, sum));
    return taken;
}

/* Where the RTL of the build lies that this test is one of. */
static const char *rtl_folder(void)
{
    static char path[TEST_PATH];
    const char *build = getenv("BUILD");

    snprintf(path, sizeof(path), "%s/rtl", build ? build : "build");
    return path;
}

static void expect_hang(enum sth_session_backend backend, uint32_t watchdog,
                        const char *first)
{
    struct compile_file file = compile_text(trace, "nano");
    struct sth_session_request q = {.backend = backend,
                                    .library_dir = rtl_folder(),
                                    .mode = STH_CSIM_FUNCTION_AND_TIME,
                                    .home = ".",
                                    .watchdog = watchdog};
    struct sth_session session;
    char path[TEST_PATH], error[4600];

    take_post(&file);
    write_temporary(path, file.byte, file.bytes);
    q.config = compile_config("nano");
    q.trace_path = path;
    assert_int_equal(sth_session_run(&session, &q, error, sizeof(error)), 1);
    unlink(path);
    for (const char *const *words =
             (const char *const[]){first, "  VECTOR has not begun command ",
                                   " of operation 'matmul', waits for "
                                   "semaphore 6: VECTOR ",
                                   " commands have retired", NULL};
         *words; words++)
        if (!strstr(error, *words))
            fail_msg("'%s' lacks '%s'", error, *words);
    assert_true(session.failed);
    sth_session_fini(&session);
    free(file.byte);
}

static void test_hang_is_named_by_the_watchdog(void **unused)
{
    (void)unused;
    expect_hang(STH_BACKEND_CSIM, STH_DRIVER_WATCHDOG_AUTO,
                "the chip reports fault WATCHDOG");
    expect_hang(STH_BACKEND_CSIM, 5000, "the chip reports fault WATCHDOG");
}

static void test_hang_is_named_on_the_rtl(void **unused)
{
    (void)unused;
    expect_hang(STH_BACKEND_RTL, STH_DRIVER_WATCHDOG_AUTO,
                "the chip reports fault WATCHDOG");
    expect_hang(STH_BACKEND_BOTH, 5000, "the chip reports fault WATCHDOG");
}

static void test_hang_is_named_without_a_watchdog(void **unused)
{
    (void)unused;
    expect_hang(STH_BACKEND_CSIM, STH_DRIVER_WATCHDOG_OFF,
                "no command retired for the time-out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hang_is_named_by_the_watchdog),
        cmocka_unit_test(test_hang_is_named_on_the_rtl),
        cmocka_unit_test(test_hang_is_named_without_a_watchdog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
