/* The processor's part of a target; see sth_gdb_hart.h. */
#include "sth_gdb_hart.h"

#include <inttypes.h>
#include <string.h>

/* Where bytes from addr on are, how many without a gap; NULL: nowhere. */
static uint8_t *find(const struct sth_hart *hart, uint32_t addr, size_t *bytes)
{
    for (uint32_t i = 0; i < hart->config.windows; i++) {
        const struct sth_hart_window *w = &hart->config.window[i];
        const uint32_t offset = addr - w->base;

        if (offset >= w->bytes)
            continue;
        if (*bytes > w->bytes - offset)
            *bytes = w->bytes - offset;
        return w->host + offset;
    }
    return NULL;
}

size_t sth_gdb_hart_read(const struct sth_hart *hart, uint32_t addr, void *to,
                         size_t bytes)
{
    size_t done = 0;

    while (done < bytes) {
        size_t part = bytes - done;
        const uint8_t *from = find(hart, addr + (uint32_t)done, &part);

        if (!from)
            break;
        memcpy((uint8_t *)to + done, from, part);
        done += part;
    }
    return done;
}

size_t sth_gdb_hart_write(struct sth_hart *hart, uint32_t addr,
                          const void *from, size_t bytes)
{
    size_t done = 0;

    while (done < bytes) {
        const uint32_t at = addr + (uint32_t)done;
        size_t part = bytes - done;
        uint8_t *to = find(hart, at, &part);

        if (!to)
            break;
        memcpy(to, (const uint8_t *)from + done, part);
        sth_hart_memory_changed(hart, at, (uint32_t)part);
        done += part;
    }
    return done;
}

bool sth_gdb_hart_region(const struct sth_hart *hart, uint32_t number,
                         struct sth_gdb_region *region)
{
    const struct sth_hart_window *window = hart->config.window;

    if (number >= hart->config.windows)
        return false;
    *region = (struct sth_gdb_region){.base = window[number].base,
                                      .bytes = window[number].bytes,
                                      .read_only = window[number].read_only};
    return true;
}

/* False: it is a breakpoint. */
static bool watch_of(const struct sth_gdb_point *point,
                     struct sth_hart_watch *watch)
{
    static const enum sth_hart_watch_kind kind[STH_GDB_POINT_KINDS] = {
        [STH_GDB_POINT_WRITE] = STH_HART_WATCH_WRITE,
        [STH_GDB_POINT_READ] = STH_HART_WATCH_READ,
        [STH_GDB_POINT_ACCESS] = STH_HART_WATCH_ACCESS,
    };

    watch->addr = point->addr;
    watch->bytes = point->bytes;
    watch->kind = kind[point->kind];
    return watch->kind != 0;
}

bool sth_gdb_hart_insert(struct sth_hart *hart,
                         const struct sth_gdb_point *point)
{
    struct sth_hart_watch watch;

    return watch_of(point, &watch) ? sth_hart_watch(hart, &watch)
                                   : sth_hart_break(hart, point->addr);
}

void sth_gdb_hart_remove(struct sth_hart *hart,
                         const struct sth_gdb_point *point)
{
    struct sth_hart_watch watch;

    if (watch_of(point, &watch))
        sth_hart_unwatch(hart, &watch);
    else
        sth_hart_unbreak(hart, point->addr);
}

/* A line about what the processor itself finds wrong. */
static void explain(const struct sth_hart *hart, enum sth_hart_stop why,
                    struct sth_gdb_stop *stop)
{
    const struct sth_hart_report *r = &hart->report;

    stop->kind = STH_GDB_STOP_FAULT;
    if (why == STH_HART_STOP_DOUBLE_FAULT)
        snprintf(stop->text, sizeof(stop->text),
                 "double fault: a trap at pc 0x%08" PRIx32
                 " before software had read what the one at pc 0x%08" PRIx32
                 " was, cause 0x%" PRIx32 ", value 0x%" PRIx32,
                 r->pc, r->first.pc, r->first.cause, r->first.value);
    else if (why == STH_HART_STOP_STACK)
        snprintf(stop->text, sizeof(stop->text),
                 "stack overflow: sp is 0x%08" PRIx32
                 ", below its limit 0x%08" PRIx32,
                 r->addr, hart->stack_limit);
    else
        snprintf(stop->text, sizeof(stop->text),
                 "%s: %" PRIu32 " bytes at 0x%08" PRIx32
                 ", by the instruction at 0x%08" PRIx32,
                 sth_hart_stop_name(why), r->bytes, r->addr, r->pc);
}

bool sth_gdb_hart_stop(const struct sth_hart *hart, enum sth_hart_stop why,
                       struct sth_gdb_stop *stop)
{
    *stop = (struct sth_gdb_stop){0};
    switch (why) {
    case STH_HART_STOP_BREAKPOINT:
        stop->kind = STH_GDB_STOP_BREAK;
        stop->addr = hart->report.pc;
        return true;
    case STH_HART_STOP_WATCHPOINT:
        stop->kind = STH_GDB_STOP_WATCH;
        stop->addr = hart->report.addr;
        stop->bytes = hart->report.bytes;
        return true;
    case STH_HART_STOP_DOUBLE_FAULT:
    case STH_HART_STOP_STACK:
    case STH_HART_STOP_UNWRITTEN:
        explain(hart, why, stop);
        return true;
    case STH_HART_STOP_NO_MEMORY:
        stop->kind = STH_GDB_STOP_FAULT;
        snprintf(stop->text, sizeof(stop->text), "%s", sth_hart_stop_name(why));
        return true;
    default:
        return false;
    }
}
