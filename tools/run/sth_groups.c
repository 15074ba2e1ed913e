/* Operations by name. */
#include "sth_groups.h"

#include <stdlib.h>
#include <string.h>

/* Letters, a number, a point: letters of it, and where the point is; 0: not. */
static size_t number_of(const char *name, size_t *point)
{
    const size_t letters = strcspn(name, "0123456789.");

    *point = letters + strspn(name + letters, "0123456789");
    return *point > letters && name[*point] == '.' ? letters : 0;
}

bool sth_group_has(const struct sth_trace_op *a, const struct sth_trace_op *b)
{
    const char *x = sth_trace_op_name(a), *y = sth_trace_op_name(b);
    size_t point_x, point_y;
    const size_t letters = number_of(x, &point_x);

    return a->kind == b->kind &&
           (!strcmp(x, y) ||
            (letters && number_of(y, &point_y) == letters &&
             !memcmp(x, y, letters) && !strcmp(x + point_x, y + point_y)));
}

const char *sth_group_name(const struct sth_trace_op *op, bool numbers,
                           char text[STH_GROUP_NAME])
{
    const char *name = sth_trace_op_name(op);
    size_t point, letters = number_of(name, &point);

    if (!numbers)
        return name;
    snprintf(text, STH_GROUP_NAME, "%.*s*%s", (int)letters, name, name + point);
    return text;
}

/* The group of an operation, a new one if it is the first; NULL: no memory. */
static struct sth_group *group_of(struct sth_groups *groups,
                                  const struct sth_session_phase *p)
{
    struct sth_group *more;

    for (uint32_t i = groups->count; i-- > 0;)
        if (sth_group_has(groups->group[i].first->op, p->op))
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
        g->numbers |= strcmp(sth_trace_op_name(g->first->op),
                             sth_trace_op_name(p->op)) != 0;
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
