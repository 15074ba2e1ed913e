#include "sth_hart_line.h"

#include "sth_hart_window.h"

static uint32_t fill(struct sth_hart *hart, uint32_t addr)
{
    const struct sth_hart_owner *owner = &hart->config.owner;
    const struct sth_hart_window *window =
        &hart->config.window[sth_hart_window_at(hart, addr)];

    return window->asks ? owner->fill(owner->user, addr) : window->line_wait;
}

uint32_t sth_hart_line_fetch(struct sth_hart *hart, uint32_t addr)
{
    const uint32_t line = addr >> hart->line_shift;

    hart->state.fetch_tag[line & hart->fetch_mask] = line;
    return fill(hart, addr);
}

uint32_t sth_hart_line_load(struct sth_hart *hart, uint32_t addr)
{
    const uint32_t line = addr >> hart->line_shift;

    hart->state.data_tag[line & hart->data_mask] = line;
    return fill(hart, addr);
}

void sth_hart_line_reset(struct sth_hart *hart)
{
    sth_hart_line_drop_fetched(hart);
    for (uint32_t i = 0; i < STH_HART_LINES; i++)
        hart->state.data_tag[i] = STH_HART_NO_LINE;
}

void sth_hart_line_drop_fetched(struct sth_hart *hart)
{
    for (uint32_t i = 0; i < STH_HART_LINES; i++)
        hart->state.fetch_tag[i] = STH_HART_NO_LINE;
}
