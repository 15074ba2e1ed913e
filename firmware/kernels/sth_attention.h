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
 * otherwise; with a window, which is causal, no more than the last so many of
 * those.  q and out (batch * seq, heads * d), k and v
 * (batch * (past + seq), kv_heads * d), all bf16; head h uses key/value head
 * h / (heads / kv_heads).  scale is a positive fp32 bit pattern.  Where room is
 * not zero, k and v have that many rows for each sequence, its first ones used.
 * values, where it is not zero, are the columns of each head in v and out that
 * count: the others of out are written as well, but nobody is to read them.
 * cap, where it is not zero, bounds the scores: cap * tanh(scale * q k^T).
 * alibi, where there is one, is fp32 (heads, past + seq or more) and adds
 * element (h, j) to the scores of head h and key j.
 */
struct sth_attention {
    const struct sth_operand *out;
    const struct sth_operand *q;
    const struct sth_operand *k;
    const struct sth_operand *v;
    const struct sth_operand *alibi; /* or NULL; without cap */
    uint32_t heads, kv_heads;
    uint32_t batch, seq, past, room;
    uint32_t values; /* 0: all */
    uint32_t window; /* 0: none */
    uint32_t scale, cap;
    bool causal;
};

/* Pairs of a query and a key that it sees, of one head of a sequence. */
static inline uint64_t sth_attention_pairs(uint64_t seq, uint64_t past,
                                           uint64_t window, bool causal)
{
    uint64_t pairs = seq * past + seq * (seq + 1) / 2, hidden;

    if (!causal)
        return seq * (past + seq);
    if (window == 0 || window >= past + seq)
        return pairs;
    /* So many of the last query; one less of each before it. */
    hidden = past + seq - window;
    seq = hidden < seq ? hidden : seq;
    return pairs - (seq * hidden - seq * (seq - 1) / 2);
}

void sth_kernel_attention(struct sth_schedule *s,
                          const struct sth_attention *attention);

#ifdef __cplusplus
}
#endif

#endif
