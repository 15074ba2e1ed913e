#include "sth_hart_memory.h"

#include "sth_hart_line.h"
#include "sth_hart_page.h"
#include "sth_hart_shadow.h"
#include "sth_hart_window.h"

#include <string.h>

/* Memory is little-endian, and so is the host. */
static uint32_t get(const uint8_t *from, uint32_t bytes)
{
    uint32_t value = 0;

    memcpy(&value, from, bytes);
    return value;
}

static void report(struct sth_hart *hart, enum sth_hart_stop stop,
                   const struct sth_hart_report *report)
{
    if (hart->stop != STH_HART_STOP_NONE)
        return;
    hart->stop = stop;
    hart->report = *report;
}

/* Stops if the access is watched. */
static void watch(struct sth_hart *hart, uint32_t addr, uint32_t bytes,
                  bool write, uint32_t before, uint32_t after)
{
    const enum sth_hart_watch_kind kind =
        write ? STH_HART_WATCH_WRITE : STH_HART_WATCH_READ;

    for (uint32_t i = 0; i < hart->watches; i++) {
        const struct sth_hart_watch *w = &hart->watch[i];

        if (addr - w->addr < w->bytes || w->addr - addr < bytes) {
            if (w->kind & kind)
                report(hart, STH_HART_STOP_WATCHPOINT,
                       &(struct sth_hart_report){.pc = hart->state.pc,
                                                 .addr = addr,
                                                 .bytes = bytes,
                                                 .write = write,
                                                 .before = before,
                                                 .after = after});
        }
    }
}

static void tell(const struct sth_hart *hart, uint32_t addr, uint32_t bytes,
                 bool write)
{
    if (hart->listener.access)
        hart->listener.access(hart->listener.user, addr, bytes, write);
}

static bool ask(struct sth_hart *hart, struct sth_hart_access *access)
{
    const struct sth_hart_owner *owner = &hart->config.owner;
    bool good;

    hart->asking = true;
    good = owner->access && owner->access(owner->user, access);
    hart->asking = false;
    if (good)
        hart->state.cycles += access->wait;
    return good;
}

bool sth_hart_load(struct sth_hart *hart, uint32_t addr, uint32_t bytes,
                   uint32_t *value)
{
    const uint32_t number = sth_hart_window_at(hart, addr);

    if (number == STH_HART_NO_WINDOW) {
        struct sth_hart_access access = {.addr = addr, .bytes = bytes};

        if (!ask(hart, &access))
            return false;
        *value = get((const uint8_t *)&access.value, bytes);
    } else {
        const struct sth_hart_window *window = &hart->config.window[number];
        const struct sth_hart_side *side = &hart->side[number];

        tell(hart, addr, bytes, false);
        if (sth_hart_window_waits(window) && !sth_hart_line_is_data(hart, addr))
            hart->state.cycles += sth_hart_line_load(hart, addr);
        *value = get(sth_hart_window_host(window, addr), bytes);
        if (side->written &&
            !sth_hart_shadow_is_written(side, addr - window->base, bytes))
            report(hart, STH_HART_STOP_UNWRITTEN,
                   &(struct sth_hart_report){
                       .pc = hart->state.pc, .addr = addr, .bytes = bytes});
        sth_hart_window_open_read(hart, number, addr);
    }
    watch(hart, addr, bytes, false, *value, *value);
    return true;
}

bool sth_hart_store(struct sth_hart *hart, uint32_t addr, uint32_t bytes,
                    uint32_t value)
{
    const uint32_t number = sth_hart_window_at(hart, addr);
    uint32_t before = 0;

    value = get((const uint8_t *)&value, bytes);
    if (number == STH_HART_NO_WINDOW) {
        struct sth_hart_access access = {
            .addr = addr, .bytes = bytes, .write = true, .value = value};

        if (!ask(hart, &access))
            return false;
    } else {
        const struct sth_hart_window *window = &hart->config.window[number];
        const struct sth_hart_side *side = &hart->side[number];
        uint8_t *host = sth_hart_window_host(window, addr);

        if (window->read_only)
            return false;
        tell(hart, addr, bytes, true);
        before = get(host, bytes);
        memcpy(host, &value, bytes);
        hart->state.cycles += window->store_wait;
        if (side->written)
            sth_hart_shadow_write(side, addr - window->base, bytes);
        if (side->flags[sth_hart_window_page(window, addr)] &
            STH_HART_PAGE_CODE)
            sth_hart_page_forget(hart, addr, bytes);
        sth_hart_window_open_write(hart, number, addr);
    }
    watch(hart, addr, bytes, true, before, value);
    return true;
}

bool sth_hart_is_atomic(const struct sth_hart *hart, uint32_t addr, bool write)
{
    const uint32_t number = sth_hart_window_at(hart, addr);

    return number != STH_HART_NO_WINDOW &&
           !(write && hart->config.window[number].read_only);
}
