/* The front end: fetch into the buffer, check, hand to the queues. */
#include "sth_csim.h"

#include <string.h>

void sth_front_reset(struct sth_csim *csim)
{
    struct sth_front *front = &csim->front;

    front->requested = 0;
    front->arrived = 0;
    front->decoded = 0;
    front->decoding = false;
    front->stalled = false;
    front->stop_from = STH_NEVER;
    front->decode_done = 0;
    front->tail = 0;
    front->tail_from = 0;
    front->enable_from = 0;
    front->room_from = 0;
    front->last_bus = 0;
    csim->next[STH_ACTOR_FETCH] = STH_NEVER;
    csim->next[STH_ACTOR_DECODE] = STH_NEVER;
}

uint32_t sth_front_head(struct sth_csim *csim)
{
    struct sth_front *front = &csim->front;

    while (front->arrived != front->requested &&
           front->slot[front->arrived % STH_FETCH_MAX].arrival <= csim->now)
        front->arrived++;
    return front->arrived;
}

/* The cycle in which an address can react to something that happens now. */
static uint64_t react(struct sth_csim *csim)
{
    uint64_t cycle = csim->now + STH_LAT_FETCH_REQUEST;

    sth_csim_wake(csim, STH_ACTOR_FETCH, cycle);
    return cycle;
}

void sth_front_ring(struct sth_csim *csim)
{
    if (csim->front.tail_from <= csim->now)
        csim->front.tail = csim->tail;
    csim->front.tail_from = react(csim);
}

void sth_front_enable(struct sth_csim *csim)
{
    csim->front.enable_from = react(csim);
}

/* The command as the bus or, without data, the host's copy gives it. */
static void read_command(struct sth_csim *csim, uint32_t ring_slot,
                         uint64_t addr, struct sth_command *command)
{
    uint8_t bytes[STH_COMMAND_BYTES];

    if (csim->ring != NULL) {
        *command = csim->ring[ring_slot];
        return;
    }
    sth_mem_read(csim->mem, addr, bytes, sizeof(bytes));
    *command = sth_command_from_bytes(bytes);
}

/* Requests the next command: one bus word or a burst of them. */
static void request(struct sth_csim *csim)
{
    struct sth_front *front = &csim->front;
    struct sth_fetched *slot = &front->slot[front->requested % STH_FETCH_MAX];
    uint32_t bus = csim->params.bus_bytes;
    uint32_t ring_slot = front->requested & (sth_regs_ring_slots(csim) - 1);
    uint64_t addr = sth_regs_ring_addr(csim, ring_slot);
    uint32_t beats = bus < STH_COMMAND_BYTES ? STH_COMMAND_BYTES / bus : 1;
    uint64_t last = csim->now;

    if (csim->mode != STH_CSIM_FUNCTION_ONLY) {
        csim->read_free = csim->now + 1;
        csim->load.writer.fetched += beats;
        last = sth_mem_read_burst(csim->mem, csim->now,
                                  addr & ~(uint64_t)(bus - 1), beats, NULL);
    }
    csim->statistics.fetch_bursts++;
    front->last_bus = sth_max64(front->last_bus, last);
    slot->arrival = last + STH_LAT_FETCH_DATA;
    slot->error =
        sth_mem_is_error(csim->mem, addr & ~(uint64_t)(bus - 1),
                         bus > STH_COMMAND_BYTES ? bus : STH_COMMAND_BYTES);
    read_command(csim, ring_slot, addr, &slot->command);
    front->requested++;
    sth_csim_wake(csim, STH_ACTOR_DECODE, slot->arrival);
}

/* Whether there is a command to ask for and a place to put it. */
static bool may_request(const struct sth_csim *csim)
{
    const struct sth_front *front = &csim->front;
    uint32_t tail = front->tail_from <= csim->now ? csim->tail : front->tail;
    uint32_t freed = front->decoded - (front->room_from <= csim->now ? 0u : 1u);

    return (csim->ctrl & STH_CTRL_ENABLE) != 0 &&
           front->enable_from <= csim->now && !sth_csim_draining(csim) &&
           csim->now <= front->stop_from && front->requested != tail &&
           front->requested - freed < csim->params.fetch_depth;
}

void sth_front_fetch(struct sth_csim *csim)
{
    struct sth_front *front = &csim->front;

    csim->next[STH_ACTOR_FETCH] = STH_NEVER;
    if (may_request(csim) && csim->read_free > csim->now) {
        csim->next[STH_ACTOR_FETCH] = csim->read_free;
        return;
    }
    if (may_request(csim)) {
        request(csim);
        csim->next[STH_ACTOR_FETCH] = csim->now + 1;
        return;
    }
    if (front->tail_from > csim->now)
        sth_csim_wake(csim, STH_ACTOR_FETCH, front->tail_from);
    if (front->room_from > csim->now)
        sth_csim_wake(csim, STH_ACTOR_FETCH, front->room_from);
    if (front->enable_from > csim->now)
        sth_csim_wake(csim, STH_ACTOR_FETCH, front->enable_from);
}

/* The verdict is there: dispatches the command, or stalls, or stops. */
static void dispatch(struct sth_csim *csim)
{
    struct sth_front *front = &csim->front;
    uint32_t index = front->decoded - 1;
    struct sth_fetched *slot = &front->slot[index % STH_FETCH_MAX];
    struct sth_decode_fault fault = {STH_FAULT_NONE, 0};
    enum sth_engine engine;

    if (slot->error) {
        front->decoding = false;
        sth_fault_raise(csim, STH_FAULT_FETCH_BUS, index,
                        sth_regs_ring_addr(csim, index));
        return;
    }
    if (!front->stalled)
        fault = sth_decode_check(&csim->decoder, &slot->command);
    if (fault.code != STH_FAULT_NONE) {
        front->decoding = false;
        sth_fault_raise(csim, fault.code, index, fault.word);
        return;
    }
    engine = sth_decode_engine(&slot->command);
    front->stalled = sth_engine_full(csim, (int)engine);
    front->waits_for = engine;
    if (front->stalled)
        return;
    sth_engine_push(csim, (int)engine, &slot->command, index);
    front->decoding = false;
}

void sth_front_decode(struct sth_csim *csim)
{
    struct sth_front *front = &csim->front;

    csim->next[STH_ACTOR_DECODE] = STH_NEVER;
    if (front->stop_from <= csim->now || csim->resetting)
        return;
    if (front->decoding && front->decode_done <= csim->now)
        dispatch(csim);
    if (front->decoding) {
        if (!front->stalled)
            csim->next[STH_ACTOR_DECODE] = front->decode_done;
        return;
    }
    if (front->stop_from != STH_NEVER || front->decoded == front->requested)
        return;
    if (sth_front_head(csim) != front->decoded) {
        front->decoding = true;
        front->decode_done = csim->now + STH_LAT_DECODE;
        front->decoded++;
        csim->next[STH_ACTOR_DECODE] = front->decode_done;
        front->room_from = react(csim);
    } else {
        csim->next[STH_ACTOR_DECODE] =
            front->slot[front->decoded % STH_FETCH_MAX].arrival;
    }
}

bool sth_front_waits_for(const struct sth_csim *csim, int engine)
{
    return csim->front.stalled && csim->front.waits_for == (uint32_t)engine;
}

void sth_front_queue_popped(struct sth_csim *csim, int engine)
{
    if (sth_front_waits_for(csim, engine))
        sth_csim_wake(csim, STH_ACTOR_DECODE, csim->now + STH_LAT_QUEUE);
}
