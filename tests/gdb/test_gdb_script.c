/* Sessions that a script drives: words in, JSON out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gdb_machine.h"

/* Counts to five in a1, writes it to memory each time, ends with status 5. */
static const uint32_t program[] = {
    0x80001537u, /* lui a0, DATA */
    0x00000593u, /* li a1, 0 */
    0x00158593u, /* RAM + 8: addi a1, a1, 1 */
    0x00b52023u, /* sw a1, 0(a0) */
    0x00500693u, /* li a3, 5 */
    0xfed59ae3u, /* bne a1, a3, RAM + 8 */
    0x00100737u, /* lui a4, FINISH */
    0x00d72023u, /* RAM + 28: sw a3, 0(a4) */
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

/* What the machine says to these lines, and nothing else. */
static void expect(struct gdb_machine *m, const char *input, const char *output)
{
    assert_true(gdb_machine_talk(m, input, strlen(input)));
    assert_string_equal(m->said, output);
}

static void talk(struct gdb_machine *m, const char *input)
{
    assert_true(gdb_machine_talk(m, input, strlen(input)));
}

#define OK "{\"ok\":true}\n"
#define NO(why) "{\"ok\":false,\"error\":\"" why "\"}\n"
#define VALUE(value) "{\"ok\":true,\"value\":" #value "}\n"

static void test_script_registers(void **state)
{
    expect(*state,
           "reg pc\nreg x11 7\nreg a1\nreg zero\nreg zero 1\nreg mscratch 9\n"
           "reg x32\nreg\nreg a1 -1\nreg a1 4294967296\nreg a1 0x10 2\n",
           VALUE(2147483648) VALUE(7) VALUE(7) VALUE(0)
               NO("this register cannot be written") VALUE(9)
                   NO("there is no register of that name")
                       NO("there is no register of that name")
                           NO("value: a number from 0 to 4294967295 is wanted")
                               NO("value: a number from 0 to 4294967295 is "
                                  "wanted") NO("there are words too many"));
    talk(*state, "regs\n");
    assert_non_null(strstr(((struct gdb_machine *)*state)->said, "\"mepc\":0"));
}

static void test_script_memory(void **state)
{
    expect(*state,
           "write 0x80001000 00ff10\nread 0x80001000 4\nread 0 4\n"
           "read 0x80003ffc 5\nwrite 0x80001000 0\nwrite 0x80001000 zz\n"
           "read 0x80001000 65537\nread 0xffffffff 2\nwrite 0x80003fff 0000\n",
           OK "{\"ok\":true,\"data\":\"00ff1000\"}\n" NO(
               "not all of that is memory") NO("not all of that is memory")
               NO("pairs of hexadecimal digits are wanted")
                   NO("pairs of hexadecimal digits are wanted")
                       NO("bytes: a number from 0 to 65536 is wanted")
                           NO("not all of that is memory")
                               NO("not all of that is memory"));
}

static void test_script_runs(void **state)
{
    struct gdb_machine *m = *state;

    expect(m, "# a comment\n\nstep\n",
           "{\"ok\":true,\"stop\":\"step\",\"pc\":2147483652,\"cycle\":1}\n");
    assert_int_equal(m->end, STH_GDB_END_LOST);
    talk(m, "break 0x80000008\nrun\nstate\nkill\n");
    assert_memory_equal(m->said, OK "{\"ok\":true,\"stop\":\"breakpoint\"", 41);
    assert_int_equal(m->end, STH_GDB_END_KILLED);
    assert_int_equal(m->hart.breaks, 0);
    talk(m, "watch 0x80001000 4\nrun\ndetach\n");
    assert_memory_equal(m->said, OK "{\"ok\":true,\"stop\":\"watchpoint\"", 41);
    assert_non_null(strstr(m->said, "\"address\":2147487744,\"bytes\":4}"));
    assert_int_equal(m->end, STH_GDB_END_DETACHED);
    assert_int_equal(m->hart.watches, 0);
}

static void test_script_steps(void **state)
{
    struct gdb_machine *m = *state;

    expect(m, "step 0\nstep x\nstep 1 2\n",
           NO("steps: at least one is wanted")
               NO("steps: a number from 0 to 4294967295 is wanted")
                   NO("there are words too many"));
    assert_int_equal(m->hart.state.pc, RAM);
}

/* A goal is gone when it is reached, or something else stops the run. */
static void test_script_goal(void **state)
{
    struct gdb_machine *m = *state;

    talk(m, "run until 0x8000001c\nreg a1\n");
    assert_non_null(strstr(m->said, "\"pc\":2147483676"));
    assert_non_null(strstr(m->said, VALUE(5)));
    assert_int_equal(m->hart.breaks, 0);
    expect(m, "run until\nrun up\nrun cycle x\nrun for 3 until\n",
           NO("address: a number from 0 to 4294967295 is wanted")
               NO("run [until ADDRESS] [cycle N] [for MILLISECONDS]")
                   NO("cycle: a number from 0 to 9223372036854775807 is wanted")
                       NO("address: a number from 0 to 4294967295 is wanted"));
}

static void test_script_end_of_a_run(void **state)
{
    struct gdb_machine *m = *state;

    talk(m, "run\nmonitor reset\nrun\nreg a1\n");
    assert_non_null(strstr(
        m->said, "\"status\":5,\"text\":\"the run is over\"}\n"
                 "{\"ok\":true,\"text\":\"the machine is in reset\\n\"}"));
    assert_non_null(strstr(strstr(m->said, "in reset"), "\"status\":5"));
    assert_int_equal(m->end, STH_GDB_END_LOST);
}

static void test_script_snapshot(void **state)
{
    struct gdb_machine *m = *state;

    expect(m,
           "monitor restore\nmonitor snapshot\nreg a1 9\nwrite 0x80001000 77\n"
           "monitor restore\nreg a1\nread 0x80001000 1\n",
           NO("no state is kept\\n") "{\"ok\":true,\"text\":\"the state is "
                                     "kept\\n\"}\n" VALUE(9) OK
           "{\"ok\":true,\"text\":\"the state is "
           "back\\n\"}\n" VALUE(0) "{\"ok\":true,\"data\":\"00\"}\n");
    m->target.snapshot = NULL;
    expect(m, "monitor snapshot\n", NO("this machine cannot do that\\n"));
}

static void test_script_points(void **state)
{
    struct gdb_machine *m = *state;

    expect(m,
           "break 0x80000008\nunbreak 0x80000008\nunbreak 0x80000008\n"
           "watch 0x80001000 4 read\nwatch 0x80001000 4 access\n"
           "unwatch 0x80001000 4 read\nwatch 0x80001000 0\n"
           "watch 0x80001000 4 often\nwatch 0xffffffff 2\nbreak\n",
           OK OK OK OK OK OK NO("there is no room for it")
               NO("write, read or access is wanted")
                   NO("bytes: a number from 0 to 1 is wanted")
                       NO("address: a number from 0 to 4294967295 is wanted"));
    assert_int_equal(m->hart.breaks + m->hart.watches, 0);
}

static void test_script_mistakes(void **state)
{
    struct gdb_machine *m = *state;
    static char line[STH_GDB_PACKET_BYTES + 3];

    expect(m, "go\nstate now\nmonitor \x01\xff\n",
           NO("no such request; \\\"help\\\" lists them")
               NO("there are words too many")
                   NO("no command \\\"??\\\"; \\\"help\\\" lists them\\n"));
    memset(line, 'x', STH_GDB_PACKET_BYTES + 1);
    line[STH_GDB_PACKET_BYTES + 1] = '\n';
    expect(m, line, NO("the line is too long"));
    talk(m, "help\n");
    assert_non_null(strstr(m->said, "\"step\":\"[COUNT]\""));
}

#define SCRIPT_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(test_script_registers),
        SCRIPT_TEST(test_script_memory),
        SCRIPT_TEST(test_script_runs),
        SCRIPT_TEST(test_script_steps),
        SCRIPT_TEST(test_script_goal),
        SCRIPT_TEST(test_script_end_of_a_run),
        SCRIPT_TEST(test_script_snapshot),
        SCRIPT_TEST(test_script_points),
        SCRIPT_TEST(test_script_mistakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
