/*
 * Top-k of rows against a stable sort of the bits: exact values and columns,
 * on random rows and on those that the engine's arithmetic could get wrong.
 */
#include "firmware_fixture.h"

#include "sth_topk.h"

struct element {
    uint32_t bits;
    uint32_t col;
};

/* Whole numbers in the order of the elements: -inf < -0 < +0 < inf. */
static int64_t order_of(uint32_t bits)
{
    int64_t magnitude = bits & 0x7fffffffu;

    return bits >> 31 != 0 ? -magnitude - 1 : magnitude;
}

static int compare(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    int64_t order = order_of(y->bits) - order_of(x->bits);

    if (order != 0)
        return order < 0 ? -1 : 1;
    return x->col < y->col ? -1 : x->col > y->col;
}

static uint64_t addr_of(const struct sth_operand *o, uint32_t row, uint32_t col)
{
    return o->addr + row * o->stride +
           (uint64_t)col * sth_dtype_bytes(o->dtype);
}

/* fp32 bits of an element as the chip reads it. */
static uint32_t bits_of(struct fixture *t, const struct sth_operand *o,
                        uint32_t row, uint32_t col)
{
    uint32_t bits = 0;

    sth_mem_read(t->device->mem, addr_of(o, row, col), &bits,
                 sth_dtype_bytes(o->dtype));
    if (o->dtype == STH_DTYPE_I8)
        return fixture_float_bits((int8_t)bits);
    bits = o->dtype == STH_DTYPE_BF16 ? bits << 16 : bits;
    return (bits & 0x7f800000u) != 0 ? bits : bits & 0x80000000u;
}

static bool is_nan(uint32_t bits)
{
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

static void expect_row(struct fixture *t, const char *what,
                       const struct sth_topk *op, uint32_t row)
{
    uint32_t cols = op->x->cols;
    struct element *e = calloc(cols, sizeof *e);
    bool nan = false;

    assert_non_null(e);
    for (uint32_t c = 0; c < cols; c++) {
        e[c] = (struct element){bits_of(t, op->x, row, c), c};
        nan = nan || is_nan(e[c].bits);
    }
    qsort(e, cols, sizeof *e, compare);
    for (uint32_t j = 0; j < op->out->cols; j++) {
        uint32_t value = bits_of(t, op->out, row, j);
        uint32_t index = bits_of(t, op->indices, row, j);

        if (nan ? value != 0x7fc00000u || index != 0x7fc00000u
                : value != e[j].bits || index != fixture_float_bits(e[j].col))
            fail_msg("%s %ux%u row %u, number %u: %08x at %g, not %08x at %u",
                     what, op->x->rows, cols, row, j, value,
                     (double)fixture_bits_float(index), e[j].bits, e[j].col);
    }
    free(e);
}

typedef uint32_t (*draw_fn)(uint64_t *random, uint32_t row, uint32_t col);

static void check(const char *config, uint32_t dtype, uint32_t rows,
                  uint32_t cols, uint32_t k, draw_fn draw, uint64_t seed)
{
    struct fixture t;
    struct sth_operand x, out, indices;
    struct sth_topk op = {&out, &indices, &x};

    fixture_open(&t, config, seed);
    x = fixture_tensor(&t, dtype, rows, cols);
    out = fixture_tensor(&t, dtype, rows, k);
    indices = fixture_tensor(&t, STH_DTYPE_FP32, rows, k);
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++) {
            uint32_t bits = draw(&t.random, r, c);

            if (dtype != STH_DTYPE_FP32)
                bits >>= dtype == STH_DTYPE_BF16 ? 16 : 24;
            sth_mem_write(t.device->mem, addr_of(&x, r, c), &bits,
                          sth_dtype_bytes(dtype));
        }
    sth_kernel_topk(&t.schedule, &op);
    fixture_finish(&t);
    for (uint32_t r = 0; r < rows; r++)
        expect_row(&t, config, &op, r);
    fixture_close(&t);
}

/* ---- rows -------------------------------------------------------------- */

/* Moderate numbers, many of them equal in bf16. */
static uint32_t moderate(uint64_t *random, uint32_t row, uint32_t col)
{
    (void)row;
    (void)col;
    return fixture_float_bits(fixture_random(random) / 536870912.0 - 2) &
           0xfffff000u;
}

/* Any bits but NaN: all magnitudes, subnormals, infinities now and then. */
static uint32_t wild(uint64_t *random, uint32_t row, uint32_t col)
{
    uint32_t bits = fixture_random(random) << 1 ^ fixture_random(random);

    (void)row;
    (void)col;
    return (bits & 0x7f800000u) == 0x7f800000u ? bits & 0xff800000u : bits;
}

/* Few values, and those that are hard to tell apart. */
static uint32_t hard(uint64_t *random, uint32_t row, uint32_t col)
{
    static const uint32_t values[] = {
        0x00000000, 0x80000000, 0x00800000, 0x00800001, 0x80800000, 0x80800001,
        0x00810000, 0x80810000, 0x00000001, 0x80000001, 0x7f7fffff, 0xff7fffff,
        0x7f7ffffe, 0x7f7f0000, 0xff7f0000, 0x7f800000, 0xff800000, 0x3f800000,
        0x3f800001, 0x3f7fffff, 0xbf800000, 0x7e800000, 0xfe800000, 0x7f000000};
    uint32_t from = row * 5 % 20;

    (void)col;
    return values[from + fixture_random(random) % (row % 2 ? 4 : 24 - from)];
}

/* Almost everything is hidden, as by a mask. */
static uint32_t hidden(uint64_t *random, uint32_t row, uint32_t col)
{
    uint32_t bits = moderate(random, row, col);

    return fixture_random(random) % 16 == 0 ? bits : 0xff800000u;
}

static uint32_t equal(uint64_t *random, uint32_t row, uint32_t col)
{
    static const uint32_t values[] = {0xff800000u, 0x7f800000u, 0x80000000u,
                                      0xff7fffffu, 0x7f7fffffu, 0x3f800000u};

    (void)random;
    (void)col;
    return values[row % 6];
}

static uint32_t falling(uint64_t *random, uint32_t row, uint32_t col)
{
    (void)random;
    return fixture_float_bits(row % 2 ? (double)col : -(double)col);
}

/* A NaN in some rows, at the first, the last or any column. */
static uint32_t with_nan(uint64_t *random, uint32_t row, uint32_t col)
{
    if (row % 3 == 0 && col == row / 3 * 7)
        return 0xffffffffu;
    return wild(random, row, col);
}

/* ---- tests ------------------------------------------------------------- */

static const char *const configs[] = {"nano", "edge", "wide", "server"};
static const draw_fn draws[] = {moderate, wild,    hard,    hidden,
                                equal,    falling, with_nan};
enum { DRAWS = sizeof draws / sizeof draws[0] };

static void test_topk_odd_shapes_match(void **unused)
{
    static const uint32_t shapes[][3] = {
        {1, 1, 1},   {1, 2, 2},    {3, 5, 5},    {7, 8, 2},   {33, 17, 3},
        {64, 64, 2}, {5, 130, 17}, {19, 129, 1}, {2, 700, 40}};

    (void)unused;
    for (size_t c = 0; c < 4; c++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            for (uint32_t dtype = STH_DTYPE_I8; dtype <= STH_DTYPE_FP32;
                 dtype++)
                for (size_t d = i + c + dtype; d < DRAWS + i; d += 3)
                    check(configs[c], dtype, shapes[i][0], shapes[i][1],
                          shapes[i][2], draws[d % DRAWS], 10 * i + d);
}

/* Chunk after chunk, the best of those before as more columns. */
static void test_topk_row_longer_than_memory_matches(void **unused)
{
    (void)unused;
    for (size_t d = 0; d < DRAWS; d++) {
        check("nano", STH_DTYPE_FP32, 3, 5000, 3, draws[d], d);
        check("nano", STH_DTYPE_BF16, 2, 2100, 60, draws[d], d);
        check("nano", STH_DTYPE_I8, 9, 1201, 1, draws[d], d);
    }
    check("wide", STH_DTYPE_BF16, 2, 40000, 4, wild, 3);
    check("edge", STH_DTYPE_FP32, 1, 70000, 5, hard, 4);
}

static void test_topk_random_shapes_match(void **unused)
{
    uint64_t random = 11;

    (void)unused;
    for (uint64_t i = 0; i < 150; i++) {
        uint32_t cols = 1 + fixture_random(&random) % 300;
        uint32_t most = cols < 60 ? cols : 60;
        uint32_t k = 1 + fixture_random(&random) % most;

        check(configs[fixture_random(&random) % 4], fixture_random(&random) % 3,
              1 + fixture_random(&random) % 40, cols, k,
              draws[fixture_random(&random) % DRAWS], i);
    }
}

/* A view between other columns, in and out. */
static void test_topk_takes_views(void **unused)
{
    struct fixture t;
    struct sth_operand x, out, indices;
    struct sth_topk op = {&out, &indices, &x};

    (void)unused;
    fixture_open(&t, "edge", 5);
    x = fixture_filled(&t, STH_DTYPE_BF16, 20, 90, 1);
    out = fixture_filled(&t, STH_DTYPE_BF16, 20, 9, 1);
    indices = fixture_filled(&t, STH_DTYPE_FP32, 20, 7, 1);
    x.addr += 2 * 13, x.cols = 50;
    out.addr += 2 * 3, out.cols = 4;
    indices.addr += 4 * 2, indices.cols = 4;
    sth_kernel_topk(&t.schedule, &op);
    fixture_finish(&t);
    for (uint32_t r = 0; r < 20; r++)
        expect_row(&t, "view", &op, r);
    fixture_close(&t);
}

static void test_topk_too_large_is_refused(void **unused)
{
    struct fixture t;
    struct sth_operand x, out, indices;
    struct sth_topk op = {&out, &indices, &x};

    (void)unused;
    fixture_open(&t, "nano", 5);
    x = fixture_tensor(&t, STH_DTYPE_BF16, 1, 500);
    out = fixture_tensor(&t, STH_DTYPE_BF16, 1, 200);
    indices = fixture_tensor(&t, STH_DTYPE_FP32, 1, 200);
    sth_kernel_topk(&t.schedule, &op);
    assert_int_equal(sth_schedule_error(&t.schedule), STH_FW_ERR_SPACE);
    fixture_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topk_odd_shapes_match),
        cmocka_unit_test(test_topk_row_longer_than_memory_matches),
        cmocka_unit_test(test_topk_random_shapes_match),
        cmocka_unit_test(test_topk_takes_views),
        cmocka_unit_test(test_topk_too_large_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
