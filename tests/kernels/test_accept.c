/*
 * Bad arguments: each kernel, the commands that it makes, and the scheduler
 * refuse them with the name of the field, and nothing is emitted.
 */
#include "firmware_fixture.h"

#include "sth_accept.h"
#include "sth_attention.h"
#include "sth_copy.h"
#include "sth_elementwise.h"
#include "sth_emit.h"
#include "sth_gather.h"
#include "sth_gemm.h"
#include "sth_norm.h"
#include "sth_prelude.h"
#include "sth_quantize.h"
#include "sth_rope.h"
#include "sth_scatter_add.h"
#include "sth_topk.h"

/* A machine, and arguments that each kernel takes. */
struct args {
    struct fixture t;
    struct sth_operand out, x, w, bias, xscale, wscale, gamma, cos, indices;
    struct sth_operand k, v, i8;
    uint32_t rows[8], weights[8], next_rows;
    struct sth_prelude prelude;
    struct sth_gemm gemm;
    struct sth_norm norm;
    struct sth_quantize quantize;
    struct sth_rope rope;
    struct sth_attention attention;
    struct sth_elementwise elementwise;
    struct sth_copy copy;
    struct sth_gather gather;
    struct sth_scatter_add scatter_add;
    struct sth_topk topk;
};

static void make_operands(struct args *a)
{
    struct fixture *t = &a->t;

    a->out = fixture_filled(t, STH_DTYPE_BF16, 8, 16, 1);
    a->x = fixture_filled(t, STH_DTYPE_BF16, 8, 16, 1);
    a->w = fixture_filled(t, STH_DTYPE_BF16, 16, 16, 1);
    a->bias = fixture_filled(t, STH_DTYPE_BF16, 1, 16, 1);
    a->xscale = fixture_filled(t, STH_DTYPE_FP32, 1, 8, 1);
    a->wscale = fixture_filled(t, STH_DTYPE_FP32, 1, 16, 1);
    a->gamma = fixture_filled(t, STH_DTYPE_BF16, 1, 16, 1);
    a->cos = fixture_filled(t, STH_DTYPE_BF16, 8, 4, 1);
    a->indices = fixture_filled(t, STH_DTYPE_FP32, 8, 4, 1);
    a->k = fixture_filled(t, STH_DTYPE_BF16, 12, 8, 1);
    a->v = fixture_filled(t, STH_DTYPE_BF16, 12, 8, 1);
    a->i8 = fixture_filled(t, STH_DTYPE_I8, 8, 16, 50);
}

static void make_args(struct args *a)
{
    fixture_open(&a->t, "nano", 3);
    make_operands(a);
    for (uint32_t i = 0; i < 8; i++) {
        a->rows[i] = 7 - i;
        a->weights[i] = 0x3f800000;
    }
    a->prelude = (struct sth_prelude){0};
    a->gemm = (struct sth_gemm){
        .out = &a->out, .x = &a->x, .w = &a->w, .bias = &a->bias};
    a->norm = (struct sth_norm){.out = &a->out,
                                .x = &a->x,
                                .gamma = &a->gamma,
                                .beta = &a->bias,
                                .eps = 0x3727c5ac,
                                .inv_n = 0x3d800000};
    a->quantize = (struct sth_quantize){&a->i8, &a->xscale, &a->x};
    a->rope = (struct sth_rope){&a->out, &a->x, &a->cos, &a->cos, 2};
    a->attention = (struct sth_attention){.out = &a->out,
                                          .q = &a->x,
                                          .k = &a->k,
                                          .v = &a->v,
                                          .heads = 2,
                                          .kv_heads = 1,
                                          .batch = 1,
                                          .seq = 8,
                                          .past = 4,
                                          .scale = 0x3f000000,
                                          .causal = true};
    a->elementwise = (struct sth_elementwise){&a->out, &a->x, &a->x, true};
    a->copy = (struct sth_copy){&a->out, &a->x};
    a->gather = (struct sth_gather){&a->out, &a->x, a->rows};
    a->scatter_add =
        (struct sth_scatter_add){&a->out, &a->x, a->rows, a->weights};
    a->topk = (struct sth_topk){&a->k, &a->indices, &a->x};
    a->k.cols = a->attention.kv_heads * 8;
}

/* Refused for that field, and nothing came of it. */
static void expect_refused(struct args *a, const char *change,
                           const char *field)
{
    const struct sth_schedule *s = &a->t.schedule;

    if (s->err != STH_FW_ERR_ARGUMENT || s->field == NULL ||
        strcmp(s->field, field) != 0)
        fail_msg("%s: error %d, field '%s' instead of '%s'", change, s->err,
                 s->field != NULL ? s->field : "none", field);
    assert_int_equal(s->next, 0);
    fixture_close(&a->t);
}

#define TAKEN(kernel)                                                          \
    do {                                                                       \
        make_args(&a);                                                         \
        sth_kernel_##kernel(&a.t.schedule, &a.kernel);                         \
        if (a.t.schedule.err)                                                  \
            fail_msg(#kernel ": %s", a.t.schedule.field);                      \
        assert_int_not_equal(a.t.schedule.next, 0);                            \
        fixture_finish(&a.t);                                                  \
        fixture_close(&a.t);                                                   \
    } while (0)

#define REFUSED(kernel, change, field)                                         \
    do {                                                                       \
        make_args(&a);                                                         \
        change;                                                                \
        sth_kernel_##kernel(&a.t.schedule, &a.kernel);                         \
        expect_refused(&a, #kernel ": " #change, field);                       \
    } while (0)

/* What no operand may be; `o` is the member's own. */
#define OPERAND(kernel, member, o)                                             \
    REFUSED(kernel, a.kernel.member = NULL, #member);                          \
    REFUSED(kernel, a.o.rows = 0, #member);                                    \
    REFUSED(kernel, a.o.rows = UINT32_MAX, #member);                           \
    REFUSED(kernel, a.o.cols = 0, #member);                                    \
    REFUSED(kernel, a.o.cols = 70000, #member);                                \
    REFUSED(kernel, a.o.cols = UINT32_MAX, #member);                           \
    REFUSED(kernel, a.o.dtype = STH_DTYPE_I32, #member);                       \
    REFUSED(kernel, a.o.dtype = 77, #member);                                  \
    REFUSED(kernel, a.o.stride = UINT64_MAX, #member);                         \
    REFUSED(kernel, a.o.addr = ((uint64_t)1 << 40) - 2, #member);              \
    REFUSED(kernel, a.o.addr = UINT64_MAX, #member);                           \
    REFUSED(kernel, a.o.row0 = UINT32_MAX, #member);                           \
    REFUSED(kernel, a.o.row0 = 16 * a.o.rows, #member);                        \
    REFUSED(kernel, a.o.tensor = NULL, #member)

static struct args a;

static void test_accept_gemm(void **unused)
{
    (void)unused;
    TAKEN(gemm);
    OPERAND(gemm, out, out);
    OPERAND(gemm, w, w);
    REFUSED(gemm, a.gemm.x = NULL, "x");
    REFUSED(gemm, a.x.stride = 2, "x");
    REFUSED(gemm, a.gemm.bias = &a.xscale, "bias");
    REFUSED(gemm, a.gemm.mul = &a.k, "mul");
    REFUSED(gemm, a.gemm.residual = &a.w, "residual");
    REFUSED(gemm, a.gemm.xscale = &a.xscale, "xscale");
    REFUSED(gemm, a.gemm.x = &a.i8, "w");
    REFUSED(gemm, a.gemm.heads = 2, "heads");
    REFUSED(gemm, a.gemm.cos = &a.cos, "sin");
    REFUSED(gemm, a.gemm.cos = a.gemm.sin = &a.cos, "heads");
    REFUSED(gemm, a.gemm.cos = a.gemm.sin = &a.cos; a.gemm.heads = 3, "heads");
    REFUSED(gemm, a.gemm.act = STH_GEMM_ACT_COUNT, "act");
    REFUSED(gemm, a.gemm.act = (enum sth_gemm_act)70000, "act");
    REFUSED(gemm, a.gemm.out = &a.x, "x");
    REFUSED(gemm, a.out.addr = a.bias.addr, "bias");
    REFUSED(gemm, a.gemm.prelude = &a.prelude; a.prelude.norm = &a.norm;
            a.norm.gamma = &a.cos, "gamma");
    REFUSED(gemm, a.gemm.next = &a.prelude, "next_rows");
}

static void test_accept_norm_and_quantize(void **unused)
{
    (void)unused;
    TAKEN(norm);
    OPERAND(norm, out, out);
    REFUSED(norm, a.norm.x = NULL, "x");
    REFUSED(norm, a.norm.gamma = NULL, "gamma");
    REFUSED(norm, a.norm.gamma = &a.cos, "gamma");
    REFUSED(norm, a.norm.beta = &a.cos, "beta");
    REFUSED(norm, a.norm.beta = NULL; a.norm.gamma = NULL, "gamma");
    REFUSED(norm, a.out.addr = a.x.addr + 2, "x");
    TAKEN(quantize);
    OPERAND(quantize, out, i8);
    OPERAND(quantize, scale, xscale);
    REFUSED(quantize, a.quantize.x = NULL, "x");
    REFUSED(quantize, a.quantize.out = &a.out, "out");
    REFUSED(quantize, a.xscale.addr = a.i8.addr, "scale");
}

static void test_accept_rope(void **unused)
{
    (void)unused;
    TAKEN(rope);
    OPERAND(rope, out, out);
    REFUSED(rope, a.rope.x = NULL, "x");
    REFUSED(rope, a.rope.cos = NULL, "cos");
    REFUSED(rope, a.rope.sin = &a.gamma, "sin");
    REFUSED(rope, a.rope.heads = 0, "heads");
    REFUSED(rope, a.rope.heads = 16, "heads");
    REFUSED(rope, a.rope.heads = 0x80000000u, "heads");
    REFUSED(rope, a.rope.heads = 4, "cos");
}

static void test_accept_attention(void **unused)
{
    (void)unused;
    TAKEN(attention);
    OPERAND(attention, out, out);
    OPERAND(attention, k, k);
    OPERAND(attention, v, v);
    REFUSED(attention, a.attention.q = NULL, "q");
    REFUSED(attention, a.attention.heads = 0, "heads");
    REFUSED(attention, a.attention.heads = 3, "heads");
    REFUSED(attention, a.attention.kv_heads = 0, "kv_heads");
    REFUSED(attention, a.attention.kv_heads = 70000, "kv_heads");
    REFUSED(attention, a.attention.batch = 0, "batch");
    REFUSED(attention, a.attention.batch = UINT32_MAX, "out");
    REFUSED(attention, a.attention.seq = 0, "seq");
    REFUSED(attention, a.attention.seq = 9, "out");
    REFUSED(attention, a.attention.past = UINT32_MAX, "k");
    REFUSED(attention, a.attention.room = 11, "room");
    REFUSED(attention, a.attention.values = UINT32_MAX, "values");
    REFUSED(attention, a.attention.scale = 0, "scale");
    REFUSED(attention, a.attention.scale = 0x7fc00000, "scale");
    REFUSED(attention, a.attention.out = &a.x, "q");
    REFUSED(attention, a.attention.causal = false;
            a.attention.window = 3, "window");
}

static void test_accept_rows(void **unused)
{
    (void)unused;
    TAKEN(elementwise);
    OPERAND(elementwise, out, out);
    REFUSED(elementwise, a.elementwise.a = NULL, "a");
    REFUSED(elementwise, a.elementwise.b = &a.w, "b");
    REFUSED(elementwise, a.elementwise.add = false;
            a.elementwise.b = NULL, "b");
    REFUSED(elementwise, a.elementwise.out = &a.i8, "out");
    TAKEN(copy);
    OPERAND(copy, out, out);
    REFUSED(copy, a.copy.x = NULL, "x");
    REFUSED(copy, a.copy.out = &a.x, "x");
    TAKEN(gather);
    OPERAND(gather, x, x);
    REFUSED(gather, a.gather.out = NULL, "out");
    REFUSED(gather, a.gather.rows = NULL, "rows");
    REFUSED(gather, a.rows[7] = 8, "rows");
    REFUSED(gather, a.rows[0] = UINT32_MAX, "rows");
    TAKEN(scatter_add);
    OPERAND(scatter_add, x, x);
    REFUSED(scatter_add, a.scatter_add.out = NULL, "out");
    REFUSED(scatter_add, a.scatter_add.rows = NULL, "rows");
    REFUSED(scatter_add, a.scatter_add.weights = NULL, "weights");
    REFUSED(scatter_add, a.rows[3] = 8, "rows");
    REFUSED(scatter_add, a.rows[3] = a.rows[4], "rows");
}

static void test_accept_topk(void **unused)
{
    (void)unused;
    make_args(&a);
    a.k.rows = 8;
    a.k.cols = 4;
    sth_kernel_topk(&a.t.schedule, &a.topk);
    assert_int_equal(a.t.schedule.err, 0);
    fixture_close(&a.t);
    REFUSED(topk, a.k.rows = 8; a.k.cols = 17, "out");
    REFUSED(topk, a.k.rows = 8; a.k.cols = 4; a.indices.cols = 5, "indices");
    REFUSED(topk, a.k.rows = 7; a.k.cols = 4, "out");
    REFUSED(topk, a.k.rows = 8; a.k.cols = 4; a.topk.x = NULL, "x");
    REFUSED(topk, a.topk.out = NULL, "out");
    REFUSED(topk, a.topk.indices = NULL, "indices");
}

/* ---- commands ----------------------------------------------------------- */

static void expect_space(struct sth_schedule *s, const char *field)
{
    assert_int_equal(s->err, STH_FW_ERR_SPACE);
    assert_non_null(s->field);
    assert_string_equal(s->field, field);
    assert_int_equal(s->next, 0);
    s->err = STH_FW_ERR_OK;
}

static void test_accept_no_value_is_cut(void **unused)
{
    struct sth_schedule *s = &a.t.schedule;
    struct sth_buffer *sp, *acc;
    struct sth_pass pass;
    struct sth_block block;

    (void)unused;
    make_args(&a);
    sp = sth_schedule_alloc(s, STH_SCHEDULE_SP, 64);
    acc = sth_schedule_alloc(s, STH_SCHEDULE_ACC, 1);
    pass = (struct sth_pass){
        .rows = 1, .cols = 70000, .x = sth_tile_acc(acc, 0, 1, STH_DTYPE_FP32)};
    sth_emit_vector(s, &pass);
    expect_space(s, "VECTOR_COLS");
    pass.cols = 4;
    pass.rows = 65536;
    sth_emit_vector(s, &pass);
    expect_space(s, "VECTOR_ROWS");
    pass.rows = 1;
    pass.mask = true;
    pass.mask_offset = 1 << 19;
    sth_emit_vector(s, &pass);
    expect_space(s, "VECTOR_MASK_OFFSET");
    pass.mask = false;
    pass.x.row = 65536;
    sth_emit_vector(s, &pass);
    expect_space(s, "VECTOR_X_ROW");
    block = (struct sth_block){
        .operand = &a.x, .rows = 1, .cols = 1u << 23, .buffer = sp};
    sth_emit_load(s, &block);
    expect_space(s, "LOAD_LEN");
    block.cols = UINT32_MAX;
    sth_emit_store(s, &block);
    expect_space(s, "LOAD_LEN");
    fixture_close(&a.t);
}

static void test_accept_cache_has_so_many_slots(void **unused)
{
    const uint32_t bad[] = {STH_CACHE_SLOTS + 1, UINT32_MAX};

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sth_cache cache;

        make_args(&a);
        sth_cache_init(&cache, &a.t.schedule, bad[i], 16);
        expect_refused(&a, "slots", "slots");
    }
}

/* ---- the scheduler ------------------------------------------------------ */

#define SCHEDULE(call, field)                                                  \
    do {                                                                       \
        make_args(&a);                                                         \
        s = &a.t.schedule;                                                     \
        sth_schedule_open(s, STH_OP_LOAD);                                     \
        call;                                                                  \
        sth_schedule_emit(s);                                                  \
        expect_refused(&a, #call, field);                                      \
    } while (0)

static void test_accept_schedule(void **unused)
{
    struct sth_schedule *s;

    (void)unused;
    SCHEDULE(sth_schedule_open(s, 0xee), "opcode");
    SCHEDULE(sth_schedule_open(s, 70000), "opcode");
    SCHEDULE(sth_schedule_after(s, STH_ENGINE_COUNT, 0), "engine");
    SCHEDULE(sth_schedule_after(s, STH_ENGINE_LOAD, 1), "ticket");
    SCHEDULE(sth_schedule_reads(s, NULL), "buffer");
    SCHEDULE(sth_schedule_writes(s, NULL), "buffer");
    SCHEDULE(sth_schedule_fills(s, NULL), "buffer");
    SCHEDULE(sth_schedule_reads_rows(s, &a.x, 0, 0), "rows");
    SCHEDULE(sth_schedule_reads_rows(s, &a.x, 8, 9), "rows");
    SCHEDULE(sth_schedule_writes_rows(s, &a.x, UINT32_MAX, 1), "rows");
    SCHEDULE(a.x.tensor = NULL;
             sth_schedule_writes_rows(s, &a.x, 0, 1), "tensor");
    SCHEDULE(sth_schedule_alloc(s, (enum sth_schedule_space)7, 1), "space");
    SCHEDULE(for (int i = 0; i <= STH_SCHEDULE_TOUCHES; i++)
                 sth_schedule_reads(s, &s->buffer[0]),
             "touches");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_gemm),
        cmocka_unit_test(test_accept_norm_and_quantize),
        cmocka_unit_test(test_accept_rope),
        cmocka_unit_test(test_accept_attention),
        cmocka_unit_test(test_accept_rows),
        cmocka_unit_test(test_accept_topk),
        cmocka_unit_test(test_accept_no_value_is_cut),
        cmocka_unit_test(test_accept_cache_has_so_many_slots),
        cmocka_unit_test(test_accept_schedule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
