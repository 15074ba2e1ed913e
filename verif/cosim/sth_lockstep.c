/* The device that is two: memory, waiting, life and death. */
#include "sth_lockstep_state.h"

#include <stdlib.h>
#include <string.h>

static void mem_read(struct sth_device *dev, uint64_t addr, void *to,
                     size_t bytes)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);
    uint8_t *other = malloc(bytes);

    l->dut->ops->mem_read(l->dut, addr, to, bytes);
    if (!other) {
        if (!l->difference.found)
            sth_lockstep_differ(l, l->dut->ops->cycles(l->dut),
                                "out of memory for a comparison of memory");
        return;
    }
    l->reference->ops->mem_read(l->reference, addr, other, bytes);
    if (!l->difference.found && memcmp(to, other, bytes))
        sth_lockstep_settle_doubts(l); /* one is the cause, then */
    if (!l->difference.found && memcmp(to, other, bytes)) {
        sth_lockstep_differ(l, l->dut->ops->cycles(l->dut),
                            "memory read by the host");
        sth_lockstep_append_bytes(l, "memory", addr, other, to, bytes);
    }
    free(other);
}

static void mem_write(struct sth_device *dev, uint64_t addr, const void *from,
                      size_t bytes)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);

    l->reference->ops->mem_write(l->reference, addr, from, bytes);
    l->dut->ops->mem_write(l->dut, addr, from, bytes);
}

static bool wait_both(struct sth_device *dev, uint64_t max_cycles)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);
    bool ours = l->reference->ops->wait(l->reference, max_cycles);
    bool theirs = l->dut->ops->wait(l->dut, max_cycles);

    sth_lockstep_step(l);
    return ours || theirs;
}

static bool pass_both(struct sth_device *dev, uint64_t cycles, bool stop)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);
    bool ours = l->reference->ops->pass(l->reference, cycles, stop);
    bool theirs = l->dut->ops->pass(l->dut, cycles, stop);

    sth_lockstep_step(l);
    return ours || theirs;
}

static bool next_event(struct sth_device *dev, struct sth_event *event)
{
    (void)dev;
    (void)event;
    return false; /* the comparison has consumed them */
}

static void peek(struct sth_device *dev, enum sth_space space, uint32_t addr,
                 void *to, size_t bytes)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);

    l->dut->ops->peek(l->dut, space, addr, to, bytes);
}

static uint64_t cycles(struct sth_device *dev)
{
    return sth_lockstep_self(dev)->dut->ops->cycles(
        sth_lockstep_self(dev)->dut);
}

static void destroy(struct sth_device *dev)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        free(l->ours[e].event);
        free(l->theirs[e].event);
    }
    free(l->shadow);
    free(l);
}

struct sth_device *sth_lockstep_create(const struct sth_params *params,
                                       struct sth_device *reference,
                                       struct sth_device *dut)
{
    static const struct sth_device_ops ops = {
        sth_lockstep_reg_read,
        sth_lockstep_reg_write,
        mem_read,
        mem_write,
        wait_both,
        pass_both,
        next_event,
        peek,
        cycles,
        destroy,
    };
    struct sth_lockstep *l = calloc(1, sizeof(*l));
    bool complete;

    if (!l)
        return NULL;
    l->dev.ops = &ops;
    l->params = *params;
    l->reference = reference;
    l->dut = dut;
    l->ring_log2 = STH_RING_LOG2_MIN;
    l->shadow = calloc(STH_LOCKSTEP_SHADOW, sizeof(*l->shadow));
    complete = l->shadow != NULL;
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        l->ours[e].event =
            calloc(STH_LOCKSTEP_PENDING, sizeof(struct sth_event));
        l->theirs[e].event =
            calloc(STH_LOCKSTEP_PENDING, sizeof(struct sth_event));
        complete = complete && l->ours[e].event && l->theirs[e].event;
    }
    if (!complete) {
        destroy(&l->dev);
        return NULL;
    }
    return &l->dev;
}

void sth_lockstep_difference(struct sth_device *lockstep,
                             struct sth_difference *difference)
{
    struct sth_lockstep *l = sth_lockstep_self(lockstep);

    sth_lockstep_step(l);
    if (!l->resetting)
        sth_lockstep_settle(l);
    *difference = l->difference;
}

void sth_lockstep_observe(struct sth_device *lockstep, sth_event_pair *pair,
                          void *user)
{
    sth_lockstep_self(lockstep)->pair = pair;
    sth_lockstep_self(lockstep)->user = user;
}

void sth_lockstep_guard(struct sth_device *lockstep,
                        const char *(*violation)(struct sth_device *dut))
{
    sth_lockstep_self(lockstep)->violation = violation;
}