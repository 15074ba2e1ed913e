/* Two runs of the same program, command by command. */
#ifndef STH_VP_COMPARE_H
#define STH_VP_COMPARE_H

#include "sth_session.h"

struct sth_vp_compared {
    uint64_t commands;  /* of the first */
    uint64_t data;      /* of them: the second's has the same engine and wrote
                           the same */
    uint64_t durations; /* as long from start to end */
    uint64_t cycles;    /* in the same cycles */
    uint64_t span, other_span; /* cycles from the first start to the last end */
    int64_t index;             /* of the first whose data differs; -1: none */
};

/* Both have kept their events.  False: out of memory. */
bool sth_vp_compare(const struct sth_session *a, const struct sth_session *b,
                    struct sth_vp_compared *compared);

#endif
