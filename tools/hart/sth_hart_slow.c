#include "sth_hart_slow.h"

#include "sth_hart_csr.h"
#include "sth_hart_cycles.h"
#include "sth_hart_line.h"
#include "sth_hart_memory.h"
#include "sth_hart_trap.h"
#include "sth_hart_window.h"

#include <string.h>

/* What follows returns false when the instruction has trapped. */

static bool trap(struct sth_hart *hart, uint32_t cause, uint32_t value)
{
    sth_hart_trap(hart, cause, value);
    return false;
}

static uint32_t encoding(const struct sth_hart *hart, uint32_t code)
{
    const uint32_t pc = hart->state.pc;
    const uint32_t bytes = code & STH_HART_COMPRESSED ? 2 : 4;
    uint32_t bits = 0;

    for (uint32_t i = 0; i < bytes; i += 2) {
        const uint32_t number = sth_hart_window_at(hart, pc + i);

        memcpy((uint8_t *)&bits + i,
               sth_hart_window_host(&hart->config.window[number], pc + i), 2);
    }
    return bits;
}

static bool illegal(struct sth_hart *hart, uint32_t code)
{
    return trap(hart, STH_HART_CAUSE_ILLEGAL, encoding(hart, code));
}

static bool load(struct sth_hart *hart, const struct sth_hart_op *op,
                 uint32_t bytes, uint32_t sign)
{
    uint32_t *x = hart->state.x;
    const uint32_t addr = x[op->rs1] + (uint32_t)op->imm;
    uint32_t value;

    if (addr % bytes != 0)
        return trap(hart, STH_HART_CAUSE_LOAD_ALIGN, addr);
    if (!sth_hart_load(hart, addr, bytes, &value))
        return trap(hart, STH_HART_CAUSE_LOAD, addr);
    x[op->rd] = (value ^ sign) - sign;
    return true;
}

static bool store(struct sth_hart *hart, const struct sth_hart_op *op,
                  uint32_t bytes)
{
    const uint32_t *x = hart->state.x;
    const uint32_t addr = x[op->rs1] + (uint32_t)op->imm;

    if (addr % bytes != 0)
        return trap(hart, STH_HART_CAUSE_STORE_ALIGN, addr);
    return sth_hart_store(hart, addr, bytes, x[op->rs2]) ||
           trap(hart, STH_HART_CAUSE_STORE, addr);
}

static uint32_t combine(uint32_t code, uint32_t a, uint32_t b)
{
    switch (code) {
    case STH_HART_CODE_AMOADD_W:
        return a + b;
    case STH_HART_CODE_AMOXOR_W:
        return a ^ b;
    case STH_HART_CODE_AMOAND_W:
        return a & b;
    case STH_HART_CODE_AMOOR_W:
        return a | b;
    case STH_HART_CODE_AMOMIN_W:
        return (int32_t)a < (int32_t)b ? a : b;
    case STH_HART_CODE_AMOMAX_W:
        return (int32_t)a > (int32_t)b ? a : b;
    case STH_HART_CODE_AMOMINU_W:
        return a < b ? a : b;
    case STH_HART_CODE_AMOMAXU_W:
        return a > b ? a : b;
    default:
        return b;
    }
}

static bool atomic(struct sth_hart *hart, uint32_t code,
                   const struct sth_hart_op *op)
{
    struct sth_hart_state *s = &hart->state;
    const uint32_t addr = s->x[op->rs1], operand = s->x[op->rs2];
    const bool write = code != STH_HART_CODE_LR_W;
    uint32_t old = 0;

    if (addr % 4 != 0)
        return trap(hart,
                    write ? STH_HART_CAUSE_STORE_ALIGN
                          : STH_HART_CAUSE_LOAD_ALIGN,
                    addr);
    if (!sth_hart_is_atomic(hart, addr, write))
        return trap(hart, write ? STH_HART_CAUSE_STORE : STH_HART_CAUSE_LOAD,
                    addr);
    if (code == STH_HART_CODE_SC_W) {
        old = !(s->reserving && s->reserved == addr);
        s->reserving = false;
        if (!old)
            (void)sth_hart_store(hart, addr, 4, operand);
    } else {
        (void)sth_hart_load(hart, addr, 4, &old);
        if (write) {
            (void)sth_hart_store(hart, addr, 4, combine(code, old, operand));
        } else {
            s->reserving = true;
            s->reserved = addr;
        }
    }
    s->x[op->rd] = old;
    return true;
}

static bool csr(struct sth_hart *hart, uint32_t code,
                const struct sth_hart_op *op)
{
    const bool immediate = code >= STH_HART_CODE_CSRRWI;
    const bool swaps =
        code == STH_HART_CODE_CSRRW || code == STH_HART_CODE_CSRRWI;
    const bool clears =
        code == STH_HART_CODE_CSRRC || code == STH_HART_CODE_CSRRCI;
    struct sth_hart_state *s = &hart->state;
    const uint32_t operand = immediate ? op->rs1 : s->x[op->rs1];
    const uint32_t number = (uint32_t)op->imm;
    uint32_t old, value;

    if (!sth_hart_csr_read(hart, number, &old))
        return illegal(hart, code);
    value = swaps ? operand : clears ? old & ~operand : old | operand;
    if ((swaps || op->rs1 != 0) && !sth_hart_csr_write(hart, number, value))
        return illegal(hart, code);
    if (number == STH_HART_CSR_MEPC)
        s->unsaved = false;
    s->x[op->rd] = old;
    return true;
}

/* Does it, and leaves pc behind it. */
static bool execute(struct sth_hart *hart, uint32_t code,
                    const struct sth_hart_op *op)
{
    struct sth_hart_state *s = &hart->state;

    switch (code & ~(uint32_t)STH_HART_COMPRESSED) {
    case STH_HART_CODE_LB:
        return load(hart, op, 1, 0x80);
    case STH_HART_CODE_LBU:
        return load(hart, op, 1, 0);
    case STH_HART_CODE_LH:
        return load(hart, op, 2, 0x8000);
    case STH_HART_CODE_LHU:
        return load(hart, op, 2, 0);
    case STH_HART_CODE_LW:
        return load(hart, op, 4, 0);
    case STH_HART_CODE_SB:
        return store(hart, op, 1);
    case STH_HART_CODE_SH:
        return store(hart, op, 2);
    case STH_HART_CODE_SW:
        return store(hart, op, 4);
    case STH_HART_CODE_CSRRW:
    case STH_HART_CODE_CSRRS:
    case STH_HART_CODE_CSRRC:
    case STH_HART_CODE_CSRRWI:
    case STH_HART_CODE_CSRRSI:
    case STH_HART_CODE_CSRRCI:
        return csr(hart, code, op);
    case STH_HART_CODE_FENCE_I:
        sth_hart_line_drop_fetched(hart);
        return true;
    case STH_HART_CODE_ECALL:
        return trap(hart, STH_HART_CAUSE_ECALL, 0);
    case STH_HART_CODE_EBREAK:
        return trap(hart, STH_HART_CAUSE_BREAK, s->pc);
    case STH_HART_CODE_WFI:
        s->waiting = !sth_hart_pending(s);
        return true;
    case STH_HART_CODE_MRET:
        sth_hart_return(hart);
        s->pc -= 4;
        return true;
    case STH_HART_CODE_NO_FETCH:
        return trap(hart, STH_HART_CAUSE_FETCH, (uint32_t)op->imm);
    case STH_HART_CODE_ILLEGAL:
        return illegal(hart, code);
    default:
        return atomic(hart, code, op);
    }
}

void sth_hart_slow(struct sth_hart *hart, uint32_t code,
                   const struct sth_hart_op *op)
{
    static const uint8_t cost[] = {
#define FAST(name, mask, match, format, class)                                 \
    [STH_HART_CODE_##name] = STH_HART_CYCLES_##class,
#include "sth_hart_isa.def"
    };
    struct sth_hart_state *s = &hart->state;

    if (!execute(hart, code, op))
        return;
    s->pc += code & STH_HART_COMPRESSED ? 2 : 4;
    s->cycles += cost[code & ~(uint32_t)STH_HART_COMPRESSED];
    s->retired++;
    if (s->waiting && hart->listener.sleep)
        hart->listener.sleep(hart->listener.user);
}
