/*
 * What a plan for attention takes, step by step: the order is that of
 * sth_attention.c, the times are those of whole tiles.
 */
#include "sth_attention_cost.h"
#include "sth_emit.h"

/* Tiles that are followed, about, and those whose times are remembered. */
#define FOLLOWED 2048u
#define TILES 128u
#define STEPS 8u

/* A step whose scores are emitted. */
struct entry {
    const struct sth_attention_times *t;
    struct sth_attention_times own; /* of the last step of a block */
    bool first, last;
    uint32_t group, tile0; /* from 1 on; first tile within it */
    uint64_t scored, weighted, ready, valued;
};

struct pipe {
    const struct sth_attention_model *m;
    struct sth_attention_times head, body; /* steps of so many keys */
    uint32_t keys;
    uint64_t fetch;                      /* of the bus, for a command */
    uint64_t load, array, vector, store; /* busy until then */
    uint64_t full;                       /* vector's queue */
    uint64_t decoded;                    /* the commands so far */
    bool stays;
    uint32_t tiles;                      /* of all keys */
    uint32_t groups;                     /* begun */
    uint32_t loads, products;            /* tiles so far */
    uint64_t started[TILES];             /* products */
    uint64_t freed[TILES];               /* buffers, by load */
    uint64_t loaded[2][STH_CACHE_SLOTS]; /* tiles of a group that stay */
    uint32_t owner[2][STH_CACHE_SLOTS];  /* group and tile of each */
    uint32_t number[2][STH_CACHE_SLOTS]; /* its load */
    struct entry step[STEPS];
    uint32_t steps, ended;
    uint64_t output_done[2];
    uint32_t blocks, outputs;
    uint32_t passage, passages;
    uint32_t every;    /* of so many blocks of queries one is followed */
    uint64_t followed; /* tiles */
    bool owes_output;
};

/*
 * When a command behind all products so far leaves the ring: the last of them
 * that do not fit the array's queue has started.
 */
static uint64_t dispatched(const struct pipe *q, uint32_t ahead)
{
    uint32_t behind = ahead + q->m->queued / q->m->units;

    if (q->products <= behind || behind >= TILES)
        return 0;
    return q->started[(q->products - behind - 1) % TILES];
}

/* When a tile is there; `buffer` gets the number of its load. */
static uint64_t fetch_tile(struct pipe *q, const struct entry *e, uint32_t tile,
                           uint32_t which, uint32_t *buffer)
{
    const struct sth_attention_plan *plan = q->m->plan;
    uint32_t place = (e->tile0 + tile) % STH_CACHE_SLOTS;
    uint32_t owner = e->group * q->tiles + e->tile0 + tile;
    uint64_t at;

    if (q->stays && q->owner[which][place] == owner) {
        *buffer = q->number[which][place];
        return q->loaded[which][place];
    }
    at = sth_max_u64(q->load, dispatched(q, plan->prefetch));
    if (q->loads >= plan->kv_slots)
        at = sth_max_u64(at, q->freed[(q->loads - plan->kv_slots) % TILES] +
                                 STH_HANDOVER);
    *buffer = q->loads++;
    q->load = at + e->t->load[which] + q->fetch;
    at += STH_LAT_LOAD_ISSUE + q->m->memory->latency + e->t->load[which] +
          STH_LAT_LOAD_RETIRE + STH_HANDOVER;
    if (q->stays) {
        q->loaded[which][place] = at;
        q->owner[which][place] = owner;
        q->number[which][place] = *buffer;
    }
    return at;
}

/* The products of a tile, no earlier than `from`; returns their retirement. */
static uint64_t product(struct pipe *q, uint64_t from, uint64_t cycles,
                        uint32_t steps, uint32_t drain)
{
    uint64_t late = q->m->units > q->m->queued
                        ? cycles - cycles * q->m->queued / q->m->units
                        : 0;

    q->started[q->products++ % TILES] = sth_max_u64(q->array, from) + late;
    q->array = sth_max_u64(q->array, from + steps) + cycles;
    return q->array + drain;
}

static void scores(struct pipe *q, struct entry *e)
{
    uint32_t slots = q->m->plan->score_slots;
    uint64_t from = q->full;

    if (q->steps > slots)
        from =
            sth_max_u64(from, q->step[(q->steps - 1 - slots) % STEPS].weighted +
                                  STH_HANDOVER);
    for (uint32_t i = 0; i < e->t->tiles; i++) {
        uint32_t load;
        uint64_t at = sth_max_u64(fetch_tile(q, e, i, 0, &load), from);

        e->scored = product(q, at, e->t->scores / e->t->tiles,
                            q->m->score_steps, q->m->score_drain);
        q->freed[load % TILES] = e->scored;
    }
}

static void output(struct pipe *q, uint64_t valued)
{
    q->vector = sth_max_u64(q->vector, valued + STH_HANDOVER) + q->m->output;
    q->output_done[q->outputs++ % q->m->plan->o_slots] = q->vector;
    q->store = sth_max_u64(q->store, q->vector) + q->m->store;
    q->owes_output = false;
}

static void softmax(struct pipe *q, struct entry *e)
{
    const struct entry *before = &q->step[(q->ended + STEPS - 1) % STEPS];
    uint64_t at = sth_max_u64(q->vector, e->scored + STH_HANDOVER);

    q->decoded += e->t->commands * q->m->decode;
    at = sth_max_u64(at, sth_max_u64(dispatched(q, 0), q->decoded));
    q->decoded = sth_max_u64(q->decoded, dispatched(q, 0));
    q->vector = at + e->t->softmax;
    /* The scores behind these in the ring wait until all are in the queue. */
    if (e->t->passes > q->m->p->queue_depth)
        q->full = at + e->t->softmax -
                  e->t->softmax * q->m->p->queue_depth / e->t->passes;
    e->weighted = q->vector;
    if (q->owes_output)
        output(q, before->valued);
    if (!e->first)
        q->vector = sth_max_u64(q->vector, before->valued + STH_HANDOVER) +
                    e->t->rescaling;
    e->ready = (e->first ? e->weighted : q->vector) + STH_HANDOVER;
}

static void values(struct pipe *q, struct entry *e)
{
    uint64_t from = e->ready;

    if (e->first) {
        from =
            sth_max_u64(from, q->output_done[q->blocks % q->m->plan->o_slots] +
                                  STH_HANDOVER);
        q->blocks++;
    }
    for (uint32_t i = 0; i < e->t->tiles; i++) {
        uint32_t load;
        uint64_t at = sth_max_u64(fetch_tile(q, e, i, 1, &load), from);

        e->valued = product(q, at, e->t->values / e->t->tiles,
                            q->m->value_steps, q->m->value_drain);
        q->freed[load % TILES] = e->valued;
    }
    q->vector += e->t->update + (e->last ? q->m->inverse : 0);
    q->owes_output = e->last;
}

static void end_step(struct pipe *q)
{
    values(q, &q->step[q->ended % STEPS]);
    q->ended++;
}

/* Tiles of k and v. */
static uint64_t span_tiles(const struct sth_attention_plan *plan,
                           struct sth_attention_span span)
{
    return 2ull * (sth_attention_tiles(plan, span.end) -
                   sth_attention_tiles(plan, span.first));
}

static void follow_block(struct pipe *q, struct sth_attention_span seen)
{
    const struct sth_attention_plan *plan = q->m->plan;
    uint32_t keys = sth_attention_step_keys(plan, seen.end - seen.first);

    if (keys != q->keys) {
        sth_attention_times(&q->head, q->m, 0, keys, true);
        sth_attention_times(&q->body, q->m, 0, keys, false);
        q->keys = keys;
    }
    q->followed += span_tiles(plan, seen);
    q->load += q->m->q;
    for (uint32_t key0 = seen.first; key0 < seen.end; key0 += keys) {
        struct entry *e = &q->step[q->steps++ % STEPS];
        bool full = q->steps - q->ended > plan->ahead;

        e->first = key0 == seen.first;
        e->last = seen.end - key0 <= keys;
        e->group = q->groups;
        e->tile0 = sth_attention_tiles(plan, key0);
        e->t = e->first ? &q->head : &q->body;
        if (e->last) {
            sth_attention_times(&e->own, q->m, key0, seen.end - key0, e->first);
            e->t = &e->own;
        }
        q->load += e->t->bias;
        if (full)
            softmax(q, &q->step[q->ended % STEPS]);
        scores(q, e);
        if (full)
            end_step(q);
    }
}

static void follow_group(struct pipe *q)
{
    const struct sth_attention_model *m = q->m;
    uint32_t blocks = sth_ceil_div(m->s->seq, m->plan->queries);

    q->groups++;
    for (uint32_t part = 0; part < m->parts; part++) {
        enum sth_attention_order order =
            sth_attention_order_of(m->plan, m->s, q->passage++, q->passages);

        for (uint32_t i = 0; i < blocks; i += q->every)
            follow_block(q, sth_attention_seen(
                                m, sth_attention_block_at(order, i, blocks)));
    }
}

/* What is under way ends. */
static uint64_t finish(struct pipe *q)
{
    while (q->ended != q->steps) {
        softmax(q, &q->step[q->ended % STEPS]);
        end_step(q);
    }
    if (q->owes_output)
        output(q, q->step[(q->ended + STEPS - 1) % STEPS].valued);
    return sth_max_u64(q->store, q->vector) + q->m->memory->latency;
}

/* Tiles of a group of keys and values over all its blocks. */
static uint64_t group_tiles(const struct sth_attention_model *m)
{
    uint64_t tiles = 0;

    for (uint32_t b = 0; b * m->plan->queries < m->s->seq; b++)
        tiles += span_tiles(m->plan, sth_attention_seen(m, b));
    return tiles * m->parts;
}

uint64_t sth_attention_pipe(const struct sth_attention_plan *plan,
                            const struct sth_params *p,
                            const struct sth_plan_memory *memory,
                            const struct sth_attention_shape *s)
{
    struct sth_attention_model m;
    struct pipe q = {.m = &m};
    uint64_t tiles, before = 0, array = 0, cycles;
    uint32_t groups, followed;

    sth_attention_model_init(&m, plan, p, memory, s);
    q.stays = sth_attention_stays(&m);
    q.tiles = sth_attention_tiles(plan, s->keys);
    q.fetch = (1 + m.units) * sth_ceil_div(STH_COMMAND_BYTES, p->bus_bytes);
    /* The first command is fetched. */
    q.load = memory->latency;
    if (m.clear != 0) {
        struct sth_attention_times t;

        /* The first keys come meanwhile. */
        sth_attention_times(&t, &m, 0, plan->keys, true);
        q.load += sth_max_u64(m.clear, t.load[0]) - t.load[0];
    }
    groups = sth_attention_groups(&m);
    q.passages = groups * m.parts;
    tiles = group_tiles(&m);
    if (tiles == 0 || sth_attention_tiles(plan, s->keys) > FOLLOWED)
        return 0;
    followed = tiles > FOLLOWED / 2 ? 2 : FOLLOWED / (uint32_t)tiles;
    followed = sth_min_u32(groups, followed);
    q.every = 1 + (uint32_t)(tiles * followed / (FOLLOWED + 1));
    for (uint32_t i = 0; i < followed; i++) {
        before = array;
        follow_group(&q);
        array = q.array;
    }
    cycles = finish(&q) + (groups - followed) * (array - before);
    return cycles * (tiles * followed) / q.followed;
}
