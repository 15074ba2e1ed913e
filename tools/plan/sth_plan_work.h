/*
 * Pieces of work to judge plans by: one operation each, drawn from a seed, as
 * a trace.
 */
#ifndef STH_PLAN_WORK_H
#define STH_PLAN_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_spec.h"

enum sth_plan_kind {
    STH_PLAN_GEMM,
    STH_PLAN_ATTENTION,
    STH_PLAN_ROWS,
    STH_PLAN_KINDS
};

struct sth_plan_work {
    enum sth_plan_kind kind;
    /* A product of m x k by k x n. */
    uint32_t m, n, k;
    bool int8, transposed, bias, residual;
    uint32_t act; /* 0 none, 1 gelu_tanh, 2 silu */
    /* Attention. */
    uint32_t heads, kv_heads, dim, seq, past, batch;
    uint32_t window; /* of attention; 0: none */
    /* An operation on rows x cols. */
    uint32_t op, rows, cols;
};

enum { STH_PLAN_TEXT = 2048 };

/*
 * Draws work that one of the chips of the kind of *params gets done within some
 * hundred thousand cycles.
 */
void sth_plan_work_draw(struct sth_plan_work *work, uint64_t *random,
                        const struct sth_params *params);

/* Writes its trace; returns the bytes, the final zero not counted. */
size_t sth_plan_work_trace(const struct sth_plan_work *work,
                           char text[STH_PLAN_TEXT]);

/* One line for people. */
void sth_plan_work_say(const struct sth_plan_work *work, char *text,
                       size_t size);

/* The rows of the work: m, new tokens of a sequence, or rows. */
uint32_t *sth_plan_work_rows(struct sth_plan_work *work);

#endif
