/*
 * The operations of a run that have a name and a kind in common, added up; a
 * number in front, as of e3.up, makes no other name.
 */
#ifndef STH_GROUPS_H
#define STH_GROUPS_H

#include "sth_session.h"

enum { STH_GROUP_NAME = 96 };

struct sth_group {
    const struct sth_session_phase *first;
    bool numbers; /* their names have several */
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

/* The name of the group of an operation; "e*.up": of several numbers. */
const char *sth_group_name(const struct sth_trace_op *op, bool numbers,
                           char text[STH_GROUP_NAME]);

/* Whether two operations are of one group. */
bool sth_group_has(const struct sth_trace_op *a, const struct sth_trace_op *b);

#endif
