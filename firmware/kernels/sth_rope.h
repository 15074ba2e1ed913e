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

/* What a plan depends on besides chip and memory; no padding: it is a key. */
struct sth_rope_shape {
    uint32_t tokens, heads, half;
    uint32_t x_bytes, out_bytes; /* of an element */
    uint32_t angle_bytes;        /* of a cosine and a sine */
};

/* How it is cut. */
struct sth_rope_plan {
    uint32_t tokens, heads; /* of a block */
    uint32_t cycles;        /* of the vector engine, whatever the blocks */
};

/*
 * NULL where tokens and heads of a plan fit, otherwise the name of the one that
 * does not.
 */
const char *sth_rope_plan_complete(struct sth_rope_plan *plan,
                                   const struct sth_params *params,
                                   const struct sth_rope_shape *shape);

void sth_kernel_rope(struct sth_schedule *s, const struct sth_rope *rope);

#ifdef __cplusplus
}
#endif

#endif
