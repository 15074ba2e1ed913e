/*
 * Compares every numeric unit of the RTL with csim/numerics, bit
 * for bit.
 *
 *     sth_numeric [PAIRS [SEED]]
 *
 * Prints the number of vectors of each unit and exits with 1 when one differs.
 */
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "Vsth_numeric_top.h"
#include "sth_vectors.h"
#include "verilated.h"

extern "C" {
#include "sth_func.h"
#include "sth_numerics.h"
#include "sth_spec.h"
}

static const unsigned max_reports = 5;

struct unit {
    const char *name;
    uint64_t vectors;
    uint64_t mismatches;
};

static unit add = {"fp32_add", 0, 0}, mul = {"fp32_mul", 0, 0};
static unit max = {"fp32_max", 0, 0}, acc = {"acc_add", 0, 0};
static unit pe = {"pe_mul", 0, 0}, to = {"to_fp32", 0, 0};
static unit from = {"from_fp32", 0, 0}, func = {"func", 0, 0};

static void check(unit &u, unsigned mode, uint32_t a, uint32_t b, uint32_t rtl,
                  uint32_t reference)
{
    u.vectors++;
    if (rtl != reference && u.mismatches++ < max_reports)
        printf("%s: mode %u a %08x b %08x: rtl %08x, reference %08x\n", u.name,
               mode, a, b, rtl, reference);
}

static void check_binary(Vsth_numeric_top &top, uint32_t a, uint32_t b)
{
    top.a_i = a;
    top.b_i = b;
    top.bf16_i = a & 1;
    top.eval();
    check(add, 0, a, b, top.add_o, sth_fp32_add(a, b));
    check(mul, 0, a, b, top.mul_o, sth_fp32_mul(a, b));
    check(max, 0, a, b, top.max_o, sth_fp32_max(a, b));
    check(acc, top.bf16_i, a, b, top.acc_o, sth_acc_add(top.bf16_i, a, b));
    top.bf16_i = !top.bf16_i;
    top.eval();
    check(acc, top.bf16_i, a, b, top.acc_o, sth_acc_add(top.bf16_i, a, b));
}

static void check_conversions(Vsth_numeric_top &top, uint32_t a)
{
    top.a_i = a;
    for (unsigned type = 0; type < 4; type++) {
        top.type_i = type;
        top.eval();
        check(to, type, a, 0, top.to_o, sth_fp32_from_type(type, a));
        check(from, type, a, 0, top.from_o, sth_fp32_to_type(type, a));
    }
}

static void check_product(Vsth_numeric_top &top, bool bf16, uint32_t a,
                          uint32_t w)
{
    top.bf16_i = bf16;
    top.a_i = a;
    top.b_i = w;
    top.eval();
    check(pe, bf16, a, w, top.pe_o, sth_pe_mul(bf16, (uint16_t)a, (uint16_t)w));
}

/* The pipeline with what is in it: slot c % Latency is due in cycle c. */
struct pipeline {
    static const unsigned Latency = STH_LAT_FUNC;
    bool valid[Latency];
    uint32_t func[Latency], v[Latency];
    uint64_t cycle;
};

/* One clock cycle that offers a value, or nothing when valid is false. */
static void check_function(Vsth_numeric_top &top, pipeline &p, bool valid,
                           unsigned function, uint32_t v)
{
    unsigned slot = p.cycle++ % pipeline::Latency;

    if (p.valid[slot])
        check(func, p.func[slot], p.v[slot], 0, top.func_o,
              sth_func_eval(p.func[slot], p.v[slot]));
    p.valid[slot] = valid;
    p.func[slot] = function;
    p.v[slot] = v;
    top.valid_i = valid;
    top.func_i = function;
    top.a_i = v;
    top.clk_i = 1;
    top.eval();
    top.clk_i = 0;
    top.eval();
}

static void check_functions(Vsth_numeric_top &top, struct sth_vectors *vectors,
                            uint64_t pairs)
{
    pipeline p = {};

    top.rst_ni = 0;
    for (int i = 0; i < 2; i++)
        check_function(top, p, false, 0, 0);
    top.rst_ni = 1;
    for (unsigned function = 0; function < 16; function++)
        for (uint32_t bf16 = 0; bf16 < 0x10000; bf16++)
            check_function(top, p, true, function, bf16 << 16);
    for (uint64_t i = 0; i < pairs; i++) {
        uint32_t a, b, r = sth_vectors_random(vectors);

        sth_vectors_next(vectors, &a, &b);
        /* Half of them where the functions bend: 2^-14 to 2^9. */
        if (r & 16)
            a = (a & 0x807fffff) | (113 + (r >> 5) % 24) << 23;
        check_function(top, p, (r >> 12) % 8 != 0, 1 + r % 8 % 7, a);
    }
    for (unsigned i = 0; i < pipeline::Latency; i++)
        check_function(top, p, false, 0, 0);
}

int main(int argc, char **argv)
{
    uint64_t pairs = argc > 1 ? strtoull(argv[1], nullptr, 0) : 2000000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], nullptr, 0) : 1;
    Vsth_numeric_top top;
    struct sth_vectors vectors;

    printf("seed %" PRIu64 "\n", seed);
    top.clk_i = 0;
    sth_vectors_init(&vectors, seed);
    for (uint64_t i = 0; i < pairs; i++) {
        uint32_t a, b;

        sth_vectors_next(&vectors, &a, &b);
        check_binary(top, a, b);
        check_conversions(top, a);
        check_conversions(top, b);
        check_product(top, true, a >> 16, b >> 16);
    }
    for (uint32_t high = 0; high < 0x10000; high++) {
        static const uint32_t low[] = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};

        for (uint32_t l : low)
            check_conversions(top, high << 16 | l);
        check_conversions(top, high);
        check_product(top, false, high >> 8, high & 0xff);
        check_product(top, false, high, ~high);
    }
    for (uint32_t w = 0; w < 0x10000; w += 1021) {
        for (uint32_t a = 0; a < 0x10000; a++)
            check_product(top, true, a, w);
    }
    check_functions(top, &vectors, pairs);
    top.final();

    uint64_t mismatches = 0;

    for (const unit *u : {&add, &mul, &max, &acc, &pe, &to, &from, &func}) {
        printf("%-10s %10" PRIu64 " vectors %" PRIu64 " mismatches\n", u->name,
               u->vectors, u->mismatches);
        mismatches += u->mismatches;
    }
    return mismatches != 0;
}
