/* The operations of a run that have a name and a kind in common, added up. */
#ifndef STH_GROUPS_H
#define STH_GROUPS_H

#include "sth_session.h"

struct sth_group {
    const struct sth_session_phase *first;
    uint32_t times;
    uint64_t commands, macs;
    uint64_t csim, rtl; /* cycles of each, first start to last end */
    struct sth_work work;
    uint64_t critical[STH_BOUND_COUNT], demand[STH_BOUND_COUNT];
};

struct sth_groups {
    struct sth_group *group; /* in the order of their first */
    uint32_t count;
};

/* False: out of memory. */
bool sth_groups_init(struct sth_groups *groups,
                     const struct sth_session *session);
void sth_groups_fini(struct sth_groups *groups);

#endif
