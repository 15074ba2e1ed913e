/* Commands as they are announced. */
#include "sth_guard_state.h"

#include <string.h>

#include "sth_disasm.h"
#include "sth_footprint.h"
#include "sth_math.h"

static uint64_t ring_bytes(const struct sth_guard *g)
{
    return (uint64_t)STH_COMMAND_BYTES << g->ring_log2;
}

static uint64_t memory_bytes(const struct sth_guard *g)
{
    return g->options.mem_bytes != 0 ? g->options.mem_bytes
                                     : (uint64_t)1 << STH_ADDR_BITS;
}

/* What a command does to memory, run by run. */
struct visit {
    struct sth_guard *guard;
    struct sth_guard_flight *flight;
};

static bool meets(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
    return a < b + b_bytes && b < a + a_bytes;
}

static void check_target(struct sth_guard *g, struct sth_guard_flight *flight,
                         const struct sth_footprint_run *run)
{
    char line[STH_GUARD_LINE];

    sth_guard_describe(flight, line);
    if (meets(run->addr, run->bytes, g->ring_base, ring_bytes(g)))
        sth_guard_find(g, STH_GUARD_MEMORY, flight, NULL,
                       "%s writes over the ring at 0x%llx..0x%llx", line,
                       (unsigned long long)g->ring_base,
                       (unsigned long long)(g->ring_base + ring_bytes(g) - 1));
    for (uint32_t i = 0; i < g->ranges; i++)
        if (meets(run->addr, run->bytes, g->range[i].addr, g->range[i].bytes))
            sth_guard_find(
                g, STH_GUARD_MEMORY, flight, NULL,
                "%s writes over %s at 0x%llx", line, g->range[i].what,
                (unsigned long long)sth_max64(run->addr, g->range[i].addr));
}

static void see_run(void *context, const struct sth_footprint_run *run)
{
    struct visit *v = context;
    struct sth_guard_flight *flight = v->flight;
    char line[STH_GUARD_LINE];

    if (run->space != STH_FOOTPRINT_MEM)
        return;
    flight->first =
        flight->end != 0 ? sth_min64(flight->first, run->addr) : run->addr;
    flight->end = sth_max64(flight->end, run->addr + run->bytes);
    if (run->addr + run->bytes > memory_bytes(v->guard)) {
        sth_guard_describe(flight, line);
        sth_guard_find(v->guard, STH_GUARD_MEMORY, flight, NULL,
                       "%s %s 0x%llx, and memory ends at 0x%llx", line,
                       sth_footprint_is_write(run->role) ? "writes" : "reads",
                       (unsigned long long)(run->addr + run->bytes - 1),
                       (unsigned long long)(memory_bytes(v->guard) - 1));
    }
    if (sth_footprint_is_write(run->role))
        check_target(v->guard, flight, run);
}

static void refuse(struct sth_guard *g, struct sth_guard_flight *flight,
                   struct sth_decode_fault fault)
{
    char line[STH_GUARD_LINE], fields[80];

    sth_guard_describe(flight, line);
    sth_guard_name_fields(&flight->command, fault.word, fields, sizeof(fields));
    sth_guard_find(g, STH_GUARD_COMMAND, flight, NULL,
                   "%s is refused: %s, %s; word %u,%s", line,
                   sth_fault_name(fault.code), sth_fault_meaning(fault.code),
                   fault.word, fields);
}

/* What its place holds, and the engine of that. */
static struct sth_decode_fault read_flight(struct sth_guard *g,
                                           struct sth_guard_flight *f)
{
    uint8_t bytes[STH_COMMAND_BYTES];
    struct sth_decode_fault fault;

    g->inner->ops->mem_read(g->inner, f->slot, bytes, sizeof(bytes));
    f->command = sth_command_from_bytes(bytes);
    fault = sth_decode_check(&g->decoder, &f->command);
    f->engine = fault.code == STH_FAULT_NONE ? sth_decode_engine(&f->command)
                                             : STH_ENGINE_COUNT;
    return fault;
}

void sth_guard_refresh(struct sth_guard *g, struct sth_guard_flight *flight)
{
    if (flight->rewritten)
        (void)read_flight(g, flight);
    flight->rewritten = false;
}

/* The next command, as it lies in the ring now. */
static bool announce_next(struct sth_guard *g,
                          const struct sth_guard_place *doorbell)
{
    struct sth_guard_flight *f = sth_guard_flights_next(&g->flights);
    struct visit v = {g, f};
    struct sth_decode_fault fault;
    uint64_t unwritten;

    if (f == NULL)
        return false;
    f->doorbell = *doorbell;
    f->slot = (g->ring_base +
               ((uint64_t)f->index * STH_COMMAND_BYTES) % ring_bytes(g)) &
              STH_ADDR_MASK;
    fault = read_flight(g, f);
    if (!g->options.light &&
        !sth_guard_is_written(g, f->slot, STH_COMMAND_BYTES, &unwritten)) {
        sth_guard_find(g, STH_GUARD_DOORBELL, f, NULL,
                       "the doorbell announces command %u, and nobody has "
                       "written it to 0x%llx",
                       f->index, (unsigned long long)unwritten);
    } else if (fault.code != STH_FAULT_NONE) {
        refuse(g, f, fault);
    } else {
        sth_footprint_visit(&g->params, &f->command, see_run, &v);
    }
    sth_guard_flights_announce(&g->flights, f);
    return true;
}

void sth_guard_announce(struct sth_guard *g, uint32_t tail)
{
    const uint32_t size = 1u << g->ring_log2;
    const uint32_t more = tail - g->flights.tail;
    struct sth_guard_place doorbell = {0};

    g->since = g->inner->ops->cycles(g->inner);

    if (g->lost)
        return;
    if (g->ring_base + ring_bytes(g) > memory_bytes(g)) {
        g->lost = true;
        sth_guard_find(g, STH_GUARD_RING, NULL, NULL,
                       "the ring at 0x%llx..0x%llx is not in memory, which "
                       "ends at 0x%llx",
                       (unsigned long long)g->ring_base,
                       (unsigned long long)(g->ring_base + ring_bytes(g) - 1),
                       (unsigned long long)(memory_bytes(g) - 1));
    }
    if (tail - g->head > size) {
        g->lost = more > size;
        sth_guard_find(
            g, STH_GUARD_RING, NULL, NULL,
            "TAIL goes from %u to %u, beyond the ring of %u commands: of "
            "those before, firmware has seen that %u are fetched (HEAD)",
            g->flights.tail, tail, size, g->head);
    }
    if (g->options.where != NULL)
        g->options.where(g->options.user, &doorbell);
    while (!g->lost && g->flights.tail != tail)
        g->lost = !announce_next(g, &doorbell);
}
