#include "sth_fault_program.h"

#include "sth_decode.h"
#include "sth_mutation.h"
#include "sth_random.h"

#include <string.h>

enum {
    CODES = STH_FAULT_COUNT - 1, /* NONE is none */
    SEMAPHORE_MAX = 255,
    /* Longer than any command on the memory that goes with it. */
    WATCHDOG_CYCLES = 30000,
    ATTEMPTS = 50
};

struct maker {
    struct sth_fault_program *program;
    const struct sth_params *params;
    struct sth_decoder decoder;
    uint64_t random;
};

static uint32_t below(struct maker *m, uint32_t n)
{
    return (uint32_t)(sth_random_next(&m->random) >> 32) % n;
}

static void insert(struct sth_fault_program *p, uint32_t at,
                   const struct sth_command *command)
{
    memmove(&p->command[at + 1], &p->command[at],
            (p->commands - at) * sizeof(p->command[0]));
    p->command[at] = *command;
    p->commands++;
}

static void expect(struct sth_fault_program *p, uint32_t code, uint32_t index,
                   uint64_t addr)
{
    p->expected = (struct sth_expected_fault){code, index, addr};
}

/* ---- decode ------------------------------------------------------------- */

/* An illegal command of a code, anywhere in the program. */
static bool insert_illegal(struct maker *m, enum sth_fault code, uint32_t which)
{
    struct sth_fault_program *p = m->program;
    uint32_t at = below(m, p->commands + 1);
    struct sth_decode_fault fault;
    struct sth_command c;

    if (!sth_mutation_draw(&p->base, &m->decoder, code,
                           which % sth_mutation_count(code),
                           sth_random_next(&m->random), &c))
        return false;
    fault = sth_decode_check(&m->decoder, &c);
    if (fault.code != code)
        return false;
    insert(p, at, &c);
    expect(p, fault.code, at, fault.word);
    return true;
}

/* ---- bus ---------------------------------------------------------------- */

/* Addresses that a command transfers; only LOAD and STORE do. */
struct transfer {
    uint64_t addr, s1, s2;
    uint32_t bytes, n1, n2;
};

static bool get_transfer(const struct sth_command *c, struct transfer *t)
{
    uint32_t opcode = STH_GET(c, ANY_OPCODE);

    if (opcode != STH_OP_LOAD && opcode != STH_OP_STORE)
        return false;
    *t = (struct transfer){
        .addr = sth_command_memory(c),
        .s1 = STH_GET(c, LOAD_MEM_S1),
        .s2 = STH_GET(c, LOAD_MEM_S2),
        .bytes = STH_GET(c, LOAD_LEN),
        .n1 = STH_GET(c, LOAD_N1),
        .n2 = STH_GET(c, LOAD_N2),
    };
    return true;
}

/* The first burst of a run that touches the error range. */
static bool run_fails(const struct maker *m, uint64_t addr, uint64_t bytes,
                      uint64_t *burst)
{
    const struct sth_fault_program *p = m->program;
    const uint64_t bus = m->params->bus_bytes, end = addr + bytes;
    const uint64_t block = sth_burst_block(m->params->bus_bytes);

    while (addr < end) {
        uint64_t first = addr & ~(bus - 1);
        uint64_t stop = (first / block + 1) * block;

        if (stop > end)
            stop = (end + bus - 1) & ~(bus - 1);
        if (first <= p->error_last && stop > p->error_first) {
            *burst = first;
            return true;
        }
        addr = stop;
    }
    return false;
}

static bool transfer_fails(const struct maker *m, const struct transfer *t,
                           uint64_t *burst)
{
    for (uint32_t j = 0; j < t->n2; j++)
        for (uint32_t i = 0; i < t->n1; i++)
            if (run_fails(m, t->addr + j * t->s2 + i * t->s1, t->bytes, burst))
                return true;
    return false;
}

/* The oldest command that fails on the bus, unless an older fault is known. */
static void expect_transfer(struct maker *m)
{
    struct sth_fault_program *p = m->program;
    struct transfer t;
    uint64_t burst;

    for (uint32_t i = 0; i < p->commands; i++) {
        if (p->expected.code != STH_FAULT_NONE && i >= p->expected.index)
            return;
        if (get_transfer(&p->command[i], &t) && transfer_fails(m, &t, &burst)) {
            expect(p,
                   STH_GET(&p->command[i], ANY_OPCODE) == STH_OP_LOAD
                       ? STH_FAULT_LOAD_BUS
                       : STH_FAULT_STORE_BUS,
                   i, burst);
            return;
        }
    }
}

/* An error range somewhere in what a load or a store transfers. */
static bool fail_transfer(struct maker *m, uint32_t opcode, uint32_t code)
{
    struct sth_fault_program *p = m->program;
    bool mixed = below(m, 4) == 0;

    /* Now and then with an illegal command: the older of the two counts. */
    if (mixed && !insert_illegal(m, STH_FAULT_RANGE, below(m, 64)))
        return false;
    for (int i = 0; i < ATTEMPTS; i++) {
        const struct sth_expected_fault before = p->expected;
        const struct sth_command *c = &p->command[below(m, p->commands)];
        struct transfer t;

        if (STH_GET(c, ANY_OPCODE) != opcode || !get_transfer(c, &t) ||
            sth_decode_check(&m->decoder, c).code != STH_FAULT_NONE)
            continue;
        p->has_error_range = true;
        p->error_first = t.addr + below(m, t.n2) * t.s2 +
                         below(m, t.n1) * t.s1 + below(m, t.bytes);
        p->error_last = p->error_first + below(m, 3) * below(m, 100);
        expect_transfer(m);
        if (mixed || p->expected.code == code)
            return true;
        p->expected = before;
    }
    return false;
}

/* An error in the ring: whole bus words of it fail. */
static bool fail_fetch(struct maker *m)
{
    struct sth_fault_program *p = m->program;
    const uint32_t slot = STH_COMMAND_BYTES;
    const uint32_t word =
        m->params->bus_bytes > slot ? m->params->bus_bytes / slot : 1;
    uint32_t at = below(m, p->commands);

    p->has_error_range = true;
    p->error_first = p->base.ring + (uint64_t)at * slot + below(m, slot);
    p->error_last = p->error_first + below(m, 3) * below(m, 100);
    at -= at % word;
    expect(p, STH_FAULT_FETCH_BUS, at, p->base.ring + (uint64_t)at * slot);
    return true;
}

/* ---- semaphores --------------------------------------------------------- */

/* A semaphore that no command uses; STH_SEMAPHORES when there is none. */
static uint32_t find_unused(const struct sth_fault_program *p)
{
    uint32_t used = 0, s = 0;

    for (uint32_t i = 0; i < p->commands; i++)
        used |= STH_GET(&p->command[i], ANY_WAIT) |
                STH_GET(&p->command[i], ANY_POST);
    while (s < STH_SEMAPHORES && (used >> s & 1u) != 0)
        s++;
    return s;
}

/* One engine posts too often what nobody waits for. */
static bool overflow(struct maker *m)
{
    struct sth_fault_program *p = m->program;
    uint32_t engine = below(m, STH_ENGINE_COUNT), posts = 0;
    uint32_t semaphore = find_unused(p);
    struct sth_command sync = {{0}};

    if (semaphore == STH_SEMAPHORES)
        return false;
    STH_SET(&sync, ANY_OPCODE, STH_OP_SYNC_LOAD + engine);
    for (int i = 0; i < SEMAPHORE_MAX + 8; i++)
        insert(p, below(m, p->commands + 1), &sync);
    for (uint32_t i = 0; i < p->commands; i++) {
        struct sth_command *c = &p->command[i];

        if (sth_decode_engine(c) != engine)
            continue;
        STH_SET(c, ANY_POST, STH_GET(c, ANY_POST) | 1u << semaphore);
        if (++posts == SEMAPHORE_MAX + 1)
            expect(p, STH_FAULT_SEM_OVERFLOW, i, 0);
    }
    return true;
}

/* Commands of one engine on their way. */
struct stage {
    uint32_t queue[STH_PAIR_COMMANDS];
    uint32_t first, last;
};

static bool retire_one(const struct sth_fault_program *p, struct stage *stage,
                       uint32_t *semaphore)
{
    const struct sth_command *c;

    if (stage->first == stage->last)
        return false;
    c = &p->command[stage->queue[stage->first]];
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
        if ((STH_GET(c, ANY_WAIT) >> s & 1u) != 0 && semaphore[s] == 0)
            return false;
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        semaphore[s] -= STH_GET(c, ANY_WAIT) >> s & 1u;
        semaphore[s] += STH_GET(c, ANY_POST) >> s & 1u;
    }
    stage->first++;
    return true;
}

/* Runs the semaphores alone; the oldest command that is left, if any. */
static bool find_stuck(const struct maker *m, uint32_t *oldest)
{
    static const uint32_t none = UINT32_MAX;
    const struct sth_fault_program *p = m->program;
    struct stage stage[STH_ENGINE_COUNT] = {0};
    uint32_t semaphore[STH_SEMAPHORES] = {0}, next = 0;
    bool moved = true;

    while (moved) {
        moved = false;
        while (next < p->commands) {
            struct stage *s = &stage[sth_decode_engine(&p->command[next])];

            if (s->last - s->first == m->params->queue_depth)
                break;
            s->queue[s->last++] = next++;
            moved = true;
        }
        for (int e = 0; e < STH_ENGINE_COUNT; e++)
            while (retire_one(p, &stage[e], semaphore))
                moved = true;
    }
    *oldest = none;
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        if (stage[e].first != stage[e].last &&
            stage[e].queue[stage[e].first] < *oldest)
            *oldest = stage[e].queue[stage[e].first];
    return *oldest != none;
}

/* Takes a post away; the watchdog finds out. */
static bool deadlock(struct maker *m)
{
    struct sth_fault_program *p = m->program;
    uint32_t oldest;

    for (int i = 0; i < ATTEMPTS; i++) {
        struct sth_command *c = &p->command[below(m, p->commands)];
        uint32_t posts = STH_GET(c, ANY_POST);
        uint32_t bit = 1u << below(m, STH_SEMAPHORES);

        if ((posts & bit) == 0)
            continue;
        STH_SET(c, ANY_POST, posts & ~bit);
        if (find_stuck(m, &oldest)) {
            sth_mem_config_default(&p->base.memory);
            p->watchdog = WATCHDOG_CYCLES + below(m, 1000);
            expect(p, STH_FAULT_WATCHDOG, oldest, 0);
            return true;
        }
        STH_SET(c, ANY_POST, posts);
    }
    return false;
}

/* ---- all of them -------------------------------------------------------- */

static bool spoil(struct maker *m, uint64_t seed)
{
    const enum sth_fault code = (enum sth_fault)(1 + seed % CODES);

    switch (code) {
    case STH_FAULT_FETCH_BUS:
        return fail_fetch(m);
    case STH_FAULT_LOAD_BUS:
        return fail_transfer(m, STH_OP_LOAD, code);
    case STH_FAULT_STORE_BUS:
        return fail_transfer(m, STH_OP_STORE, code);
    case STH_FAULT_SEM_OVERFLOW:
        return overflow(m);
    case STH_FAULT_WATCHDOG:
        return deadlock(m);
    default:
        return insert_illegal(m, code, (uint32_t)(seed / CODES));
    }
}

bool sth_fault_program_generate(struct sth_fault_program *program,
                                const struct sth_params *params, uint64_t seed,
                                uint32_t length)
{
    struct maker m = {.program = program, .params = params};

    sth_decode_init(&m.decoder, params);
    m.random = sth_random_mix(seed);
    for (uint64_t i = 0; i < ATTEMPTS; i++) {
        memset(program, 0, sizeof(*program));
        if (!sth_program_generate(&program->base, params, seed + (i << 32),
                                  length))
            return false;
        program->commands = program->base.commands;
        memcpy(program->command, program->base.command,
               program->commands * sizeof(program->command[0]));
        if (spoil(&m, seed))
            return true;
    }
    return false;
}
