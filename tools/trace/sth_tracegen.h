/*
 * Writes layer traces (docs/trace.md).
 */
#ifndef STH_TRACEGEN_H
#define STH_TRACEGEN_H

#include "sth_model.h"

#include <stdio.h>

/* Sequences times tokens, past ones included; sides of a product. */
enum { STH_TRACEGEN_TOKENS_MAX = 1 << 20 };

struct sth_trace_request {
    uint32_t seq;    /* new tokens of each sequence */
    uint32_t past;   /* tokens already in the KV cache */
    uint32_t batch;  /* sequences */
    uint32_t steps;  /* decode: tokens of each one after another; 0: 1 */
    uint32_t layers; /* layers to emit */
    bool int8;       /* W8A8 products; false: bf16 */
    uint64_t seed;   /* of every tensor and of expert routing */
};

/*
 * One layer after another.  Returns false when out of memory; the caller
 * checks for write errors.
 */
bool sth_tracegen_layers(FILE *out, const struct sth_model *model,
                         const struct sth_trace_request *request);

struct sth_attention_request {
    uint32_t heads, kv_heads;  /* a multiple of the second */
    uint32_t dim;              /* of a head */
    uint32_t seq, past, batch; /* as in sth_trace_request */
    bool causal;
    uint64_t seed;
};

/* Attention alone, bf16. */
void sth_tracegen_attention(FILE *out,
                            const struct sth_attention_request *request);

/* One product of m x k by k x n. */
void sth_tracegen_gemm(FILE *out, uint32_t m, uint32_t n, uint32_t k, bool int8,
                       uint64_t seed);

#endif
