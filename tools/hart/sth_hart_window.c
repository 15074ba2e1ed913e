#include "sth_hart_window.h"

#include <stdlib.h>

bool sth_hart_window_init(struct sth_hart *hart)
{
    for (uint32_t i = 0; i < hart->config.windows; i++) {
        const uint32_t pages = hart->config.window[i].bytes / STH_HART_PAGE;
        struct sth_hart_side *side = &hart->side[i];

        *side = (struct sth_hart_side){
            .flags = calloc(pages, sizeof(*side->flags)),
            .page = calloc(pages, sizeof(*side->page)),
        };
        if (!side->flags || !side->page) {
            sth_hart_window_fini(hart);
            return false;
        }
    }
    sth_hart_window_close(hart);
    return true;
}

void sth_hart_window_fini(struct sth_hart *hart)
{
    for (uint32_t i = 0; i < STH_HART_WINDOWS; i++) {
        free(hart->side[i].flags);
        free(hart->side[i].page);
        free(hart->side[i].written);
        hart->side[i] = (struct sth_hart_side){0};
    }
}

static void open(struct sth_hart_way *ways,
                 const struct sth_hart_window *window, uint32_t addr,
                 uint32_t wait)
{
    ways[sth_hart_way_index(addr)] = (struct sth_hart_way){
        .tag = addr - addr % STH_HART_PAGE,
        .wait = wait,
        .host = (uintptr_t)window->host - window->base,
    };
}

void sth_hart_window_open_read(struct sth_hart *hart, uint32_t number,
                               uint32_t addr)
{
    const struct sth_hart_window *window = &hart->config.window[number];
    const struct sth_hart_side *side = &hart->side[number];

    if (!hart->listener.access && !side->written &&
        !(side->flags[sth_hart_window_page(window, addr)] &
          STH_HART_PAGE_WATCHED))
        open(hart->read, window, addr, sth_hart_window_waits(window));
}

void sth_hart_window_open_write(struct sth_hart *hart, uint32_t number,
                                uint32_t addr)
{
    const struct sth_hart_window *window = &hart->config.window[number];
    const struct sth_hart_side *side = &hart->side[number];

    if (!hart->listener.access && !side->written &&
        !side->flags[sth_hart_window_page(window, addr)])
        open(hart->write, window, addr, window->store_wait);
}

void sth_hart_window_close(struct sth_hart *hart)
{
    for (uint32_t i = 0; i < STH_HART_WAYS; i++)
        hart->read[i].tag = hart->write[i].tag = STH_HART_NO_TAG;
}

void sth_hart_window_close_write(struct sth_hart *hart, uint32_t addr)
{
    struct sth_hart_way *way = &hart->write[sth_hart_way_index(addr)];

    if (way->tag == addr - addr % STH_HART_PAGE)
        way->tag = STH_HART_NO_TAG;
}
