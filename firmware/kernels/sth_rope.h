/* Rotary position embedding. */
#ifndef STH_ROPE_H
#define STH_ROPE_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Rotates the pairs (i, i + d/2) of every head of d columns:
 *     o1 = x1 * cos - x2 * sin,  o2 = x2 * cos + x1 * sin
 * x and out (t, heads * d), cos and sin (t, d / 2); bf16 or fp32.  out may be
 * x.
 */
struct sth_rope {
    const struct sth_operand *out;
    const struct sth_operand *x;
    const struct sth_operand *cos;
    const struct sth_operand *sin;
    uint32_t heads;
};

/* How it is cut. */
struct sth_rope_plan {
    uint32_t tokens, heads; /* of a block */
    uint32_t cycles;        /* of the vector engine, whatever the blocks */
};

void sth_kernel_rope(struct sth_schedule *s, const struct sth_rope *rope);

#ifdef __cplusplus
}
#endif

#endif
