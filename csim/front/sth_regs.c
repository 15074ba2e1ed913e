/* The register file: what each offset reads and what a write does. */
#include "sth_csim.h"

#include <string.h>

enum {
    RING_ALIGN = 4096,
    CNT_END = STH_REG_CNT_BASE + 8 * STH_CNT_COUNT,
    CAP_END = STH_REG_CAP_BASE + 4 * STH_PARAM_COUNT
};

uint64_t sth_regs_ring_base(const struct sth_csim *csim)
{
    return (uint64_t)csim->ring_base_hi << 32 | csim->ring_base_lo;
}

uint32_t sth_regs_ring_slots(const struct sth_csim *csim)
{
    return 1u << sth_ring_log2(csim->ring_log2);
}

uint64_t sth_regs_ring_addr(const struct sth_csim *csim, uint32_t index)
{
    uint32_t slot = index & (sth_regs_ring_slots(csim) - 1);

    return (sth_regs_ring_base(csim) + (uint64_t)slot * STH_COMMAND_BYTES) &
           STH_ADDR_MASK;
}

static uint32_t read_status(const struct sth_csim *csim)
{
    uint32_t status = 0;

    if (sth_csim_busy(csim))
        status |= STH_STATUS_BUSY;
    if (csim->fault.reported)
        status |= STH_STATUS_FAULTED;
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_engine_state *engine = &csim->engine[e];

        if (engine->flight_count > 0)
            status |= 1u << (STH_STATUS_ENGINE_BUSY_LSB + e);
        else if (engine->waits)
            status |= 1u << (STH_STATUS_ENGINE_BLOCKED_LSB + e);
    }
    return status;
}

static uint32_t read_semaphores(const struct sth_csim *csim, uint32_t offset)
{
    const uint8_t *s = &csim->semaphore[offset - STH_REG_SEM0];

    return s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
           (uint32_t)s[3] << 24;
}

static uint32_t read_capability(const struct sth_csim *csim, uint32_t offset)
{
    const uint32_t values[STH_PARAM_COUNT] = {
#define PARAM(c, ...) csim->params.c,
#include "params.def"
#undef PARAM
    };

    return values[(offset - STH_REG_CAP_BASE) / 4];
}

static uint32_t read_counter(struct sth_csim *csim, uint32_t offset)
{
    uint64_t value;

    if ((offset & 4u) != 0)
        return csim->counter_high;
    sth_counters_advance(csim);
    value = csim->counter[(offset - STH_REG_CNT_BASE) / 8];
    csim->counter_high = (uint32_t)(value >> 32);
    return (uint32_t)value;
}

uint32_t sth_regs_read(struct sth_csim *csim, uint32_t offset)
{
    const struct sth_fault_state *fault = &csim->fault;
    uint64_t fault_addr = fault->reported ? fault->addr : 0;

    offset &= STH_REG_SPACE - 4;
    if (offset >= STH_REG_CAP_BASE && offset < CAP_END)
        return read_capability(csim, offset);
    if (offset >= STH_REG_CNT_BASE && offset < CNT_END)
        return read_counter(csim, offset);
    switch (offset) {
    case STH_REG_ID:
        return STH_RESET_ID;
    case STH_REG_VERSION:
        return STH_RESET_VERSION;
    case STH_REG_CFG_HASH:
        return sth_params_hash(&csim->params);
    case STH_REG_CTRL:
        return csim->ctrl | (csim->resetting ? STH_CTRL_SOFT_RESET : 0u);
    case STH_REG_STATUS:
        return read_status(csim);
    case STH_REG_RING_BASE_LO:
        return csim->ring_base_lo;
    case STH_REG_RING_BASE_HI:
        return csim->ring_base_hi;
    case STH_REG_RING_LOG2:
        return csim->ring_log2;
    case STH_REG_TAIL:
        return csim->tail;
    case STH_REG_HEAD:
        return sth_front_head(csim);
    case STH_REG_RETIRED:
        return csim->retired;
    case STH_REG_IRQ_STATUS:
        return csim->irq_status;
    case STH_REG_IRQ_ENABLE:
        return csim->irq_enable;
    case STH_REG_WATCHDOG:
        return csim->watchdog;
    case STH_REG_FAULT_CODE:
        return fault->reported ? fault->code : STH_FAULT_NONE;
    case STH_REG_FAULT_INDEX:
        return fault->reported ? fault->index : 0;
    case STH_REG_FAULT_ADDR_LO:
        return (uint32_t)fault_addr;
    case STH_REG_FAULT_ADDR_HI:
        return (uint32_t)(fault_addr >> 32);
    case STH_REG_SEM0:
    case STH_REG_SEM1:
    case STH_REG_SEM2:
    case STH_REG_SEM3:
        return read_semaphores(csim, offset);
    default:
        return 0;
    }
}

/* The ring moved: the private copy starts from what memory holds there. */
static void move_ring(struct sth_csim *csim)
{
    if (csim->ring == NULL)
        return;
    for (uint32_t i = 0; i < sth_regs_ring_slots(csim); i++) {
        uint8_t bytes[STH_COMMAND_BYTES];

        sth_mem_read(csim->mem, sth_regs_ring_addr(csim, i), bytes,
                     sizeof(bytes));
        csim->ring[i] = sth_command_from_bytes(bytes);
    }
}

static void write_ctrl(struct sth_csim *csim, uint32_t value)
{
    csim->ctrl = value & STH_CTRL_ENABLE;
    if ((value & STH_CTRL_SOFT_RESET) != 0) {
        csim->resetting = true;
        csim->reset_from = csim->now;
    }
    sth_front_enable(csim);
}

static void write_tail(struct sth_csim *csim, uint32_t value)
{
    if (!sth_csim_busy(csim))
        csim->watchdog_base = csim->now;
    sth_front_ring(csim);
    csim->tail = value;
}

void sth_regs_write(struct sth_csim *csim, uint32_t offset, uint32_t value)
{
    if (csim->resetting)
        return;
    sth_counters_advance(csim);
    switch (offset & (STH_REG_SPACE - 4)) {
    case STH_REG_CTRL:
        write_ctrl(csim, value);
        break;
    case STH_REG_RING_BASE_LO:
        csim->ring_base_lo = value & ~(uint32_t)(RING_ALIGN - 1);
        move_ring(csim);
        break;
    case STH_REG_RING_BASE_HI:
        csim->ring_base_hi = value & STH_RING_BASE_HI_ADDR;
        move_ring(csim);
        break;
    case STH_REG_RING_LOG2:
        csim->ring_log2 = value & STH_RING_LOG2_SIZE;
        move_ring(csim);
        break;
    case STH_REG_TAIL:
        write_tail(csim, value);
        break;
    case STH_REG_IRQ_STATUS:
        csim->irq_status &= ~value;
        break;
    case STH_REG_IRQ_ENABLE:
        csim->irq_enable =
            value & (STH_IRQ_ENABLE_COMMAND | STH_IRQ_ENABLE_FAULT);
        break;
    case STH_REG_WATCHDOG:
        csim->watchdog = value;
        csim->watchdog_base = sth_max64(csim->watchdog_base, csim->now);
        break;
    default:
        break;
    }
    sth_fault_update(csim);
}
