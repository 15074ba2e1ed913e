/* Lines of the caches: which are there, and what it takes to get one. */
#ifndef STH_HART_LINE_H
#define STH_HART_LINE_H

#include "sth_hart.h"

#define STH_HART_NO_LINE 0xffffffffu

static inline bool sth_hart_line_is_fetched(const struct sth_hart *hart,
                                            uint32_t addr)
{
    const uint32_t line = addr >> hart->line_shift;

    return hart->state.fetch_tag[line & hart->fetch_mask] == line;
}

static inline bool sth_hart_line_is_data(const struct sth_hart *hart,
                                         uint32_t addr)
{
    const uint32_t line = addr >> hart->line_shift;

    return hart->state.data_tag[line & hart->data_mask] == line;
}

/* The line of an address within a window is brought in; returns its wait. */
uint32_t sth_hart_line_fetch(struct sth_hart *hart, uint32_t addr);
uint32_t sth_hart_line_load(struct sth_hart *hart, uint32_t addr);

/* Both caches are empty; that of fetch alone is. */
void sth_hart_line_reset(struct sth_hart *hart);
void sth_hart_line_drop_fetched(struct sth_hart *hart);

#endif
