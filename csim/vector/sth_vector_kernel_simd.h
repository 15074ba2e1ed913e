/*
 * VECTOR on vectors of LANES lanes: the body of one file for each instruction
 * set, which defines KERNEL and includes the header of the set before this.
 *
 * A block is some column tiles of one row, computed together: the stages run
 * over buffers of up to STH_MAX_LANES lanes.
 */
#include "sth_simd.h"
#include "sth_simd_convert.h"
#include "sth_simd_func.h"
#include "sth_vector_kernel_impl.h"

#define LANE_BUFFER(name)                                                      \
    uint32_t name[STH_MAX_LANES] __attribute__((aligned(64)))

enum combination { MULTIPLY, ADD, SUBTRACT, MAXIMUM };

/* to = to (operation) with, lane by lane. */
INLINE void combine_lanes(enum combination operation, uint32_t *to,
                          const uint32_t *with, uint32_t lanes)
{
    for (uint32_t i = 0; i < lanes; i += LANES) {
        vf a = load_vf(to + i), b = load_vf(with + i);

        store_vf(to + i, operation == MULTIPLY   ? a * b
                         : operation == ADD      ? a + b
                         : operation == SUBTRACT ? a - b
                                                 : max_vf(a, b));
    }
}

static void combine(enum combination operation, uint32_t *to,
                    const uint32_t *with, uint32_t lanes)
{
    switch (operation) {
    case MULTIPLY:
        combine_lanes(MULTIPLY, to, with, lanes);
        break;
    case ADD:
        combine_lanes(ADD, to, with, lanes);
        break;
    case SUBTRACT:
        combine_lanes(SUBTRACT, to, with, lanes);
        break;
    case MAXIMUM:
        combine_lanes(MAXIMUM, to, with, lanes);
        break;
    }
}

/* Where a block lies. */
struct block {
    uint32_t row;
    uint32_t tile;  /* the first */
    uint32_t tiles; /* how many */
    uint32_t cols;  /* of a tile */
};

/* Element (row, col) of each lane. */
static void load_stream(uint32_t *to, const struct sth_vector_operand *o,
                        const struct block *b)
{
    const uint8_t *from =
        o->memory + o->addr + b->row * o->row + b->tile * o->tile;

    for (uint32_t i = 0; i < b->tiles; i++)
        load_chunk(to + i * b->cols, from + i * o->tile, o->type, b->cols);
}

static void fill_lanes(uint32_t *to, vf value, const struct block *b)
{
    for (uint32_t i = 0; i < b->tiles * b->cols; i += LANES)
        store_vf(to + i, value);
}

/* y or z of each lane. */
static void load_second(uint32_t *to, const struct sth_vector_operand *o,
                        uint32_t select, uint32_t imm, const struct block *b)
{
    uint32_t bytes, raw = 0;
    const uint8_t *from;

    switch (select) {
    case STH_OPERAND_STREAM:
        load_stream(to, o, b);
        break;
    case STH_OPERAND_SCALAR:
        bytes = sth_dtype_bytes(o->type);
        from = o->memory + o->addr + b->row / b->cols * o->row +
               b->row % b->cols * bytes;
        memcpy(&raw, from, bytes);
        fill_lanes(to, fill_vf(sth_fp32_from_type(o->type, raw)), b);
        break;
    default:
        fill_lanes(to, fill_vf(sth_fp32_canonical(imm)), b);
        break;
    }
}

/* The function unit's result for each lane of a block. */
static void compute_block(const struct sth_vector_fields *v,
                          const struct block *b, uint32_t *result)
{
    uint32_t lanes = b->tiles * b->cols;
    LANE_BUFFER(x);
    LANE_BUFFER(sum);
    LANE_BUFFER(other);

    load_stream(x, &v->x, b);
    memcpy(sum, x, lanes * sizeof *sum);
    if (v->mulsel == STH_OPERAND_SELF) {
        combine(MULTIPLY, sum, x, lanes);
    } else if (v->mulsel != STH_OPERAND_NONE) {
        load_second(other, &v->y, v->mulsel, v->imm_mul, b);
        combine(MULTIPLY, sum, other, lanes);
    }
    if (v->addsel != STH_OPERAND_NONE) {
        load_second(other, &v->z, v->addsel, v->imm_add, b);
        combine(v->addop == 0   ? ADD
                : v->addop == 1 ? SUBTRACT
                                : MAXIMUM,
                sum, other, lanes);
    }
    apply_function(v->func, result, sum, lanes);
    if (v->gate == 1)
        combine(MULTIPLY, result, sum, lanes);
    else if (v->gate == 2)
        combine(MULTIPLY, result, x, lanes);
}

/* Lanes outside of a span of columns get the value. */
static void set_outside(uint32_t *lane, struct sth_vector_span span,
                        uint32_t value, const struct block *b)
{
    const uint32_t column = b->tile * b->cols, lanes = b->tiles * b->cols;
    uint32_t i = 0;

    for (; i < lanes && column + i < span.first; i++)
        lane[i] = value;
    if (column + i < span.end)
        i = span.end - column;
    for (; i < lanes; i++)
        lane[i] = value;
}

/* Adds the 32-bit lanes of a chunk, which is aligned in its space. */
static void digest_chunk(struct sth_digest *digest, uint32_t addr,
                         const uint8_t *chunk, uint32_t bytes)
{
    uint32_t i = 0;

    if (bytes >= 4 * LANES) {
        for (; i < bytes; i += 4 * LANES)
            add_to_digest(digest, addr + i, load_vi(chunk + i));
        return;
    }
    for (; i < bytes; i += 4) {
        uint32_t data;

        memcpy(&data, chunk + i, sizeof data);
        sth_digest_add(digest, addr + i, data);
    }
}

/*
 * Writes the lanes of a block that are columns of the command; the others are
 * zero, so that they add nothing to the digest.
 */
static void write_block(const struct sth_vector_fields *v,
                        const struct block *b, const uint32_t *lane,
                        struct sth_digest *digest)
{
    uint32_t bytes = sth_dtype_bytes(v->d.type);
    uint32_t addr = v->d.addr + b->row * v->d.row + b->tile * v->d.tile;
    LANE_BUFFER(partial);

    for (uint32_t i = 0; i < b->tiles; i++, addr += v->d.tile) {
        uint32_t left = v->cols - (b->tile + i) * b->cols;
        uint8_t *to = v->d.memory + addr, *written = to;

        if (left >= b->cols) {
            store_chunk(to, lane + i * b->cols, v->d.type, b->cols);
        } else {
            written = (uint8_t *)partial;
            store_chunk(written, lane + i * b->cols, v->d.type, b->cols);
            memcpy(to, written, left * bytes);
        }
        digest_chunk(digest, addr, written, b->cols * bytes);
    }
}

/*
 * The balanced tree over each `lanes` of `count` lanes, whose values go to the
 * first places; overwrites the others, up to a whole vector.
 */
INLINE void reduce_trees(enum combination operation, uint32_t *lane,
                         uint32_t count, uint32_t lanes)
{
    for (; lanes > 1; lanes /= 2, count /= 2) {
        for (uint32_t i = 0; i < count / 2; i += LANES) {
            vf a = load_vf(lane + 2 * i), b = load_vf(lane + 2 * i + LANES);
            vf even = vf_even(a, b), odd = vf_odd(a, b);

            store_vf(lane + i,
                     operation == ADD ? even + odd : max_vf(even, odd));
        }
    }
}

static uint32_t bits_of(float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* The sum or the maximum of two values. */
static uint32_t join(uint32_t reduce, uint32_t a, uint32_t b)
{
    if (reduce == STH_REDUCE_SUM)
        return bits_of((fill_vf(a) + fill_vf(b))[0]);
    return sth_fp32_max(a, b);
}

/* Continues a row's reduction with the tiles of a block, in `steps` steps each;
 * overwrites the block. */
static void reduce_block(uint32_t reduce, struct sth_vector_partials *partials,
                         uint32_t *lane, const struct block *b, uint32_t steps)
{
    uint32_t count = b->tiles * b->cols;

    if (reduce == STH_REDUCE_ABSMAX)
        for (uint32_t i = 0; i < count; i++)
            lane[i] &= ~STH_FP32_SIGN;
    if (reduce == STH_REDUCE_SUM)
        reduce_trees(ADD, lane, count, b->cols / steps);
    else
        reduce_trees(MAXIMUM, lane, count, b->cols / steps);
    for (uint32_t i = 0; i < b->tiles * steps; i++) {
        uint32_t *partial =
            &partials->value[(b->tile * steps + i) % STH_DEPTH_VECTOR_PARTIALS];

        *partial = join(reduce, *partial, lane[i]);
    }
}

static void vector_row(const struct sth_onchip *chip,
                       const struct sth_vector_fields *v, uint32_t row,
                       struct sth_digest *digest)
{
    const uint32_t cols = chip->params->array_cols;
    const uint32_t tiles = (v->cols + cols - 1) / cols;
    const struct sth_vector_span unmasked = sth_vector_unmasked(v, row);
    const uint32_t neutral = sth_vector_neutral(v->reduce);
    const uint32_t r_addr = sth_vector_result_addr(v, row, cols);
    struct block b = {.row = row, .cols = cols};
    struct sth_vector_partials partials = sth_vector_begin_row(chip, v, r_addr);

    for (b.tile = 0; b.tile < tiles; b.tile += b.tiles) {
        LANE_BUFFER(lane);

        b.tiles = STH_MAX_LANES / cols;
        if (b.tiles > tiles - b.tile)
            b.tiles = tiles - b.tile;
        compute_block(v, &b, lane);
        if (v->write) {
            set_outside(lane, unmasked, 0, &b);
            write_block(v, &b, lane, digest);
        }
        if (v->reduce != STH_REDUCE_NONE) {
            set_outside(lane, unmasked, neutral, &b);
            reduce_block(v->reduce, &partials, lane, &b,
                         sth_vector_steps(chip->params));
        }
    }
    if (v->reduce != STH_REDUCE_NONE) {
        const uint32_t *p = partials.value;
        uint32_t result =
            sth_fp32_canonical(join(v->reduce, join(v->reduce, p[0], p[1]),
                                    join(v->reduce, p[2], p[3])));

        memcpy(chip->acc + r_addr, &result, sizeof result);
        sth_digest_add(digest, r_addr, result);
    }
}

uint32_t KERNEL(const struct sth_onchip *chip,
                const struct sth_command *command)
{
    return sth_vector_run(chip, command, vector_row);
}
