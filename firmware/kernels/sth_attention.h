/* Attention with a key/value cache. */
#ifndef STH_ATTENTION_H
#define STH_ATTENTION_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For each of batch sequences and each head: softmax(scale * q k^T) v, where
 * query s of a sequence sees the keys up to past + s when causal, all
 * otherwise.  q and out (batch * seq, heads * d), k and v
 * (batch * (past + seq), kv_heads * d), all bf16; head h uses key/value head
 * h / (heads / kv_heads).  scale is a positive fp32 bit pattern.  Where room is
 * not zero, k and v have that many rows for each sequence, its first ones used.
 */
struct sth_attention {
    const struct sth_operand *out;
    const struct sth_operand *q;
    const struct sth_operand *k;
    const struct sth_operand *v;
    uint32_t heads, kv_heads;
    uint32_t batch, seq, past, room;
    uint32_t scale;
    bool causal;
};

void sth_kernel_attention(struct sth_schedule *s,
                          const struct sth_attention *attention);

#ifdef __cplusplus
}
#endif

#endif
