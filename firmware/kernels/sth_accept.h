/*
 * Whether a kernel takes its arguments: the rows of sth_trace_ops.def, which
 * say so of traces, applied to the struct of the kernel, and what holds for
 * every operand.  One function for each struct: false, and the error ARGUMENT
 * with the name of a member sticks in the schedule, when something is wrong.
 */
#ifndef STH_ACCEPT_H
#define STH_ACCEPT_H

#include "sth_schedule.h"

/* Rows and columns of an operand. */
#define STH_ACCEPT_ROWS_MAX (1u << 28)
#define STH_ACCEPT_COLS_MAX (1u << 24)

struct sth_attention;
struct sth_copy;
struct sth_elementwise;
struct sth_gather;
struct sth_gemm;
struct sth_norm;
struct sth_quantize;
struct sth_rope;
struct sth_scatter_add;
struct sth_topk;

bool sth_accept_attention(struct sth_schedule *schedule,
                          const struct sth_attention *op);
bool sth_accept_copy(struct sth_schedule *schedule, const struct sth_copy *op);
bool sth_accept_elementwise(struct sth_schedule *schedule,
                            const struct sth_elementwise *op);
bool sth_accept_gather(struct sth_schedule *schedule,
                       const struct sth_gather *op);
bool sth_accept_gemm(struct sth_schedule *schedule, const struct sth_gemm *op);
bool sth_accept_norm(struct sth_schedule *schedule, const struct sth_norm *op);
bool sth_accept_quantize(struct sth_schedule *schedule,
                         const struct sth_quantize *op);
bool sth_accept_rope(struct sth_schedule *schedule, const struct sth_rope *op);
bool sth_accept_scatter_add(struct sth_schedule *schedule,
                            const struct sth_scatter_add *op);
bool sth_accept_topk(struct sth_schedule *schedule, const struct sth_topk *op);

#endif
