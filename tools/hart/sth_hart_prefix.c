#include "sth_hart_prefix.h"

#include <stdlib.h>

static bool stop(struct sth_hart *hart, enum sth_hart_stop why, uint32_t addr)
{
    struct sth_hart_state *s = &hart->state;

    s->passing = true;
    s->passing_pc = s->pc;
    s->passing_retired = s->retired;
    hart->stop = why;
    hart->report = (struct sth_hart_report){.pc = s->pc, .addr = addr};
    return false;
}

bool sth_hart_prefix(struct sth_hart *hart, struct sth_hart_page *page,
                     uint32_t place)
{
    struct sth_hart_state *s = &hart->state;
    const uint32_t flags = page->prefix[place];
    const bool passing = s->passing && s->passing_pc == s->pc &&
                         s->passing_retired == s->retired;

    if (!passing && flags & STH_HART_PREFIX_BREAK)
        return stop(hart, STH_HART_STOP_BREAKPOINT, s->pc);
    if (!passing && flags & STH_HART_PREFIX_STACK &&
        s->x[2] < hart->stack_limit)
        return stop(hart, STH_HART_STOP_STACK, s->x[2]);
    if (flags & STH_HART_PREFIX_COUNT) {
        if (!page->count)
            page->count = calloc(STH_HART_HALVES, sizeof(*page->count));
        if (!page->count) {
            hart->stop = STH_HART_STOP_NO_MEMORY;
            return false;
        }
        page->count[place]++;
    }
    return true;
}
