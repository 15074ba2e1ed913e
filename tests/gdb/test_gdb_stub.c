/* Whole sessions of gdb's protocol with a machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gdb_machine.h"

/* Counts in a0, keeps it in memory, and calls what counts. */
static const uint32_t program[] = {
    0x80001537u, /* lui a0, DATA */
    0x00000593u, /* li a1, 0 */
    0x00158593u, /* RAM + 8: addi a1, a1, 1 */
    0x00b52023u, /* sw a1, 0(a0) */
    0x00052603u, /* lw a2, 0(a0) */
    0x00500693u, /* li a3, 5 */
    0xfed598e3u, /* bne a1, a3, RAM + 8 */
    0x00100737u, /* lui a4, FINISH */
    0x00d72023u, /* sw a3, 0(a4) */
    LOOP,
};

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

static size_t frame(char *to, const char *packet)
{
    uint8_t sum = 0;

    for (const char *p = packet; *p; p++)
        sum = (uint8_t)(sum + (uint8_t)*p);
    return (size_t)sprintf(to, "$%s#%02x", packet, sum);
}

/* Takes what was said apart: packets with good checksums, and nothing else
 * besides + and -. */
static void take_answers(struct gdb_machine *m)
{
    const char *at = m->said;

    for (uint32_t i = 0; i < m->answers; i++)
        free(m->answer[i]);
    m->answers = 0;
    while (*at) {
        const char *last = strchr(at, '#');
        char again[STH_GDB_TEST_BYTES];

        if (*at == '+' || *at == '-') {
            at++;
            continue;
        }
        assert_int_equal(*at, '$');
        assert_non_null(last);
        assert_in_range(m->answers, 0, 63);
        m->answer[m->answers] = strndup(at + 1, (size_t)(last - at - 1));
        frame(again, m->answer[m->answers++]);
        assert_memory_equal(at, again, strlen(again));
        at = last + 3;
    }
}

/* Packets up to a NULL, without acknowledgements. */
static void talk(struct gdb_machine *m, ...)
{
    static char input[TALK];
    size_t bytes = frame(input, "QStartNoAckMode");
    const char *packet;
    va_list list;

    va_start(list, m);
    while ((packet = va_arg(list, const char *)) != NULL) {
        if (packet[0] == STH_GDB_INTERRUPT_BYTE)
            input[bytes++] = packet[0];
        else
            bytes += frame(input + bytes, packet);
    }
    va_end(list);
    assert_true(gdb_machine_talk(m, input, bytes));
    assert_int_equal(m->said[0], '+');
    take_answers(m);
    assert_string_equal(m->answer[0], "OK");
}

#define TALK_TO(m, ...) talk(m, __VA_ARGS__, (char *)NULL)

static void expect(const struct gdb_machine *m, uint32_t number,
                   const char *answer)
{
    assert_in_range(number + 1, 0, m->answers - 1);
    assert_string_equal(m->answer[number + 1], answer);
}

static void expect_beginning(const struct gdb_machine *m, uint32_t number,
                             const char *answer)
{
    assert_in_range(number + 1, 0, m->answers - 1);
    assert_memory_equal(m->answer[number + 1], answer, strlen(answer));
}

/* In a stop, pc is told. */
static void expect_pc(const struct gdb_machine *m, uint32_t number, uint32_t pc)
{
    char text[32];

    sprintf(text, "20:%08x;", __builtin_bswap32(pc));
    assert_in_range(number + 1, 0, m->answers - 1);
    assert_non_null(strstr(m->answer[number + 1], text));
}

static void test_registers(void **state)
{
    struct gdb_machine *m = *state;
    char all[33 * 8 + 2] = "G";

    TALK_TO(m, "P1=78563412", "p1", "p0", "P0=01000000", "p20", "p41", "p381",
            "P381=01000000", "p381", "p1000", "pffffffff", "p", "P1=7856",
            "P1=zz563412", "p341", "P1f");
    expect(m, 0, "OK");
    expect(m, 1, "78563412");
    expect(m, 2, "00000000");
    expect(m, 3, "E0e");
    expect(m, 4, "00000080");
    expect(m, 5, "E0e"); /* there is no CSR 0 */
    expect(m, 6, "00000000");
    expect(m, 7, "OK"); /* mscratch */
    expect(m, 8, "01000000");
    for (uint32_t i = 9; i < 14; i++)
        expect(m, i, "E0e");
    for (uint32_t i = 0; i < 33; i++)
        sprintf(all + 1 + 8 * i, "%08x", __builtin_bswap32(RAM + 4 * i));
    TALK_TO(m, all, "g", "p0", "G00");
    expect(m, 0, "OK");
    memcpy(all + 1, "00000000", 8);
    expect(m, 1, all + 1);
    expect(m, 3, "E0e");
    assert_int_equal(m->hart.state.pc, RAM + 4 * 32);
}

static void test_memory(void **state)
{
    struct gdb_machine *m = *state;
    char binary[] = "X80001000,3:a}\x03}\x04"; /* a # $ */

    TALK_TO(m, "M80001000,4:deadbeef", "m80001000,4", "m80001001,2", binary,
            "m80001000,4", "m80003ffe,8", "m80004000,4", "M80003ffe,4:01020304",
            "m80003ffe,2", "X20000000,0:", "M20000000,1:55", "m20000000,1",
            "mffffffff,ffffffff", "m0,0", "M80001000,2:1", "M80001000,1:1234",
            "X80001000,5:ab", "m80001000", "m,", "M0,1", "m80000000,ffffffff");
    expect(m, 0, "OK");
    expect(m, 1, "deadbeef");
    expect(m, 2, "adbe");
    expect(m, 3, "OK");
    expect(m, 4, "612324ef");
    expect(m, 5, "0000"); /* as far as there is some */
    expect(m, 6, "E0e");
    expect(m, 7, "E0e");
    expect(m, 8, "0102");
    expect(m, 9, "OK");
    expect(m, 10, "OK"); /* a debugger writes where firmware cannot */
    expect(m, 11, "55");
    for (uint32_t i = 12; i < 20; i++)
        expect(m, i, "E0e");
    assert_int_equal(strlen(m->answer[21]), 16384);
}

/* Code that is written is what runs. */
static void test_code_is_written(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "s", "s", "s", "s", "s", "s", "s", "M80000008,4:6f000000", "s",
            "s");
    expect_pc(m, 6, RAM + 8);
    expect_pc(m, 8, RAM + 8);
    expect_pc(m, 9, RAM + 8);
}

static void test_breakpoints(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "qSupported:swbreak+;hwbreak+", "Z0,80000008,4", "Z0,80000008,2",
            "c", "c", "Z1,80000008,4", "z0,80000008,4", "vCont;c",
            "z1,80000008,4", "z1,80000008,4", "Z1,8000001c,4", "vCont;c:1",
            "c80000000", "Z0,80000000", "Z5,80000000,4", "Z2,80001000,0");
    expect(m, 1, "OK");
    expect(m, 2, "OK");
    expect_beginning(m, 3, "T05swbreak:;");
    expect_pc(m, 3, RAM + 8);
    expect_pc(m, 4, RAM + 8);
    expect_beginning(m, 7, "T05hwbreak:;"); /* the other kind stays */
    expect_pc(m, 7, RAM + 8);
    expect_pc(m, 11, RAM + 28);
    expect_pc(m, 12, RAM + 28);
    for (uint32_t i = 13; i < 16; i++)
        expect(m, i, "E0e");
    assert_int_equal(m->hart.breaks, 0); /* none is left behind */
}

/* One that is not told of kinds of breakpoints does not hear of them. */
static void test_breakpoints_as_they_were(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "qSupported:xmlRegisters=i386", "Z0,80000008,4", "c");
    expect_beginning(m, 2, "T0501:");
}

static void test_breakpoints_run_out(void **state)
{
    struct gdb_machine *m = *state;
    static char input[8192];
    size_t bytes = frame(input, "QStartNoAckMode");
    uint32_t good = 0;

    for (uint32_t i = 0; i <= STH_HART_BREAKS; i++) {
        char packet[32];

        sprintf(packet, "Z0,%x,2", RAM + 2 * i);
        bytes += frame(input + bytes, packet);
    }
    assert_true(gdb_machine_talk(m, input, bytes));
    for (const char *at = m->said; (at = strstr(at, "$OK")) != NULL; at++)
        good++;
    assert_int_equal(good, 1 + STH_HART_BREAKS);
    assert_non_null(strstr(m->said, "$E0e"));
    assert_int_equal(m->hart.breaks, 0);
}

static void test_watchpoints(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "Z2,80001000,4", "c", "z2,80001000,4", "Z3,80001002,1", "c",
            "z3,80001002,1", "Z4,80001000,4", "c", "c", "z4,80001000,4",
            "z4,80001000,4");
    expect_beginning(m, 1, "T05watch:80001000;");
    expect_pc(m, 1, RAM + 16); /* behind the store */
    expect_beginning(m, 4, "T05rwatch:80001002;");
    expect_pc(m, 4, RAM + 20);
    expect_beginning(m, 7, "T05awatch:80001000;");
    expect_pc(m, 7, RAM + 16);
    expect_pc(m, 8, RAM + 20);
    assert_int_equal(m->hart.watches, 0);
}

static void test_steps(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "s", "vCont;s:1;c", "S05", "vCont;S05:1",
            "vCont;r80000000,8000001c:1", "s80000000",
            "vCont;r80000000,80000000");
    expect_pc(m, 0, RAM + 4);
    expect_pc(m, 1, RAM + 8);
    expect_pc(m, 2, RAM + 12);
    expect_pc(m, 3, RAM + 16);
    /* What stands behind it in the input stops it at once. */
    expect_beginning(m, 4, "T05");
    expect_pc(m, 5, RAM + 4);
    expect_pc(m, 6, RAM + 8);
}

static void test_interrupt(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "M80000000,4:6f000000", "c", "\x03", "\x03", "?", "c", "g");
    expect_beginning(m, 1, "T02");
    expect_pc(m, 1, RAM);
    expect_beginning(m, 2, "T02");
    /* A packet stops it as well, and is answered. */
    expect_beginning(m, 3, "T02");
    assert_int_equal(strlen(m->answer[5]), 33 * 8);
}

static void test_end_of_a_run(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "c", "p20", "c", "g");
    expect(m, 0, "O7468652072756e206973206f7665720a");
    expect_beginning(m, 1, "T0f");
    expect(m, 2, "24000080");
    expect(m, 3, "W05");
    assert_int_equal(m->answers, 5);
    assert_int_equal(m->end, STH_GDB_END_OVER);
}

static void test_begin_again(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "c", "qRcmd,7265736574", "Z0,80000008,4", "c");
    expect_beginning(m, 1, "T0f");
    expect(m, 2, "O746865206d616368696e6520697320696e2072657365740a");
    expect_beginning(m, 5, "T05");
    expect_pc(m, 5, RAM + 8);
}

static void test_extended(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "!", "s", "vKill;1", "vRun;", "s");
    expect(m, 0, "OK");
    expect(m, 2, "OK");
    expect_pc(m, 3, RAM);
    expect_pc(m, 4, RAM + 4);
    assert_int_equal(m->end, STH_GDB_END_LOST);
    TALK_TO(m, "!", "R", "vKill;1");
    assert_int_equal(m->answers, 3);
    assert_int_equal(m->end, STH_GDB_END_KILLED);
    m->target.reset = NULL;
    TALK_TO(m, "vRun;");
    expect(m, 0, "E01");
}

static void test_ends(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "Z0,80000008,4", "Z2,80001000,4", "D", "g");
    expect(m, 2, "OK");
    assert_int_equal(m->answers, 4);
    assert_int_equal(m->end, STH_GDB_END_DETACHED);
    assert_int_equal(m->hart.breaks + m->hart.watches, 0);
    TALK_TO(m, "k", "g");
    assert_int_equal(m->answers, 1);
    assert_int_equal(m->end, STH_GDB_END_KILLED);
    TALK_TO(m, "vKill;1");
    expect(m, 0, "OK");
    assert_int_equal(m->end, STH_GDB_END_KILLED);
    TALK_TO(m, "g");
    assert_int_equal(m->end, STH_GDB_END_LOST);
}

static void test_documents(void **state)
{
    struct gdb_machine *m = *state;
    static char whole[65536];

    TALK_TO(m, "qXfer:features:read:target.xml:0,1fff",
            "qXfer:features:read:target.xml:1fff,1fff",
            "qXfer:features:read:target.xml:fffff,1",
            "qXfer:features:read:other.xml:0,1", "qXfer:memory-map:read::0,fff",
            "qXfer:memory-map:read::0,1", "qXfer:memory-map:read::1");
    expect_beginning(m, 0, "m<?xml");
    expect_beginning(m, 1, "l");
    snprintf(whole, sizeof(whole), "%s%s", m->answer[1] + 1, m->answer[2] + 1);
    assert_non_null(strstr(whole, "\"pc\" bitsize=\"32\" regnum=\"32\""));
    assert_non_null(strstr(whole, "\"mepc\" bitsize=\"32\" regnum=\"898\""));
    assert_non_null(strstr(whole, "\"mhpmcounter31h\""));
    assert_non_null(strstr(whole, "</feature>\n</target>\n"));
    assert_null(strstr(whole, "\"time\"")); /* this processor has none */
    expect(m, 2, "E16");
    expect(m, 3, "");
    expect_beginning(m, 4, "l<?xml");
    assert_non_null(
        strstr(m->answer[5], "\"rom\" start=\"0x20000000\" length=\"0x1000\""));
    expect(m, 5, "m<");
    expect(m, 6, "E16");
}

static void test_what_is_asked(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "qSupported", "vCont?", "?", "qC", "qfThreadInfo",
            "qsThreadInfo", "Hg0", "Hc-1", "Hg1", "Hg2", "T1", "T2",
            "qAttached", "qSymbol::", "qCRC:80000000,4", "qCRC:0,1",
            "qCRC:80003fff,2", "vMustReplyEmpty", "qTStatus", "Zz", "y", "",
            "vCont", "vCont;t", "vCont;C", "vCont;r1", "C", "Cxx");
    expect_beginning(m, 0, "PacketSize=4000;");
    expect(m, 1, "vCont;c;C;s;S;r");
    expect_beginning(m, 2, "T05");
    expect(m, 3, "QC1");
    expect(m, 4, "m1");
    expect(m, 5, "l");
    expect(m, 6, "OK");
    expect(m, 7, "OK");
    expect(m, 8, "OK");
    expect(m, 9, "E16");
    expect(m, 10, "OK");
    expect(m, 11, "E16");
    expect(m, 12, "1");
    expect(m, 13, "OK");
    expect_beginning(m, 14, "C");
    expect(m, 15, "E16");
    expect(m, 16, "E16");
    expect(m, 17, "");
    expect(m, 18, "");
    expect(m, 19, "E0e");
    expect(m, 20, "");
    expect(m, 21, "");
    for (uint32_t i = 22; i < 28; i++)
        expect(m, i, "E16");
}

/* The checksum that gdb knows: CRC-32 from ones, upper bit first. */
static void test_checksum(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "M80001000,9:313233343536373839", "qCRC:80001000,9");
    expect(m, 1, "C376e6e7");
}

static void test_acknowledgements(void **state)
{
    struct gdb_machine *m = *state;

    assert_true(gdb_machine_talk(m, "$c#00$p0#a0-$p0#a1+", 19));
    assert_string_equal(m->said, "-+$00000000#80$00000000#80-");
    assert_true(gdb_machine_talk(m, "-$p0#a0", 7));
    assert_string_equal(m->said, "+$00000000#80");
}

static void test_too_long_is_answered(void **state)
{
    struct gdb_machine *m = *state;
    static char input[STH_GDB_TEST_BYTES + 16];

    memset(input, 0, sizeof(input));
    input[0] = '$';
    memset(input + 1, 'm', 17000);
    sprintf(input + 17001, "#%02x$?#3f", (17000 * 'm') & 0xff);
    assert_true(gdb_machine_talk(m, input, strlen(input)));
    assert_memory_equal(m->said, "+$E07#ac+$T05", 13);
}

/* `monitor` with words of the machine's owner, and without. */
static bool owners(void *user, const char *command, FILE *out)
{
    (void)user;
    fprintf(out, "the owner hears %s\n", command);
    return command[0] == 'm' || command[0] == 'h';
}

static void test_monitor(void **state)
{
    struct gdb_machine *m = *state;

    TALK_TO(m, "qRcmd,6e6f7065", "qRcmd,6", "qRcmd,zz",
            "qRcmd,656e67696e6573" /* engines */, "qRcmd,");
    expect(m, 1, "OK");
    expect(m, 2, "E16");
    expect(m, 3, "E16");
    expect(m, 5, "OK");
    expect_beginning(m, 6, "O656e67696e6573"); /* help */
    m->target.monitor = owners;
    TALK_TO(m, "qRcmd,6d6f7265");
    expect(m, 0, "O746865206f776e6572206865617273206d6f72650a");
    expect(m, 1, "OK");
}

#define STUB_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUB_TEST(test_registers),
        STUB_TEST(test_memory),
        STUB_TEST(test_code_is_written),
        STUB_TEST(test_breakpoints),
        STUB_TEST(test_breakpoints_as_they_were),
        STUB_TEST(test_breakpoints_run_out),
        STUB_TEST(test_watchpoints),
        STUB_TEST(test_steps),
        STUB_TEST(test_interrupt),
        STUB_TEST(test_end_of_a_run),
        STUB_TEST(test_begin_again),
        STUB_TEST(test_extended),
        STUB_TEST(test_ends),
        STUB_TEST(test_documents),
        STUB_TEST(test_what_is_asked),
        STUB_TEST(test_checksum),
        STUB_TEST(test_acknowledgements),
        STUB_TEST(test_too_long_is_answered),
        STUB_TEST(test_monitor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
