/* What the first difference says: commands, bytes, faults as text. */
#include "sth_disasm.h"
#include "sth_footprint.h"
#include "sth_lockstep_state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sth_lockstep_append(struct sth_lockstep *l, const char *format, ...)
{
    size_t used = strlen(l->difference.text);
    va_list args;

    va_start(args, format);
    vsnprintf(l->difference.text + used, sizeof(l->difference.text) - used,
              format, args);
    va_end(args);
}

void sth_lockstep_differ(struct sth_lockstep *l, uint64_t rtl_cycle,
                         const char *what)
{
    l->difference.found = true;
    l->difference.rtl_cycle = rtl_cycle;
    l->difference.text[0] = 0;
    sth_lockstep_append(l, "first difference: %s\n", what);
}

void sth_lockstep_append_command(struct sth_lockstep *l, uint32_t index)
{
    char text[512];

    sth_disasm(&l->shadow[index % STH_LOCKSTEP_SHADOW], text, sizeof(text));
    sth_lockstep_append(l, "  command %" PRIu32 ": %s\n", index, text);
}

/* Names the first byte that differs in [addr, addr + bytes) of one space. */
bool sth_lockstep_append_bytes(struct sth_lockstep *l, const char *space,
                               uint64_t addr, const uint8_t *ours,
                               const uint8_t *theirs, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        size_t row = i & ~(size_t)15;

        if (ours[i] == theirs[i])
            continue;
        sth_lockstep_append(l, "  %s byte 0x%" PRIx64 ": csim %02x, rtl %02x\n",
                            space, addr + i, ours[i], theirs[i]);
        for (int side = 0; side < 2; side++) {
            sth_lockstep_append(l, "    %s 0x%08" PRIx64 ":",
                                side ? "rtl " : "csim", addr + row);
            for (size_t j = row; j < row + 16 && j < bytes; j++)
                sth_lockstep_append(l, " %02x", (side ? theirs : ours)[j]);
            sth_lockstep_append(l, "\n");
        }
        return true;
    }
    return false;
}

/* A search for the first byte that differs among those a command wrote. */
struct search {
    struct sth_lockstep *l;
    bool found;
};

/* Accumulator runs are whole rows: lanes beyond the columns belong to others.
 */
static void search_run(void *context, const struct sth_footprint_run *run)
{
    struct search *search = context;
    struct sth_lockstep *l = search->l;
    const bool memory = run->space == STH_FOOTPRINT_MEM;
    const bool acc = run->space == STH_FOOTPRINT_ACC;
    const uint32_t unit = acc ? sth_acc_row_bytes(&l->params) : 1;
    const uint64_t addr = run->addr * unit;
    const size_t bytes = (size_t)(run->bytes * unit);
    uint8_t *ours, *theirs;

    if (search->found || !sth_footprint_is_write(run->role))
        return;
    ours = malloc(bytes);
    theirs = malloc(bytes);
    if (ours && theirs && memory) {
        l->reference->ops->mem_read(l->reference, addr, ours, bytes);
        l->dut->ops->mem_read(l->dut, addr, theirs, bytes);
    } else if (ours && theirs) {
        enum sth_space space = acc ? STH_SPACE_ACC : STH_SPACE_SP;

        l->reference->ops->peek(l->reference, space, (uint32_t)addr, ours,
                                bytes);
        l->dut->ops->peek(l->dut, space, (uint32_t)addr, theirs, bytes);
    }
    if (ours && theirs)
        search->found = sth_lockstep_append_bytes(l,
                                                  memory ? "memory"
                                                  : acc  ? "accumulator"
                                                         : "scratchpad",
                                                  addr, ours, theirs, bytes);
    free(ours);
    free(theirs);
}

void sth_lockstep_append_destination(struct sth_lockstep *l, uint32_t index)
{
    struct search search = {.l = l};

    sth_footprint_visit(&l->params, &l->shadow[index % STH_LOCKSTEP_SHADOW],
                        search_run, &search);
}

void sth_lockstep_append_fault(struct sth_lockstep *l, const char *side,
                               struct sth_device *dev)
{
    uint32_t code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);
    uint32_t index = dev->ops->reg_read(dev, STH_REG_FAULT_INDEX);
    uint64_t addr = dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_LO);
    const char *name = sth_fault_name(code);

    addr |= (uint64_t)dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_HI) << 32;
    sth_lockstep_append(l,
                        "  %s: fault %s, address or word 0x%" PRIx64 ", of\n",
                        side, name ? name : "?", addr);
    sth_lockstep_append_command(l, index);
}
