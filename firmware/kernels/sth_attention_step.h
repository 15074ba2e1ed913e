/*
 * The commands of attention for one block of queries and one range of keys;
 * sth_attention.c decides their order.
 */
#ifndef STH_ATTENTION_STEP_H
#define STH_ATTENTION_STEP_H

#include "sth_attention.h"
#include "sth_attention_plan.h"
#include "sth_emit.h"

/* A block of queries; `heads` of those of each key/value head. */
struct sth_attention_block {
    uint32_t sequence0, sequences;
    uint32_t kv_head0, kv_heads;
    uint32_t head0, heads;
    uint32_t query0, queries;
    uint32_t unit_rows, rows;
    uint32_t group; /* of keys and values */
    uint32_t index;
    struct sth_buffer *q;
    struct sth_buffer *o;
};

/* A range of keys of a block. */
struct sth_attention_step {
    struct sth_attention_block block;
    uint32_t index;
    uint32_t key0, keys;
    bool first, last;
    bool masked;   /* by the queries' own position, or by the window's edge */
    bool windowed; /* by the window's edge */
    struct sth_buffer *scores;
    struct sth_buffer *bias;    /* or NULL */
    struct sth_buffer *weights; /* from its softmax on */
};

struct sth_attention_state {
    struct sth_schedule *s;
    const struct sth_attention *a;
    struct sth_attention_shape shape;
    struct sth_attention_plan plan;
    uint32_t past; /* keys before those of the queries, of shape.keys */
    uint32_t base; /* rows of k and v of a sequence that no query sees */
    uint32_t room; /* from a sequence to the next */
    struct sth_cache q, weights, out, bias;
    struct sth_cache kv[2]; /* v has its own where it is apart */
    struct sth_buffer *scores[STH_ATTENTION_SCORES], *o[2];
    struct sth_buffer *largest[2]; /* of this step and the one before; packed */
    struct sth_buffer *sum, *part, *factor, *inverse; /* packed */
    struct sth_attention_block ended;
    bool apart;       /* k and v, in buffers of their own */
    bool owes_output; /* of the block that ended last */
};

/* Fills the buffers of a state whose plan is made. */
void sth_attention_allocate(struct sth_attention_state *t);

/*
 * Where units have several heads: zeros to all buffers for queries, which loads
 * of queries leave where they are.
 */
void sth_attention_clear_q(struct sth_attention_state *t);

/* Loads the queries of a block and says where. */
void sth_attention_load_q(struct sth_attention_state *t,
                          struct sth_attention_block *b);

/*
 * The buffer of the tile from key0 on of k (which = 0) or v (1), loaded unless
 * it is there.  It holds until plan.prefetch further tiles are asked for.
 */
struct sth_buffer *sth_attention_load_kv(struct sth_attention_state *t,
                                         uint32_t which,
                                         const struct sth_attention_block *b,
                                         uint32_t key0);

/* Loads the biases of a step, if there are any, and says where. */
void sth_attention_load_bias(struct sth_attention_state *t,
                             struct sth_attention_step *step);

/* Stores the results of a block. */
void sth_attention_store(struct sth_attention_state *t,
                         const struct sth_attention_block *b,
                         struct sth_buffer *out);

/* Scores of a tile, from key `skip` of the step on. */
void sth_attention_emit_scores(struct sth_attention_state *t,
                               const struct sth_attention_step *step,
                               uint32_t skip, struct sth_buffer *k);

/* Softmax of a step, and what is left of the block that ended before. */
void sth_attention_emit_softmax(struct sth_attention_state *t,
                                struct sth_attention_step *step);

/* Values of a tile; those of the last end the block. */
void sth_attention_emit_values(struct sth_attention_state *t,
                               const struct sth_attention_step *step,
                               uint32_t skip, struct sth_buffer *v);

/* What is left of the block that ended last, if anything. */
void sth_attention_emit_output(struct sth_attention_state *t);

#endif
