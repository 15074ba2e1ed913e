/* The processor's accesses to memory against the commands under way. */
#include "sth_guard_state.h"

#include "sth_footprint.h"

struct search {
    uint64_t addr, bytes;
    bool write;
    const struct sth_footprint_run *found;
    struct sth_footprint_run run;
};

/* Reads of the processor beside reads of a command are no matter. */
static void search(void *context, const struct sth_footprint_run *run)
{
    struct search *s = context;

    if (run->space == STH_FOOTPRINT_MEM && s->found == NULL &&
        (s->write || sth_footprint_is_write(run->role)) &&
        run->addr < s->addr + s->bytes && s->addr < run->addr + run->bytes) {
        s->run = *run;
        s->found = &s->run;
    }
}

static void check_data(struct sth_guard *g, struct sth_guard_flight *f,
                       struct search *s)
{
    char line[STH_GUARD_LINE];

    if (f->engine == STH_ENGINE_COUNT || s->addr >= f->end ||
        s->addr + s->bytes <= f->first)
        return;
    s->found = NULL;
    sth_footprint_visit(&g->params, &f->command, search, s);
    if (s->found == NULL)
        return;
    sth_guard_describe(f, line);
    sth_guard_find(
        g, STH_GUARD_HOST, f, NULL, "the processor %s 0x%llx, which %s %s: %s",
        s->write ? "writes" : "reads", (unsigned long long)s->addr, line,
        sth_footprint_is_write(s->run.role) ? "writes" : "reads",
        f->retired ? "it has retired, but firmware has not looked"
                   : "it has not retired");
}

/* A place of the ring that is announced and may not be fetched yet. */
static void check_slot(struct sth_guard *g, struct sth_guard_flight *f,
                       const struct search *s)
{
    if (!s->write || (int32_t)(f->index - g->head) < 0 ||
        s->addr >= f->slot + STH_COMMAND_BYTES || s->addr + s->bytes <= f->slot)
        return;
    f->rewritten = true;
    sth_guard_find(g, STH_GUARD_DOORBELL, f, NULL,
                   "the processor writes 0x%llx, in command %u, behind the "
                   "doorbell that announces it",
                   (unsigned long long)s->addr, f->index);
}

void sth_guard_host(struct sth_guard *g, uint64_t addr, uint64_t bytes,
                    bool write)
{
    struct search s = {.addr = addr, .bytes = bytes, .write = write};

    if (sth_guard_flights_is_hot(&g->flights, addr, bytes)) {
        for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
            struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

            if (f == NULL || f->known)
                continue;
            check_slot(g, f, &s);
            check_data(g, f, &s);
        }
    }
    if (write)
        sth_guard_memory_write(&g->memory, addr, bytes);
}
