/*
 * Writes the lines of one layer after another: what all families of models
 * share.  In operations and names of tensors, "@name" is a tensor of the
 * current layer, or of the end before or behind the layers.
 */
#ifndef STH_WRITER_H
#define STH_WRITER_H

#include "sth_tracegen.h"

struct sth_writer {
    FILE *out;
    const struct sth_model *model;
    const struct sth_trace_request *request;
    uint64_t next_seed;
    uint32_t layer;
    char prefix[16]; /* of the tensors that "@name" stands for */
    uint32_t tokens; /* batch * seq */
    uint32_t kept;   /* past tokens in the cache of this layer, the most */
    double gain;     /* of weights and bias of the products to come */
    bool wide;       /* products are bf16 whatever was asked for */
    bool failed;     /* out of memory */
    /* Behind an int8 product: its x, and the product that x was quantised for.
     * Any other operation forgets it. */
    char quantized[96], quantized_for[96];
};

/*
 * int8 weights spread that wide of 127, so few saturate.  The scales keep
 * activations near unit variance, as trained models do: weights fall with the
 * square root of their depth.
 */
#define STH_WRITER_I8_SPREAD 40.0

/* The bits of a number as fp32. */
uint32_t sth_writer_bits(double value);

/* Begins what stands there alone: "l0.", "embed.", ... */
void sth_writer_begin(struct sth_writer *w, const char *prefix);

/* A tensor of the layer with seeded values OFFSET + SCALE * normal. */
void sth_writer_seeded(struct sth_writer *w, const char *name,
                       const char *dtype, uint32_t rows, uint32_t cols,
                       double scale, double offset);
void sth_writer_zero(struct sth_writer *w, const char *name, const char *dtype,
                     uint32_t rows, uint32_t cols);

/* The rows of the present step in a tensor that has all steps', or nothing. */
void sth_writer_rows_of_step(const struct sth_writer *w, char *text,
                             size_t size);

/* One op line. */
void sth_writer_op(struct sth_writer *w, const char *format, ...);

/* Rows of x by index, to "@out" or other rows of a tensor as long as the
 * list.  A long list becomes several operations. */
void sth_writer_gather(struct sth_writer *w, const char *name, const char *out,
                       const char *x, const uint32_t *rows, uint32_t count);

/* The same rows of out grow by weights times those of x. */
void sth_writer_scatter(struct sth_writer *w, const char *name, const char *out,
                        const char *x, const uint32_t *rows,
                        const double *weights, uint32_t count);

/* The word of an activation. */
const char *sth_writer_act(enum sth_model_act act);

/*
 * A product with its weights and, in int8, the quantisation before it, once for
 * products of the same x that follow each other.  x is
 * the whole reference to the activations; `fused` is appended to the op.
 */
void sth_writer_product(struct sth_writer *w, const char *name, const char *out,
                        const char *x, uint32_t rows, uint32_t depth,
                        uint32_t cols, bool bias, const char *fused);

/* The model's normalisation with its weights, times the gain. */
void sth_writer_norm(struct sth_writer *w, const char *name, const char *out,
                     const char *x);

/* The normalisation of queries or keys, in place; nothing where there is none.
 * name is the tensor, of that many heads. */
void sth_writer_qk_norm(struct sth_writer *w, const char *name, uint32_t heads);

/* The tables of RoPE for the layer: @rope.cos and @rope.sin. */
void sth_writer_rope_tables(struct sth_writer *w);

/* Past tokens of sequence b that the present layer still sees. */
uint32_t sth_writer_kept(const struct sth_writer *w, uint32_t b);

/* Whether keys and values lie in a cache. */
bool sth_writer_is_cached(const struct sth_writer *w);

/* A cache of rows so wide. */
void sth_writer_cache(struct sth_writer *w, const char *name, uint32_t cols);

/* Whether one view holds the new tokens of all sequences, and its rows. */
bool sth_writer_is_together(const struct sth_writer *w);
void sth_writer_cache_rows(const struct sth_writer *w, char *text, size_t size);

/* Copies new keys or values, columns `cols` of `from`, behind the cached. */
void sth_writer_append(struct sth_writer *w, const char *cache,
                       const char *from, const char *cols);

/* softmax(scale q k^T) v; names of tensors.  values: columns of a head in v
 * that count, 0: all.  cached: k and v are caches. */
void sth_writer_scores(struct sth_writer *w, const char *out, const char *q,
                       const char *k, const char *v, uint32_t kv_heads,
                       uint32_t values, bool cached);

/* The same by way of compressed rows. */
void sth_writer_latent_attention(struct sth_writer *w, const char *x);

/* Queries, keys, values, cache and scores of x; to @context. */
void sth_writer_attention(struct sth_writer *w, const char *x);

/* The product behind attention; to out, with `fused` appended. */
void sth_writer_projection(struct sth_writer *w, const char *out,
                           const char *fused);

/* The feed-forward of a layer without experts; residual is a tensor to add, or
 * NULL. */
void sth_writer_dense_ffn(struct sth_writer *w, const char *x, const char *out,
                          const char *residual);

/* act(gate) * up on `rows` rows of x, so wide within; the result goes to out.
 */
void sth_writer_gated_ffn(struct sth_writer *w, const char *prefix,
                          const char *x, const char *out, uint32_t rows,
                          uint32_t width, const char *fused);

/*
 * A mixture of experts on x, added to residual into @out: the router's product
 * is computed, and the tokens are sent where the seeded choice says, so that
 * the work is the same every time.
 */
void sth_writer_expert_mixture(struct sth_writer *w, const char *x,
                               const char *residual);

/* Experts and weights of each token, experts_active of each. */
void sth_writer_route(const struct sth_writer *w, uint32_t *expert,
                      double *weight);

/* Before the layers: tokens to rows of the hidden size, embed.out. */
void sth_writer_embedding(struct sth_writer *w);

/* Behind the layers: head.logits, and what is largest of them. */
void sth_writer_head(struct sth_writer *w);

#endif
