/* Register accesses: what both sides must agree on, and what steers them. */
#include "sth_lockstep_state.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Before a soft reset: what a faulted core did is complete.  To ask takes
 * cycles, so a core that got no command, which has no fault, is not asked: a
 * run in step takes the cycles of either side alone.
 */
static void begin_reset(struct sth_lockstep *l)
{
    uint32_t fault;

    sth_lockstep_step(l);
    if (l->tail && sth_lockstep_find_fault(l, &fault))
        sth_lockstep_settle(l);
    l->resetting = true;
}

/* Both sides start again from command 0. */
static void end_reset(struct sth_lockstep *l)
{
    sth_lockstep_drop_events(l);
    l->ring = 0;
    l->ring_log2 = STH_RING_LOG2_MIN;
    l->tail = 0;
    l->resetting = false;
}

static void check_register(struct sth_lockstep *l, uint32_t offset,
                           uint32_t ours, uint32_t theirs)
{
    char what[128];

    if (ours == theirs || l->difference.found)
        return;
    sth_lockstep_settle_doubts(l); /* one is the cause, then */
    if (l->difference.found)
        return;
    snprintf(what, sizeof(what),
             "register 0x%03" PRIx32 " reads 0x%08" PRIx32
             " on csim, 0x%08" PRIx32 " on rtl",
             offset, ours, theirs);
    sth_lockstep_differ(l, l->dut->ops->cycles(l->dut), what);
    if (offset >= STH_REG_FAULT_CODE && offset <= STH_REG_FAULT_ADDR_HI) {
        sth_lockstep_append_fault(l, "csim", l->reference);
        sth_lockstep_append_fault(l, "rtl ", l->dut);
    }
}

/* How far the dut's time is ahead of the reference's. */
static uint64_t lead(struct sth_lockstep *l)
{
    return l->dut->ops->cycles(l->dut) -
           l->reference->ops->cycles(l->reference);
}

/* A register access takes both sides the same time: `before` is still right. */
static void check_access_time(struct sth_lockstep *l, uint64_t before)
{
    if (!l->difference.found && lead(l) != before)
        sth_lockstep_differ(l, l->dut->ops->cycles(l->dut),
                            "a register access takes another time on rtl");
}

uint32_t sth_lockstep_reg_read(struct sth_device *dev, uint32_t offset)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);
    uint64_t before = lead(l);
    uint32_t ours = l->reference->ops->reg_read(l->reference, offset);
    uint32_t theirs = l->dut->ops->reg_read(l->dut, offset);

    sth_lockstep_check_violation(l);
    check_access_time(l, before);
    sth_lockstep_step(l);
    if (offset == STH_REG_HEAD || offset == STH_REG_RETIRED)
        return sth_lockstep_slower(ours, theirs);
    if (offset == STH_REG_STATUS)
        return ((ours | theirs) & ~(uint32_t)STH_STATUS_FAULTED) |
               (ours & theirs & STH_STATUS_FAULTED);
    if (offset == STH_REG_IRQ_STATUS)
        return ours & theirs;
    if (offset == STH_REG_CTRL) {
        if (l->resetting && !((ours | theirs) & STH_CTRL_SOFT_RESET))
            end_reset(l);
        return ours | theirs; /* a reset is over when both are */
    }
    if ((offset >= STH_REG_SEM0 && offset <= STH_REG_SEM3) ||
        offset >= STH_REG_CNT_BASE)
        return theirs; /* progress and counters: cycles may differ */
    check_register(l, offset, ours, theirs);
    return theirs;
}

/* Remembers the commands between the old doorbell and the new one. */
static void shadow_commands(struct sth_lockstep *l, uint32_t tail)
{
    for (; l->tail != tail; l->tail++) {
        uint64_t slot = l->tail & ((1u << l->ring_log2) - 1);
        uint64_t addr = (l->ring + slot * STH_COMMAND_BYTES) & STH_ADDR_MASK;
        uint8_t bytes[STH_COMMAND_BYTES];

        l->reference->ops->mem_read(l->reference, addr, bytes, sizeof(bytes));
        l->shadow[l->tail % STH_LOCKSTEP_SHADOW] =
            sth_command_from_bytes(bytes);
    }
}

static void note_register(struct sth_lockstep *l, uint32_t offset,
                          uint32_t value)
{
    switch (offset) {
    case STH_REG_RING_BASE_LO:
        l->ring = (l->ring & ~0xffffffffull) | (value & ~0xfffu);
        break;
    case STH_REG_RING_BASE_HI:
        l->ring = (l->ring & 0xffffffffull) | (uint64_t)(value & 0xff) << 32;
        break;
    case STH_REG_RING_LOG2:
        value &= 31;
        l->ring_log2 = sth_ring_log2(value);
        break;
    case STH_REG_CTRL:
        if (value & STH_CTRL_SOFT_RESET)
            begin_reset(l);
        break;
    case STH_REG_TAIL:
        shadow_commands(l, value);
        break;
    default:
        break;
    }
}

void sth_lockstep_reg_write(struct sth_device *dev, uint32_t offset,
                            uint32_t value)
{
    struct sth_lockstep *l = sth_lockstep_self(dev);
    uint64_t before;

    note_register(l, offset, value);
    before = lead(l);
    l->reference->ops->reg_write(l->reference, offset, value);
    l->dut->ops->reg_write(l->dut, offset, value);
    sth_lockstep_check_violation(l);
    check_access_time(l, before);
}
