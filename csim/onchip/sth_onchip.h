/*
 * The on-chip memories that commands work on, and what a kernel is.
 *
 * A kernel runs one command to its end, in no time, and returns the command's
 * digest (sth_digest.h).  The command must have passed the decode checks:
 * nothing is checked, and no access leaves the operands' chunks.  Kernels
 * allocate nothing and keep no state.
 */
#ifndef STH_ONCHIP_H
#define STH_ONCHIP_H

#include <stdint.h>

#include "sth_isa.h"
#include "sth_spec.h"

/* The most array rows or columns that params.def admits. */
enum {
    STH_MAX_LANES = (int)STH_MAX_ArrayRows > (int)STH_MAX_ArrayCols
                        ? (int)STH_MAX_ArrayRows
                        : (int)STH_MAX_ArrayCols
};

/* The caller owns the storage. */
struct sth_onchip {
    const struct sth_params *params;
    uint8_t *sp;      /* params->sp_bytes, any alignment */
    uint8_t *acc;     /* params->acc_bytes: little-endian 32-bit lanes */
    enum sth_isa isa; /* how kernels compute; the host supports it */
};

typedef uint32_t sth_kernel(const struct sth_onchip *chip,
                            const struct sth_command *command);

/*
 * Runs a kernel's path for the chip's instruction set, or a narrower one if the
 * array has fewer columns than its vectors have lanes, and returns the digest.
 */
uint32_t sth_onchip_run(sth_kernel *const path[STH_ISA_COUNT],
                        const struct sth_onchip *chip,
                        const struct sth_command *command);

/* A little-endian element of 1 to 4 bytes; what is above it is zero. */
static inline uint32_t sth_onchip_get(const uint8_t *p, uint32_t bytes)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint32_t)p[i] << 8 * i;
    return value;
}

/* Stores the low bytes of a value. */
static inline void sth_onchip_put(uint8_t *p, uint32_t bytes, uint32_t value)
{
    for (uint32_t i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

#endif
