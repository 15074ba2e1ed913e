/*
 * The energy of a netlist: what is read, how it runs, and sums that can be
 * checked by hand.
 */
#include "tool_files.h"

#include "sth_energy.h"
#include "sth_gates_time.h"
#include "sth_memory_energy.h"
#include "sth_power_run.h"

#include <math.h>

/* A flip-flop that a clock gate feeds, an inverter behind it. */
#define PAIR                                                                   \
    "/* a comment */ (* top = 1 *)\n"                                          \
    "module pair(clk_i, en_i, d_i, q_o);\n"                                    \
    "  input clk_i; wire clk_i; input en_i; wire en_i;\n"                      \
    "  input d_i; wire d_i; output q_o; wire q_o;\n"                           \
    "  wire \\q[0] ; wire gated;\n"                                            \
    "  sth_clock_gate gate (.clk_i(clk_i), .enable_i(en_i), "                  \
    ".clk_o(gated));\n"                                                        \
    "  FLOP flop (.CLK(gated), .D(d_i), .Q(\\q[0] ));\n"                       \
    "  INV inv (.A(\\q[0] ), .Y(q_o));\n"                                      \
    "endmodule\n"

/* Two of the same in a chip, beside a register file. */
#define CHIP                                                                   \
    "module chip(clk_i, d_i, q_o);\n"                                          \
    "  input clk_i; input [1:0] d_i; output [1:0] q_o; wire [1:0] q_o;\n"      \
    "  wire [3:0] word; wire same; assign same = d_i[0];\n"                    \
    "  pair one (.clk_i(clk_i), .en_i(1'h1), .d_i(same), .q_o(q_o[0]));\n"     \
    "  pair two (.clk_i(clk_i), .en_i(1'b0), .d_i(d_i[1]), "                   \
    ".q_o(q_o[1]));\n"                                                         \
    "  sth_regfile_1r1w store (.clk_i(clk_i), .raddr_i({1'h0, same}), "        \
    ".rdata_o(word), .wen_i(d_i[1]), .waddr_i(d_i), "                          \
    ".wdata_i({d_i, 2'd2}));\n"                                                \
    "endmodule\n"

struct bench {
    struct sth_liberty library;
    struct sth_netlist netlist;
    struct sth_gates gates;
    char error[1024];
};

static bool load(struct bench *b, const char *verilog, const char *top)
{
    char netlist[TEST_PATH];
    const char *const paths[] = {netlist};
    bool good;

    memset(b, 0, sizeof(*b));
    write_temporary(netlist, verilog, strlen(verilog));
    good = sth_liberty_load("tests/power/hand.lib", &b->library, b->error,
                            sizeof(b->error)) &&
           sth_netlist_load(paths, 1, top, &b->netlist, b->error,
                            sizeof(b->error)) &&
           sth_gates_init(&b->gates, &b->netlist, &b->library, "clk_i",
                          b->error, sizeof(b->error));
    unlink(netlist);
    return good;
}

static void release(struct bench *b)
{
    sth_gates_fini(&b->gates);
    sth_netlist_fini(&b->netlist);
    sth_liberty_fini(&b->library);
}

static bool run(struct bench *b, const char *ports)
{
    struct sth_power_run run;
    char path[TEST_PATH];
    bool good;

    write_temporary(path, ports, strlen(ports));
    good = sth_power_run(&b->gates, path, &run, b->error, sizeof(b->error));
    unlink(path);
    return good;
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-9 * (1 + fabs(expected))))
        fail_msg("%.12g is not %.12g", value, expected);
}

static void test_liberty_tables_are_linear_between_and_beyond(void **state)
{
    const struct sth_liberty_table *t;
    struct bench b;

    (void)state;
    assert_true(load(&b, PAIR, "pair"));
    t = &sth_liberty_find(&b.library, "INV")->pin[1].energy[0].rise;
    assert_near(sth_liberty_look_up(t, 0.1, 0.2), 6);
    assert_near(sth_liberty_look_up(t, 0.05, 0.1), 3);
    assert_near(sth_liberty_look_up(t, 0.2, 0.3), 11);
    assert_int_equal(sth_liberty_find(&b.library, "NAND")->pin[2].truth,
                     0x7777);
    release(&b);
}

static void test_liberty_refuses_what_it_cannot_read(void **state)
{
    static const struct {
        const char *from, *to, *error;
    } cases[] = {
        {"0.05;", "0.05x;", "a number of cell 'FLOP' cannot be read"},
        {"power : 3;", "power : ;", "a number of cell 'INV' cannot be read"},
        {"\"1, 1\"", "\"1, x\"", "a table, a pin or a number of cell 'FLOP'"},
        {"\"1, 1\"", "\"1\"", "a table, a pin or a number of cell 'FLOP'"},
        {"2.0;", "2.0V;", "no nom_voltage or units other than"},
        {"\"1ns\"", "\"1ps\"", "units other than ns, V, pf and nW"},
    };
    FILE *file = fopen("tests/power/hand.lib", "r");
    static char good[8192], text[8192];
    char path[TEST_PATH], error[1024];
    struct sth_liberty library;

    (void)state;
    assert_non_null(file);
    assert_in_range(fread(good, 1, sizeof(good), file), 1, sizeof(good) - 1);
    fclose(file);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *at = strstr(good, cases[i].from);

        assert_non_null(at);
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good,
                 cases[i].to, at + strlen(cases[i].from));
        write_temporary(path, text, strlen(text));
        assert_false(sth_liberty_load(path, &library, error, sizeof(error)));
        unlink(path);
        if (!strstr(error, cases[i].error))
            fail_msg("'%s' instead of '%s'", error, cases[i].error);
    }
}

/*
 * d 0 1 0 1, the clock runs in cycles 1 and 2: q 0 0 1 0.  In four cycles d
 * changes three times, q and q_o twice.
 */
static void test_energy_is_what_a_hand_adds_up(void **state)
{
    struct sth_energy_block sum;
    struct sth_energy energy;
    struct bench b;
    double leakage;

    (void)state;
    assert_true(load(&b, PAIR, "pair"));
    assert_true(run(&b, "port d_i 1\nport en_i 1\nport q_o 1\n"
                        "cycle 0\n0 0\n1 0\n2 1\ncycle 1\n0 1\n1 1\n"
                        "cycle 2\n0 0\n2 0\ncycle 3\n0 1\n1 0\n2 1\n"
                        "end 4\n"));
    assert_true(sth_energy_init(&energy, &b.gates));
    sth_energy_sum(&energy, &sum);
    sth_energy_leakage(&b.gates, &leakage);
    /* Two cycles: 1 + 3 and C V^2 of 0.05; the gate's pin in all four.
     */
    assert_near(sum.clock, 2 * (4 + 0.05 * 4) + 4 * STH_ENERGY_LOAD * 4);
    /* D three times 1, Q twice 15 and half of C V^2 of 0.01. */
    assert_near(sum.registers, 3 * 1 + 2 * (15 + 0.01 * 2));
    /* Y twice: load 0.02, slew 0.1, so rise 1.8 and fall 0; and its load. */
    assert_near(sum.gates, 2 * (0.9 + STH_ENERGY_LOAD * 2));
    assert_near(leakage, 8e-9);
    sth_energy_fini(&energy);
    release(&b);
}

/* NAND of d and its inverse: always 1, but for the inverter's delay. */
#define HAZARD                                                                 \
    "module hazard(clk_i, d_i, q_o); input clk_i; input d_i;\n"                \
    "  output q_o; wire q_o; wire low;\n"                                      \
    "  NAND nand (.A(d_i), .B(low), .Y(q_o));\n"                               \
    "  INV inv (.A(d_i), .Y(low)); endmodule\n"

/* How often q_o changes in vain while d_i rises twice and falls once. */
static uint32_t hazards(double inverter, double nand)
{
    struct bench b;
    uint32_t count, net;
    double node[2], *none;

    assert_true(load(&b, HAZARD, "hazard"));
    assert_int_equal(b.gates.node.at[1].pin, 2); /* the NAND is behind */
    node[0] = inverter;
    node[1] = nand;
    none = calloc(b.netlist.nets, sizeof(*none));
    assert_non_null(none);
    assert_true(sth_gates_time_init(&b.gates, node, none));
    free(none);
    assert_true(run(&b, "port d_i 1\nport q_o 1\ncycle 0\n0 0\n1 1\n"
                        "cycle 1\n0 1\ncycle 2\n0 0\ncycle 3\n0 1\n"
                        "end 4\n"));
    assert_false(sth_gates_time_failed(&b.gates));
    net = b.gates.node.at[1].out;
    count = b.gates.glitches[net];
    assert_int_equal(count, b.gates.toggles[net]);
    /* The inverter's changes are none of them in vain. */
    assert_int_equal(b.gates.toggles[b.gates.node.at[0].out], 3);
    assert_int_equal(b.gates.glitches[b.gates.node.at[0].out], 0);
    release(&b);
    return count;
}

static void test_gates_with_delays_glitch_and_swallow_pulses(void **state)
{
    (void)state;
    /* Each rise is a pulse as long as the inverter's delay. */
    assert_int_equal(hazards(0.1, 0.05), 4);
    assert_int_equal(hazards(0.1, 0.2), 0);
}

static void test_netlist_modules_stand_in_each_other(void **state)
{
    struct bench b;

    (void)state;
    assert_true(load(&b, PAIR CHIP, "chip"));
    assert_int_equal(b.netlist.block.at[0].instances, 2);
    assert_int_equal(b.gates.flop.count, 2);
    assert_int_equal(b.gates.clock.count, 3);
    assert_int_equal(b.gates.memory.count, 1);
    /* The first takes d_i[0], the second has no clock. */
    assert_true(run(&b, "port d_i 2\nport q_o 2\ncycle 0\n0 01\n1 11\n"
                        "cycle 1\n0 10\n1 10\ncycle 2\n1 11\nend 3\n"));
    /* Read at 1, then at 0; written in the two cycles behind the first. */
    assert_int_equal(b.gates.memory.at[0].reads, 2);
    assert_int_equal(b.gates.memory.at[0].writes, 2);
    assert_int_equal(b.gates.memory.at[0].bit[2 * 4 + 1], 1);
    assert_int_equal(b.gates.memory.at[0].bit[2 * 4 + 3], 1);
    assert_int_equal(b.gates.clock.at[1].edges + b.gates.clock.at[2].edges, 3);
    release(&b);
}

static void test_run_finds_an_output_that_differs(void **state)
{
    struct bench b;

    (void)state;
    assert_true(load(&b, PAIR, "pair"));
    assert_false(run(&b, "port d_i 1\nport q_o 1\nport en_i 1\n"
                         "cycle 0\n1 1\ncycle 2\n1 0\nend 4\n"));
    assert_non_null(strstr(b.error, "q_o[0] of the netlist is not the RTL's in "
                                    "cycle 2"));
    release(&b);
    assert_true(load(&b, PAIR, "pair"));
    assert_false(run(&b, "port x_i 1\ncycle 0\nend 4\n"));
    assert_non_null(strstr(b.error, "port 'x_i' is not the netlist's"));
    release(&b);
}

static void test_run_refuses_what_is_no_record(void **state)
{
    static const struct {
        const char *record, *error;
    } cases[] = {
        {"", ":1: not a line of a record of ports"},
        {"port d_i 1\ncycle 0\n0 11\nend 4\n", ":3: not a line of a record"},
        {"port d_i 1\ncycle 0\n0 1\n", ":4: not a line of a record"},
        {"port d_i 1\ncycle 4\nend 4\n", ":3: not a line of a record"},
        {"port d_i 1\nport q_o 1\ncycle 0\n1 1\nend 4\n",
         ": input 'en_i' of the netlist is not recorded"},
        {"port d_i 1\nport en_i 1\ncycle 0\nend 4\n", ": no output to compare"},
    };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_true(load(&b, PAIR, "pair"));
        assert_false(run(&b, cases[i].record));
        if (!strstr(b.error, cases[i].error))
            fail_msg("'%s' instead of '%s'", b.error, cases[i].error);
        release(&b);
    }
}

static void test_netlist_refuses_what_it_cannot_run(void **state)
{
    static const struct {
        const char *body, *error;
    } cases[] = {
        {"LATCH x (.D(clk_i));", "cell 'LATCH' is neither of the library"},
        {"HOLD x (.D(clk_i));", "cell 'HOLD' is a latch"},
        {"FLOP x (.CLK(a), .D(a), .Q(b));", "a flip-flop of 'top' has a clock"},
        {"NAND x (.A(clk_i), .B(a), .Y(b)); INV y (.A(b), .Y(a));",
         "2 gates stand in a loop"},
        {"INV x (.A(c), .Y(b));", ":1: not of a mapped netlist"},
        {"top x (.clk_i(clk_i));", "the netlists do not fit together"},
    };
    struct bench b;
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        snprintf(text, sizeof(text),
                 "module top(clk_i); input clk_i; wire a; wire b; %s\n"
                 "endmodule\n",
                 cases[i].body);
        assert_false(load(&b, text, "top"));
        if (!strstr(b.error, cases[i].error))
            fail_msg("'%s' instead of '%s'", b.error, cases[i].error);
        release(&b);
    }
}

static void test_memory_energy_is_the_published_one_carried_over(void **state)
{
    (void)state;
    /* 10 pJ for 64 bits of 8 KiB; 180 nm and 1.8 V are 16 times 45 nm, 0.9 V.
     */
    assert_near(sth_memory_energy(1024, 64, 1.8, 180), 160);
    assert_near(sth_memory_energy(1024, 64, 0.9, 180), 40);
    assert_near(sth_memory_energy(256, 64, 1.8, 180), 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_liberty_tables_are_linear_between_and_beyond),
        cmocka_unit_test(test_liberty_refuses_what_it_cannot_read),
        cmocka_unit_test(test_energy_is_what_a_hand_adds_up),
        cmocka_unit_test(test_gates_with_delays_glitch_and_swallow_pulses),
        cmocka_unit_test(test_netlist_modules_stand_in_each_other),
        cmocka_unit_test(test_run_finds_an_output_that_differs),
        cmocka_unit_test(test_run_refuses_what_is_no_record),
        cmocka_unit_test(test_netlist_refuses_what_it_cannot_run),
        cmocka_unit_test(test_memory_energy_is_the_published_one_carried_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
