/*
 * Dispatch: checks one command at a time and hands it to its engine's queue,
 * or waits for a place there.  A faulty command ends it.
 */
#ifndef STH_DISPATCH_H
#define STH_DISPATCH_H

#include "sth_decode.h"
#include "sth_engine.h"
#include "sth_faults.h"
#include "sth_fetch.h"

struct sth_dispatch {
    struct sth_clock *clock;
    struct sth_decoder decoder;
    struct sth_fetch *fetch;
    struct sth_faults *faults;
    struct sth_engine_state *const *engine;
    bool decoding; /* holds the command that was taken last */
    bool stalled;  /* and its engine's queue is full */
    uint64_t decode_done;
};

/* Takes its turn on the clock, all members above `decoding` set. */
void sth_dispatch_init(struct sth_dispatch *dispatch);

/* Holds no command. */
void sth_dispatch_reset(struct sth_dispatch *dispatch);

/* The index of the first command that no queue has had. */
static inline uint32_t sth_dispatch_next(const struct sth_dispatch *dispatch)
{
    return sth_fetch_taken(dispatch->fetch) - (dispatch->decoding ? 1u : 0u);
}

/* The command at hand, whose index is sth_dispatch_next(), if it finds the
 * queue of its engine full; NULL otherwise. */
static inline const struct sth_command *
sth_dispatch_blocked(const struct sth_dispatch *dispatch)
{
    if (!dispatch->decoding || !dispatch->stalled)
        return NULL;
    return &sth_fetch_slot(dispatch->fetch, sth_dispatch_next(dispatch))
                ->command;
}

#endif
