/*
 * The instruction sets of the host that kernels are written for, and the
 * choice among them.
 *
 * The results of a kernel do not depend on the choice: every path gives the
 * bits that sth_numerics.h defines.
 */
#ifndef STH_ISA_H
#define STH_ISA_H

#include <stdbool.h>
#include <stdint.h>

/*
 * ISA(NAME, suffix, lanes): the paths of this build, wider ones later; lanes
 * of 32 bits in a vector, and the suffix of files and functions of the path.
 */
#if defined(__x86_64__)
#define STH_ISA_TABLE(ISA)                                                     \
    ISA(PORTABLE, portable, 1)                                                 \
    ISA(SSE2, sse2, 4)                                                         \
    ISA(AVX2, avx2, 8)                                                         \
    ISA(AVX512, avx512, 16)
#else
#define STH_ISA_TABLE(ISA) ISA(PORTABLE, portable, 1)
#endif

enum sth_isa {
#define ISA(name, suffix, lanes) STH_ISA_##name,
    STH_ISA_TABLE(ISA)
#undef ISA
        STH_ISA_COUNT
};

/* Whether this host can run the path. */
bool sth_isa_supported(enum sth_isa isa);

/* The widest supported path. */
enum sth_isa sth_isa_best(void);

/* The widest path, up to isa, whose vectors have no more than `lanes` lanes;
 * lanes is at least 1. */
enum sth_isa sth_isa_fit(enum sth_isa isa, uint32_t lanes);

/* The suffix of the path: "portable", "avx2", ... */
const char *sth_isa_name(enum sth_isa isa);

/*
 * Between the two the calling thread's float operations round to nearest, trap
 * nothing, and take subnormal operands and results for zero, as the chip does.
 * leave() takes what enter() returned and restores the mode from before.  Only
 * functions that are called through a pointer may compute in between, because
 * compilers move float operations over a change of mode.
 */
unsigned sth_isa_enter_float_mode(void);
void sth_isa_leave_float_mode(unsigned mode);

#endif
