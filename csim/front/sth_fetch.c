/* Fetch; see sth_fetch.h. */
#include "sth_fetch.h"

#include <string.h>

void sth_fetch_reset(struct sth_fetch *fetch)
{
    fetch->enabled = (STH_RESET_CTRL & STH_CTRL_ENABLE) != 0;
    fetch->requested = 0;
    fetch->arrived = 0;
    fetch->taken = 0;
    memset(fetch->doorbell, 0, sizeof(fetch->doorbell));
    fetch->doorbells = 0;
    fetch->enable_from = 0;
    fetch->room_from = 0;
    fetch->clock->next[STH_TURN_FETCH] = STH_NEVER;
}

/* Whether a command is here: when memory has it, unless load's data, which came
 * before it, waited for a bank. */
static bool is_here(struct sth_fetch *fetch, struct sth_fetched *slot)
{
    uint64_t last = slot->arrival - STH_LAT_FETCH_DATA;

    if (slot->arrival > fetch->clock->now)
        return false;
    if (fetch->clock->instant)
        return true;
    last = sth_bus_fetch_last(fetch->bus, slot->bursts, slot->beats, last);
    sth_bus_note(fetch->bus, STH_BUS_FETCH, 0, last);
    slot->arrival = last + STH_LAT_FETCH_DATA;
    return slot->arrival <= fetch->clock->now;
}

uint32_t sth_fetch_head(struct sth_fetch *fetch)
{
    while (fetch->arrived != fetch->requested &&
           is_here(fetch, &fetch->slot[fetch->arrived % STH_FETCH_MAX]))
        fetch->arrived++;
    return fetch->arrived;
}

/* The cycle in which an address on the bus can react to something that happens
 * now. */
static uint64_t react(struct sth_fetch *fetch)
{
    uint64_t cycle =
        fetch->clock->now + STH_LAT_FETCH_REQUEST + STH_LAT_FETCH_ADDRESS;

    sth_clock_wake(fetch->clock, STH_TURN_FETCH, cycle);
    return cycle;
}

void sth_fetch_ring_doorbell(struct sth_fetch *fetch)
{
    uint32_t place = fetch->doorbells++ % STH_FETCH_DOORBELLS;

    fetch->doorbell[place].tail = fetch->status->tail;
    fetch->doorbell[place].from = react(fetch);
}

void sth_fetch_enable(struct sth_fetch *fetch, bool enabled)
{
    fetch->enabled = enabled;
    fetch->enable_from = react(fetch);
}

void sth_fetch_take(struct sth_fetch *fetch)
{
    fetch->taken++;
    fetch->room_from = react(fetch);
}

/* Requests the next command: one bus word or a burst of them. */
static void request(struct sth_fetch *fetch)
{
    struct sth_bus *bus = fetch->bus;
    struct sth_fetched *slot = &fetch->slot[fetch->requested % STH_FETCH_MAX];
    uint32_t bytes = sth_bus_bytes(bus);
    uint64_t addr = sth_command_ring_addr(fetch->ring, fetch->requested) &
                    ~(uint64_t)(bytes - 1);
    uint32_t beats = bytes < STH_COMMAND_BYTES ? STH_COMMAND_BYTES / bytes : 1;

    slot->arrival = sth_bus_fetch(bus, addr, beats) + STH_LAT_FETCH_DATA;
    slot->bursts = sth_bus_bursts(bus, STH_BUS_LOAD);
    slot->beats = sth_bus_fetched(bus);
    slot->error = sth_bus_is_error(bus, addr, beats);
    slot->command = sth_command_ring_read(fetch->ring, fetch->requested);
    fetch->requested++;
    sth_clock_wake(fetch->clock, STH_TURN_DISPATCH, slot->arrival);
}

/* The oldest write of TAIL that fetch has not seen; false: it has seen all. */
static bool unseen(const struct sth_fetch *fetch, uint32_t *place)
{
    for (uint32_t i = 0; i < STH_FETCH_DOORBELLS; i++) {
        *place = (fetch->doorbells + i) % STH_FETCH_DOORBELLS;
        if (fetch->doorbell[*place].from > fetch->clock->now)
            return true;
    }
    return false;
}

/* Whether there is a command to ask for and a place to put it. */
static bool may_request(const struct sth_fetch *fetch)
{
    uint64_t now = fetch->clock->now;
    uint64_t offered = now - STH_LAT_FETCH_ADDRESS;
    uint32_t place;
    uint32_t tail = unseen(fetch, &place) ? fetch->doorbell[place].tail
                                          : fetch->status->tail;
    uint32_t freed = fetch->taken - (fetch->room_from <= now ? 0u : 1u);

    return fetch->enabled && fetch->enable_from <= now &&
           !sth_bus_closed_at(fetch->bus, offered) &&
           offered <= fetch->faults->stop_from && fetch->requested != tail &&
           fetch->requested - freed < fetch->depth;
}

static void step(void *block)
{
    struct sth_fetch *fetch = block;
    struct sth_clock *clock = fetch->clock;
    uint64_t now = clock->now;
    uint32_t place;

    clock->next[STH_TURN_FETCH] = STH_NEVER;
    if (may_request(fetch) && sth_bus_read_free(fetch->bus) > now) {
        clock->next[STH_TURN_FETCH] = sth_bus_read_free(fetch->bus);
        return;
    }
    if (may_request(fetch)) {
        request(fetch);
        clock->next[STH_TURN_FETCH] = now + 1;
        return;
    }
    if (unseen(fetch, &place))
        sth_clock_wake(clock, STH_TURN_FETCH, fetch->doorbell[place].from);
    if (fetch->room_from > now)
        sth_clock_wake(clock, STH_TURN_FETCH, fetch->room_from);
    if (fetch->enable_from > now)
        sth_clock_wake(clock, STH_TURN_FETCH, fetch->enable_from);
}

void sth_fetch_init(struct sth_fetch *fetch)
{
    sth_clock_enlist(fetch->clock, STH_TURN_FETCH, step, fetch);
}
