/* VECTOR's kernels against the definition of the command. */
#include "kernel_fixture.h"
#include "sth_func.h"
#include "sth_numerics.h"
#include "sth_vector_kernel.h"

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
    bool sp = w0 >> 28 & 1;
    uint32_t type = w0 >> 29 & 3;

    return (struct place){
        .space = sp ? at->sp : at->acc,
        .addr = sp ? addr + units * C : (addr + units) * 4 * C,
        .type = type,
        .es = sth_dtype_bytes(type),
    };
}

static uint32_t fetch(struct place place, uint32_t lane)
{
    uint32_t raw =
        sth_onchip_get(place.space + place.addr + lane * place.es, place.es);

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
    uint32_t C = p->array_cols, V = p->vector_lanes, digest = 0;
    uint32_t cols = STH_GET(c, VECTOR_COLS), rows = STH_GET(c, VECTOR_ROWS);
    uint32_t reduce = STH_GET(c, VECTOR_REDUCE);
    uint32_t mulsel = STH_GET(c, VECTOR_MULSEL);
    uint32_t addsel = STH_GET(c, VECTOR_ADDSEL);
    int32_t offset = (int32_t)(STH_GET(c, VECTOR_MASK_OFFSET) << 12) >> 12;
    uint32_t wrap = STH_GET(c, VECTOR_MASK_ROWS);
    int64_t window = STH_GET(c, VECTOR_MASK_WINDOW);

    for (uint32_t row = 0; row < rows; row++) {
        uint32_t none = reduce == STH_REDUCE_MAX ? 0xff800000 : 0;
        uint32_t r[4] = {none, none, none, none}, step = 0;
        uint32_t r_at =
            (STH_GET(c, VECTOR_R_ADDR) + row / C) * 4 * C + row % C * 4;

        if (reduce && STH_GET(c, VECTOR_CARRY))
            r[0] = sth_onchip_get(at->acc + r_at, 4);
        for (uint32_t tile = 0; tile < (cols + C - 1) / C; tile++) {
            uint32_t tree[STH_MAX_LANES];
            struct place d = place_of(p, at, c, D, row, tile);

            for (uint32_t lane = 0; lane < C; lane++) {
                uint32_t col = tile * C + lane, x, v, f, u;
                int64_t past =
                    (int64_t)col - offset - (wrap != 0 ? row % wrap : row);
                bool masked = STH_GET(c, VECTOR_MASK) &&
                              (past > 0 || (window && past <= -window));

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
            for (uint32_t lane = 0; lane < C; lane += V, step++) {
                uint32_t pair[2] = {r[step % 4],
                                    oracle_tree(reduce, tree + lane, V)};

                r[step % 4] = oracle_tree(reduce, pair, 2);
            }
        }
        if (reduce)
            digest ^= put(at->acc, r_at, 4, oracle_tree(reduce, r, 4));
    }
    return digest;
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

static struct sth_command draw_vector(const struct sth_params *p)
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

/* Operands that do not overlap where that is undefined. */
static struct sth_command draw_apart(const struct sth_params *p)
{
    for (;;) {
        struct sth_command c = draw_vector(p);
        bool in_place = c.word[6] == c.word[12];

        if (stays_below(p, &c, X, in_place ? SP_BYTES * 7 / 8 : SP_BYTES / 2) &&
            stays_below(p, &c, Y, SP_BYTES / 2) &&
            stays_below(p, &c, Z, SP_BYTES / 2) &&
            stays_below(p, &c, D, SP_BYTES * 7 / 8))
            return c;
    }
}

static void test_vector_random_matches_oracle(void **state)
{
    const struct kernel_test test = {sth_kernel_vector, oracle_vector,
                                     draw_apart, 2};

    (void)state;
    compare_shapes(&test);
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
    for (uint32_t func = 0; func <= STH_FUNC_PHI; func++) {
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
                assert_int_equal(
                    sth_onchip_get(acc + 4 * i, 4),
                    sth_func_eval(func, sth_onchip_get(sp + 4 * i, 4)));
        }
    }
    free(sp);
    free(acc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector_random_matches_oracle),
        cmocka_unit_test(test_vector_functions_match_strict_scalar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
