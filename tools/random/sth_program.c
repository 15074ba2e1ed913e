/* Puts drawn commands in an order that is free of races and deadlock. */
#include "sth_program.h"

#include "sth_decode.h"
#include "sth_footprint.h"
#include "sth_program_draw.h"

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
    struct sth_draw draw;
    struct cell *sp, *acc, *target;
    /* Newest command of engine f that engine e (or command i) is behind. */
    int16_t clock[STH_ENGINE_COUNT][STH_ENGINE_COUNT];
    int16_t stamp[STH_PROGRAM_MAX][STH_ENGINE_COUNT];
    uint8_t semaphore[STH_ENGINE_COUNT][STH_ENGINE_COUNT];
    /* The command being considered. */
    uint32_t draws;
    bool refused;
    int16_t need[STH_ENGINE_COUNT];
    uint32_t engine;
};

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
                   (run->role == STH_FOOTPRINT_READ_SAME &&
                    !g->draw.in_place)) {
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
        uint32_t kind = sth_draw_below(&g->draw, 100);

        g->draw.in_place = false;
        if (kind < 25)
            sth_draw_transfer(&g->draw, &c, true);
        else if (kind < 45)
            sth_draw_matmul(&g->draw, &c);
        else if (kind < 78)
            sth_draw_vector(&g->draw, &c);
        else if (kind < 97)
            sth_draw_transfer(&g->draw, &c, false);
        else
            sth_draw_sync(&g->draw, &c);
        STH_SET(&c, ANY_IRQ, sth_draw_chance(&g->draw, 5));
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
    sth_command_set_memory(&c, p->source);
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
    p->sp_base =
        word *
        sth_draw_below(&g->draw, (params->sp_bytes - p->sp_bytes) / word + 1);
    p->acc_rows = acc_all < 96 ? acc_all : 96;
    while (p->acc_rows * 2 * params->array_cols > p->sp_bytes)
        p->acc_rows /= 2;
    p->acc_base = sth_draw_below(&g->draw, acc_all - p->acc_rows + 1);
    p->source = 0x100000 + (uint64_t)sth_draw_below(&g->draw, 1 << 16) * 4096;
    p->source_bytes = SOURCE_BYTES;
    p->target =
        p->source + SOURCE_BYTES + 4096u * (1 + sth_draw_below(&g->draw, 16));
    p->target_bytes = TARGET_BYTES;
    p->ring = 0x1000;
}

static void draw_memory(struct generator *g)
{
    static const uint32_t latencies[] = {1, 2, 7, 20, 100, 400};
    static const uint32_t clocks[] = {1000, 1000, 940, 2800, 333, 100};
    struct sth_program *p = g->program;

    sth_mem_config_default(&p->memory);
    p->memory.latency = latencies[sth_draw_below(&g->draw, 6)];
    if (sth_draw_chance(&g->draw, 30))
        p->memory.bytes_per_cycle =
            1 + sth_draw_below(&g->draw, g->params->bus_bytes);
    if (sth_draw_chance(&g->draw, 20)) {
        sth_mem_config_preset(&p->memory,
                              sth_draw_below(&g->draw, sth_mem_preset_count()),
                              1u << sth_draw_below(&g->draw, 3));
        p->memory.clock_mhz = clocks[sth_draw_below(&g->draw, 6)];
    }
    if (sth_draw_chance(&g->draw, 40)) {
        p->memory.stall_percent = 5 + sth_draw_below(&g->draw, 60);
        p->memory.seed = sth_draw_bits(&g->draw);
    }
    p->reorder = sth_draw_chance(&g->draw, 50);
}

/* Sixteen semaphores dealt to the fourteen ordered pairs that need one. */
static void deal_semaphores(struct generator *g)
{
    uint8_t deck[STH_SEMAPHORES];
    uint32_t next = 0;

    for (uint32_t i = 0; i < STH_SEMAPHORES; i++)
        deck[i] = (uint8_t)i;
    for (uint32_t i = STH_SEMAPHORES - 1; i; i--) {
        uint32_t j = sth_draw_below(&g->draw, i + 1);
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
    g->draw = (struct sth_draw){.program = program,
                                .params = params,
                                .random = seed * 0xd1342543de82ef95u + 1};
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
