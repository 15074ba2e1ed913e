/* Registers: what they are for, and what firmware does to them. */
#include "sth_guard_state.h"

struct reg {
    uint32_t offset;
    const char *name, *access;
    uint32_t bits; /* that mean something */
};

/* The register there; NULL: none.  Fields of a register are all its bits. */
static const struct reg *find_reg(uint32_t offset, uint32_t *bits)
{
    static const struct reg reg[] = {
#define REG(name, offset, access, reset, doc) {offset, #name, #access, 0},
#define FIELD(reg, name, lsb, width, doc)
#include "regs.def"
#undef REG
#undef FIELD
    };
    static const struct {
        uint32_t offset, bits;
    } field[] = {
#define REG(name, offset, access, reset, doc)
#define FIELD(reg, name, lsb, width, doc)                                      \
    {STH_REG_##reg, (uint32_t)STH_##reg##_##name},
#include "regs.def"
#undef REG
#undef FIELD
    };

    *bits = 0;
    for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
        if (field[i].offset == offset)
            *bits |= field[i].bits;
    if (*bits == 0)
        *bits = UINT32_MAX;
    for (size_t i = 0; i < sizeof(reg) / sizeof(reg[0]); i++)
        if (reg[i].offset == offset)
            return &reg[i];
    return NULL;
}

/* Capabilities and counters. */
static bool is_in_block(uint32_t offset)
{
    return (offset >= STH_REG_CAP_BASE &&
            offset < STH_REG_CAP_BASE + 4 * STH_PARAM_COUNT) ||
           (offset >= STH_REG_CNT_BASE &&
            offset < STH_REG_CNT_BASE + 8 * STH_CNT_COUNT);
}

/* Whether there is a register at all. */
static bool check_offset(struct sth_guard *g, uint32_t offset, const char *verb)
{
    uint32_t bits;

    if (offset % 4 != 0) {
        sth_guard_find(g, STH_GUARD_REGISTER, NULL, NULL,
                       "%s of register 0x%x is misaligned: registers are "
                       "words",
                       verb, offset);
        return false;
    }
    if (find_reg(offset, &bits) == NULL && !is_in_block(offset)) {
        sth_guard_find(g, STH_GUARD_REGISTER, NULL, NULL,
                       "%s of 0x%x, where no register is", verb, offset);
        return false;
    }
    return true;
}

bool sth_guard_check_read(struct sth_guard *g, uint32_t offset)
{
    return check_offset(g, offset, "read");
}

static void check_ring(struct sth_guard *g, uint32_t offset, uint32_t value)
{
    if (offset == STH_REG_RING_BASE_LO && value % STH_BURST_BYTES != 0)
        sth_guard_find(g, STH_GUARD_RING, NULL, NULL,
                       "the ring's address 0x%x is misaligned: it must be a "
                       "multiple of %u, and the rest is cut off",
                       value, STH_BURST_BYTES);
    if (offset == STH_REG_RING_LOG2 &&
        (value < STH_RING_LOG2_MIN || value > STH_RING_LOG2_MAX))
        sth_guard_find(g, STH_GUARD_RING, NULL, NULL,
                       "a ring of 2^%u commands: RING_LOG2 is %u to %u", value,
                       STH_RING_LOG2_MIN, STH_RING_LOG2_MAX);
    if (g->flights.first != g->flights.tail)
        sth_guard_find(g, STH_GUARD_RING,
                       sth_guard_flights_at(&g->flights, g->flights.first),
                       NULL, "the ring is moved while command %u is under way",
                       g->flights.first);
}

static void check_reset(struct sth_guard *g)
{
    struct sth_guard_flight *f =
        sth_guard_flights_at(&g->flights, g->flights.first);
    char line[STH_GUARD_LINE];

    if (g->flights.first == g->flights.tail || f == NULL || g->lost)
        return;
    sth_guard_describe(f, line);
    sth_guard_find(g, STH_GUARD_RESET, f, NULL,
                   "soft reset while %u commands are under way, the oldest %s",
                   g->flights.tail - g->flights.first, line);
}

void sth_guard_check_write(struct sth_guard *g, uint32_t offset, uint32_t value)
{
    const struct reg *reg;
    uint32_t bits;

    if (!check_offset(g, offset, "write"))
        return;
    reg = find_reg(offset, &bits);
    if (g->resetting)
        sth_guard_find(g, STH_GUARD_RESET, NULL, NULL,
                       "register %s is written while a soft reset goes on, "
                       "and ignores it: CTRL.SOFT_RESET must read zero first",
                       reg != NULL ? reg->name : "of a block");
    if (reg == NULL || (reg->access[0] == 'R' && reg->access[1] == 'O'))
        sth_guard_find(g, STH_GUARD_REGISTER, NULL, NULL,
                       "write of 0x%x to %s (0x%03x), which is read-only",
                       value, reg != NULL ? reg->name : "a counter or size",
                       offset);
    else if ((value & ~bits) != 0 && offset != STH_REG_RING_LOG2)
        sth_guard_find(g, STH_GUARD_REGISTER, NULL, NULL,
                       "write of 0x%x to %s, which has no bits 0x%x", value,
                       reg->name, value & ~bits);
    switch (offset) {
    case STH_REG_RING_BASE_LO:
    case STH_REG_RING_BASE_HI:
    case STH_REG_RING_LOG2:
        check_ring(g, offset, value);
        break;
    case STH_REG_CTRL:
        if ((value & STH_CTRL_SOFT_RESET) != 0)
            check_reset(g);
        break;
    default:
        break;
    }
}
