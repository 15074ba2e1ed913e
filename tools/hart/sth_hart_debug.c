/* What one asks of a run besides running. */
#include "sth_hart_page.h"
#include "sth_hart_shadow.h"
#include "sth_hart_window.h"

bool sth_hart_break(struct sth_hart *hart, uint32_t pc)
{
    sth_hart_unbreak(hart, pc);
    if (hart->breaks == STH_HART_BREAKS)
        return false;
    hart->break_pc[hart->breaks++] = pc;
    sth_hart_page_forget(hart, pc, 1);
    return true;
}

void sth_hart_unbreak(struct sth_hart *hart, uint32_t pc)
{
    for (uint32_t i = 0; i < hart->breaks; i++)
        if (hart->break_pc[i] == pc) {
            hart->break_pc[i] = hart->break_pc[--hart->breaks];
            sth_hart_page_forget(hart, pc, 1);
            return;
        }
}

/* Sets flags of pages anew from the watchpoints. */
static void mark_pages(struct sth_hart *hart)
{
    for (uint32_t w = 0; w < hart->config.windows; w++) {
        const struct sth_hart_window *window = &hart->config.window[w];

        for (uint32_t p = 0; p < window->bytes / STH_HART_PAGE; p++) {
            const uint32_t page = window->base + p * STH_HART_PAGE;
            uint8_t *flags = &hart->side[w].flags[p];

            *flags &= (uint8_t)~STH_HART_PAGE_WATCHED;
            for (uint32_t i = 0; i < hart->watches; i++)
                if (hart->watch[i].addr - page < STH_HART_PAGE ||
                    page - hart->watch[i].addr < hart->watch[i].bytes)
                    *flags |= STH_HART_PAGE_WATCHED;
        }
    }
    sth_hart_window_close(hart);
}

bool sth_hart_watch(struct sth_hart *hart, const struct sth_hart_watch *watch)
{
    if (hart->watches == STH_HART_WATCHES || watch->bytes == 0)
        return false;
    hart->watch[hart->watches++] = *watch;
    mark_pages(hart);
    return true;
}

void sth_hart_unwatch(struct sth_hart *hart, const struct sth_hart_watch *watch)
{
    for (uint32_t i = 0; i < hart->watches; i++)
        if (hart->watch[i].addr == watch->addr &&
            hart->watch[i].bytes == watch->bytes &&
            hart->watch[i].kind == watch->kind) {
            hart->watch[i] = hart->watch[--hart->watches];
            mark_pages(hart);
            return;
        }
}

void sth_hart_stack_limit(struct sth_hart *hart, uint32_t limit)
{
    hart->stack_limit = limit;
    sth_hart_page_forget_all(hart);
}

void sth_hart_listen(struct sth_hart *hart,
                     const struct sth_hart_listener *listener)
{
    hart->listener =
        listener ? *listener : (struct sth_hart_listener){.access = NULL};
    sth_hart_window_close(hart);
}

void sth_hart_profile(struct sth_hart *hart)
{
    hart->profiled = true;
    sth_hart_page_forget_all(hart);
}

uint64_t sth_hart_count(const struct sth_hart *hart, uint32_t pc)
{
    const uint32_t number = sth_hart_window_at(hart, pc);
    const struct sth_hart_page *page;

    if (number == STH_HART_NO_WINDOW)
        return 0;
    page = hart->side[number]
               .page[sth_hart_window_page(&hart->config.window[number], pc)];
    return page && page->count ? page->count[sth_hart_page_place(pc)] : 0;
}

void sth_hart_memory_changed(struct sth_hart *hart, uint32_t addr,
                             uint32_t bytes)
{
    if (hart->state.reserving && (hart->state.reserved - addr < bytes ||
                                  addr - hart->state.reserved < 4))
        hart->state.reserving = false;
    sth_hart_page_forget(hart, addr, bytes);
    sth_hart_shadow_fill(hart, addr, bytes);
}
