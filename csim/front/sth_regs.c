/* The register file; see sth_regs.h. */
#include "sth_regs.h"

#include "sth_front.h"

enum {
    RING_ALIGN = 4096,
    CNT_END = STH_REG_CNT_BASE + 8 * STH_CNT_COUNT,
    CAP_END = STH_REG_CAP_BASE + 4 * STH_PARAM_COUNT
};

static uint32_t read_ctrl(const struct sth_front *front)
{
    return (front->fetch.enabled ? (uint32_t)STH_CTRL_ENABLE : 0u) |
           (sth_clock_resets(front->status.clock)
                ? (uint32_t)STH_CTRL_SOFT_RESET
                : 0u);
}

static uint32_t read_status(const struct sth_front *front)
{
    uint32_t status = 0;

    if (sth_status_busy(&front->status))
        status |= STH_STATUS_BUSY;
    if (front->status.faulted)
        status |= STH_STATUS_FAULTED;
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (sth_engine_busy(front->engine[e]))
            status |= 1u << (STH_STATUS_ENGINE_BUSY_LSB + e);
        else if (sth_engine_waits(front->engine[e]))
            status |= 1u << (STH_STATUS_ENGINE_BLOCKED_LSB + e);
    }
    return status;
}

static uint32_t read_semaphores(const struct sth_front *front, uint32_t offset)
{
    const uint8_t *s = &front->semaphores.count[offset - STH_REG_SEM0];

    return s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
           (uint32_t)s[3] << 24;
}

static uint32_t read_capability(const struct sth_front *front, uint32_t offset)
{
    const uint32_t values[STH_PARAM_COUNT] = {
#define PARAM(c, ...) front->params->c,
#include "params.def"
#undef PARAM
    };

    return values[(offset - STH_REG_CAP_BASE) / 4];
}

static uint32_t read_counter(struct sth_front *front, uint32_t offset)
{
    uint64_t value;

    if ((offset & 4u) != 0)
        return front->counter_high;
    sth_counters_advance(&front->counters);
    value = front->counters.counter[(offset - STH_REG_CNT_BASE) / 8];
    front->counter_high = (uint32_t)(value >> 32);
    return (uint32_t)value;
}

/* The fault registers, which are zero until a fault is reported. */
static uint32_t read_fault(const struct sth_front *front, uint32_t offset)
{
    const struct sth_faults *faults = &front->faults;

    if (!front->status.faulted)
        return 0;
    switch (offset) {
    case STH_REG_FAULT_CODE:
        return faults->code;
    case STH_REG_FAULT_INDEX:
        return faults->index;
    case STH_REG_FAULT_ADDR_LO:
        return (uint32_t)faults->addr;
    default:
        return (uint32_t)(faults->addr >> 32);
    }
}

bool sth_regs_is_counter(uint32_t offset)
{
    offset &= STH_REG_SPACE - 4;
    return offset >= STH_REG_CNT_BASE && offset < CNT_END;
}

uint32_t sth_regs_read(struct sth_front *front, uint32_t offset)
{
    offset &= STH_REG_SPACE - 4;
    if (offset >= STH_REG_CAP_BASE && offset < CAP_END)
        return read_capability(front, offset);
    if (sth_regs_is_counter(offset))
        return read_counter(front, offset);
    switch (offset) {
    case STH_REG_ID:
        return STH_RESET_ID;
    case STH_REG_VERSION:
        return STH_RESET_VERSION;
    case STH_REG_CFG_HASH:
        return sth_params_hash(front->params);
    case STH_REG_CTRL:
        return read_ctrl(front);
    case STH_REG_STATUS:
        return read_status(front);
    case STH_REG_RING_BASE_LO:
        return front->ring.base_lo;
    case STH_REG_RING_BASE_HI:
        return front->ring.base_hi;
    case STH_REG_RING_LOG2:
        return front->ring.log2;
    case STH_REG_TAIL:
        return front->status.tail;
    case STH_REG_HEAD:
        return sth_fetch_head(&front->fetch);
    case STH_REG_RETIRED:
        return front->status.retired;
    case STH_REG_IRQ_STATUS:
        return front->status.irq_status;
    case STH_REG_IRQ_ENABLE:
        return front->status.irq_enable;
    case STH_REG_WATCHDOG:
        return front->control.watchdog;
    case STH_REG_FAULT_CODE:
    case STH_REG_FAULT_INDEX:
    case STH_REG_FAULT_ADDR_LO:
    case STH_REG_FAULT_ADDR_HI:
        return read_fault(front, offset);
    case STH_REG_SEM0:
    case STH_REG_SEM1:
    case STH_REG_SEM2:
    case STH_REG_SEM3:
        return read_semaphores(front, offset);
    default:
        return 0;
    }
}

static void write_ctrl(struct sth_front *front, uint32_t value)
{
    if ((value & STH_CTRL_SOFT_RESET) != 0)
        sth_control_soft_reset(&front->control);
    sth_fetch_enable(&front->fetch, (value & STH_CTRL_ENABLE) != 0);
}

static void write_tail(struct sth_front *front, uint32_t value)
{
    if (!sth_status_busy(&front->status))
        sth_control_progress(&front->control);
    sth_fetch_ring_doorbell(&front->fetch);
    front->status.tail = value;
}

void sth_regs_write(struct sth_front *front, uint32_t offset, uint32_t value)
{
    struct sth_command_ring *ring = &front->ring;
    struct sth_status *status = &front->status;

    if (sth_clock_resets(status->clock))
        return;
    sth_counters_advance(&front->counters);
    switch (offset & (STH_REG_SPACE - 4)) {
    case STH_REG_CTRL:
        write_ctrl(front, value);
        break;
    case STH_REG_RING_BASE_LO:
        sth_command_ring_move(ring, value & ~(uint32_t)(RING_ALIGN - 1),
                              ring->base_hi, ring->log2);
        break;
    case STH_REG_RING_BASE_HI:
        sth_command_ring_move(ring, ring->base_lo,
                              value & STH_RING_BASE_HI_ADDR, ring->log2);
        break;
    case STH_REG_RING_LOG2:
        sth_command_ring_move(ring, ring->base_lo, ring->base_hi,
                              value & STH_RING_LOG2_SIZE);
        break;
    case STH_REG_TAIL:
        write_tail(front, value);
        break;
    case STH_REG_IRQ_STATUS:
        sth_status_set_irq(status, status->irq_status & ~value,
                           status->irq_enable);
        break;
    case STH_REG_IRQ_ENABLE:
        sth_status_set_irq(status, status->irq_status,
                           value &
                               (STH_IRQ_ENABLE_COMMAND | STH_IRQ_ENABLE_FAULT));
        break;
    case STH_REG_WATCHDOG:
        sth_control_set_watchdog(&front->control, value);
        break;
    default:
        break;
    }
    sth_control_update(&front->control);
}
