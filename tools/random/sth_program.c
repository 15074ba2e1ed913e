#include "sth_program.h"

#include "sth_decode.h"
#include "sth_footprint.h"
#include "sth_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOURCE_BYTES = 1 << 16,
    TARGET_BYTES = 1 << 16,
    ATTEMPTS = 200, /* draws before a command is given up */
    NEVER = -1
};

/* Who last wrote and read one byte or accumulator row: command numbers. */
struct cell {
    int16_t writer;
    int16_t reader[STH_ENGINE_COUNT];
    /* Draws that last wrote it and read it. */
    uint32_t written, read;
};

struct generator {
    struct sth_program *program;
    const struct sth_params *params;
    struct sth_decoder decoder;
    uint64_t random;
    struct cell *sp, *acc, *target;
    /* Newest command of engine f that engine e (or command i) is behind. */
    int16_t clock[STH_ENGINE_COUNT][STH_ENGINE_COUNT];
    int16_t stamp[STH_PROGRAM_MAX][STH_ENGINE_COUNT];
    uint8_t semaphore[STH_ENGINE_COUNT][STH_ENGINE_COUNT];
    /* The command being considered. */
    uint32_t draws;
    bool in_place, refused;
    int16_t need[STH_ENGINE_COUNT];
    uint32_t engine;
};

static uint32_t draw(struct generator *g)
{
    return (uint32_t)(sth_random_next(&g->random) >> 16);
}

/* Uniform in [0, n). */
static uint32_t below(struct generator *g, uint32_t n)
{
    return n ? draw(g) % n : 0;
}

static bool chance(struct generator *g, uint32_t percent)
{
    return below(g, 100) < percent;
}

/* A size: often at an edge of what the hardware handles in one step. */
static uint32_t size_near(struct generator *g, uint32_t step, uint32_t max)
{
    uint32_t n;

    switch (below(g, 4)) {
    case 0:
        n = 1 + below(g, 3);
        break;
    case 1:
        n = step * (1 + below(g, 3)) + below(g, 3) - 1;
        break;
    case 2:
        n = step;
        break;
    default:
        n = 1 + below(g, max);
        break;
    }
    return n < 1 ? 1 : n > max ? max : n;
}

static uint32_t float_of(struct generator *g)
{
    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000,
        0xff800000, 0x7fc00000, 0x00800000, 0x7f7fffff, 0x3d000000,
    };

    if (chance(g, 20))
        return special[below(g, sizeof(special) / sizeof(special[0]))];
    return (chance(g, 50) ? 0x80000000u : 0) | (118 + below(g, 16)) << 23 |
           (draw(g) & 0x7fffff);
}

static uint32_t tiles(uint32_t n, uint32_t step)
{
    return (n + step - 1) / step;
}

/* A scratchpad address in the window, a multiple of `align`. */
static uint32_t sp_address(struct generator *g, uint32_t align)
{
    const struct sth_program *p = g->program;

    return (p->sp_base + below(g, p->sp_bytes)) & ~(align - 1);
}

static uint32_t acc_address(struct generator *g)
{
    return g->program->acc_base + below(g, g->program->acc_rows);
}

static void set_transfer(struct generator *g, struct sth_command *c, bool load)
{
    const struct sth_program *p = g->program;
    uint32_t n1 = size_near(g, 8, 24), n2 = chance(g, 30) ? 1 + below(g, 3) : 1;
    uint32_t room = p->sp_bytes / (n1 * n2);
    uint32_t len = size_near(g, g->params->bus_bytes, room ? room : 1);
    uint32_t mem_s1 = len + below(g, 3) * below(g, 40);
    uint32_t sp_s1 = len + below(g, 3) * below(g, 40);
    uint64_t mem;

    /* Now and then longer than the largest burst. */
    if (chance(g, 5)) {
        n1 = n2 = 1;
        len = 1 + below(g, p->sp_bytes);
    }
    mem = load ? p->source + below(g, p->source_bytes)
               : p->target + below(g, p->target_bytes);
    if (chance(g, 40))
        mem &= ~(uint64_t)(g->params->bus_bytes - 1);
    /* Sometimes reads what an earlier store wrote. */
    if (load && chance(g, 15))
        mem = p->target + below(g, p->target_bytes);
    /* STORE has the same fields at the same places. */
    STH_SET(c, ANY_OPCODE, load ? STH_OP_LOAD : STH_OP_STORE);
    STH_SET(c, LOAD_MEM_LO, mem);
    STH_SET(c, LOAD_MEM_HI, mem >> 32);
    STH_SET(c, LOAD_SP, sp_address(g, chance(g, 50) ? 16 : 1));
    STH_SET(c, LOAD_LEN, len);
    STH_SET(c, LOAD_N1, n1);
    STH_SET(c, LOAD_N2, n2);
    STH_SET(c, LOAD_MEM_S1, mem_s1);
    STH_SET(c, LOAD_MEM_S2, n1 * mem_s1 + below(g, 64));
    STH_SET(c, LOAD_SP_S1, sp_s1);
    STH_SET(c, LOAD_SP_S2, n1 * sp_s1 + below(g, 64));
}

static void set_matmul(struct generator *g, struct sth_command *c)
{
    const struct sth_params *p = g->params;
    const bool bf16 = chance(g, 60), west = chance(g, 40);
    const uint32_t es = bf16 ? 2 : 1;
    const uint32_t a_chunk = p->array_rows * es;
    const uint32_t w_chunk = (west ? p->array_rows : p->array_cols) * es;
    uint32_t m = size_near(g, p->array_rows, g->program->acc_rows);
    uint32_t n = size_near(g, p->array_cols, 3 * p->array_cols);
    uint32_t k = size_near(g, p->array_rows, 3 * p->array_rows);
    uint32_t kt = tiles(k, p->array_rows), nt = tiles(n, p->array_cols);

    STH_SET(c, ANY_OPCODE, STH_OP_MATMUL);
    STH_SET(c, MATMUL_A, sp_address(g, a_chunk));
    STH_SET(c, MATMUL_W, sp_address(g, w_chunk));
    STH_SET(c, MATMUL_ACC, acc_address(g));
    STH_SET(c, MATMUL_M, m);
    STH_SET(c, MATMUL_N, n);
    STH_SET(c, MATMUL_K, k);
    STH_SET(c, MATMUL_BF16, bf16);
    STH_SET(c, MATMUL_WEST, west);
    STH_SET(c, MATMUL_ACCUMULATE, chance(g, 50));
    STH_SET(c, MATMUL_A_ROW, (kt + below(g, 2)) * a_chunk);
    STH_SET(c, MATMUL_A_K, a_chunk);
    STH_SET(c, MATMUL_W_ROW, ((west ? kt : nt) + below(g, 2)) * w_chunk);
    STH_SET(c, MATMUL_W_K,
            west ? w_chunk : p->array_rows * STH_GET(c, MATMUL_W_ROW));
    STH_SET(c, MATMUL_W_N,
            west ? p->array_cols * STH_GET(c, MATMUL_W_ROW) : w_chunk);
    STH_SET(c, MATMUL_ACC_N, m + below(g, 2));
}

/* Words of one VECTOR operand: address, space, type, strides. */
struct operand {
    uint32_t attr, strides;
};

static struct operand draw_operand(struct generator *g, uint32_t tile_count,
                                   bool scalar, bool broadcast)
{
    static const uint32_t acc_types[] = {STH_DTYPE_FP32, STH_DTYPE_I32};
    const bool sp = chance(g, 50);
    uint32_t type = sp ? below(g, 4) : acc_types[chance(g, 20)];
    uint32_t es = sth_dtype_bytes(type), unit = sp ? es : 1;
    uint32_t addr =
        sp ? sp_address(g, g->params->array_cols * es) : acc_address(g);
    uint32_t row = (tile_count + below(g, 2)) * unit, tile = unit;

    if (scalar)
        row = unit;
    if (broadcast)
        row = 0;
    return (struct operand){addr | (uint32_t)sp << STH_VECTOR_X_SP_LSB |
                                type << STH_VECTOR_X_TYPE_LSB,
                            row | tile << 16};
}

static void set_vector(struct generator *g, struct sth_command *c)
{
    const struct sth_params *p = g->params;
    uint32_t rows = size_near(g, p->array_cols, g->program->acc_rows);
    uint32_t cols = size_near(g, p->array_cols, 4 * p->array_cols);
    uint32_t t = tiles(cols, p->array_cols);
    uint32_t y = below(g, 5), z = below(g, 4), reduce = below(g, 4);
    uint32_t offset =
        (uint32_t)below(g, 3 * p->array_cols) - below(g, 2 * p->array_cols);
    struct operand o;

    STH_SET(c, ANY_OPCODE, STH_OP_VECTOR);
    STH_SET(c, VECTOR_ROWS, rows);
    STH_SET(c, VECTOR_COLS, cols);
    STH_SET(c, VECTOR_FUNC, chance(g, 40) ? 0 : below(g, 7));
    STH_SET(c, VECTOR_GATE, chance(g, 60) ? 0 : below(g, 3));
    STH_SET(c, VECTOR_REDUCE, reduce);
    STH_SET(c, VECTOR_CARRY, chance(g, 30));
    STH_SET(c, VECTOR_MULSEL, y);
    STH_SET(c, VECTOR_ADDSEL, z);
    STH_SET(c, VECTOR_ADDOP, below(g, 3));
    STH_SET(c, VECTOR_MASK, chance(g, 25));
    STH_SET(c, VECTOR_WRITE, !reduce || chance(g, 60));
    STH_SET(c, VECTOR_IMM_MUL, float_of(g));
    STH_SET(c, VECTOR_IMM_ADD, float_of(g));
    STH_SET(c, VECTOR_MASK_OFFSET, offset & 0xfffff);
    STH_SET(c, VECTOR_R_ADDR, acc_address(g));
    o = draw_operand(g, t, false, chance(g, 10));
    c->word[STH_VECTOR_X_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_X_ROW_WORD] = o.strides;
    o = draw_operand(g, t, y == STH_OPERAND_SCALAR, chance(g, 30));
    c->word[STH_VECTOR_Y_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_Y_ROW_WORD] = o.strides;
    o = draw_operand(g, t, z == STH_OPERAND_SCALAR, chance(g, 30));
    c->word[STH_VECTOR_Z_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_Z_ROW_WORD] = o.strides;
    o = draw_operand(g, t, false, false);
    c->word[STH_VECTOR_D_ADDR_WORD] = o.attr;
    c->word[STH_VECTOR_D_ROW_WORD] = o.strides;
    g->in_place = chance(g, 20);
    if (g->in_place) {
        c->word[STH_VECTOR_D_ADDR_WORD] = c->word[STH_VECTOR_X_ADDR_WORD];
        c->word[STH_VECTOR_D_ROW_WORD] = c->word[STH_VECTOR_X_ROW_WORD];
    }
}

static void set_sync(struct generator *g, struct sth_command *c)
{
    STH_SET(c, ANY_OPCODE, STH_OP_SYNC_LOAD + below(g, STH_ENGINE_COUNT));
}

/* The cells of a run; NULL when it leaves the windows. */
static struct cell *cells(struct generator *g,
                          const struct sth_footprint_run *run)
{
    const struct sth_program *p = g->program;
    uint64_t base, size;
    struct cell *first;

    if (run->space == STH_FOOTPRINT_SP) {
        base = p->sp_base;
        size = p->sp_bytes;
        first = g->sp;
    } else if (run->space == STH_FOOTPRINT_ACC) {
        base = p->acc_base;
        size = p->acc_rows;
        first = g->acc;
    } else {
        base = p->target;
        size = p->target_bytes;
        first = g->target;
    }
    if (run->addr < base || run->addr + run->bytes > base + size)
        return NULL;
    return first + (run->addr - base);
}

/*
 * Matrix and vector commands finish one after another; loads overlap loads
 * and stores overlap stores.
 */
static bool is_overlapped(uint32_t engine)
{
    return engine == STH_ENGINE_LOAD || engine == STH_ENGINE_STORE;
}

static void behind(struct generator *g, int16_t command)
{
    uint32_t e;

    if (command == NEVER)
        return;
    e = sth_decode_engine(&g->program->command[command]);
    if ((e != g->engine || is_overlapped(e)) && command > g->need[e])
        g->need[e] = command;
}

/* Considers one run: is it allowed, and what must come before it? */
static void consider(void *context, const struct sth_footprint_run *run)
{
    struct generator *g = context;
    const struct sth_program *p = g->program;
    struct cell *cell;

    if (g->refused)
        return;
    if (run->space == STH_FOOTPRINT_MEM && !sth_footprint_is_write(run->role) &&
        run->addr >= p->source &&
        run->addr + run->bytes <= p->source + p->source_bytes)
        return; /* nobody writes the source */
    cell = cells(g, run);
    if (!cell) {
        g->refused = true;
        return;
    }
    for (uint64_t i = 0; i < run->bytes; i++, cell++) {
        behind(g, cell->writer);
        if (sth_footprint_is_write(run->role)) {
            for (int e = 0; e < STH_ENGINE_COUNT; e++)
                behind(g, cell->reader[e]);
            if (cell->written == g->draws || cell->read == g->draws)
                g->refused = true; /* overlaps itself */
            cell->written = g->draws;
        } else if (run->role == STH_FOOTPRINT_READ ||
                   (run->role == STH_FOOTPRINT_READ_SAME && !g->in_place)) {
            cell->read = g->draws;
        }
    }
}

/* Enters an accepted run into the history. */
static void record(void *context, const struct sth_footprint_run *run)
{
    struct generator *g = context;
    struct cell *cell = cells(g, run);

    for (uint64_t i = 0; cell && i < run->bytes; i++, cell++) {
        if (sth_footprint_is_write(run->role)) {
            cell->writer = (int16_t)g->program->commands;
            for (int e = 0; e < STH_ENGINE_COUNT; e++)
                cell->reader[e] = NEVER;
        } else {
            cell->reader[g->engine] = (int16_t)g->program->commands;
        }
    }
}

/* Adds the waits and posts that put the command behind what it needs. */
static void synchronise(struct generator *g, struct sth_command *c)
{
    for (uint32_t f = 0; f < STH_ENGINE_COUNT; f++) {
        int16_t from = g->need[f];
        uint32_t bit = 1u << g->semaphore[f][g->engine];
        struct sth_command *poster;

        if (from == NEVER || from <= g->clock[g->engine][f])
            continue;
        poster = &g->program->command[from];
        STH_SET(poster, ANY_POST, STH_GET(poster, ANY_POST) | bit);
        STH_SET(c, ANY_WAIT, STH_GET(c, ANY_WAIT) | bit);
        for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
            if (g->stamp[from][e] > g->clock[g->engine][e])
                g->clock[g->engine][e] = g->stamp[from][e];
    }
}

/* Whether a dependency would need a post behind one that is already made. */
static bool posts_in_order(const struct generator *g)
{
    for (uint32_t f = 0; f < STH_ENGINE_COUNT; f++) {
        uint32_t bit = 1u << g->semaphore[f][g->engine];
        int16_t from = g->need[f];

        if (from == NEVER || from <= g->clock[g->engine][f])
            continue;
        for (uint32_t i = (uint32_t)from; i < g->program->commands; i++)
            if (sth_decode_engine(&g->program->command[i]) == f &&
                STH_GET(&g->program->command[i], ANY_POST) & bit)
                return false;
    }
    return true;
}

/* Appends the command if it is legal, inside the windows and orderable. */
static bool try_command(struct generator *g, const struct sth_command *command)
{
    struct sth_program *p = g->program;
    struct sth_command *c = &p->command[p->commands];

    if (p->commands == STH_PROGRAM_MAX ||
        sth_decode_check(&g->decoder, command).code != STH_FAULT_NONE)
        return false;
    *c = *command;
    g->engine = sth_decode_engine(c);
    g->draws++;
    g->refused = false;
    memset(g->need, 0xff, sizeof(g->need));
    sth_footprint_visit(g->params, c, consider, g);
    if (g->refused || !posts_in_order(g))
        return false;
    synchronise(g, c);
    memcpy(g->stamp[p->commands], g->clock[g->engine], sizeof(g->stamp[0]));
    /* Whoever waits for this command is behind it and, since an engine
       retires in order, behind every earlier one of its engine. */
    g->stamp[p->commands][g->engine] = (int16_t)p->commands;
    if (!is_overlapped(g->engine))
        g->clock[g->engine][g->engine] = (int16_t)p->commands;
    sth_footprint_visit(g->params, c, record, g);
    p->commands++;
    return true;
}

static void add_random(struct generator *g)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        struct sth_command c = {{0}};
        uint32_t kind = below(g, 100);

        g->in_place = false;
        if (kind < 25)
            set_transfer(g, &c, true);
        else if (kind < 45)
            set_matmul(g, &c);
        else if (kind < 78)
            set_vector(g, &c);
        else if (kind < 97)
            set_transfer(g, &c, false);
        else
            set_sync(g, &c);
        STH_SET(&c, ANY_IRQ, chance(g, 5));
        if (try_command(g, &c))
            return;
    }
}

/* Gives the scratchpad and accumulator windows their first contents. */
static bool add_preamble(struct generator *g)
{
    const struct sth_program *p = g->program;
    const uint32_t cols = g->params->array_cols;
    struct sth_command c = {{0}};

    STH_SET(&c, ANY_OPCODE, STH_OP_LOAD);
    STH_SET(&c, LOAD_MEM_LO, p->source);
    STH_SET(&c, LOAD_MEM_HI, p->source >> 32);
    STH_SET(&c, LOAD_SP, p->sp_base);
    STH_SET(&c, LOAD_LEN, p->sp_bytes);
    STH_SET(&c, LOAD_N1, 1);
    STH_SET(&c, LOAD_N2, 1);
    if (!try_command(g, &c))
        return false;
    memset(&c, 0, sizeof(c));
    STH_SET(&c, ANY_OPCODE, STH_OP_VECTOR);
    STH_SET(&c, VECTOR_ROWS, p->acc_rows);
    STH_SET(&c, VECTOR_COLS, cols);
    STH_SET(&c, VECTOR_WRITE, 1);
    STH_SET(&c, VECTOR_X_ADDR, p->sp_base);
    STH_SET(&c, VECTOR_X_SP, 1);
    STH_SET(&c, VECTOR_X_TYPE, STH_DTYPE_BF16);
    STH_SET(&c, VECTOR_X_ROW, 2);
    STH_SET(&c, VECTOR_X_TILE, 2);
    STH_SET(&c, VECTOR_D_ADDR, p->acc_base);
    STH_SET(&c, VECTOR_D_TYPE, STH_DTYPE_FP32);
    STH_SET(&c, VECTOR_D_ROW, 1);
    STH_SET(&c, VECTOR_D_TILE, 1);
    return try_command(g, &c);
}

static void draw_windows(struct generator *g)
{
    const struct sth_params *params = g->params;
    struct sth_program *p = g->program;
    const uint32_t word = sth_sp_word_bytes(params);
    const uint32_t acc_all = params->acc_bytes / sth_acc_row_bytes(params);
    uint32_t sp = 128 * word < 4096 ? 4096 : 128 * word;

    p->sp_bytes = sp < params->sp_bytes ? sp : params->sp_bytes;
    if (p->sp_bytes > SOURCE_BYTES)
        p->sp_bytes = SOURCE_BYTES;
    p->sp_base = word * below(g, (params->sp_bytes - p->sp_bytes) / word + 1);
    p->acc_rows = acc_all < 96 ? acc_all : 96;
    while (p->acc_rows * 2 * params->array_cols > p->sp_bytes)
        p->acc_rows /= 2;
    p->acc_base = below(g, acc_all - p->acc_rows + 1);
    p->source = 0x100000 + (uint64_t)below(g, 1 << 16) * 4096;
    p->source_bytes = SOURCE_BYTES;
    p->target = p->source + SOURCE_BYTES + 4096u * (1 + below(g, 16));
    p->target_bytes = TARGET_BYTES;
    p->ring = 0x1000;
}

static void draw_memory(struct generator *g)
{
    static const uint32_t latencies[] = {1, 2, 7, 20, 100, 400};
    static const uint32_t clocks[] = {1000, 1000, 940, 2800, 333, 100};
    struct sth_program *p = g->program;

    sth_mem_config_default(&p->memory);
    p->memory.latency = latencies[below(g, 6)];
    if (chance(g, 30))
        p->memory.bytes_per_cycle = 1 + below(g, g->params->bus_bytes);
    if (chance(g, 20)) {
        sth_mem_config_preset(&p->memory, below(g, sth_mem_preset_count()),
                              1u << below(g, 3));
        p->memory.clock_mhz = clocks[below(g, 6)];
    }
    if (chance(g, 40)) {
        p->memory.stall_percent = 5 + below(g, 60);
        p->memory.seed = draw(g);
    }
    p->reorder = chance(g, 50);
}

/* Sixteen semaphores dealt to the fourteen ordered pairs that need one. */
static void deal_semaphores(struct generator *g)
{
    uint8_t deck[STH_SEMAPHORES];
    uint32_t next = 0;

    for (uint32_t i = 0; i < STH_SEMAPHORES; i++)
        deck[i] = (uint8_t)i;
    for (uint32_t i = STH_SEMAPHORES - 1; i; i--) {
        uint32_t j = below(g, i + 1);
        uint8_t swap = deck[i];

        deck[i] = deck[j];
        deck[j] = swap;
    }
    for (uint32_t f = 0; f < STH_ENGINE_COUNT; f++)
        for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
            g->semaphore[f][e] = f == e && !is_overlapped(e) ? 0 : deck[next++];
}

static struct cell *new_cells(size_t count)
{
    struct cell *cell = malloc(count * sizeof(*cell));

    /* All bytes 0xff: every member is NEVER. */
    if (cell)
        memset(cell, 0xff, count * sizeof(*cell));
    return cell;
}

bool sth_program_generate(struct sth_program *program,
                          const struct sth_params *params, uint64_t seed,
                          uint32_t length)
{
    struct generator *g = calloc(1, sizeof(*g));
    bool good;

    if (!g)
        return false;
    memset(program, 0, sizeof(*program));
    g->program = program;
    g->params = params;
    g->random = seed * 0xd1342543de82ef95u + 1;
    sth_decode_init(&g->decoder, params);
    memset(g->clock, 0xff, sizeof(g->clock));
    draw_windows(g);
    draw_memory(g);
    deal_semaphores(g);
    g->sp = new_cells(program->sp_bytes);
    g->acc = new_cells(program->acc_rows);
    g->target = new_cells(program->target_bytes);
    good = g->sp && g->acc && g->target && add_preamble(g);
    for (uint32_t i = 2; good && i < length; i++)
        add_random(g);
    free(g->sp);
    free(g->acc);
    free(g->target);
    free(g);
    return good;
}

bool sth_program_command(struct sth_program *program,
                         const struct sth_params *params, uint64_t seed,
                         uint32_t opcode, struct sth_command *command)
{
    struct generator g = {.program = program, .params = params, .random = seed};

    sth_decode_init(&g.decoder, params);
    for (int i = 0; i < ATTEMPTS; i++) {
        memset(command, 0, sizeof(*command));
        if (opcode == STH_OP_LOAD || opcode == STH_OP_STORE)
            set_transfer(&g, command, opcode == STH_OP_LOAD);
        else if (opcode == STH_OP_MATMUL)
            set_matmul(&g, command);
        else if (opcode == STH_OP_VECTOR)
            set_vector(&g, command);
        else
            STH_SET(command, ANY_OPCODE, opcode);
        if (sth_decode_check(&g.decoder, command).code == STH_FAULT_NONE)
            return true;
    }
    return false;
}

void sth_program_source(uint64_t seed, uint8_t *to, uint32_t bytes)
{
    struct generator g = {.random = seed ^ 0x5851f42d4c957f2du};
    uint32_t kind = 0;

    for (uint32_t i = 0; i + 4 <= bytes; i += 4) {
        uint32_t bits;

        if (i % 256 == 0)
            kind = below(&g, 4);
        if (kind == 0) { /* two bf16 of moderate size */
            bits = (float_of(&g) & 0xffff0000u) | float_of(&g) >> 16;
        } else if (kind == 1) {
            bits = float_of(&g);
        } else if (kind == 2) { /* small integers */
            bits = draw(&g) & 0x1f1f1f1f;
        } else {
            bits = draw(&g);
        }
        memcpy(to + i, &bits, 4);
    }
}
