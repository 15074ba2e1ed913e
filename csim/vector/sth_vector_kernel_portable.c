/* VECTOR for any host: element by element, with strict arithmetic. */
#include "sth_digest.h"
#include "sth_func.h"
#include "sth_numerics.h"
#include "sth_vector_kernel_impl.h"

static uint32_t operand_value(const struct sth_vector_operand *o,
                              uint32_t offset, uint32_t lane)
{
    uint32_t bytes = sth_dtype_bytes(o->type);

    return sth_fp32_from_type(
        o->type,
        sth_onchip_get(o->memory + o->addr + offset + lane * bytes, bytes));
}

/* y or z of one element. */
static uint32_t second_operand(const struct sth_vector_operand *o,
                               uint32_t select, uint32_t imm, uint32_t row,
                               uint32_t tile, uint32_t lane, uint32_t cols)
{
    if (select == STH_OPERAND_IMM)
        return imm;
    if (select == STH_OPERAND_SCALAR)
        return operand_value(o, row / cols * o->row, row % cols);
    return operand_value(o, row * o->row + tile * o->tile, lane);
}

static uint32_t element(const struct sth_vector_fields *v, uint32_t row,
                        uint32_t tile, uint32_t lane, uint32_t cols)
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

/* The balanced tree over a step's lanes; overwrites them. */
static uint32_t reduce_step(uint32_t reduce, uint32_t *lanes, uint32_t count)
{
    if (reduce == STH_REDUCE_ABSMAX)
        for (uint32_t i = 0; i < count; i++)
            lanes[i] = sth_fp32_abs(lanes[i]);
    for (; count > 1; count /= 2)
        for (uint32_t i = 0; i < count / 2; i++)
            lanes[i] = combine(reduce, lanes[2 * i], lanes[2 * i + 1]);
    return lanes[0];
}

static void write_tile(const struct sth_vector_fields *v, uint32_t row,
                       uint32_t tile, const uint32_t *lanes, uint32_t count,
                       struct sth_digest *digest)
{
    uint32_t bytes = sth_dtype_bytes(v->d.type);
    uint32_t addr = v->d.addr + row * v->d.row + tile * v->d.tile;
    uint8_t *to = v->d.memory + addr;

    for (uint32_t i = 0; i < count; i++)
        sth_onchip_put(to + i * bytes, bytes,
                       sth_fp32_to_type(v->d.type, lanes[i]));
    sth_digest_add_bytes(digest, addr, to, count * bytes);
}

static bool counts(struct sth_vector_span span, uint32_t column)
{
    return column >= span.first && column < span.end;
}

static void vector_row(const struct sth_onchip *chip,
                       const struct sth_vector_fields *v, uint32_t row,
                       struct sth_digest *digest)
{
    uint32_t cols = chip->params->array_cols, lanes[STH_MAX_LANES];
    uint32_t width = chip->params->vector_lanes, step = 0;
    const struct sth_vector_span unmasked = sth_vector_unmasked(v, row);
    uint32_t neutral = sth_vector_neutral(v->reduce);
    uint32_t r_addr = sth_vector_result_addr(v, row, cols);
    struct sth_vector_partials partials = sth_vector_begin_row(chip, v, r_addr);

    for (uint32_t tile = 0; tile * cols < v->cols; tile++) {
        uint32_t left = v->cols - tile * cols;
        uint32_t count = left < cols ? left : cols;

        for (uint32_t i = 0; i < count; i++)
            lanes[i] = counts(unmasked, tile * cols + i)
                           ? element(v, row, tile, i, cols)
                           : 0;
        if (v->write)
            write_tile(v, row, tile, lanes, count, digest);
        if (v->reduce == STH_REDUCE_NONE)
            continue;
        for (uint32_t i = 0; i < cols; i++)
            if (!counts(unmasked, tile * cols + i))
                lanes[i] = neutral;
        for (uint32_t i = 0; i < cols; i += width, step++) {
            uint32_t *partial =
                &partials.value[step % STH_DEPTH_VECTOR_PARTIALS];

            *partial = combine(v->reduce, *partial,
                               reduce_step(v->reduce, lanes + i, width));
        }
    }
    if (v->reduce != STH_REDUCE_NONE) {
        const uint32_t *p = partials.value;
        uint32_t result = combine(v->reduce, combine(v->reduce, p[0], p[1]),
                                  combine(v->reduce, p[2], p[3]));

        sth_onchip_put(chip->acc + r_addr, 4, result);
        sth_digest_add(digest, r_addr, result);
    }
}

uint32_t sth_vector_kernel_portable(const struct sth_onchip *chip,
                                    const struct sth_command *command)
{
    return sth_vector_run(chip, command, vector_row);
}
