/*
 * Random conversations: requests that mean something, damaged ones, noise.
 * GDB_FUZZ has another number of them, and where to begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gdb_machine.h"

enum { CONVERSATIONS = 1500, REQUESTS = 24 };

/* Counts for ever, with a store and a load. */
static const uint32_t program[] = {
    0x80001537u, /* lui a0, DATA */
    0x00158593u, /* RAM + 4: addi a1, a1, 1 */
    0x00b52023u, /* sw a1, 0(a0) */
    0x00052603u, /* lw a2, 0(a0) */
    0xff5ff06fu, /* j RAM + 4 */
};

/* %a: an address, %n: a number, %h: bytes in hex, %b: any bytes. */
static const char *const packets[] = {
    "g",
    "G%h",
    "p%n",
    "P%n=%h",
    "m%a,%n",
    "M%a,%n:%h",
    "X%a,%n:%b",
    "Z%n,%a,%n",
    "z%n,%a,%n",
    "Z0,%a,4",
    "Z2,%a,4",
    "c",
    "s",
    "c%a",
    "C05",
    "S05;%a",
    "vCont;c",
    "vCont;s:1",
    "vCont;r%a,%a",
    "vCont?",
    "?",
    "qSupported:swbreak+;hwbreak+",
    "qXfer:features:read:target.xml:%n,%n",
    "qXfer:memory-map:read::%n,%n",
    "qRcmd,%h",
    "qRcmd,736e617073686f74",
    "qRcmd,726573746f7265",
    "qRcmd,7265736574",
    "qCRC:%a,%n",
    "Hg%n",
    "T%n",
    "!",
    "R",
    "vRun;",
    "vKill;1",
    "QStartNoAckMode",
    "qC",
    "%b",
    "D",
    "k",
};

static const char *const lines[] = {
    "state",
    "step",
    "step %d",
    "run until %x",
    "run for %d",
    "run cycle %d",
    "reg a0 %d",
    "regs",
    "read %x %d",
    "write %x %h",
    "break %x",
    "unbreak %x",
    "watch %x %d",
    "watch %x %d read",
    "unwatch %x %d",
    "monitor reset",
    "monitor snapshot",
    "monitor restore",
    "monitor %b",
    "pause",
    "help",
    "%b",
    "detach",
    "kill",
};

static uint64_t random_state;

static uint32_t any(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % below;
}

static uint32_t any_address(void)
{
    static const uint32_t near[] = {RAM, DATA,      ROM, RAM + RAM_BYTES,
                                    0,   UINT32_MAX};

    return near[any(6)] + any(16) - 8;
}

static uint32_t any_number(void)
{
    return any(4) == 0   ? (uint32_t)random_state
           : any(5) == 0 ? any(70000)
                         : any(9);
}

/* A request by its pattern; where it ends. */
static char *fill_in(char *to, const char *pattern)
{
    for (; *pattern; pattern++) {
        const uint32_t count = any(20) == 0 ? any(20000) : any(12);

        if (*pattern != '%') {
            *to++ = *pattern;
            continue;
        }
        switch (*++pattern) {
        case 'a':
            to += sprintf(to, "%x", any_address());
            break;
        case 'x':
            to += sprintf(to, "0x%x", any_address());
            break;
        case 'n':
            to += sprintf(to, "%x", any_number());
            break;
        case 'd':
            to += sprintf(to, "%u", any_number());
            break;
        case 'h':
            for (uint32_t i = 0; i < count; i++)
                to += sprintf(to, "%02x", any(256));
            break;
        default:
            for (uint32_t i = 0; i < count; i++)
                *to++ = (char)any(256);
            break;
        }
    }
    return to;
}

static char *put_packet(char *to)
{
    char *begin = to;
    uint8_t sum = 0;

    *to++ = '$';
    to = fill_in(to, packets[any(sizeof(packets) / sizeof(packets[0]))]);
    for (char *p = begin + 1; p < to; p++)
        sum = (uint8_t)(sum + (uint8_t)*p);
    if (any(40) == 0)
        sum ^= 1;
    return to + sprintf(to, "#%02x%s", sum, any(3) ? "+" : "");
}

static char *put_line(char *to)
{
    to = fill_in(to, lines[any(sizeof(lines) / sizeof(lines[0]))]);
    *to++ = '\n';
    return to;
}

/* Some of it is damaged on its way. */
static void damage(char *bytes, size_t count)
{
    for (uint32_t i = any(4); i > 0 && any(3) == 0; i--)
        bytes[any((uint32_t)count)] = (char)any(256);
}

static void converse(uint64_t seed)
{
    static char input[REQUESTS * 80000];
    struct gdb_machine *m = gdb_machine_new(program, sizeof(program) / 4);
    char *end = input;
    bool script;

    assert_non_null(m);
    random_state = seed * 0x9e3779b97f4a7c15u + 1;
    script = any(3) == 0;
    for (uint32_t i = any(REQUESTS); i > 0; i--)
        end = any(30) == 0 ? fill_in(end, "%b\x03")
              : script     ? put_line(end)
                           : put_packet(end);
    if (end > input)
        damage(input, (size_t)(end - input));
    assert_true(gdb_machine_talk(m, input, (size_t)(end - input)));
    assert_int_equal(m->hart.breaks + m->hart.watches, 0);
    gdb_machine_free(m);
}

static void test_gdb_fuzz(void **state)
{
    unsigned long count = CONVERSATIONS, first = 1;
    const char *wish = getenv("GDB_FUZZ");

    (void)state;
    if (wish)
        assert_in_range(sscanf(wish, "%lu %lu", &count, &first), 1, 2);
    for (unsigned long i = 0; i < count; i++) {
        if (i % 500 == 0) {
            printf("GDB_FUZZ='500 %lu'\n", first + i);
            fflush(stdout);
        }
        converse(first + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gdb_fuzz)};

    alarm(300);
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
