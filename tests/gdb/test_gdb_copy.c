/* The state of a process, kept and brought back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sth_gdb_copy.h"

/* What all copies write to. */
struct shared {
    char trail[32];
    uint32_t length;
};

static struct shared *shared;

static void leave(char mark)
{
    shared->trail[shared->length++ % sizeof(shared->trail)] = mark;
}

/* Lets a process do that; how it ended, as its parent sees it. */
static int in_a_process(void (*work)(void))
{
    pid_t child;
    int status;

    memset(shared, 0, sizeof(*shared));
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        work();
        _exit(99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* Back twice, each time to what was; the state stays kept. */
static void twice(void)
{
    int value = 1;

    leave(sth_gdb_copy_keep(2) == STH_GDB_COPY_BACK ? 'b' : 'k');
    leave((char)('0' + value));
    value = 2;
    leave((char)('0' + value));
    if (shared->length < 9)
        sth_gdb_copy_back(2);
    _exit(7);
}

static void test_copy_back_twice(void **state)
{
    const int status = in_a_process(twice);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_string_equal(shared->trail, "k12b12b12");
}

/* To the beginning from within what was kept later, and that again. */
static void nested(void)
{
    leave(sth_gdb_copy_keep(1) == STH_GDB_COPY_BACK ? 'B' : 'K');
    leave(sth_gdb_copy_keep(2) == STH_GDB_COPY_BACK ? 'b' : 'k');
    if (shared->length == 2)
        sth_gdb_copy_back(2);
    if (shared->length < 8)
        sth_gdb_copy_back(1);
    _exit(0);
}

static void test_copies_within_copies(void **state)
{
    (void)state;
    assert_int_equal(in_a_process(nested), 0);
    assert_string_equal(shared->trail, "KkbBkBkBk");
}

static void nothing_kept(void)
{
    sth_gdb_copy_back(2);
    leave('n');
    (void)sth_gdb_copy_keep(1);
    sth_gdb_copy_back(2);
    leave('n');
    kill(getpid(), SIGUSR1);
}

static void test_copy_without_one(void **state)
{
    const int status = in_a_process(nothing_kept);

    (void)state;
    assert_string_equal(shared->trail, "nn");
    assert_true(WIFSIGNALED(status)); /* as the last one ended */
    assert_int_equal(WTERMSIG(status), SIGUSR1);
}

static int touched;

static void touch(void *user, FILE *to)
{
    touched = 1;
    for (int i = 0; i < 20000; i++)
        fputs(user, to);
}

static void die(void *user, FILE *to)
{
    (void)user;
    (void)to;
    raise(SIGKILL);
}

/* What a copy does stays in it, but for what it says. */
static void test_copy_is_asked(void **state)
{
    char word[] = "says ";
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    (void)state;
    assert_non_null(out);
    assert_true(sth_gdb_copy_ask(touch, word, out));
    assert_false(sth_gdb_copy_ask(die, NULL, out));
    assert_int_equal(fclose(out), 0);
    assert_int_equal(bytes, 5 * 20000);
    assert_memory_equal(text, "says says ", 10);
    assert_int_equal(touched, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_back_twice),
        cmocka_unit_test(test_copies_within_copies),
        cmocka_unit_test(test_copy_without_one),
        cmocka_unit_test(test_copy_is_asked),
    };

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ||
           cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
