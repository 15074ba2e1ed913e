/*
 * What each command does to the memories, computed in one go.
 *
 * A kernel runs one command to its end and returns the command's digest (see
 * sth_digest.h).  It knows no time.  The command must have passed the decode
 * checks: nothing is checked here and no access leaves the operands' chunks.
 *
 * The results do not depend on the instruction set: every path gives the bits
 * that csim/numerics/sth_numerics.h defines.  Kernels allocate nothing and keep
 * no state; the vector paths set the host's flush-to-zero mode while they run
 * and restore it.
 */
#ifndef STH_KERNELS_H
#define STH_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_mem.h"
#include "sth_spec.h"

/* The most array rows or columns that params.def admits. */
#define STH_MAX_LANES 512

/* How to compute: the strict scalar code, or one of the host's vector units. */
enum sth_isa {
    STH_ISA_PORTABLE,
    STH_ISA_SSE2,
    STH_ISA_AVX2,
    STH_ISA_AVX512,
    STH_ISA_COUNT
};

/* Whether this build has the path and this host can run it. */
bool sth_isa_supported(enum sth_isa isa);

/* The fastest supported path. */
enum sth_isa sth_isa_best(void);

/* "portable", "sse2", "avx2" or "avx512". */
const char *sth_isa_name(enum sth_isa isa);

/* The on-chip memories that commands work on; the caller owns the storage. */
struct sth_onchip {
    const struct sth_params *params;
    uint8_t *sp;  /* params->sp_bytes, any alignment */
    uint8_t *acc; /* params->acc_bytes: little-endian 32-bit lanes */
    enum sth_isa isa;
};

/* MATMUL. */
uint32_t sth_kernel_matmul(const struct sth_onchip *chip,
                           const struct sth_command *command);

/* VECTOR. */
uint32_t sth_kernel_vector(const struct sth_onchip *chip,
                           const struct sth_command *command);

/* LOAD: memory to scratchpad; bus errors are the caller's business. */
uint32_t sth_kernel_load(const struct sth_onchip *chip,
                         const struct sth_command *command,
                         struct sth_mem *mem);

/* STORE: scratchpad to memory. */
uint32_t sth_kernel_store(const struct sth_onchip *chip,
                          const struct sth_command *command,
                          struct sth_mem *mem);

#endif
