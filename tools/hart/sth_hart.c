#include "sth_hart.h"

#include "sth_hart_csr.h"
#include "sth_hart_line.h"
#include "sth_hart_page.h"
#include "sth_hart_trap.h"
#include "sth_hart_window.h"

static bool is_power(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static bool is_legal(const struct sth_hart_config *c)
{
    if (!is_power(c->line_bytes) || c->line_bytes < 4 ||
        c->line_bytes > STH_HART_PAGE || !is_power(c->fetch_lines) ||
        c->fetch_lines < 2 || c->fetch_lines > STH_HART_LINES ||
        !is_power(c->data_lines) || c->data_lines > STH_HART_LINES ||
        c->windows > STH_HART_WINDOWS || c->reset_pc % 2 != 0)
        return false;
    for (uint32_t i = 0; i < c->windows; i++) {
        const struct sth_hart_window *w = &c->window[i];

        if (w->base % STH_HART_PAGE != 0 || w->bytes % STH_HART_PAGE != 0 ||
            w->bytes == 0 || !w->host || w->bytes - 1 > ~w->base ||
            (w->asks && !c->owner.fill))
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (w->base - c->window[j].base < c->window[j].bytes ||
                c->window[j].base - w->base < w->bytes)
                return false;
    }
    return true;
}

bool sth_hart_init(struct sth_hart *hart, const struct sth_hart_config *config)
{
    if (!is_legal(config))
        return false;
    *hart = (struct sth_hart){
        .config = *config,
        .line_shift = (uint32_t)__builtin_ctz(config->line_bytes),
        .fetch_mask = config->fetch_lines - 1,
        .data_mask = config->data_lines - 1,
    };
    if (!sth_hart_window_init(hart))
        return false;
    sth_hart_reset(hart);
    return true;
}

void sth_hart_fini(struct sth_hart *hart)
{
    sth_hart_page_fini(hart);
    sth_hart_window_fini(hart);
}

void sth_hart_reset(struct sth_hart *hart)
{
    hart->state = (struct sth_hart_state){
        .pc = hart->config.reset_pc,
        .mstatus = STH_HART_MPP,
    };
    hart->stop = STH_HART_STOP_NONE;
    sth_hart_line_reset(hart);
}

void sth_hart_restore(struct sth_hart *hart, const struct sth_hart_state *state)
{
    hart->state = *state;
    hart->stop = STH_HART_STOP_NONE;
    sth_hart_page_forget_all(hart);
}

void sth_hart_stop(struct sth_hart *hart)
{
    if (hart->stop == STH_HART_STOP_NONE)
        hart->stop = STH_HART_STOP_ASKED;
}

void sth_hart_until(struct sth_hart *hart, uint64_t until)
{
    if (until < hart->until)
        hart->until = until;
}

void sth_hart_set_interrupt(struct sth_hart *hart,
                            enum sth_hart_interrupt interrupt, bool level)
{
    const uint32_t bit = 1u << interrupt;

    hart->state.mip = level ? hart->state.mip | bit : hart->state.mip & ~bit;
}

bool sth_hart_reg_read(struct sth_hart *hart, uint32_t number, uint32_t *value)
{
    if (number < STH_HART_REG_PC)
        *value = hart->state.x[number];
    else if (number == STH_HART_REG_PC)
        *value = hart->state.pc;
    else
        return number >= STH_HART_REG_CSR &&
               number - STH_HART_REG_CSR < 0x1000 &&
               sth_hart_csr_read(hart, number - STH_HART_REG_CSR, value);
    return true;
}

bool sth_hart_reg_write(struct sth_hart *hart, uint32_t number, uint32_t value)
{
    if (number == 0)
        return false;
    if (number < STH_HART_REG_PC)
        hart->state.x[number] = value;
    else if (number == STH_HART_REG_PC)
        hart->state.pc = value & ~1u;
    else
        return number >= STH_HART_REG_CSR &&
               number - STH_HART_REG_CSR < 0x1000 &&
               sth_hart_csr_write(hart, number - STH_HART_REG_CSR, value);
    return true;
}

uint8_t *sth_hart_memory(const struct sth_hart *hart, uint32_t addr,
                         uint32_t bytes)
{
    const uint32_t number = sth_hart_window_at(hart, addr);
    const struct sth_hart_window *window = &hart->config.window[number];

    if (number == STH_HART_NO_WINDOW ||
        bytes > window->bytes - (addr - window->base))
        return NULL;
    return sth_hart_window_host(window, addr);
}

const char *sth_hart_stop_name(enum sth_hart_stop stop)
{
    static const char *const name[STH_HART_STOP_COUNT] = {
        [STH_HART_STOP_NONE] = "none",
        [STH_HART_STOP_TIME] = "time",
        [STH_HART_STOP_WFI] = "waiting for an interrupt",
        [STH_HART_STOP_BREAKPOINT] = "breakpoint",
        [STH_HART_STOP_WATCHPOINT] = "watchpoint",
        [STH_HART_STOP_DOUBLE_FAULT] = "double fault",
        [STH_HART_STOP_STACK] = "stack overflow",
        [STH_HART_STOP_UNWRITTEN] = "load of memory that nobody has written",
        [STH_HART_STOP_ASKED] = "stopped",
        [STH_HART_STOP_NO_MEMORY] = "the host is out of memory",
    };

    return name[stop];
}
