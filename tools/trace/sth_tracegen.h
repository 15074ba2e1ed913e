/*
 * Writes layer traces (docs/trace.md).
 */
#ifndef STH_TRACEGEN_H
#define STH_TRACEGEN_H

#include "sth_model.h"

#include <stdio.h>

/* Sequences times tokens, past ones included; sides of a product. */
enum { STH_TRACEGEN_TOKENS_MAX = 1 << 20 };

/* How tokens choose their experts. */
struct sth_trace_experts {
    bool balanced;        /* in turns: all as often as any, but for one */
    const double *shares; /* how likely each is, one after another without
                             those that a token has; NULL: all alike */
    uint64_t draw;        /* another choice for each number */
};

struct sth_trace_request {
    uint32_t seq;          /* new tokens of each sequence */
    uint32_t past;         /* tokens already in the KV cache, the most */
    const uint32_t *pasts; /* of each sequence; NULL: past of all */
    uint32_t room;   /* tokens of a sequence that caches hold, if not those
                        that there are */
    uint32_t batch;  /* sequences */
    uint32_t steps;  /* decode: tokens of each one after another; 0: 1 */
    uint32_t layers; /* layers to emit */
    bool int8;       /* W8A8 products; false: bf16 */
    bool whole;      /* also what stands before the layers and behind them */
    bool all_logits; /* of every token, not of the last of each sequence */
    uint32_t topk;   /* of the logits, that many; 0: no such operation */
    struct sth_trace_experts experts;
    uint64_t seed; /* of every tensor and of expert routing */
};

/*
 * One layer after another, between the ends of a whole model.  Returns false
 * when out of memory; the caller checks for write errors.
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
