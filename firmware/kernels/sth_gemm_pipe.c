/*
 * What a plan of a matrix product takes, command by command: the order is that
 * of sth_gemm.c, the times are those of whole commands.
 */
#include "sth_emit.h"
#include "sth_gemm_cost.h"

#define QUEUE_MAX 32u
/* Blocks that are followed at least: the pace is that of the last half. */
#define FOLLOWED 4u

/* Buffers that are taken in turn, and the blocks that they hold. */
struct ring {
    uint32_t slots, next;
    uint32_t tag[STH_CACHE_SLOTS];
    uint64_t ready[STH_CACHE_SLOTS]; /* loaded */
    uint64_t free[STH_CACHE_SLOTS];  /* its last reader has retired */
};

struct pipe {
    const struct sth_gemm_plan *plan;
    struct sth_gemm_times times[2][2]; /* last of m, last of n */
    const struct sth_gemm_times *t;    /* of the block at hand */
    uint32_t queue_depth;
    uint64_t dispatched; /* when the decoder was done with the last command */
    /* Starts of the last commands of each engine, by number. */
    uint64_t started[STH_ENGINE_COUNT][QUEUE_MAX];
    uint32_t commands[STH_ENGINE_COUNT];
    uint64_t busy[STH_ENGINE_COUNT]; /* until then */
    uint64_t streamed;               /* the last row of the last product */
    uint64_t turn; /* of a memory that reads and writes in turn, so far */
    struct ring a, w;
    uint64_t acc_free[STH_GEMM_SUMS], stage_free[STH_GEMM_SUMS];
    uint32_t blocks, epilogues;
    /* The block whose epilogue is to come. */
    const struct sth_gemm_times *pending;
    uint64_t summed, rest;
};

/*
 * Starts a command of an engine that may not start before `from`, behind the
 * commands before it; returns when.
 */
static uint64_t start(struct pipe *q, uint32_t engine, uint64_t from)
{
    uint32_t depth = q->queue_depth;
    uint32_t n = q->commands[engine]++;
    uint64_t *slot = &q->started[engine][n % depth];

    /* The queue is full until the one that many before has started. */
    q->dispatched += STH_LAT_DECODE;
    q->busy[STH_ENGINE_LOAD] += q->t->fetch;
    if (n >= depth)
        q->dispatched = sth_max_u64(q->dispatched, *slot);
    *slot = sth_max_u64(
        sth_max_u64(q->dispatched + STH_LAT_GRANT, q->busy[engine]), from);
    return *slot;
}

static void ring_init(struct ring *r, uint32_t slots)
{
    r->slots = slots;
    r->next = 0;
    for (uint32_t i = 0; i < slots; i++) {
        r->tag[i] = 0xffffffffu;
        r->free[i] = 0;
    }
}

/* The slot of a block, loaded if it was not there. */
static uint32_t fetch(struct pipe *q, struct ring *r, uint32_t tag,
                      uint64_t cycles, uint64_t turn)
{
    uint32_t i;
    uint64_t at;

    for (i = 0; i < r->slots; i++)
        if (r->tag[i] == tag)
            return i;
    i = r->next;
    r->next = (i + 1) % r->slots;
    r->tag[i] = tag;
    at = start(q, STH_ENGINE_LOAD, r->free[i]);
    q->turn += turn;
    q->busy[STH_ENGINE_LOAD] = at + cycles;
    r->ready[i] = at + STH_LAT_LOAD_ISSUE + q->t->latency + cycles +
                  STH_LAT_LOAD_RETIRE + STH_HANDOVER;
    return i;
}

/*
 * One product; returns its retirement.  Its first weights load while the last
 * tile of the one before streams.
 */
static uint64_t product(struct pipe *q, uint64_t from)
{
    const struct sth_gemm_times *t = q->t;
    uint64_t at = start(q, STH_ENGINE_MATRIX, from);
    uint64_t first = sth_max_u64(at + t->steps, q->streamed);
    uint64_t last = first + t->product - t->product / t->tiles;

    q->busy[STH_ENGINE_MATRIX] = last;
    q->streamed = last + t->rows;
    return q->streamed + t->drain;
}

static void epilogue(struct pipe *q)
{
    const struct sth_gemm_times *t = q->pending;
    uint32_t sum = q->epilogues % q->plan->acc_slots;
    uint32_t stage = q->epilogues % q->plan->stage_slots;
    uint64_t at, end;

    if (t == NULL)
        return;
    q->pending = NULL;
    q->epilogues++;
    end = sth_max_u64(sth_max_u64(q->summed, q->rest) + STH_HANDOVER,
                      q->stage_free[stage]);
    for (uint32_t i = 0; i < t->passes; i++) {
        at = start(q, STH_ENGINE_VECTOR, end);
        end = at + t->vector / t->passes;
        q->busy[STH_ENGINE_VECTOR] = end;
    }
    q->acc_free[sum] = end + STH_HANDOVER;
    at = start(q, STH_ENGINE_STORE, end + STH_HANDOVER);
    q->turn += t->turn;
    q->busy[STH_ENGINE_STORE] = at + t->store;
    q->stage_free[stage] = at + t->store + t->answer + STH_LAT_STORE_DATA +
                           STH_LAT_STORE_RETIRE + STH_HANDOVER;
}

static void block(struct pipe *q, uint32_t mi, uint32_t ni)
{
    const struct sth_gemm_plan *plan = q->plan;
    const struct sth_gemm_times *t =
        &q->times[mi + 1 == plan->ms][ni + 1 == plan->ns];
    uint64_t retired = 0, rest = 0;

    q->t = t;
    if (plan->acc_slots == 1)
        epilogue(q);
    for (uint32_t ki = 0; ki < plan->ks; ki++) {
        uint32_t w = fetch(q, &q->w, ni * plan->ks + ki, t->w, t->w_turn);
        uint32_t a = fetch(q, &q->a, mi * plan->ks + ki, t->a, t->a_turn);
        uint64_t from = sth_max_u64(q->w.ready[w], q->a.ready[a]);

        if (ki == 0)
            from = sth_max_u64(from, q->acc_free[q->blocks % plan->acc_slots]);
        for (uint32_t i = 0; ki + 1 == plan->ks && i < t->rest_loads; i++) {
            uint64_t at = start(q, STH_ENGINE_LOAD, 0);

            q->busy[STH_ENGINE_LOAD] = at + t->rest / t->rest_loads;
            rest = q->busy[STH_ENGINE_LOAD] + t->latency;
        }
        retired = product(q, from);
        q->w.free[w] = q->a.free[a] = retired + STH_HANDOVER;
        if (ki + 1 == STH_GEMM_LEAD)
            epilogue(q);
    }
    epilogue(q);
    q->blocks++;
    q->pending = t;
    q->summed = retired;
    q->rest = rest;
}

/* All results stored so far. */
static uint64_t stored(const struct pipe *q)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < q->plan->stage_slots; i++)
        end = sth_max_u64(end, q->stage_free[i]);
    return end;
}

/* What the array takes for the products of a block. */
static uint64_t array_of(const struct pipe *q, bool last_m, bool last_n)
{
    return q->times[last_m][last_n].product;
}

/* The same of all blocks. */
static uint64_t array_of_all(const struct pipe *q)
{
    uint64_t m = q->plan->ms - 1, n = q->plan->ns - 1;

    return m * n * array_of(q, false, false) + m * array_of(q, false, true) +
           n * array_of(q, true, false) + array_of(q, true, true);
}

void sth_gemm_pipe(struct sth_gemm_plan *plan, const struct sth_params *p,
                   const struct sth_plan_memory *memory,
                   const struct sth_gemm_shape *s)
{
    struct pipe q = {.plan = plan, .queue_depth = p->queue_depth};
    uint32_t inner = plan->w_stationary ? plan->ms : plan->ns;
    uint64_t blocks = (uint64_t)plan->ms * plan->ns;
    uint32_t followed = sth_max_u32(STH_GEMM_PIPE_STEPS / plan->ks, FOLLOWED);
    uint64_t half = 0, array = 0, array_half = 0, cycles;

    if (followed > blocks)
        followed = (uint32_t)blocks;
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t j = 0; j < 2; j++)
            sth_gemm_times(&q.times[i][j], plan,
                           i ? s->m - (plan->ms - 1) * plan->mb : plan->mb,
                           j ? s->n - (plan->ns - 1) * plan->nb : plan->nb,
                           sth_ceil_div(s->k, plan->ks), p, memory, s);
    ring_init(&q.a, plan->a_slots);
    ring_init(&q.w, plan->w_slots);
    /* The first command is fetched. */
    q.dispatched = memory->latency;
    for (uint32_t b = 0; b < followed; b++) {
        uint32_t i = b / inner, j = b % inner;
        uint32_t mi = plan->w_stationary ? j : i;
        uint32_t ni = plan->w_stationary ? i : j;

        if (b == followed / 2) {
            half = q.streamed;
            array_half = array;
        }
        block(&q, mi, ni);
        array += array_of(&q, mi + 1 == plan->ms, ni + 1 == plan->ns);
    }
    half = q.streamed - half;
    epilogue(&q);
    cycles = sth_max_u64(stored(&q) + STH_LAT_DECODE, q.turn + memory->latency);
    /* The panel that stays is loaded anew now and then: not in that pace. */
    if (followed < blocks)
        cycles = sth_max_u64(cycles + (array_of_all(&q) - array) * half /
                                          (array - array_half),
                             plan->cycles);
    plan->cycles = cycles;
}
