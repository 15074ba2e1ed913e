#include "sth_hart_csr.h"

#include "sth_hart_cycles.h"
#include "sth_hart_trap.h"

/* Numbers; ranges of counters by their first one. */
enum {
    MSTATUS = 0x300,
    MISA = 0x301,
    MIE = 0x304,
    MTVEC = 0x305,
    MSTATUSH = 0x310,
    MCOUNTINHIBIT = 0x320,
    MHPMEVENT3 = 0x323,
    MHPMEVENT31 = 0x33f,
    MSCRATCH = 0x340,
    MEPC = STH_HART_CSR_MEPC,
    MCAUSE = 0x342,
    MTVAL = 0x343,
    MIP = 0x344,
    MACHINE_COUNTERS = 0xb00,
    MACHINE_COUNTERS_HIGH = 0xb80,
    COUNTERS = 0xc00,
    COUNTERS_HIGH = 0xc80,
    MVENDORID = 0xf11,
    MARCHID = 0xf12,
    MIMPID = 0xf13,
    MHARTID = 0xf14,
    MCONFIGPTR = 0xf15
};

/* In a range of counters. */
enum { CYCLE = 0, TIME = 1, INSTRET = 2, COUNTERS_END = 32 };

#define MISA_RV32IMAC                                                          \
    (0x40000000u | 1u << ('i' - 'a') | 1u << ('m' - 'a') | 1u << 0 |           \
     1u << ('c' - 'a'))

/* A counter that is wired to zero, or one of two. */
static bool read_counter(const struct sth_hart *hart, uint32_t number,
                         uint64_t *value)
{
    const struct sth_hart_owner *owner = &hart->config.owner;
    const struct sth_hart_state *s = &hart->state;

    *value = 0;
    switch (number % 0x80) {
    case CYCLE:
        *value = s->cycles + s->mcycle_offset;
        return true;
    case TIME:
        if (number < COUNTERS || !owner->time)
            return false;
        *value = owner->time(owner->user);
        return true;
    case INSTRET:
        *value = s->retired + s->minstret_offset;
        return true;
    default:
        return number % 0x80 < COUNTERS_END;
    }
}

/* The register of plain bits behind a number; NULL: another kind. */
static const uint32_t *plain(const struct sth_hart_state *s, uint32_t number)
{
    switch (number) {
    case MSTATUS:
        return &s->mstatus;
    case MIE:
        return &s->mie;
    case MTVEC:
        return &s->mtvec;
    case MSCRATCH:
        return &s->mscratch;
    case MEPC:
        return &s->mepc;
    case MCAUSE:
        return &s->mcause;
    case MTVAL:
        return &s->mtval;
    case MIP:
        return &s->mip;
    default:
        return NULL;
    }
}

bool sth_hart_csr_read(const struct sth_hart *hart, uint32_t number,
                       uint32_t *value)
{
    const uint32_t *reg = plain(&hart->state, number);
    const uint32_t range = number & ~0x7fu;
    uint64_t counter;

    if (reg) {
        *value = *reg;
        return true;
    }
    if (range == MACHINE_COUNTERS || range == MACHINE_COUNTERS_HIGH ||
        range == COUNTERS || range == COUNTERS_HIGH) {
        if (!read_counter(hart, number, &counter))
            return false;
        *value = (uint32_t)(number & 0x80 ? counter >> 32 : counter);
        return true;
    }
    *value = number == MISA      ? MISA_RV32IMAC
             : number == MHARTID ? hart->config.hartid
                                 : 0;
    return number == MISA || number == MSTATUSH || number == MCOUNTINHIBIT ||
           (number >= MHPMEVENT3 && number <= MHPMEVENT31) ||
           (number >= MVENDORID && number <= MCONFIGPTR);
}

/* A counter with one of its halves written. */
static uint64_t write_half(uint64_t counter, uint32_t number, uint32_t value)
{
    return number & 0x80 ? (uint64_t)value << 32 | (uint32_t)counter
                         : (counter & ~0xffffffffull) | value;
}

bool sth_hart_csr_write(struct sth_hart *hart, uint32_t number, uint32_t value)
{
    struct sth_hart_state *s = &hart->state;
    uint32_t old;

    if (number >> 10 == 3 || !sth_hart_csr_read(hart, number, &old))
        return false;
    switch (number) {
    case MSTATUS:
        s->mstatus = (value & (STH_HART_MIE | STH_HART_MPIE)) | STH_HART_MPP;
        break;
    case MIE:
        s->mie = value & STH_HART_INTERRUPTS;
        break;
    case MTVEC:
        if ((value & 3) < 2)
            s->mtvec = value;
        break;
    case MEPC:
        s->mepc = value & ~1u;
        break;
    case MSCRATCH:
        s->mscratch = value;
        break;
    case MCAUSE:
        s->mcause = value;
        break;
    case MTVAL:
        s->mtval = value;
        break;
    case MACHINE_COUNTERS + CYCLE:
    case MACHINE_COUNTERS_HIGH + CYCLE:
        s->mcycle_offset =
            write_half(s->cycles + s->mcycle_offset, number, value) -
            (s->cycles + STH_HART_CYCLES_CSR);
        break;
    case MACHINE_COUNTERS + INSTRET:
    case MACHINE_COUNTERS_HIGH + INSTRET:
        s->minstret_offset =
            write_half(s->retired + s->minstret_offset, number, value) -
            (s->retired + 1);
        break;
    default: /* inputs, and what is wired */
        break;
    }
    return true;
}
