/* Draws single commands of random programs, and what memory holds. */
#include "sth_program_draw.h"

#include "sth_decode.h"

#include <string.h>

/* Draws before a command is given up. */
enum { ATTEMPTS = 200 };

/* A size: often at an edge of what the hardware handles in one step. */
static uint32_t size_near(struct sth_draw *d, uint32_t step, uint32_t max)
{
    uint32_t n;

    switch (sth_draw_below(d, 4)) {
    case 0:
        n = 1 + sth_draw_below(d, 3);
        break;
    case 1:
        n = step * (1 + sth_draw_below(d, 3)) + sth_draw_below(d, 3) - 1;
        break;
    case 2:
        n = step;
        break;
    default:
        n = 1 + sth_draw_below(d, max);
        break;
    }
    return n < 1 ? 1 : n > max ? max : n;
}

static uint32_t float_of(struct sth_draw *d)
{
    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000,
        0xff800000, 0x7fc00000, 0x00800000, 0x7f7fffff, 0x3d000000,
    };

    if (sth_draw_chance(d, 20))
        return special[sth_draw_below(d, sizeof(special) / sizeof(special[0]))];
    return (sth_draw_chance(d, 50) ? 0x80000000u : 0) |
           (118 + sth_draw_below(d, 16)) << 23 | (sth_draw_bits(d) & 0x7fffff);
}

static uint32_t tiles(uint32_t n, uint32_t step)
{
    return (n + step - 1) / step;
}

/* A scratchpad address in the window, a multiple of `align`. */
static uint32_t sp_address(struct sth_draw *d, uint32_t align)
{
    const struct sth_program *p = d->program;

    return (p->sp_base + sth_draw_below(d, p->sp_bytes)) & ~(align - 1);
}

static uint32_t acc_address(struct sth_draw *d)
{
    return d->program->acc_base + sth_draw_below(d, d->program->acc_rows);
}

void sth_draw_transfer(struct sth_draw *d, struct sth_command *c, bool load)
{
    const struct sth_program *p = d->program;
    uint32_t n1 = size_near(d, 8, 24),
             n2 = sth_draw_chance(d, 30) ? 1 + sth_draw_below(d, 3) : 1;
    uint32_t room = p->sp_bytes / (n1 * n2);
    uint32_t len = size_near(d, d->params->bus_bytes, room ? room : 1);
    uint32_t mem_s1 = len + sth_draw_below(d, 3) * sth_draw_below(d, 40);
    uint32_t sp_s1 = len + sth_draw_below(d, 3) * sth_draw_below(d, 40);
    uint64_t mem;

    /* Now and then longer than the largest burst. */
    if (sth_draw_chance(d, 5)) {
        n1 = n2 = 1;
        len = 1 + sth_draw_below(d, p->sp_bytes);
    }
    mem = load ? p->source + sth_draw_below(d, p->source_bytes)
               : p->target + sth_draw_below(d, p->target_bytes);
    if (sth_draw_chance(d, 40))
        mem &= ~(uint64_t)(d->params->bus_bytes - 1);
    /* Sometimes reads what an earlier store wrote. */
    if (load && sth_draw_chance(d, 15))
        mem = p->target + sth_draw_below(d, p->target_bytes);
    /* STORE has the same fields at the same places. */
    STH_SET(c, ANY_OPCODE, load ? STH_OP_LOAD : STH_OP_STORE);
    sth_command_set_memory(c, mem);
    STH_SET(c, LOAD_SP, sp_address(d, sth_draw_chance(d, 50) ? 16 : 1));
    STH_SET(c, LOAD_LEN, len);
    STH_SET(c, LOAD_N1, n1);
    STH_SET(c, LOAD_N2, n2);
    STH_SET(c, LOAD_MEM_S1, mem_s1);
    STH_SET(c, LOAD_MEM_S2, n1 * mem_s1 + sth_draw_below(d, 64));
    STH_SET(c, LOAD_SP_S1, sp_s1);
    STH_SET(c, LOAD_SP_S2, n1 * sp_s1 + sth_draw_below(d, 64));
}

/* How often the rows of a depth tile are halved: mostly never. */
static uint32_t draw_halves(struct sth_draw *d)
{
    uint32_t halves = 0;

    while (d->params->array_rows >> halves > STH_TILE_LANES_MIN &&
           sth_draw_chance(d, 35))
        halves++;
    return halves;
}

void sth_draw_matmul(struct sth_draw *d, struct sth_command *c)
{
    const struct sth_params *p = d->params;
    const bool west = sth_draw_chance(d, 40);
    const bool either = sth_draw_chance(d, 60);
    const bool bf16 = p->data_types == STH_DATA_TYPE_BF16 ||
                      (p->data_types != STH_DATA_TYPE_INT8 && either);
    const uint32_t halves = draw_halves(d);
    const uint32_t rows = p->array_rows >> halves;
    const uint32_t a_chunk = STH_LANE_BYTES * rows;
    const uint32_t w_chunk = STH_LANE_BYTES * (west ? rows : p->array_cols);
    uint32_t m = size_near(d, p->array_rows, d->program->acc_rows);
    uint32_t n = size_near(d, p->array_cols, 3 * p->array_cols);
    uint32_t lanes = size_near(d, rows, 3 * p->array_rows);
    uint32_t k = bf16 ? lanes : 2 * lanes - sth_draw_below(d, 2);
    uint32_t kt = tiles(lanes, rows), nt = tiles(n, p->array_cols);

    STH_SET(c, ANY_OPCODE, STH_OP_MATMUL);
    STH_SET(c, MATMUL_A, sp_address(d, a_chunk));
    STH_SET(c, MATMUL_W, sp_address(d, w_chunk));
    STH_SET(c, MATMUL_ACC, acc_address(d));
    STH_SET(c, MATMUL_M, m);
    STH_SET(c, MATMUL_N, n);
    STH_SET(c, MATMUL_K, k);
    STH_SET(c, MATMUL_BF16, bf16);
    STH_SET(c, MATMUL_WEST, west);
    STH_SET(c, MATMUL_ACCUMULATE, sth_draw_chance(d, 50));
    STH_SET(c, MATMUL_HALVES, halves);
    STH_SET(c, MATMUL_A_ROW, (kt + sth_draw_below(d, 2)) * a_chunk);
    STH_SET(c, MATMUL_A_K, a_chunk);
    STH_SET(c, MATMUL_W_ROW,
            ((west ? kt : nt) + sth_draw_below(d, 2)) * w_chunk);
    STH_SET(c, MATMUL_W_K, west ? w_chunk : rows * STH_GET(c, MATMUL_W_ROW));
    STH_SET(c, MATMUL_W_N,
            west ? p->array_cols * STH_GET(c, MATMUL_W_ROW) : w_chunk);
    STH_SET(c, MATMUL_ACC_N, m + sth_draw_below(d, 2));
}

/* Words of one VECTOR operand: address, space, type, strides. */
struct operand {
    uint32_t attr, strides;
};

static struct operand draw_operand(struct sth_draw *d, uint32_t tile_count,
                                   bool scalar, bool broadcast)
{
    static const uint32_t acc_types[] = {STH_DTYPE_FP32, STH_DTYPE_I32};
    const bool sp = sth_draw_chance(d, 50);
    uint32_t type =
        sp ? sth_draw_below(d, 4) : acc_types[sth_draw_chance(d, 20)];
    uint32_t es = sth_dtype_bytes(type), unit = sp ? es : 1;
    uint32_t addr =
        sp ? sp_address(d, d->params->array_cols * es) : acc_address(d);
    uint32_t row = (tile_count + sth_draw_below(d, 2)) * unit, tile = unit;

    if (scalar)
        row = unit;
    if (broadcast)
        row = 0;
    return (struct operand){addr | (uint32_t)sp << STH_VECTOR_X_SP_LSB |
                                type << STH_VECTOR_X_TYPE_LSB,
                            row | tile << 16};
}

void sth_draw_vector(struct sth_draw *d, struct sth_command *c)
{
    const struct sth_params *p = d->params;
    uint32_t rows = size_near(d, p->array_cols, d->program->acc_rows);
    uint32_t cols = size_near(d, p->array_cols, 4 * p->array_cols);
    uint32_t t = tiles(cols, p->array_cols);
    uint32_t y = sth_draw_below(d, 5), z = sth_draw_below(d, 4),
             reduce = sth_draw_below(d, 4);
    uint32_t offset = (uint32_t)sth_draw_below(d, 3 * p->array_cols) -
                      sth_draw_below(d, 2 * p->array_cols);
    struct operand o;

    STH_SET(c, ANY_OPCODE, STH_OP_VECTOR);
    STH_SET(c, VECTOR_ROWS, rows);
    STH_SET(c, VECTOR_COLS, cols);
    STH_SET(c, VECTOR_FUNC, sth_draw_chance(d, 40) ? 0 : sth_draw_below(d, 8));
    STH_SET(c, VECTOR_GATE, sth_draw_chance(d, 60) ? 0 : sth_draw_below(d, 3));
    STH_SET(c, VECTOR_REDUCE, reduce);
    STH_SET(c, VECTOR_CARRY, sth_draw_chance(d, 30));
    STH_SET(c, VECTOR_MULSEL, y);
    STH_SET(c, VECTOR_ADDSEL, z);
    STH_SET(c, VECTOR_ADDOP, sth_draw_below(d, 3));
    STH_SET(c, VECTOR_MASK, sth_draw_chance(d, 25));
    STH_SET(c, VECTOR_WRITE, !reduce || sth_draw_chance(d, 60));
    STH_SET(c, VECTOR_IMM_MUL, float_of(d));
    STH_SET(c, VECTOR_IMM_ADD, float_of(d));
    STH_SET(c, VECTOR_MASK_OFFSET, offset & 0xfffff);
    STH_SET(c, VECTOR_MASK_ROWS,
            sth_draw_chance(d, 50) ? 0 : 1 + sth_draw_below(d, rows));
    STH_SET(c, VECTOR_MASK_WINDOW,
            sth_draw_chance(d, 50) ? 0 : 1 + sth_draw_below(d, cols));
    STH_SET(c, VECTOR_R_ADDR, acc_address(d));
    o = draw_operand(d, t, false, sth_draw_chance(d, 10));
    c->word[STH_VECTOR_X_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_X_ROW_WORD] = o.strides;
    o = draw_operand(d, t, y == STH_OPERAND_SCALAR, sth_draw_chance(d, 30));
    c->word[STH_VECTOR_Y_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_Y_ROW_WORD] = o.strides;
    o = draw_operand(d, t, z == STH_OPERAND_SCALAR, sth_draw_chance(d, 30));
    c->word[STH_VECTOR_Z_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_Z_ROW_WORD] = o.strides;
    o = draw_operand(d, t, false, false);
    c->word[STH_VECTOR_D_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_D_ROW_WORD] = o.strides;
    d->in_place = sth_draw_chance(d, 20);
    if (d->in_place) {
        c->word[STH_VECTOR_D_ADDR_WORD] = c->word[STH_VECTOR_X_ADDR_WORD];
        c->word[STH_VECTOR_D_ROW_WORD] = c->word[STH_VECTOR_X_ROW_WORD];
    }
}

void sth_draw_sync(struct sth_draw *d, struct sth_command *c)
{
    STH_SET(c, ANY_OPCODE,
            STH_OP_SYNC_LOAD + sth_draw_below(d, STH_ENGINE_COUNT));
}

bool sth_program_command(struct sth_program *program,
                         const struct sth_params *params, uint64_t seed,
                         uint32_t opcode, struct sth_command *command)
{
    struct sth_draw d = {.program = program, .params = params, .random = seed};
    struct sth_decoder decoder;

    sth_decode_init(&decoder, params);
    for (int i = 0; i < ATTEMPTS; i++) {
        memset(command, 0, sizeof(*command));
        if (opcode == STH_OP_LOAD || opcode == STH_OP_STORE)
            sth_draw_transfer(&d, command, opcode == STH_OP_LOAD);
        else if (opcode == STH_OP_MATMUL)
            sth_draw_matmul(&d, command);
        else if (opcode == STH_OP_VECTOR)
            sth_draw_vector(&d, command);
        else
            STH_SET(command, ANY_OPCODE, opcode);
        if (sth_decode_check(&decoder, command).code == STH_FAULT_NONE)
            return true;
    }
    return false;
}

void sth_program_source(uint64_t seed, uint8_t *to, uint32_t bytes)
{
    struct sth_draw d = {.random = seed ^ 0x5851f42d4c957f2du};
    uint32_t kind = 0;

    for (uint32_t i = 0; i + 4 <= bytes; i += 4) {
        uint32_t bits;

        if (i % 256 == 0)
            kind = sth_draw_below(&d, 4);
        if (kind == 0) { /* two bf16 of moderate size */
            bits = (float_of(&d) & 0xffff0000u) | float_of(&d) >> 16;
        } else if (kind == 1) {
            bits = float_of(&d);
        } else if (kind == 2) { /* small integers */
            bits = sth_draw_bits(&d) & 0x1f1f1f1f;
        } else {
            bits = sth_draw_bits(&d);
        }
        memcpy(to + i, &bits, 4);
    }
}
