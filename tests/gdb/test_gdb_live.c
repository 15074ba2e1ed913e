/* A debugger on the other side of a socket, which waits for answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "gdb_machine.h"
#include "sth_gdb_listen.h"

enum { PATIENCE = 20000 /* milliseconds for an answer */ };

/* Counts to a hundred thousand, and then for ever. */
static const uint32_t program[] = {
    0x00000593u, /* li a1, 0 */
    0x00018537u, /* lui a0, 0x18000 */
    0x6a050513u, /* addi a0, a0, 0x6a0 */
    0x00158593u, /* RAM + 12: addi a1, a1, 1 */
    0xfea59ee3u, /* bne a1, a0, RAM + 12 */
    0xff9ff06fu, /* RAM + 20: j RAM + 12 */
};

/* The client: packets or lines, in order, each sent when the one before is
 * answered, or after a while of running. */
struct client {
    int fd;
    const char *const *say; /* up to a NULL; "" is a pause of 30 ms */
    bool slowly;            /* byte by byte */
    char heard[65536];
    size_t bytes;
    bool failed;
};

/* Bytes within that time; false: none. */
static bool hear(struct client *c, int milliseconds)
{
    struct pollfd ready = {.fd = c->fd, .events = POLLIN};
    ssize_t got;

    if (poll(&ready, 1, milliseconds) <= 0)
        return false;
    got = read(c->fd, c->heard + c->bytes, sizeof(c->heard) - 1 - c->bytes);
    if (got <= 0)
        return false;
    c->bytes += (size_t)got;
    c->heard[c->bytes] = 0;
    return true;
}

/* How many answers are complete: packets or lines. */
static uint32_t answers(const struct client *c)
{
    uint32_t count = 0;

    for (const char *at = c->heard; (at = strpbrk(at, "#\n")) != NULL; at++)
        count += *at == '\n' || strlen(at) >= 3;
    return count;
}

/* What stops a run does not wait for its answer. */
static bool stops(const char *say)
{
    return say[0] == STH_GDB_INTERRUPT_BYTE || strcmp(say, "pause\n") == 0;
}

static void *talk(void *user)
{
    struct client *c = user;
    uint32_t asked = 0;

    for (const char *const *say = c->say; *say && !c->failed; say++) {
        const size_t length = strlen(*say);

        if (length == 0) { /* it runs */
            while (hear(c, 30))
                ;
            c->failed = answers(c) >= asked;
            continue;
        }
        while (!stops(*say) && answers(c) < asked && !c->failed)
            c->failed = !hear(c, PATIENCE);
        asked += (*say)[0] != STH_GDB_INTERRUPT_BYTE;
        for (size_t i = 0; i < length; i += c->slowly ? 1 : length)
            c->failed = c->failed ||
                        write(c->fd, *say + i, c->slowly ? 1 : length) <= 0;
    }
    while (answers(c) < asked && !c->failed)
        c->failed = !hear(c, PATIENCE);
    shutdown(c->fd, SHUT_WR);
    return NULL;
}

/* A whole session; what the last answer was. */
static const char *converse(struct gdb_machine *m, const char *const *say,
                            bool slowly)
{
    static struct client c;
    pthread_t thread;
    const char *last;
    int fd[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    c = (struct client){.fd = fd[0], .say = say, .slowly = slowly};
    assert_int_equal(pthread_create(&thread, NULL, talk, &c), 0);
    m->end = gdb_machine_serve(m, fd[1], fd[1]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(fd[0]);
    close(fd[1]);
    assert_false(c.failed);
    last = strrchr(c.heard, '$');
    if (last)
        return last;
    for (last = c.heard + c.bytes - 1; last > c.heard && last[-1] != '\n';)
        last--;
    return last;
}

static int begin(void **state)
{
    *state = gdb_machine_new(program, sizeof(program) / 4);
    return *state ? 0 : -1;
}

static int end(void **state)
{
    gdb_machine_free(*state);
    return 0;
}

static void test_live_range_of_steps(void **state)
{
    static const char *const say[] = {"$vCont;r80000000,80000014#f8", NULL};
    struct gdb_machine *m = *state;

    assert_memory_equal(converse(m, say, false), "$T05", 4);
    assert_int_equal(m->hart.state.pc, RAM + 20);
    assert_int_equal(m->hart.state.x[A1], 100000);
}

/* It runs on until it is interrupted, and again. */
static void test_live_interrupt(void **state)
{
    static const char *const say[] = {"$c#63", "", "\x03", "$s#73",
                                      "$c#63", "", "\x03", NULL};
    struct gdb_machine *m = *state;

    assert_memory_equal(converse(m, say, false), "$T02", 4);
    assert_true(m->hart.state.retired > 100000);
}

static void test_live_byte_by_byte(void **state)
{
    static const char *const say[] = {"$Z0,80000014,4#a3", "$c#63", "$p0b#02",
                                      NULL};
    struct gdb_machine *m = *state;

    assert_string_equal(converse(m, say, true), "$a0860100#c0");
}

/* A step that would go on for ever can be interrupted. */
static void test_live_interrupt_of_steps(void **state)
{
    static const char *const say[] = {"$vCont;r80000000,80000100#f4", "",
                                      "\x03", NULL};

    assert_memory_equal(converse(*state, say, false), "$T02", 4);
}

static void test_live_script(void **state)
{
    static const char *const say[] = {
        "run\n", "", "pause\n", "run until 0x80000010\n", "reg pc\n", NULL};

    assert_string_equal(converse(*state, say, false),
                        "{\"ok\":true,\"value\":2147483664}\n");
}

static void test_live_script_limits(void **state)
{
    static const char *const say[] = {"run for 20\n", "run cycle 5000000\n",
                                      NULL};
    struct gdb_machine *m = *state;

    assert_memory_equal(converse(m, say, false),
                        "{\"ok\":true,\"stop\":\"asked\"", 25);
    assert_true(m->hart.state.cycles >= 5000000);
}

/* On a port, which is of this host alone, and has an end to its patience. */
static void test_live_port(void **state)
{
    char error[128];
    uint16_t port = 0, again;
    int fd;

    (void)state;
    fd = sth_gdb_listen(&port, error, sizeof(error));
    assert_true(fd >= 0);
    assert_int_not_equal(port, 0);
    assert_int_equal(sth_gdb_accept(fd, 10), -1);
    again = port;
    assert_int_equal(sth_gdb_listen(&again, error, sizeof(error)), -1);
    assert_non_null(strstr(error, "in use"));
    close(fd);
}

#define LIVE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(test_live_range_of_steps),
        LIVE_TEST(test_live_interrupt),
        LIVE_TEST(test_live_byte_by_byte),
        LIVE_TEST(test_live_interrupt_of_steps),
        LIVE_TEST(test_live_script),
        LIVE_TEST(test_live_script_limits),
        LIVE_TEST(test_live_port),
    };

    alarm(120); /* a machine that cannot be stopped ends here */
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
