/*
 * Windows: which one an address is in, and the pages that are reached at once.
 *
 * A page is reached at once when nobody needs to look at its accesses.
 */
#ifndef STH_HART_WINDOW_H
#define STH_HART_WINDOW_H

#include "sth_hart.h"

/* Of a way that has no page: no address has this bit under a mask of pages. */
#define STH_HART_NO_TAG (STH_HART_PAGE / 2u)
#define STH_HART_NO_WINDOW STH_HART_WINDOWS

/* Number of the window; STH_HART_NO_WINDOW. */
static inline uint32_t sth_hart_window_at(const struct sth_hart *hart,
                                          uint32_t addr)
{
    for (uint32_t i = 0; i < hart->config.windows; i++)
        if (addr - hart->config.window[i].base < hart->config.window[i].bytes)
            return i;
    return STH_HART_NO_WINDOW;
}

/* Where the host has an address of the window. */
static inline uint8_t *
sth_hart_window_host(const struct sth_hart_window *window, uint32_t addr)
{
    return window->host + (addr - window->base);
}

/* Number of an address's page within its window. */
static inline uint32_t
sth_hart_window_page(const struct sth_hart_window *window, uint32_t addr)
{
    return (addr - window->base) / STH_HART_PAGE;
}

/* Whether lines of it take time. */
static inline bool sth_hart_window_waits(const struct sth_hart_window *window)
{
    return window->asks || window->line_wait > 0;
}

static inline uint32_t sth_hart_way_index(uint32_t addr)
{
    return addr / STH_HART_PAGE % STH_HART_WAYS;
}

/* The sides of all windows.  False: out of memory, and there is nothing. */
bool sth_hart_window_init(struct sth_hart *hart);
void sth_hart_window_fini(struct sth_hart *hart);

/* The page of an address within a window is read, or written, at once. */
void sth_hart_window_open_read(struct sth_hart *hart, uint32_t number,
                               uint32_t addr);
void sth_hart_window_open_write(struct sth_hart *hart, uint32_t number,
                                uint32_t addr);

/* No page is reached at once; none is written at once where addr is. */
void sth_hart_window_close(struct sth_hart *hart);
void sth_hart_window_close_write(struct sth_hart *hart, uint32_t addr);

#endif
