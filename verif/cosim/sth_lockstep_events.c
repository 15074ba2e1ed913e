/* Retirements of both sides, engine by engine, and what they amount to. */
#include "sth_disasm.h"
#include "sth_lockstep_state.h"

#include <inttypes.h>
#include <stdio.h>

static void compare(struct sth_lockstep *l, const struct sth_event *ours,
                    const struct sth_event *theirs)
{
    bool order = ours->index != theirs->index;

    if (!order && l->pair)
        l->pair(l->user, ours, theirs,
                &l->shadow[ours->index % STH_LOCKSTEP_SHADOW]);
    if (!order && ours->digest == theirs->digest)
        return;
    sth_lockstep_differ(l, theirs->end,
                        order ? "the engine retired another command"
                              : "the command wrote other data");
    sth_lockstep_append(l, "  engine %s\n", sth_engine_name(ours->engine));
    sth_lockstep_append_command(l, ours->index);
    if (order)
        sth_lockstep_append_command(l, theirs->index);
    sth_lockstep_append(l,
                        "  csim: index %" PRIu32 ", cycles %" PRIu64
                        "..%" PRIu64 ", digest %08" PRIx32 "\n"
                        "  rtl:  index %" PRIu32 ", cycles %" PRIu64
                        "..%" PRIu64 ", digest %08" PRIx32 "\n",
                        ours->index, ours->start, ours->end, ours->digest,
                        theirs->index, theirs->start, theirs->end,
                        theirs->digest);
    if (!order)
        sth_lockstep_append_destination(l, ours->index);
    /* Not told before the end: a fault may excuse it. */
    l->doubt[ours->engine].index =
        sth_lockstep_slower(ours->index, theirs->index);
    l->doubt[ours->engine].difference = l->difference;
    l->difference.found = false;
}

static void drain(struct sth_lockstep *l, struct sth_device *dev,
                  struct sth_lockstep_fifo *fifos)
{
    struct sth_event event;

    while (dev->ops->next_event(dev, &event)) {
        struct sth_lockstep_fifo *f = &fifos[event.engine];

        if (l->difference.found || l->doubt[event.engine].difference.found)
            continue; /* the first one is told; the rest is of no interest */
        if (f->tail - f->head == STH_LOCKSTEP_PENDING) {
            sth_lockstep_differ(l, event.end,
                                "one side is 131072 events ahead");
            return;
        }
        f->event[f->tail++ % STH_LOCKSTEP_PENDING] = event;
    }
}

void sth_lockstep_check_violation(struct sth_lockstep *l)
{
    const char *rule = l->violation ? l->violation(l->dut) : NULL;

    if (rule && !l->difference.found)
        sth_lockstep_differ(l, l->dut->ops->cycles(l->dut), rule);
}

void sth_lockstep_step(struct sth_lockstep *l)
{
    sth_lockstep_check_violation(l);
    if (l->resetting)
        return;
    drain(l, l->reference, l->ours);
    drain(l, l->dut, l->theirs);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        struct sth_lockstep_fifo *a = &l->ours[e], *b = &l->theirs[e];

        while (!l->difference.found && !l->doubt[e].difference.found &&
               a->head != a->tail && b->head != b->tail)
            compare(l, &a->event[a->head++ % STH_LOCKSTEP_PENDING],
                    &b->event[b->head++ % STH_LOCKSTEP_PENDING]);
    }
}

bool sth_lockstep_find_fault(struct sth_lockstep *l, uint32_t *index)
{
    struct sth_device *devices[] = {l->reference, l->dut};
    bool both = true;

    *index = 0;
    /* Both are always asked: an access takes time, which is to stay in step. */
    for (int i = 0; i < 2; i++) {
        struct sth_device *dev = devices[i];
        uint32_t code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);
        uint32_t its = dev->ops->reg_read(dev, STH_REG_FAULT_INDEX);

        both = both && code != STH_FAULT_NONE;
        *index = i ? sth_lockstep_slower(*index, its) : its;
    }
    return both;
}

/* Whether a fault that both sides report excuses a command's difference. */
static bool is_excused(struct sth_lockstep *l, uint32_t index)
{
    uint32_t fault;

    return sth_lockstep_find_fault(l, &fault) && (int32_t)(index - fault) > 0;
}

void sth_lockstep_settle_doubts(struct sth_lockstep *l)
{
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_lockstep_doubt *d = &l->doubt[e];

        if (d->difference.found && !is_excused(l, d->index) &&
            (!l->difference.found ||
             d->difference.rtl_cycle < l->difference.rtl_cycle))
            l->difference = d->difference;
    }
}

/* An event without a partner. */
static void settle_lonely(struct sth_lockstep *l)
{
    for (int e = 0; e < STH_ENGINE_COUNT && !l->difference.found; e++) {
        const struct sth_lockstep_fifo *a = &l->ours[e], *b = &l->theirs[e];
        const struct sth_lockstep_fifo *longer = a->head != a->tail ? a : b;
        const struct sth_event *event =
            &longer->event[longer->head % STH_LOCKSTEP_PENDING];

        if (longer->head == longer->tail || l->doubt[e].difference.found ||
            is_excused(l, event->index))
            continue;
        sth_lockstep_differ(l, event->end,
                            longer == a ? "a command retired on csim only"
                                        : "a command retired on rtl only");
        sth_lockstep_append_command(l, event->index);
    }
}

static bool is_idle(struct sth_device *dev)
{
    return !(dev->ops->reg_read(dev, STH_REG_STATUS) &
             (STH_STATUS_BUSY | STH_STATUS_FAULTED));
}

static uint64_t read_counter(struct sth_device *dev, uint32_t number)
{
    uint32_t offset = STH_REG_CNT_BASE + 8 * number;
    uint64_t low = dev->ops->reg_read(dev, offset);

    return low | (uint64_t)dev->ops->reg_read(dev, offset + 4) << 32;
}

/* The counters that do not depend on cycles, once all commands retired. */
static void settle_counters(struct sth_lockstep *l)
{
    static const struct {
        uint32_t number;
        const char *name;
    } rows[] = {
#define ROW(name) {STH_CNT_##name, #name}
        ROW(MACS),
        ROW(ARRAY_STREAM),
        ROW(LOAD_BYTES),
        ROW(STORE_BYTES),
        ROW(LOAD_COMMANDS),
        ROW(MATRIX_COMMANDS),
        ROW(VECTOR_COMMANDS),
        ROW(STORE_COMMANDS),
#undef ROW
    };

    if (l->difference.found || !is_idle(l->reference) || !is_idle(l->dut))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t ours = read_counter(l->reference, rows[i].number);
        uint64_t theirs = read_counter(l->dut, rows[i].number);
        char what[128];

        if (ours == theirs)
            continue;
        snprintf(what, sizeof(what),
                 "counter %s is %" PRIu64 " on csim, %" PRIu64 " on rtl",
                 rows[i].name, ours, theirs);
        sth_lockstep_differ(l, l->dut->ops->cycles(l->dut), what);
        return;
    }
}

void sth_lockstep_settle(struct sth_lockstep *l)
{
    if (l->difference.found)
        return;
    sth_lockstep_settle_doubts(l);
    settle_lonely(l);
    settle_counters(l);
}

void sth_lockstep_drop_events(struct sth_lockstep *l)
{
    drain(l, l->reference, l->ours);
    drain(l, l->dut, l->theirs);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        l->ours[e].head = l->ours[e].tail;
        l->theirs[e].head = l->theirs[e].tail;
        l->doubt[e].difference.found = false;
    }
}
