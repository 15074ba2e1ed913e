/* Operations by name. */
#include "sth_groups.h"

#include <stdlib.h>
#include <string.h>

static bool is_of(const struct sth_group *g, const struct sth_trace_op *op)
{
    return g->first->op->kind == op->kind &&
           !strcmp(sth_trace_op_name(g->first->op), sth_trace_op_name(op));
}

/* The group of an operation, a new one if it is the first; NULL: no memory. */
static struct sth_group *group_of(struct sth_groups *groups,
                                  const struct sth_session_phase *p)
{
    struct sth_group *more;

    for (uint32_t i = groups->count; i-- > 0;)
        if (is_of(&groups->group[i], p->op))
            return &groups->group[i];
    more = realloc(groups->group, (groups->count + 1) * sizeof(*groups->group));
    if (!more)
        return NULL;
    groups->group = more;
    more += groups->count++;
    memset(more, 0, sizeof(*more));
    more->first = p;
    return more;
}

bool sth_groups_init(struct sth_groups *groups,
                     const struct sth_session *session)
{
    *groups = (struct sth_groups){NULL, 0};
    for (uint32_t i = 0; i < session->phases; i++) {
        const struct sth_session_phase *p = &session->phase[i];
        struct sth_group *g = group_of(groups, p);

        if (!g) {
            sth_groups_fini(groups);
            return false;
        }
        g->times++;
        g->commands += p->last - p->first;
        g->macs += p->macs;
        g->csim += p->csim.end - p->csim.start;
        g->rtl += p->rtl.end - p->rtl.start;
        sth_work_sum(&g->work, &p->work);
        for (int b = 0; b < STH_BOUND_COUNT; b++) {
            g->critical[b] += p->critical[b];
            g->demand[b] += p->demand[b];
        }
    }
    return true;
}

void sth_groups_fini(struct sth_groups *groups)
{
    free(groups->group);
    *groups = (struct sth_groups){NULL, 0};
}
