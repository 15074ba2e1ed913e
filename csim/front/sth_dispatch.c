/* Dispatch; see sth_dispatch.h. */
#include "sth_dispatch.h"

void sth_dispatch_reset(struct sth_dispatch *dispatch)
{
    dispatch->decoding = false;
    dispatch->stalled = false;
    dispatch->decode_done = 0;
    dispatch->clock->next[STH_TURN_DISPATCH] = STH_NEVER;
}

/* The command at hand does not go on: a fault of its. */
static void refuse(struct sth_dispatch *dispatch, enum sth_fault code,
                   uint32_t index, uint64_t addr)
{
    dispatch->decoding = false;
    sth_faults_raise(dispatch->faults, code, index, addr);
}

/* The verdict is there: hands the command on, or stalls, or stops. */
static void hand_on(struct sth_dispatch *dispatch)
{
    uint32_t index = sth_fetch_taken(dispatch->fetch) - 1;
    const struct sth_fetched *slot = sth_fetch_slot(dispatch->fetch, index);
    struct sth_decode_fault fault = {STH_FAULT_NONE, 0};
    struct sth_engine_state *engine;

    if (slot->error) {
        refuse(dispatch, STH_FAULT_FETCH_BUS, index,
               sth_fetch_addr(dispatch->fetch, index));
        return;
    }
    if (!dispatch->stalled)
        fault = sth_decode_check(&dispatch->decoder, &slot->command);
    if (fault.code != STH_FAULT_NONE) {
        refuse(dispatch, fault.code, index, fault.word);
        return;
    }
    engine = dispatch->engine[sth_decode_engine(&slot->command)];
    dispatch->stalled = sth_engine_full(engine);
    sth_engine_await(engine, dispatch->stalled);
    if (dispatch->stalled)
        return;
    sth_engine_push(engine, &slot->command, index);
    dispatch->decoding = false;
}

static void step(void *block)
{
    struct sth_dispatch *dispatch = block;
    struct sth_clock *clock = dispatch->clock;
    struct sth_fetch *fetch = dispatch->fetch;
    uint64_t *next = &clock->next[STH_TURN_DISPATCH];

    *next = STH_NEVER;
    if (dispatch->faults->stop_from <= clock->now || sth_clock_resets(clock))
        return;
    if (dispatch->decoding && dispatch->decode_done <= clock->now)
        hand_on(dispatch);
    if (dispatch->decoding) {
        if (!dispatch->stalled)
            *next = dispatch->decode_done;
        return;
    }
    if (dispatch->faults->stop_from != STH_NEVER || sth_fetch_is_empty(fetch))
        return;
    if (sth_fetch_head(fetch) != sth_fetch_taken(fetch)) {
        dispatch->decoding = true;
        dispatch->decode_done = clock->now + STH_LAT_DECODE;
        sth_fetch_take(fetch);
        *next = dispatch->decode_done;
    } else {
        *next = sth_fetch_slot(fetch, sth_fetch_taken(fetch))->arrival;
    }
}

void sth_dispatch_init(struct sth_dispatch *dispatch)
{
    sth_clock_enlist(dispatch->clock, STH_TURN_DISPATCH, step, dispatch);
}
