/*
 * Elementwise products and sums, copies, and rows by index: all stream blocks
 * of rows and chunks of columns through double buffers.
 */
#include "sth_elementwise.h"
#include "sth_emit.h"
#include "sth_rows.h"

struct stream {
    struct sth_schedule *s;
    struct sth_rows_plan plan;
    uint32_t lanes; /* columns of a chunk in whole tiles */
    uint32_t rows, cols;
    struct sth_cache a, b, out;
    /* The current block. */
    uint32_t index, row, row_count, col, col_count;
};

/* Plans for inputs of in_bytes in all; false and an error when it fails. */
static bool open_stream(struct stream *t, struct sth_schedule *s, uint32_t rows,
                        uint32_t cols, uint32_t in_bytes, uint32_t out_bytes)
{
    struct sth_rows_shape shape = {.rows = rows,
                                   .cols = cols,
                                   .in_bytes = in_bytes,
                                   .out_bytes = out_bytes};

    t->s = s;
    t->rows = rows;
    t->cols = cols;
    t->index = 0;
    if (!sth_rows_plan(&t->plan, &s->driver->params, &shape)) {
        sth_schedule_fail(s, STH_FW_ERR_SPACE);
        return false;
    }
    t->lanes = sth_round_up(t->plan.block_cols, s->driver->params.array_cols);
    sth_schedule_begin_operation(s);
    t->row = t->col = 0;
    return true;
}

static void open_cache(struct stream *t, struct sth_cache *cache,
                       const struct sth_operand *operand)
{
    sth_cache_init(cache, t->s, 2,
                   t->plan.block_rows * t->lanes *
                       sth_dtype_bytes(operand->dtype));
}

/* Settles the extent of the current block; false behind the last. */
static bool at_block(struct stream *t)
{
    if (t->row >= t->rows || sth_schedule_error(t->s) != STH_FW_ERR_OK)
        return false;
    t->row_count = sth_min_u32(t->plan.block_rows, t->rows - t->row);
    t->col_count = sth_min_u32(t->plan.block_cols, t->cols - t->col);
    return true;
}

static void next_block(struct stream *t)
{
    t->index++;
    t->col += t->plan.block_cols;
    if (t->col >= t->cols) {
        t->col = 0;
        t->row += t->plan.block_rows;
    }
}

/* The current block of an operand in the next buffer of a cache. */
static struct sth_block block_of(struct stream *t, struct sth_cache *cache,
                                 const struct sth_operand *operand)
{
    bool hit;
    struct sth_block b = {.operand = operand,
                          .row = t->row,
                          .rows = t->row_count,
                          .col = t->col,
                          .cols = t->col_count,
                          .buffer = sth_cache_get(cache, t->index, &hit),
                          .stride = t->lanes * sth_dtype_bytes(operand->dtype)};

    return b;
}

static struct sth_tile tile_of(struct stream *t, const struct sth_block *b)
{
    return sth_tile_sp(t->s, b->buffer, b->offset, b->stride,
                       b->operand->dtype);
}

void sth_kernel_elementwise(struct sth_schedule *s,
                            const struct sth_elementwise *op)
{
    struct stream t;

    if (!open_stream(&t, s, op->out->rows, op->out->cols,
                     sth_dtype_bytes(op->a->dtype) +
                         sth_dtype_bytes(op->b->dtype),
                     sth_dtype_bytes(op->out->dtype)))
        return;
    open_cache(&t, &t.a, op->a);
    open_cache(&t, &t.b, op->b);
    open_cache(&t, &t.out, op->out);
    for (; at_block(&t); next_block(&t)) {
        struct sth_block a = block_of(&t, &t.a, op->a);
        struct sth_block b = block_of(&t, &t.b, op->b);
        struct sth_block out = block_of(&t, &t.out, op->out);
        struct sth_vector v = {.rows = t.row_count,
                               .cols = t.col_count,
                               .x = tile_of(&t, &a),
                               .d = tile_of(&t, &out)};

        if (op->add) {
            v.add = STH_OPERAND_STREAM;
            v.z = tile_of(&t, &b);
        } else {
            v.mul = STH_OPERAND_STREAM;
            v.y = tile_of(&t, &b);
        }
        sth_emit_load(s, &a);
        sth_emit_load(s, &b);
        sth_emit_vector(s, &v);
        sth_emit_store(s, &out);
    }
}

void sth_kernel_copy(struct sth_schedule *s, const struct sth_operand *out,
                     const struct sth_operand *x)
{
    struct stream t;
    uint32_t es = sth_dtype_bytes(x->dtype);

    if (!open_stream(&t, s, x->rows, x->cols, es, es))
        return;
    open_cache(&t, &t.a, x);
    for (; at_block(&t); next_block(&t)) {
        struct sth_block from = block_of(&t, &t.a, x);
        struct sth_block to = from;

        to.operand = out;
        sth_emit_load(s, &from);
        sth_emit_store(s, &to);
    }
}

/* Loads or stores rows[i] of a block one run of neighbours at a time. */
static void
move_rows(struct stream *t, const struct sth_block *whole, const uint32_t *rows,
          void (*emit)(struct sth_schedule *, const struct sth_block *))
{
    uint32_t i = 0;

    while (i < t->row_count) {
        struct sth_block run = *whole;
        uint32_t n = 1;

        while (i + n < t->row_count &&
               rows[t->row + i + n] == rows[t->row + i] + n)
            n++;
        run.row = rows[t->row + i];
        run.rows = n;
        run.offset = i * whole->stride;
        run.continues = i != 0;
        emit(t->s, &run);
        i += n;
    }
}

void sth_kernel_gather(struct sth_schedule *s, const struct sth_operand *out,
                       const struct sth_operand *x, const uint32_t *rows)
{
    struct stream t;
    uint32_t es = sth_dtype_bytes(x->dtype);

    if (!open_stream(&t, s, out->rows, x->cols, es, es))
        return;
    open_cache(&t, &t.a, x);
    for (; at_block(&t); next_block(&t)) {
        struct sth_block from = block_of(&t, &t.a, x);
        struct sth_block to = from;

        to.operand = out;
        move_rows(&t, &from, rows, sth_emit_load);
        sth_emit_store(s, &to);
    }
}

void sth_kernel_scatter_add(struct sth_schedule *s,
                            const struct sth_operand *out,
                            const struct sth_operand *x, const uint32_t *rows,
                            const uint32_t *weights)
{
    struct stream t;

    if (!open_stream(&t, s, x->rows, x->cols,
                     sth_dtype_bytes(x->dtype) + sth_dtype_bytes(out->dtype),
                     sth_dtype_bytes(out->dtype)))
        return;
    open_cache(&t, &t.a, x);
    open_cache(&t, &t.b, out);
    open_cache(&t, &t.out, out);
    for (; at_block(&t); next_block(&t)) {
        struct sth_block a = block_of(&t, &t.a, x);
        struct sth_block b = block_of(&t, &t.b, out);
        struct sth_block d = block_of(&t, &t.out, out);

        sth_emit_load(s, &a);
        move_rows(&t, &b, rows, sth_emit_load);
        for (uint32_t i = 0; i < t.row_count; i++) {
            struct sth_vector v = {.rows = 1,
                                   .cols = t.col_count,
                                   .mul = STH_OPERAND_IMM,
                                   .mul_imm = weights[t.row + i],
                                   .add = STH_OPERAND_STREAM};
            struct sth_block ra = a, rb = b, rd = d;

            ra.offset = i * a.stride;
            rb.offset = i * b.stride;
            rd.offset = i * d.stride;
            v.x = tile_of(&t, &ra);
            v.z = tile_of(&t, &rb);
            v.d = tile_of(&t, &rd);
            sth_emit_vector(s, &v);
        }
        move_rows(&t, &d, rows, sth_emit_store);
    }
}
