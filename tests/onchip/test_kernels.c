/*
 * Kernels against an oracle: every instruction set, random legal commands on
 * random and on special values, for the shapes of all shipped configurations
 * and a few extreme ones.  The oracle follows the definition of each command
 * element by element with the strict arithmetic of sth_numerics.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sth_config.h"
#include "sth_decode.h"
#include "sth_digest.h"
#include "sth_load_kernel.h"
#include "sth_matmul.h"
#include "sth_numerics.h"
#include "sth_random.h"
#include "sth_store_kernel.h"
#include "sth_vector_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define SP_BYTES 65536
#define ACC_BYTES 65536
#define GUARD 64

static void load_edge(struct sth_config *config)
{
    char error[256];

    if (!sth_config_find("edge", ".", config, error, sizeof error))
        fail_msg("%s", error);
}

/* ---- Random numbers ---- */

static uint64_t random_state;

static uint32_t random_u32(void)
{
    return (uint32_t)(sth_random_next(&random_state) >> 32);
}

/* 0..count-1 */
static uint32_t pick(uint32_t count)
{
    return (uint32_t)((uint64_t)random_u32() * count >> 32);
}

static const uint32_t special[] = {
    0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001,
    0x7f800001, 0x00000001, 0x807fffff, 0x00800000, 0x80800000, 0x00800001,
    0x7f7fffff, 0xff7fffff, 0x3f800000, 0xbf800000, 0x4f000000, 0xcf000000,
    0x4effffff, 0x42fe0000, 0x42ff0000, 0xc3000000, 0xc3008000, 0x3f000000,
    0x3fc00000, 0x40200000, 0x42b00000, 0xc2b00000, 0x42b17218, 0x3f7f8000,
    0x3f808000, 0x3f818000, 0x41100000, 0x7fff7fff, 0xffffffff, 0x7fffffff,
};

/* One 32-bit word of memory in one of several styles. */
static uint32_t random_word(uint32_t style)
{
    uint32_t bits = random_u32();

    if (pick(16) == 0)
        return special[pick(sizeof special / sizeof *special)];
    switch (style) {
    case 0: /* fp32 about 1 */
        return (bits & 0x80ffffff) + 0x3e000000 + (pick(4) << 23);
    case 1: /* two bf16 about 1 */
        return (bits & 0x80ff80ff) + 0x3f003f00;
    case 2: /* fp32 near the smallest normal: 2^-126 .. 2^-120 */
        return (bits & 0x807fffff) + (pick(7) << 23);
    case 3: /* bf16 whose products are near the smallest normal */
        return (bits & 0x80ff80ff) + 0x1f801f80;
    case 4: /* fp32 of every magnitude that func, int8 and int32 react to */
        return (bits & 0x807fffff) + ((110 + pick(50)) << 23);
    case 5: /* small integers */
        return (uint32_t)((int32_t)bits >> (8 + pick(24)));
    default: /* any bits */
        return bits;
    }
}

static void random_fill(uint8_t *to, size_t bytes)
{
    uint32_t style = pick(8), word = 0;

    for (size_t i = 0; i < bytes; i += 4) {
        if (i % 512 == 0 && pick(4) == 0)
            style = pick(8);
        word = random_word(style);
        memcpy(to + i, &word, 4);
    }
}

/* ---- The oracle ---- */

struct memories {
    uint8_t *sp;
    uint8_t *acc;
};

static uint32_t get(const uint8_t *p, uint32_t bytes)
{
    uint32_t value = 0;

    memcpy(&value, p, bytes); /* the test host is little-endian */
    return value;
}

static uint32_t oracle_rotation(uint32_t byte_address)
{
    uint32_t a = byte_address / 4;

    return (a ^ (a >> 5) ^ (a >> 10)) % 32;
}

static uint32_t rotl(uint32_t x, uint32_t n)
{
    return n ? (x << n) | (x >> (32 - n)) : x;
}

/* Writes an element and returns what that adds to the digest. */
static uint32_t put(uint8_t *space, uint32_t addr, uint32_t bytes,
                    uint32_t value)
{
    memcpy(space + addr, &value, bytes);
    if (bytes < 4)
        value &= (1u << (8 * bytes)) - 1;
    return rotl(value << (8 * (addr % 4)), oracle_rotation(addr));
}

static uint32_t oracle_matmul(const struct sth_params *p,
                              const struct memories *at,
                              const struct sth_command *c)
{
    uint32_t R = p->array_rows, C = p->array_cols, digest = 0;
    uint32_t M = STH_GET(c, MATMUL_M), N = STH_GET(c, MATMUL_N);
    uint32_t K = STH_GET(c, MATMUL_K);
    bool bf16 = STH_GET(c, MATMUL_BF16), west = STH_GET(c, MATMUL_WEST);
    uint32_t es = bf16 ? 2 : 1;

    for (uint32_t nt = 0; nt < (N + C - 1) / C; nt++)
        for (uint32_t kt = 0; kt < (K + R - 1) / R; kt++)
            for (uint32_t m = 0; m < M; m++)
                for (uint32_t col = 0; col < C; col++) {
                    uint32_t s = 0, addr;

                    if (nt * C + col >= N)
                        continue;
                    for (uint32_t r = 0; r < R; r++) {
                        uint32_t a_at, w_at, a = 0, w = 0;

                        a_at = STH_GET(c, MATMUL_A) +
                               m * STH_GET(c, MATMUL_A_ROW) +
                               kt * STH_GET(c, MATMUL_A_K) + r * es;
                        w_at = STH_GET(c, MATMUL_W) +
                               kt * STH_GET(c, MATMUL_W_K) +
                               nt * STH_GET(c, MATMUL_W_N);
                        w_at += west ? col * STH_GET(c, MATMUL_W_ROW) + r * es
                                     : r * STH_GET(c, MATMUL_W_ROW) + col * es;
                        if (kt * R + r < K) {
                            a = get(at->sp + a_at, es);
                            w = get(at->sp + w_at, es);
                        }
                        if (bf16)
                            s = sth_fp32_add(s, sth_fp32_mul(a << 16, w << 16));
                        else
                            s += (uint32_t)((int8_t)a * (int8_t)w);
                    }
                    addr = (STH_GET(c, MATMUL_ACC) +
                            nt * STH_GET(c, MATMUL_ACC_N) + m) *
                               4 * C +
                           4 * col;
                    if (kt > 0 || STH_GET(c, MATMUL_ACCUMULATE)) {
                        uint32_t old = get(at->acc + addr, 4);

                        s = bf16 ? sth_fp32_add(old, s) : old + s;
                    }
                    digest ^= put(at->acc, addr, 4, s);
                }
    return digest;
}

/* The operands X, Y, Z and D, in the order of their command words. */
enum operand { X, Y, Z, D };

struct place {
    uint8_t *space;
    uint32_t addr; /* bytes */
    uint32_t type;
    uint32_t es;
};

/* Where chunk (row, tile) of an operand is. */
static struct place place_of(const struct sth_params *p,
                             const struct memories *at,
                             const struct sth_command *c, enum operand o,
                             uint32_t row, uint32_t tile)
{
    uint32_t w0 = c->word[6 + 2 * o], w1 = c->word[7 + 2 * o];
    uint32_t C = p->array_cols, addr = w0 & 0xfffffff;
    uint32_t units = row * (w1 & 0xffff) + tile * (w1 >> 16);
    bool sp = w0 >> STH_VECTOR_X_SP_LSB & 1;
    uint32_t type = w0 >> STH_VECTOR_X_TYPE_LSB & 3;

    return (struct place){
        .space = sp ? at->sp : at->acc,
        .addr = sp ? addr + units * C : (addr + units) * 4 * C,
        .type = type,
        .es = sth_dtype_bytes(type),
    };
}

static uint32_t fetch(struct place place, uint32_t lane)
{
    uint32_t raw = get(place.space + place.addr + lane * place.es, place.es);

    return sth_fp32_from_type(place.type, raw);
}

static uint32_t oracle_tree(uint32_t reduce, const uint32_t *v, uint32_t n)
{
    uint32_t a, b;

    if (n == 1)
        return *v;
    a = oracle_tree(reduce, v, n / 2);
    b = oracle_tree(reduce, v + n / 2, n / 2);
    return reduce == STH_REDUCE_SUM ? sth_fp32_add(a, b) : sth_fp32_max(a, b);
}

static uint32_t oracle_vector(const struct sth_params *p,
                              const struct memories *at,
                              const struct sth_command *c)
{
    uint32_t C = p->array_cols, digest = 0;
    uint32_t cols = STH_GET(c, VECTOR_COLS), rows = STH_GET(c, VECTOR_ROWS);
    uint32_t reduce = STH_GET(c, VECTOR_REDUCE);
    uint32_t mulsel = STH_GET(c, VECTOR_MULSEL);
    uint32_t addsel = STH_GET(c, VECTOR_ADDSEL);
    int32_t offset = (int32_t)(STH_GET(c, VECTOR_MASK_OFFSET) << 12) >> 12;

    for (uint32_t row = 0; row < rows; row++) {
        uint32_t none = reduce == STH_REDUCE_MAX ? 0xff800000 : 0, r = none;
        uint32_t r_at =
            (STH_GET(c, VECTOR_R_ADDR) + row / C) * 4 * C + row % C * 4;

        if (reduce && STH_GET(c, VECTOR_CARRY))
            r = get(at->acc + r_at, 4);
        for (uint32_t tile = 0; tile < (cols + C - 1) / C; tile++) {
            uint32_t tree[STH_MAX_LANES], t;
            struct place d = place_of(p, at, c, D, row, tile);

            for (uint32_t lane = 0; lane < C; lane++) {
                uint32_t col = tile * C + lane, x, v, f, u;
                bool masked = STH_GET(c, VECTOR_MASK) &&
                              (int64_t)col > (int64_t)row + offset;

                tree[lane] = none;
                if (col >= cols)
                    continue;
                x = v = fetch(place_of(p, at, c, X, row, tile), lane);
                if (mulsel == STH_OPERAND_IMM)
                    v = sth_fp32_mul(v, c->word[4]);
                if (mulsel == STH_OPERAND_SELF)
                    v = sth_fp32_mul(v, x);
                if (mulsel == STH_OPERAND_STREAM)
                    v = sth_fp32_mul(
                        v, fetch(place_of(p, at, c, Y, row, tile), lane));
                if (mulsel == STH_OPERAND_SCALAR)
                    v = sth_fp32_mul(
                        v, fetch(place_of(p, at, c, Y, row / C, 0), row % C));
                if (addsel != STH_OPERAND_NONE) {
                    uint32_t z = c->word[5];

                    if (addsel == STH_OPERAND_STREAM)
                        z = fetch(place_of(p, at, c, Z, row, tile), lane);
                    if (addsel == STH_OPERAND_SCALAR)
                        z = fetch(place_of(p, at, c, Z, row / C, 0), row % C);
                    if (STH_GET(c, VECTOR_ADDOP) == 0)
                        v = sth_fp32_add(v, z);
                    if (STH_GET(c, VECTOR_ADDOP) == 1)
                        v = sth_fp32_sub(v, z);
                    if (STH_GET(c, VECTOR_ADDOP) == 2)
                        v = sth_fp32_max(v, z);
                }
                f = u = sth_func_eval(STH_GET(c, VECTOR_FUNC), v);
                if (STH_GET(c, VECTOR_GATE) == 1)
                    u = sth_fp32_mul(f, v);
                if (STH_GET(c, VECTOR_GATE) == 2)
                    u = sth_fp32_mul(f, x);
                if (masked)
                    u = 0;
                else
                    tree[lane] =
                        reduce == STH_REDUCE_ABSMAX ? sth_fp32_abs(u) : u;
                if (STH_GET(c, VECTOR_WRITE))
                    digest ^= put(d.space, d.addr + lane * d.es, d.es,
                                  sth_fp32_to_type(d.type, u));
            }
            t = oracle_tree(reduce, tree, C);
            r = reduce == STH_REDUCE_SUM ? sth_fp32_add(r, t)
                                         : sth_fp32_max(r, t);
        }
        if (reduce)
            digest ^= put(at->acc, r_at, 4, r);
    }
    return digest;
}

/* ---- Random legal commands ---- */

static uint32_t multiple(uint32_t of, uint32_t below)
{
    return pick((below + of - 1) / of) * of;
}

static struct sth_command try_matmul(const struct sth_params *p)
{
    struct sth_command c = {{STH_OP_MATMUL}};
    uint32_t R = p->array_rows, C = p->array_cols;
    uint32_t bf16 = pick(2), es = 1 + bf16, west = pick(2);
    uint32_t a = R * es, w = (west ? R : C) * es;

    STH_SET(&c, MATMUL_BF16, bf16);
    STH_SET(&c, MATMUL_WEST, west);
    STH_SET(&c, MATMUL_ACCUMULATE, pick(2));
    STH_SET(&c, MATMUL_M, 1 + pick(pick(2) ? 4 : 40));
    STH_SET(&c, MATMUL_N, 1 + pick(pick(2) ? 2 * C + C / 2 : C));
    STH_SET(&c, MATMUL_K, 1 + pick(pick(2) ? 3 * R : R));
    STH_SET(&c, MATMUL_A, multiple(a, SP_BYTES / 2));
    STH_SET(&c, MATMUL_A_ROW, multiple(a, 4 * a));
    STH_SET(&c, MATMUL_A_K, multiple(a, 8 * a));
    STH_SET(&c, MATMUL_W, multiple(w, SP_BYTES / 2));
    STH_SET(&c, MATMUL_W_ROW, multiple(w, 4 * w));
    STH_SET(&c, MATMUL_W_K, multiple(w, 8 * w));
    STH_SET(&c, MATMUL_W_N, multiple(w, 8 * w));
    STH_SET(&c, MATMUL_ACC, pick(ACC_BYTES / (4 * C)));
    STH_SET(&c, MATMUL_ACC_N, pick(50));
    return c;
}

/*
 * An operand in the byte range [first, last) of its space.  Sources and
 * destinations get disjoint ranges, because overlaps are undefined.
 */
static void set_operand(struct sth_command *c, const struct sth_params *p,
                        enum operand o, uint32_t first, uint32_t last)
{
    uint32_t C = p->array_cols, sp = pick(2);
    uint32_t type = sp ? pick(4) : STH_DTYPE_FP32 + pick(2);
    uint32_t es = sth_dtype_bytes(type);
    uint32_t unit = sp ? C * es : 4 * C;
    uint32_t addr = first + multiple(unit, last - first);
    uint32_t step = sp ? es : 1;

    c->word[6 + 2 * o] = (sp ? addr : addr / unit) | sp << STH_VECTOR_X_SP_LSB |
                         type << STH_VECTOR_X_TYPE_LSB;
    c->word[7 + 2 * o] = step * pick(8) | step * pick(4) << 16;
}

/* The destination is x itself, with chunks that do not overlap. */
static void set_in_place(struct sth_command *c, const struct sth_params *p)
{
    uint32_t C = p->array_cols, sp, step;
    uint32_t tiles = (STH_GET(c, VECTOR_COLS) + C - 1) / C;

    set_operand(c, p, X, SP_BYTES / 2, SP_BYTES * 3 / 4);
    sp = STH_GET(c, VECTOR_X_SP);
    step = sp ? sth_dtype_bytes(STH_GET(c, VECTOR_X_TYPE)) : 1;
    STH_SET(c, VECTOR_X_TILE, step * (1 + pick(2)));
    STH_SET(c, VECTOR_X_ROW, step * (2 * tiles + pick(3)));
    c->word[12] = c->word[6];
    c->word[13] = c->word[7];
}

static struct sth_command try_vector(const struct sth_params *p)
{
    struct sth_command c = {{STH_OP_VECTOR}};
    uint32_t C = p->array_cols;
    uint32_t widest = C >= 64 ? 3 * C : C >= 16 ? 20 * C : 90 * C;

    STH_SET(&c, VECTOR_ROWS, 1 + pick(pick(2) ? 4 : 40));
    STH_SET(&c, VECTOR_COLS, 1 + pick(pick(4) ? 2 * C : widest));
    STH_SET(&c, VECTOR_FUNC, pick(2) * pick(7));
    STH_SET(&c, VECTOR_GATE, pick(2) * pick(3));
    STH_SET(&c, VECTOR_REDUCE, pick(4));
    STH_SET(&c, VECTOR_CARRY, pick(2));
    STH_SET(&c, VECTOR_MULSEL, pick(2) * pick(5));
    STH_SET(&c, VECTOR_ADDSEL, pick(2) * pick(4));
    STH_SET(&c, VECTOR_ADDOP, pick(3));
    STH_SET(&c, VECTOR_MASK, pick(3) == 0);
    STH_SET(&c, VECTOR_MASK_OFFSET, (pick(3 * C) - C) & 0xfffff);
    STH_SET(&c, VECTOR_WRITE, pick(4) != 0);
    c.word[4] = random_word(pick(8));
    c.word[5] = random_word(pick(8));
    for (enum operand o = X; o <= Z; o++)
        set_operand(&c, p, o, 0, SP_BYTES / 4);
    set_operand(&c, p, D, SP_BYTES / 2, SP_BYTES * 3 / 4);
    if (pick(4) == 0)
        set_in_place(&c, p);
    STH_SET(&c, VECTOR_R_ADDR,
            (ACC_BYTES - 4096) / (4 * C) + pick(4096 / (4 * C)));
    return c;
}

/* Whether an operand of a legal command ends at `last` in either space. */
static bool stays_below(const struct sth_params *p, const struct sth_command *c,
                        enum operand o, uint32_t last)
{
    struct memories none = {0};
    uint32_t C = p->array_cols;
    uint32_t rows = STH_GET(c, VECTOR_ROWS), cols = STH_GET(c, VECTOR_COLS);
    struct place end =
        place_of(p, &none, c, o, rows - 1, (cols + C - 1) / C - 1);

    return end.addr + C * end.es <= last;
}

static struct sth_command random_command(const struct sth_params *p,
                                         const struct sth_decoder *decoder,
                                         bool vector)
{
    for (;;) {
        struct sth_command c = vector ? try_vector(p) : try_matmul(p);

        if (sth_decode_check(decoder, &c).code != STH_FAULT_NONE)
            continue;
        if (vector &&
            (!stays_below(p, &c, D, SP_BYTES * 3 / 4 + 8192) ||
             !stays_below(p, &c, X, SP_BYTES * 3 / 4 + 8192) ||
             !stays_below(p, &c, Y, SP_BYTES / 2) ||
             !stays_below(p, &c, Z, SP_BYTES / 2) ||
             (c.word[6] != c.word[12] && !stays_below(p, &c, X, SP_BYTES / 2))))
            continue;
        return c;
    }
}

/* ---- The comparison ---- */

/* Memory with guard bytes behind it, so that an overrun shows. */
static uint8_t *new_memory(size_t bytes)
{
    uint8_t *p = malloc(bytes + GUARD);

    assert_non_null(p);
    memset(p + bytes, 0xa5, GUARD);
    return p;
}

static void expect_same(const uint8_t *want, const uint8_t *got, size_t bytes,
                        const char *space, enum sth_isa isa,
                        const struct sth_command *c)
{
    size_t i = 0;

    if (!memcmp(want, got, bytes + GUARD))
        return;
    while (want[i] == got[i])
        i++;
    i &= ~(size_t)3;
    fprintf(stderr, "%s: %s byte 0x%zx is %08x, not %08x after\n",
            sth_isa_name(isa), space, i, get(got + i, 4), get(want + i, 4));
    for (int w = 0; w < STH_COMMAND_WORDS; w++)
        fprintf(stderr, "  word %d: %08x\n", w, c->word[w]);
    fail();
}

static void compare_shape(uint32_t rows, uint32_t cols, bool vector,
                          unsigned commands)
{
    struct sth_config config;
    struct sth_decoder decoder;
    struct memories begin, want, got;

    load_edge(&config);
    config.params.array_rows = rows;
    config.params.array_cols = cols;
    config.params.sp_bytes = SP_BYTES;
    config.params.acc_bytes = ACC_BYTES;
    sth_decode_init(&decoder, &config.params);
    begin = (struct memories){new_memory(SP_BYTES), new_memory(ACC_BYTES)};
    want = (struct memories){new_memory(SP_BYTES), new_memory(ACC_BYTES)};
    got = (struct memories){new_memory(SP_BYTES), new_memory(ACC_BYTES)};
    for (unsigned i = 0; i < commands; i++) {
        struct sth_command c;
        uint32_t digest;

        random_state = ((uint64_t)rows << 48) + ((uint64_t)cols << 32) +
                       (vector ? 1u << 31 : 0) + i;
        random_fill(begin.sp, SP_BYTES);
        random_fill(begin.acc, ACC_BYTES);
        c = random_command(&config.params, &decoder, vector);
        memcpy(want.sp, begin.sp, SP_BYTES);
        memcpy(want.acc, begin.acc, ACC_BYTES);
        digest = vector ? oracle_vector(&config.params, &want, &c)
                        : oracle_matmul(&config.params, &want, &c);
        for (enum sth_isa isa = 0; isa < STH_ISA_COUNT; isa++) {
            struct sth_onchip chip = {&config.params, got.sp, got.acc, isa};
            uint32_t value;

            if (!sth_isa_supported(isa))
                continue;
            memcpy(got.sp, begin.sp, SP_BYTES);
            memcpy(got.acc, begin.acc, ACC_BYTES);
            value = vector ? sth_kernel_vector(&chip, &c)
                           : sth_kernel_matmul(&chip, &c);
            expect_same(want.sp, got.sp, SP_BYTES, "sp", isa, &c);
            expect_same(want.acc, got.acc, ACC_BYTES, "acc", isa, &c);
            assert_int_equal(value, digest);
        }
    }
    free(begin.sp);
    free(begin.acc);
    free(want.sp);
    free(want.acc);
    free(got.sp);
    free(got.acc);
}

/* The shapes of configs/ and what params.def admits beyond them. */
static const struct {
    const char *name; /* NULL: no configuration has it */
    uint32_t rows, cols;
    unsigned commands;
} shapes[] = {
    {"nano", 4, 4, 400},      {"edge", 16, 16, 400}, {"wide", 8, 16, 400},
    {"server", 128, 128, 40}, {NULL, 4, 256, 40},    {NULL, 256, 4, 40},
    {NULL, 8, 8, 200},        {NULL, 32, 64, 60},
};

static void test_shapes_cover_all_configs(void **state)
{
    struct sth_config config;
    char error[256];

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (!shapes[i].name)
            continue;
        if (!sth_config_find(shapes[i].name, ".", &config, error, sizeof error))
            fail_msg("%s", error);
        assert_int_equal(config.params.array_rows, shapes[i].rows);
        assert_int_equal(config.params.array_cols, shapes[i].cols);
    }
}

static void test_matmul_random_matches_oracle(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        compare_shape(shapes[i].rows, shapes[i].cols, false,
                      shapes[i].commands);
}

static void test_vector_random_matches_oracle(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        compare_shape(shapes[i].rows, shapes[i].cols, true,
                      2 * shapes[i].commands);
}

/*
 * Every function on a dense sample of all fp32 patterns plus the neighbours of
 * every power of two, on every instruction set.
 */
static void test_vector_functions_match_strict_scalar(void **state)
{
    struct sth_config config;
    uint8_t *sp = new_memory(SP_BYTES), *acc = new_memory(ACC_BYTES);
    struct sth_command c = {{STH_OP_VECTOR}};
    const uint32_t count = 8192;

    (void)state;
    load_edge(&config);
    config.params.sp_bytes = SP_BYTES;
    STH_SET(&c, VECTOR_ROWS, count / 16);
    STH_SET(&c, VECTOR_COLS, 16);
    STH_SET(&c, VECTOR_WRITE, 1);
    STH_SET(&c, VECTOR_X_SP, 1);
    STH_SET(&c, VECTOR_X_TYPE, STH_DTYPE_FP32);
    STH_SET(&c, VECTOR_X_ROW, 4);
    STH_SET(&c, VECTOR_D_TYPE, STH_DTYPE_FP32);
    STH_SET(&c, VECTOR_D_ROW, 1);
    random_state = 1;
    for (uint32_t func = 0; func <= STH_FUNC_GELU; func++) {
        STH_SET(&c, VECTOR_FUNC, func);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t x = i < 4096 ? (i / 8) << 23 : random_word(4);

            x += i < 4096 ? i % 8 - 4 : 0;
            memcpy(sp + 4 * i, &x, 4);
        }
        for (enum sth_isa isa = 0; isa < STH_ISA_COUNT; isa++) {
            struct sth_onchip chip = {&config.params, sp, acc, isa};

            if (!sth_isa_supported(isa))
                continue;
            sth_kernel_vector(&chip, &c);
            for (uint32_t i = 0; i < count; i++)
                assert_int_equal(get(acc + 4 * i, 4),
                                 sth_func_eval(func, get(sp + 4 * i, 4)));
        }
    }
    free(sp);
    free(acc);
}

/* ---- Copies ---- */

static void random_copy(struct sth_command *c, uint32_t opcode)
{
    memset(c, 0, sizeof *c);
    c->word[0] = opcode;
    STH_SET(c, LOAD_MEM_LO, random_u32());
    STH_SET(c, LOAD_MEM_HI, pick(16));
    STH_SET(c, LOAD_SP, pick(1000));
    STH_SET(c, LOAD_LEN, 1 + pick(pick(2) ? 8 : 400));
    STH_SET(c, LOAD_N1, 1 + pick(5));
    STH_SET(c, LOAD_N2, 1 + pick(3));
    STH_SET(c, LOAD_MEM_S1, STH_GET(c, LOAD_LEN) + pick(5000));
    STH_SET(c, LOAD_MEM_S2, 5 * STH_GET(c, LOAD_MEM_S1) + pick(5000));
    STH_SET(c, LOAD_SP_S1, STH_GET(c, LOAD_LEN) + pick(50));
    STH_SET(c, LOAD_SP_S2, 5 * STH_GET(c, LOAD_SP_S1) + pick(50));
}

static void test_copies_random_move_bytes_and_digest(void **state)
{
    struct sth_config config;
    struct sth_mem_config mem_config;
    struct sth_mem *mem;
    uint8_t *sp = new_memory(SP_BYTES), *want = new_memory(SP_BYTES);

    (void)state;
    load_edge(&config);
    sth_mem_config_default(&mem_config);
    mem = sth_mem_create(&mem_config, 16, false);
    assert_non_null(mem);
    for (unsigned i = 0; i < 500; i++) {
        struct sth_onchip chip = {&config.params, sp, NULL, STH_ISA_PORTABLE};
        struct sth_command c;
        bool load = i % 2;
        uint32_t digest = 0, value;

        random_state = i;
        random_copy(&c, load ? STH_OP_LOAD : STH_OP_STORE);
        random_fill(sp, SP_BYTES);
        memcpy(want, sp, SP_BYTES);
        for (uint32_t i2 = 0; i2 < STH_GET(&c, LOAD_N2); i2++)
            for (uint32_t i1 = 0; i1 < STH_GET(&c, LOAD_N1); i1++)
                for (uint32_t b = 0; b < STH_GET(&c, LOAD_LEN); b++) {
                    uint64_t addr = ((uint64_t)c.word[3] << 32 | c.word[2]) +
                                    (uint64_t)i2 * c.word[8] +
                                    (uint64_t)i1 * c.word[7] + b;
                    uint32_t at =
                        c.word[4] + i2 * c.word[10] + i1 * c.word[9] + b;
                    uint8_t byte = (uint8_t)random_u32();

                    if (load) {
                        sth_mem_write(mem, addr, &byte, 1);
                        digest ^= put(want, at, 1, byte);
                    } else {
                        uint32_t low = (uint32_t)addr;

                        digest ^= rotl((uint32_t)sp[at] << 8 * (low % 4),
                                       oracle_rotation(low));
                    }
                }
        value = load ? sth_kernel_load(&chip, &c, mem)
                     : sth_kernel_store(&chip, &c, mem);
        assert_int_equal(value, digest);
        assert_memory_equal(want, sp, SP_BYTES + GUARD);
        if (load)
            continue;
        for (uint32_t i2 = 0; i2 < STH_GET(&c, LOAD_N2); i2++)
            for (uint32_t i1 = 0; i1 < STH_GET(&c, LOAD_N1); i1++) {
                uint8_t run[512];

                sth_mem_read(mem,
                             ((uint64_t)c.word[3] << 32 | c.word[2]) +
                                 (uint64_t)i2 * c.word[8] +
                                 (uint64_t)i1 * c.word[7],
                             run, c.word[5]);
                assert_memory_equal(
                    run, sp + c.word[4] + i2 * c.word[10] + i1 * c.word[9],
                    c.word[5]);
            }
    }
    sth_mem_destroy(mem);
    free(sp);
    free(want);
}

/* ---- Digest and host state ---- */

static void test_digest_vectors_equal_lanes(void **state)
{
    (void)state;
    random_state = 7;
    for (uint32_t width = 1; width <= STH_DIGEST_WIDTH; width *= 2) {
        struct sth_digest digest;
        uint32_t want = 0;

        sth_digest_init(&digest);
        for (unsigned i = 0; i < 1000; i++) {
            uint32_t addr = random_u32() & ~(4 * width - 1);
            uint32_t *to = sth_digest_vector(&digest, addr, width);

            for (uint32_t j = 0; j < width; j++) {
                uint32_t data = random_u32();

                to[j] ^= data;
                want ^= rotl(data, oracle_rotation(addr + 4 * j));
            }
        }
        assert_int_equal(sth_digest_value(&digest), want);
    }
}

static void test_isa_names_and_best_are_consistent(void **state)
{
    (void)state;
    assert_true(sth_isa_supported(STH_ISA_PORTABLE));
    assert_true(sth_isa_supported(sth_isa_best()));
    assert_string_equal(sth_isa_name(STH_ISA_PORTABLE), "portable");
    assert_string_equal(sth_isa_name(STH_ISA_AVX512), "avx512");
#if defined(__x86_64__)
    assert_true(sth_isa_best() >= STH_ISA_SSE2);
#endif
}

/* The host's float mode neither matters to a kernel nor is left changed. */
static void test_kernels_host_float_mode_is_kept(void **state)
{
#if defined(__x86_64__)
    const unsigned modes[] = {0x1f80, 0x1f80 | 0x6000, 0x9fc0};
    struct sth_config config;
    uint8_t *sp = new_memory(SP_BYTES), *acc = new_memory(ACC_BYTES);
    struct sth_command c = {{STH_OP_MATMUL}};
    uint32_t digest[3];

    load_edge(&config);
    random_state = 3;
    random_fill(sp, SP_BYTES);
    STH_SET(&c, MATMUL_BF16, 1);
    STH_SET(&c, MATMUL_M, 16);
    STH_SET(&c, MATMUL_N, 16);
    STH_SET(&c, MATMUL_K, 16);
    STH_SET(&c, MATMUL_A_ROW, 32);
    STH_SET(&c, MATMUL_W_ROW, 32);
    for (int i = 0; i < 3; i++) {
        struct sth_onchip chip = {&config.params, sp, acc, sth_isa_best()};

        _mm_setcsr(modes[i]);
        digest[i] = sth_kernel_matmul(&chip, &c);
        assert_int_equal(_mm_getcsr(), modes[i]);
    }
    _mm_setcsr(0x1f80);
    assert_int_equal(digest[0], digest[1]);
    assert_int_equal(digest[0], digest[2]);
    free(sp);
    free(acc);
#endif
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_cover_all_configs),
        cmocka_unit_test(test_digest_vectors_equal_lanes),
        cmocka_unit_test(test_isa_names_and_best_are_consistent),
        cmocka_unit_test(test_copies_random_move_bytes_and_digest),
        cmocka_unit_test(test_vector_functions_match_strict_scalar),
        cmocka_unit_test(test_matmul_random_matches_oracle),
        cmocka_unit_test(test_vector_random_matches_oracle),
        cmocka_unit_test(test_kernels_host_float_mode_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
