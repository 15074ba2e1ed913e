/* Commands in the kernels' terms. */
#include <string.h>

#include "sth_emit.h"

#define RUN_MAX 0xffffffu

/* SPACE, and the field, where a value does not fit its field of the command. */
static void put_field(struct sth_schedule *s, struct sth_command *c,
                      const char *name, uint32_t word, uint32_t lsb,
                      uint32_t width, uint64_t value)
{
    if (value >> width != 0)
        sth_schedule_fail_at(s, STH_FW_ERR_SPACE, name);
    sth_command_set(c, word, lsb, width, (uint32_t)value);
}

#define PUT(s, c, FIELD, value)                                                \
    put_field(s, c, #FIELD, STH_##FIELD##_WORD, STH_##FIELD##_LSB,             \
              STH_##FIELD##_WIDTH, value)

/* The same of a signed field. */
#define PUT_SIGNED(s, c, FIELD, value)                                         \
    put_signed(s, c, #FIELD, STH_##FIELD##_WORD, STH_##FIELD##_LSB,            \
               STH_##FIELD##_WIDTH, value)

static void put_signed(struct sth_schedule *s, struct sth_command *c,
                       const char *name, uint32_t word, uint32_t lsb,
                       uint32_t width, int32_t value)
{
    const int32_t half = (int32_t)1 << (width - 1);

    if (value < -half || value >= half)
        sth_schedule_fail_at(s, STH_FW_ERR_SPACE, name);
    sth_command_set(c, word, lsb, width, (uint32_t)value);
}

static uint32_t array_cols(const struct sth_schedule *s)
{
    return s->driver->params.array_cols;
}

struct sth_tile sth_tile_acc(struct sth_buffer *buffer, uint32_t offset,
                             uint32_t tile_rows, uint32_t dtype)
{
    struct sth_tile t = {buffer, buffer->addr + offset, 1, tile_rows, dtype};

    return t;
}

struct sth_tile sth_tile_sp(const struct sth_schedule *s,
                            struct sth_buffer *buffer, uint32_t offset,
                            uint32_t stride, uint32_t dtype)
{
    struct sth_tile t = {buffer, buffer->addr + offset, stride / array_cols(s),
                         sth_dtype_bytes(dtype), dtype};

    return t;
}

struct sth_tile sth_tile_row(const struct sth_schedule *s,
                             struct sth_buffer *buffer, uint32_t offset,
                             uint32_t dtype)
{
    return sth_tile_sp(s, buffer, offset, 0, dtype);
}

struct sth_tile sth_tile_scalars(struct sth_buffer *buffer, uint32_t offset)
{
    return sth_tile_acc(buffer, offset, 0, STH_DTYPE_FP32);
}

/* C scalars of four bytes are four units of C bytes. */
struct sth_tile sth_tile_sp_scalars(struct sth_buffer *buffer, uint32_t offset)
{
    struct sth_tile t = {buffer, buffer->addr + offset, 4, 0, STH_DTYPE_FP32};

    return t;
}

static uint32_t is_sp(const struct sth_tile *t)
{
    return t->buffer->space == STH_SCHEDULE_SP;
}

static void set_operands(struct sth_schedule *s, struct sth_command *c,
                         const struct sth_pass *v)
{
#define SET_OPERAND(NAME, tile_)                                               \
    do {                                                                       \
        PUT(s, c, VECTOR_##NAME##_ADDR, (tile_).addr);                         \
        PUT(s, c, VECTOR_##NAME##_SP, is_sp(&(tile_)));                        \
        PUT(s, c, VECTOR_##NAME##_TYPE, (tile_).dtype);                        \
        PUT(s, c, VECTOR_##NAME##_ROW, (tile_).row);                           \
        PUT(s, c, VECTOR_##NAME##_TILE, (tile_).tile);                         \
    } while (0)
    SET_OPERAND(X, v->x);
    sth_schedule_reads(s, v->x.buffer);
    if (v->mul == STH_OPERAND_STREAM || v->mul == STH_OPERAND_SCALAR) {
        SET_OPERAND(Y, v->y);
        sth_schedule_reads(s, v->y.buffer);
    }
    if (v->add == STH_OPERAND_STREAM || v->add == STH_OPERAND_SCALAR) {
        SET_OPERAND(Z, v->z);
        sth_schedule_reads(s, v->z.buffer);
    }
    if (v->d.buffer != NULL) {
        SET_OPERAND(D, v->d);
        PUT(s, c, VECTOR_WRITE, 1);
        sth_schedule_writes(s, v->d.buffer);
    }
#undef SET_OPERAND
}

static void emit_pass(struct sth_schedule *s, const struct sth_pass *v)
{
    struct sth_command *c = sth_schedule_open(s, STH_OP_VECTOR);

    PUT(s, c, VECTOR_ROWS, v->rows);
    PUT(s, c, VECTOR_COLS, v->cols);
    PUT(s, c, VECTOR_FUNC, v->func);
    PUT(s, c, VECTOR_GATE, v->gate);
    PUT(s, c, VECTOR_REDUCE, v->reduce);
    PUT(s, c, VECTOR_CARRY, v->carry);
    PUT(s, c, VECTOR_MULSEL, v->mul);
    PUT(s, c, VECTOR_ADDSEL, v->add);
    PUT(s, c, VECTOR_ADDOP, v->add_op);
    PUT(s, c, VECTOR_IMM_MUL, v->mul_imm);
    PUT(s, c, VECTOR_IMM_ADD, v->add_imm);
    if (v->mask) {
        PUT(s, c, VECTOR_MASK, 1);
        PUT_SIGNED(s, c, VECTOR_MASK_OFFSET, v->mask_offset);
        PUT(s, c, VECTOR_MASK_ROWS, v->mask_rows);
        PUT(s, c, VECTOR_MASK_WINDOW, v->mask_window);
    }
    set_operands(s, c, v);
    if (v->reduce != STH_REDUCE_NONE) {
        PUT(s, c, VECTOR_R_ADDR, v->r.addr);
        sth_schedule_writes(s, v->r.buffer);
    }
    sth_schedule_emit(s);
}

/* Whether a stream is read for each row-tile: of one column tile, or of several
 * in turn. */
static uint32_t is_read(const struct sth_tile *t, uint32_t select, bool one)
{
    return select == STH_OPERAND_STREAM && (t->row != 0 || !one);
}

/* Cycles of a row-tile: those of its lanes, or reads of the busier port. */
static uint32_t row_tile_cycles(const struct sth_params *p,
                                const struct sth_pass *v, bool one)
{
    const struct sth_tile *tile[] = {&v->x, &v->y, &v->z};
    uint32_t select[] = {STH_OPERAND_STREAM, v->mul, v->add};
    uint32_t reads[2] = {0, 0};

    for (uint32_t i = 0; i < 3; i++) {
        if (is_read(tile[i], select[i], one))
            reads[is_sp(tile[i])]++;
    }
    return sth_max_u32(sth_vector_steps(p) *
                           sth_vector_turns(p, v->func != STH_FUNC_NONE),
                       sth_max_u32(reads[0], reads[1]));
}

/*
 * Whether each column tile should be a command of its own: row vectors are then
 * read once for all rows, which spares more than the commands take.  Many would
 * fill the queue, and what stands behind them in the ring would wait.
 */
static bool is_better_apart(const struct sth_schedule *s,
                            const struct sth_pass *v)
{
    const struct sth_params *p = &s->driver->params;
    uint64_t spared;

    if (v->cols <= p->array_cols ||
        2ull * v->cols > (uint64_t)p->queue_depth * p->array_cols || v->mask ||
        v->reduce != STH_REDUCE_NONE)
        return false;
    spared = (uint64_t)v->rows *
             (row_tile_cycles(p, v, false) - row_tile_cycles(p, v, true));
    return spared > 2 * (STH_LAT_VECTOR_START + STH_LAT_VECTOR_PIPE +
                         STH_LAT_VECTOR_RETIRE);
}

static void skip_tile(struct sth_tile *t, uint32_t cols)
{
    if (t->buffer != NULL)
        t->addr += is_sp(t) != 0 ? t->tile * cols : t->tile;
}

void sth_emit_vector(struct sth_schedule *s, const struct sth_pass *v)
{
    uint32_t cols = array_cols(s);
    struct sth_pass part = *v;

    if (!is_better_apart(s, v)) {
        emit_pass(s, v);
        return;
    }
    for (uint32_t col = 0; col < v->cols; col += cols) {
        part.cols = sth_min_u32(cols, v->cols - col);
        emit_pass(s, &part);
        skip_tile(&part.x, cols);
        if (v->mul == STH_OPERAND_STREAM)
            skip_tile(&part.y, cols);
        if (v->add == STH_OPERAND_STREAM)
            skip_tile(&part.z, cols);
        skip_tile(&part.d, cols);
    }
}

/* Moves a packed operand on by whole groups of C scalars. */
static void skip_groups(struct sth_tile *t, uint32_t groups, uint32_t cols)
{
    if (t->buffer == NULL)
        return;
    t->addr += is_sp(t) != 0 ? groups * 4 * cols : groups;
}

/* Whole groups first, then the lanes of the last group that exist. */
void sth_emit_scalars(struct sth_schedule *s, const struct sth_pass *v,
                      uint32_t n)
{
    uint32_t cols = array_cols(s);
    uint32_t groups = n / cols;
    struct sth_pass part = *v;

    if (groups != 0) {
        part.rows = groups;
        part.cols = cols;
        sth_emit_vector(s, &part);
        skip_groups(&part.x, groups, cols);
        skip_groups(&part.y, groups, cols);
        skip_groups(&part.z, groups, cols);
        skip_groups(&part.d, groups, cols);
    }
    if (n % cols != 0) {
        part.rows = 1;
        part.cols = n % cols;
        sth_emit_vector(s, &part);
    }
}

/* ---- loads and stores -------------------------------------------------- */

/* Fields of LOAD and STORE are the same. */
struct copy {
    uint64_t mem;
    uint64_t len;
    uint32_t sp, n1, n2;
    uint64_t mem_s1, mem_s2;
    uint32_t sp_s1, sp_s2;
};

static void set_copy(struct sth_schedule *s, struct sth_command *c,
                     const struct copy *k)
{
    PUT(s, c, LOAD_MEM_LO, (uint32_t)k->mem);
    PUT(s, c, LOAD_MEM_HI, k->mem >> 32);
    PUT(s, c, LOAD_SP, k->sp);
    PUT(s, c, LOAD_LEN, k->len);
    PUT(s, c, LOAD_N1, k->n1);
    PUT(s, c, LOAD_N2, k->n2);
    PUT(s, c, LOAD_MEM_S1, k->mem_s1);
    PUT(s, c, LOAD_MEM_S2, k->mem_s2);
    PUT(s, c, LOAD_SP_S1, k->sp_s1);
    PUT(s, c, LOAD_SP_S2, k->sp_s2);
}

/* Runs that touch on both sides become one. */
static void merge_runs(struct copy *k)
{
    if (k->n1 > 1 && k->mem_s1 == k->len && k->sp_s1 == k->len &&
        k->len * k->n1 <= RUN_MAX) {
        k->len *= k->n1;
        k->n1 = 1;
    }
    if (k->n1 == 1) {
        k->n1 = k->n2;
        k->mem_s1 = k->mem_s2;
        k->sp_s1 = k->sp_s2;
        k->n2 = 1;
        if (k->n1 > 1 && k->mem_s1 == k->len && k->sp_s1 == k->len &&
            k->len * k->n1 <= RUN_MAX) {
            k->len *= k->n1;
            k->n1 = 1;
        }
    }
    if (k->n1 == 1)
        k->mem_s1 = k->sp_s1 = 0;
    if (k->n2 == 1)
        k->mem_s2 = k->sp_s2 = 0;
}

/* Rows outermost, so that neighbouring groups of a row stay together. */
static struct copy copy_of(const struct sth_groups *g)
{
    const struct sth_block *b = &g->block;
    uint32_t es = sth_dtype_bytes(b->operand->dtype);
    struct copy k = {
        .mem = b->operand->addr + b->row * b->operand->stride +
               (uint64_t)b->col * es,
        .sp = b->buffer->addr + b->offset,
        .len = (uint64_t)b->cols * es,
        .n1 = g->groups,
        .mem_s1 = (uint64_t)g->group_cols * es,
        .sp_s1 = g->group_offset,
        .n2 = b->rows,
        .mem_s2 = b->operand->stride,
        .sp_s2 = b->stride,
    };

    merge_runs(&k);
    return k;
}

void sth_emit_load_groups(struct sth_schedule *s, const struct sth_groups *g)
{
    struct copy k = copy_of(g);

    set_copy(s, sth_schedule_open(s, STH_OP_LOAD), &k);
    sth_schedule_reads_rows(s, g->block.operand, g->block.row, g->block.rows);
    if (g->block.continues)
        sth_schedule_fills(s, g->block.buffer);
    else
        sth_schedule_writes(s, g->block.buffer);
    sth_schedule_emit(s);
}

void sth_emit_store_groups(struct sth_schedule *s, const struct sth_groups *g)
{
    struct copy k = copy_of(g);

    set_copy(s, sth_schedule_open(s, STH_OP_STORE), &k);
    sth_schedule_reads(s, g->block.buffer);
    sth_schedule_writes_rows(s, g->block.operand, g->block.row, g->block.rows);
    sth_schedule_emit(s);
}

void sth_emit_load(struct sth_schedule *s, const struct sth_block *b)
{
    struct sth_groups g = {*b, 1, 0, 0};

    sth_emit_load_groups(s, &g);
}

void sth_emit_store(struct sth_schedule *s, const struct sth_block *b)
{
    struct sth_groups g = {*b, 1, 0, 0};

    sth_emit_store_groups(s, &g);
}

/* ---- products ---------------------------------------------------------- */

/* How often array_rows is halved to be `lanes`. */
static uint32_t halves_of(const struct sth_params *p, uint32_t lanes)
{
    uint32_t halves = 0;

    while (p->array_rows >> halves > lanes)
        halves++;
    return halves;
}

void sth_emit_product(struct sth_schedule *s, const struct sth_product *p)
{
    const struct sth_params *q = &s->driver->params;
    struct sth_command *c = sth_schedule_open(s, STH_OP_MATMUL);
    uint32_t type = p->bf16 ? STH_DATA_TYPE_BF16 : STH_DATA_TYPE_INT8;

    if ((q->data_types & type) == 0)
        sth_schedule_fail(s, STH_FW_ERR_TYPE);
    PUT(s, c, MATMUL_A, p->a->addr + p->a_offset);
    PUT(s, c, MATMUL_W, p->w->addr + p->w_offset);
    PUT(s, c, MATMUL_ACC, p->acc->addr + p->acc_offset);
    PUT(s, c, MATMUL_M, p->m);
    PUT(s, c, MATMUL_N, p->n);
    PUT(s, c, MATMUL_K, p->k);
    PUT(s, c, MATMUL_BF16, p->bf16);
    PUT(s, c, MATMUL_WEST, p->west);
    PUT(s, c, MATMUL_ACCUMULATE, p->accumulate);
    PUT(s, c, MATMUL_HALVES, halves_of(q, p->lanes));
    PUT(s, c, MATMUL_A_ROW, p->a_stride);
    PUT(s, c, MATMUL_A_K, p->lanes * STH_LANE_BYTES);
    PUT(s, c, MATMUL_W_ROW, p->w_stride);
    if (p->west) {
        PUT(s, c, MATMUL_W_K, p->lanes * STH_LANE_BYTES);
        /* The stride between tiles that do not exist might not fit. */
        if (p->n > q->array_cols)
            PUT(s, c, MATMUL_W_N, q->array_cols * p->w_stride);
    } else {
        if (sth_depth_lanes(p->k, p->bf16) > p->lanes)
            PUT(s, c, MATMUL_W_K, p->lanes * p->w_stride);
        PUT(s, c, MATMUL_W_N, q->array_cols * STH_LANE_BYTES);
    }
    PUT(s, c, MATMUL_ACC_N, p->acc_tile);
    sth_schedule_reads(s, p->a);
    sth_schedule_reads(s, p->w);
    if (p->accumulate)
        sth_schedule_reads(s, p->acc);
    sth_schedule_writes(s, p->acc);
    sth_schedule_emit(s);
}

/* ---- block cache ------------------------------------------------------- */

void sth_cache_init(struct sth_cache *cache, struct sth_schedule *s,
                    uint32_t slots, uint32_t bytes)
{
    memset(cache, 0, sizeof *cache);
    if (slots > STH_CACHE_SLOTS) {
        sth_schedule_refuse(s, "slots");
        slots = 1;
    }
    cache->slots = slots;
    for (uint32_t i = 0; i < slots; i++) {
        cache->slot[i] = sth_schedule_alloc(s, STH_SCHEDULE_SP, bytes);
        cache->tag[i] = 0xffffffffu;
    }
}

struct sth_buffer *sth_cache_get(struct sth_cache *cache, uint32_t tag,
                                 bool *hit)
{
    uint32_t i;

    for (i = 0; i < cache->slots; i++) {
        if (cache->tag[i] == tag) {
            *hit = true;
            return cache->slot[i];
        }
    }
    i = cache->next;
    cache->next = (i + 1) % cache->slots;
    cache->tag[i] = tag;
    *hit = false;
    return cache->slot[i];
}
