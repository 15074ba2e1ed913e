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

/* Each line as a packet with its checksum, which a fuzzer does not guess. */
static size_t frame(char *to, const uint8_t *bytes, size_t count)
{
    char *begin = to;
    uint8_t sum = 0;

    *to++ = '$';
    for (size_t i = 0; i <= count; i++) {
        if (i < count && bytes[i] != '\n') {
            *to++ = (char)bytes[i];
            sum = (uint8_t)(sum + bytes[i]);
            continue;
        }
        to += sprintf(to, "#%02x", sum);
        sum = 0;
        if (i < count)
            *to++ = '$';
    }
    return (size_t)(to - begin);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* The first byte says whether the rest is as it is, or packets. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct gdb_machine *m = gdb_machine_new(program, sizeof(program) / 4);
    char *input = malloc(4 * count + 8);
    size_t length;

    if (!m || !input)
        abort();
    if (count > 0 && bytes[0] != 'p') {
        length = count - 1;
        memcpy(input, bytes + 1, length);
    } else {
        length = count > 0 ? frame(input, bytes + 1, count - 1) : 0;
    }
    if (!gdb_machine_talk(m, input, length) || m->hart.breaks != 0 ||
        m->hart.watches != 0)
        abort();
    free(input);
    gdb_machine_free(m);
    return 0;
}
