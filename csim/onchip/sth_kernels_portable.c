/*
 * The kernels for any host: lane by lane, with the strict arithmetic of
 * sth_numerics.h.
 */
#include "sth_kernels_impl.h"

#include <string.h>

#include "sth_digest.h"
#include "sth_numerics.h"

static uint32_t load_element(const uint8_t *p, uint32_t bytes)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint32_t)p[i] << 8 * i;
    return value;
}

static void store_element(uint8_t *p, uint32_t bytes, uint32_t value)
{
    for (uint32_t i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

/* Down one array column: the sum of a tile row times a weight column. */
static uint32_t column_sum(const struct sth_matmul *m, uint32_t rows,
                           uint32_t depth, const uint8_t *a, const uint8_t *w,
                           uint32_t w_step)
{
    uint32_t bytes = m->bf16 ? 2 : 1, sum = 0;

    for (uint32_t r = 0; r < depth; r++)
        sum = sth_acc_add(
            m->bf16, sum,
            sth_pe_mul(m->bf16, (uint16_t)load_element(a + r * bytes, bytes),
                       (uint16_t)load_element(w + r * w_step, bytes)));
    /* Rows beyond the depth add +0, which only turns a -0 into +0. */
    if (depth < rows)
        sum = sth_acc_add(m->bf16, sum, 0);
    return sum;
}

static uint32_t matmul(const struct sth_onchip *chip,
                       const struct sth_command *command)
{
    const struct sth_matmul m = sth_matmul_fields(command);
    uint32_t rows = chip->params->array_rows, cols = chip->params->array_cols;
    uint32_t bytes = m.bf16 ? 2 : 1;
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t nt = 0; nt * cols < m.n; nt++) {
        for (uint32_t kt = 0; kt * rows < m.k; kt++) {
            uint32_t left = m.k - kt * rows;
            uint32_t depth = left < rows ? left : rows;
            bool overwrite = kt == 0 && !m.accumulate;

            for (uint32_t i = 0; i < m.m; i++) {
                const uint8_t *a = chip->sp + m.a + i * m.a_row + kt * m.a_k;

                for (uint32_t c = 0; c < cols && nt * cols + c < m.n; c++) {
                    const uint8_t *w = chip->sp + m.w + nt * m.w_n +
                                       kt * m.w_k +
                                       c * (m.west ? m.w_row : bytes);
                    uint32_t addr =
                        (m.acc + nt * m.acc_n + i) * 4 * cols + 4 * c;
                    uint32_t sum = column_sum(&m, rows, depth, a, w,
                                              m.west ? bytes : m.w_row);

                    if (!overwrite)
                        sum = sth_acc_add(
                            m.bf16, load_element(chip->acc + addr, 4), sum);
                    store_element(chip->acc + addr, 4, sum);
                    sth_digest_add(&digest, addr, sum);
                }
            }
        }
    }
    return sth_digest_value(&digest);
}

static uint32_t operand_value(const struct sth_operand *o, uint32_t offset,
                              uint32_t lane)
{
    uint32_t bytes = sth_dtype_bytes(o->type);

    return sth_fp32_from_type(
        o->type, load_element(o->base + offset + lane * bytes, bytes));
}

/* y or z of one element. */
static uint32_t second_operand(const struct sth_operand *o, uint32_t select,
                               uint32_t imm, uint32_t row, uint32_t tile,
                               uint32_t lane, uint32_t cols)
{
    if (select == STH_OPERAND_IMM)
        return imm;
    if (select == STH_OPERAND_SCALAR)
        return operand_value(o, row / cols * o->row, row % cols);
    return operand_value(o, row * o->row + tile * o->tile, lane);
}

static uint32_t element(const struct sth_vector *v, uint32_t row, uint32_t tile,
                        uint32_t lane, uint32_t cols)
{
    uint32_t x = operand_value(&v->x, row * v->x.row + tile * v->x.tile, lane);
    uint32_t sum = x, f;

    if (v->mulsel == STH_OPERAND_SELF)
        sum = sth_fp32_mul(sum, x);
    else if (v->mulsel != STH_OPERAND_NONE)
        sum = sth_fp32_mul(sum, second_operand(&v->y, v->mulsel, v->imm_mul,
                                               row, tile, lane, cols));
    if (v->addsel != STH_OPERAND_NONE) {
        uint32_t z =
            second_operand(&v->z, v->addsel, v->imm_add, row, tile, lane, cols);

        sum = v->addop == 0   ? sth_fp32_add(sum, z)
              : v->addop == 1 ? sth_fp32_sub(sum, z)
                              : sth_fp32_max(sum, z);
    }
    f = sth_func_eval(v->func, sum);
    return v->gate == 0   ? f
           : v->gate == 1 ? sth_fp32_mul(f, sum)
                          : sth_fp32_mul(f, x);
}

static uint32_t combine(uint32_t reduce, uint32_t a, uint32_t b)
{
    return reduce == STH_REDUCE_SUM ? sth_fp32_add(a, b) : sth_fp32_max(a, b);
}

/* The balanced tree over a tile's lanes; overwrites them. */
static uint32_t reduce_tile(uint32_t reduce, uint32_t *lanes, uint32_t count)
{
    if (reduce == STH_REDUCE_ABSMAX)
        for (uint32_t i = 0; i < count; i++)
            lanes[i] = sth_fp32_abs(lanes[i]);
    for (; count > 1; count /= 2)
        for (uint32_t i = 0; i < count / 2; i++)
            lanes[i] = combine(reduce, lanes[2 * i], lanes[2 * i + 1]);
    return lanes[0];
}

static void write_tile(const struct sth_vector *v, uint32_t row, uint32_t tile,
                       const uint32_t *lanes, uint32_t count,
                       struct sth_digest *digest)
{
    uint32_t bytes = sth_dtype_bytes(v->d.type);
    uint32_t offset = row * v->d.row + tile * v->d.tile;

    for (uint32_t i = 0; i < count; i++)
        store_element(v->d.base + offset + i * bytes, bytes,
                      sth_fp32_to_type(v->d.type, lanes[i]));
    sth_digest_add_bytes(digest, v->d.addr + offset, v->d.base + offset,
                         count * bytes);
}

static void vector_row(const struct sth_onchip *chip,
                       const struct sth_vector *v, uint32_t row,
                       struct sth_digest *digest)
{
    uint32_t cols = chip->params->array_cols, lanes[STH_MAX_LANES];
    uint32_t unmasked = sth_vector_unmasked(v, row);
    uint32_t neutral = sth_reduce_neutral(v->reduce);
    uint32_t r_addr = v->r + row / cols * 4 * cols + row % cols * 4;
    uint32_t result = neutral;

    if (v->reduce != STH_REDUCE_NONE && v->carry)
        result = sth_fp32_canonical(load_element(chip->acc + r_addr, 4));
    for (uint32_t tile = 0; tile * cols < v->cols; tile++) {
        uint32_t left = v->cols - tile * cols;
        uint32_t count = left < cols ? left : cols;

        for (uint32_t i = 0; i < count; i++)
            lanes[i] =
                tile * cols + i < unmasked ? element(v, row, tile, i, cols) : 0;
        if (v->write)
            write_tile(v, row, tile, lanes, count, digest);
        if (v->reduce == STH_REDUCE_NONE)
            continue;
        for (uint32_t i = 0; i < cols; i++)
            if (tile * cols + i >= unmasked)
                lanes[i] = neutral;
        result =
            combine(v->reduce, result, reduce_tile(v->reduce, lanes, cols));
    }
    if (v->reduce != STH_REDUCE_NONE) {
        store_element(chip->acc + r_addr, 4, result);
        sth_digest_add(digest, r_addr, result);
    }
}

static uint32_t vector(const struct sth_onchip *chip,
                       const struct sth_command *command)
{
    const struct sth_vector v = sth_vector_fields(chip, command);
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t row = 0; row < v.rows; row++)
        vector_row(chip, &v, row, &digest);
    return sth_digest_value(&digest);
}

const struct sth_kernels sth_kernels_portable = {
    .lanes = 1,
    .matmul = matmul,
    .vector = vector,
};
