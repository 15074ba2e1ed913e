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

/* Places of the ring that are announced and may not be fetched yet: each place
 * is that of one command, the newest. */
static void check_slots(struct sth_guard *g, uint64_t addr, uint64_t bytes)
{
    const uint32_t size = 1u << g->ring_log2;
    const uint64_t ring = (uint64_t)STH_COMMAND_BYTES << g->ring_log2;
    uint64_t at = addr > g->ring_base ? addr : g->ring_base;

    for (; at < addr + bytes && at < g->ring_base + ring;
         at += STH_COMMAND_BYTES - at % STH_COMMAND_BYTES) {
        const uint32_t slot =
            (uint32_t)((at - g->ring_base) / STH_COMMAND_BYTES);
        const uint32_t index =
            g->flights.tail - size + ((slot - g->flights.tail) & (size - 1));
        struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, index);

        if (f == NULL || f->known || (int32_t)(index - g->head) < 0)
            continue;
        f->rewritten = true;
        sth_guard_find(g, STH_GUARD_DOORBELL, f, NULL,
                       "the processor writes 0x%llx, in command %u, behind "
                       "the doorbell that announces it",
                       (unsigned long long)at, f->index);
    }
}

void sth_guard_host(struct sth_guard *g, uint64_t addr, uint64_t bytes,
                    bool write)
{
    struct search s = {.addr = addr, .bytes = bytes, .write = write};

    if (write && g->flights.first != g->flights.tail)
        check_slots(g, addr, bytes);
    if (sth_guard_flights_is_hot(&g->flights, addr, bytes)) {
        for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
            struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

            if (f != NULL && !f->known)
                check_data(g, f, &s);
        }
    }
    if (write && g->options.is_written == NULL)
        sth_guard_memory_write(&g->memory, addr, bytes);
}
