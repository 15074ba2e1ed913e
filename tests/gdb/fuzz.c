/*
 * Any bytes from the other side, to a machine that runs: nothing crashes,
 * nothing hangs, nothing is left behind.
 */
#include "gdb_machine.h"

/* Counts for ever, with a store and a load. */
static const uint32_t program[] = {
    0x80001537u, /* lui a0, DATA */
    0x00158593u, /* RAM + 4: addi a1, a1, 1 */
    0x00b52023u, /* sw a1, 0(a0) */
    0x00052603u, /* lw a2, 0(a0) */
    0xff5ff06fu, /* j RAM + 4 */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct gdb_machine *m = gdb_machine_new(program, sizeof(program) / 4);

    if (!m || !gdb_machine_talk(m, bytes, count) || m->hart.breaks != 0 ||
        m->hart.watches != 0)
        abort();
    gdb_machine_free(m);
    return 0;
}
