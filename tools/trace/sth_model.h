/*
 * A transformer's layers, read from a Hugging Face config.json by the table of
 * its family (families/).
 */
#ifndef STH_MODEL_H
#define STH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STH_MODEL_LAYERS_MAX = 4096,
    STH_MODEL_DIM_MAX = 262144,
    STH_MODEL_VOCAB_MAX = 1 << 22,
    STH_MODEL_RATES_MAX = 512 /* pairs that RoPE rotates in a head */
};

/* y = x + f(norm(x)), norm(x + f(x)), x + norm(f(norm(x))), x + norm(f(x)) */
enum sth_model_place {
    STH_MODEL_PRE,
    STH_MODEL_POST,
    STH_MODEL_SANDWICH,
    STH_MODEL_AFTER
};

/* Attention and feed-forward one after the other, or side by side: y = x +
 * attention(norm(x)) + ffn(norm(x)), with one norm or with one each. */
enum sth_model_parallel {
    STH_MODEL_SERIAL,
    STH_MODEL_ONE_NORM,
    STH_MODEL_TWO_NORMS
};

enum sth_model_norm { STH_MODEL_LAYER_NORM, STH_MODEL_RMS_NORM };

/* Normalisation of queries and keys behind their products. */
enum sth_model_qk_norm {
    STH_MODEL_QK_NONE,
    STH_MODEL_QK_HEAD,       /* RMS of each head, weights of one head */
    STH_MODEL_QK_ROW,        /* RMS over all heads together */
    STH_MODEL_QK_HEAD_LAYER, /* LayerNorm of each head, weights of one head */
    STH_MODEL_QK_HEADS_LAYER /* the same without bias, weights for each head */
};

enum sth_model_act {
    STH_MODEL_GELU_TANH,
    STH_MODEL_GELU_ERF,
    STH_MODEL_QUICK_GELU, /* v sigmoid(1.702 v) */
    STH_MODEL_SILU,
    STH_MODEL_RELU,
    STH_MODEL_RELU2
};

enum sth_rope_kind {
    STH_ROPE_PLAIN,
    STH_ROPE_LINEAR,
    STH_ROPE_DYNAMIC,
    STH_ROPE_YARN,
    STH_ROPE_LONG,
    STH_ROPE_LLAMA3
};

/* How the angles of RoPE are stretched; 0 where nothing was said. */
struct sth_rope_scaling {
    enum sth_rope_kind kind;
    double factor, attention_factor;
    double beta_fast, beta_slow, mscale, mscale_all_dim; /* yarn */
    double low_freq, high_freq;                          /* llama3 */
    double original;                                     /* positions */
    bool fractional;                                     /* yarn: no rounding */
    uint32_t factors; /* long: as many in each list */
    double short_factor[STH_MODEL_RATES_MAX];
    double long_factor[STH_MODEL_RATES_MAX];
};

/* What stands before the first layer and behind the last. */
struct sth_model_ends {
    uint32_t vocab;   /* rows of the table of tokens; 0: not said */
    uint32_t usual;   /* what the family takes then */
    uint32_t width;   /* of such a row, if not the hidden size */
    uint32_t skipped; /* learned positions before the first token's */
    uint32_t types;   /* of tokens, each with a row that is added; 0: none */
    double scale;     /* of the table's rows */
    bool first_norm;  /* of the sum of all these */
    bool norm;        /* behind the last layer */
    bool tied;        /* the vocabulary's product takes the table of tokens */
    bool dense;       /* a product, an activation and a norm before it */
    enum sth_model_act act; /* of that product */
    bool bias;              /* of the vocabulary's product */
    double logit_scale;
    double cap;            /* logits are cap tanh(z / cap); 0: z */
    const char *unwritten; /* a field that would change this; NULL: none */
};

/* A bit for each layer. */
struct sth_model_set {
    bool given;
    uint64_t bits[STH_MODEL_LAYERS_MAX / 64];
};

struct sth_model {
    char type[32];             /* model_type, as the file has it */
    uint32_t hidden;           /* model dimension */
    uint32_t heads;            /* query heads */
    uint32_t kv_heads;         /* key and value heads; divides heads */
    uint32_t head_dim;         /* even for RoPE */
    uint32_t layers;           /* of the whole model */
    uint32_t intermediate;     /* FFN dimension */
    uint32_t positions;        /* tokens that it takes at most; 0: not said */
    const char *positions_key; /* the field that says so */
    bool learned;              /* positions are learned: there are no more */
    bool causal;

    enum sth_model_place place;
    enum sth_model_parallel parallel;
    enum sth_model_norm norm;
    bool norm_bias; /* LayerNorm with beta */
    double norm_eps;
    double residual_scale; /* of what is added to the residual */

    bool fused; /* q, k and v are one product */
    bool qkv_bias, proj_bias, ffn_bias;
    enum sth_model_qk_norm qk_norm;
    double attention_scale; /* 0: 1 / sqrt(head_dim) */
    double score_cap;       /* cap * tanh(score / cap); 0: none */
    double alibi_max;       /* ALiBi: -log2 of the last slope; 0: none */
    bool alibi_scaled;      /* as the scores are */
    bool scale_by_layer;    /* layer l divides the scale by l + 1 */

    uint32_t latent;   /* of compressed keys and values; 0: there are none */
    uint32_t q_latent; /* of compressed queries; 0: they are not */
    double latent_eps; /* of the norms of compressed rows */
    uint32_t nope, value_dim; /* of a head: not rotated; of values */

    enum sth_model_act act;
    bool gated; /* act(gate) * up */

    uint32_t window; /* keys that a sliding layer sees; 0: all */
    struct sth_model_set sliding;

    uint32_t rotary;  /* columns of a head that RoPE rotates; 0: no RoPE */
    bool rope_slides; /* layers without a window have no RoPE */
    double rope_theta;
    double local_theta; /* of sliding layers; 0: as the others */
    struct sth_rope_scaling rope, local_rope;

    uint32_t experts;        /* 0: dense */
    uint32_t experts_active; /* experts that each token visits */
    uint32_t expert_intermediate;
    uint32_t shared_intermediate; /* of the expert that all visit; 0: none */
    bool shared_gate;             /* its output times a sigmoid of the token */
    bool experts_sum_to_one;
    double routed_scale;
    struct sth_model_set dense; /* layers without experts */

    struct sth_model_ends ends;

    /* What a file says beside these, until it has become part of them. */
    struct {
        double rotary_share, query_scalar, logit_divisor, alibi_max;
        uint32_t rotary, window_pattern, window_from, expansion;
        uint32_t expert_step, norms, first_dense, shared_experts;
        bool rope, windowless, unscaled, one_kv_head, grouped, parallel,
            qk_norm, behind, bare_end, alibi;
    } said;
};

/* What --ignore names. */
struct sth_model_ignored {
    const char *const *key;
    unsigned count;
};

/*
 * Reads a configuration: a file, or the config.json of a folder.  Whatever the
 * table of the family does not know, or what the layers would not show, is
 * refused: false, and a sentence naming file, line, family and field in text;
 * *model is then unchanged.  On success text holds lines of notes, or nothing.
 */
bool sth_model_load(const char *path, const struct sth_model_ignored *ignored,
                    struct sth_model *model, char *text, size_t text_size);

/*
 * Whether the layers can take past + seq tokens, seq of them
 * new.  Where positions are learned there are no more; where they are rotations
 * there are, beyond what it was trained for: true then, with a sentence in
 * error all the same.
 */
bool sth_model_takes(const struct sth_model *model, uint32_t past, uint32_t seq,
                     char *error, size_t error_size);

bool sth_model_slides(const struct sth_model *model, uint32_t layer);
bool sth_model_has_experts(const struct sth_model *model, uint32_t layer);

/*
 * The angle of each pair for one position onwards, rotary / 2 of them, and the
 * factor of cosine and sine, for a context of that many tokens.
 */
void sth_model_rope_rates(const struct sth_model *model, uint32_t layer,
                          uint32_t tokens, double *rate, double *factor);

/* Yarn's factor of cosine and sine, or of the scores: Peng et al. 2023. */
double sth_model_yarn_scale(double factor, double scale);

/* Whether a layer rotates queries and keys. */
bool sth_model_rotates(const struct sth_model *model, uint32_t layer);

/* Whether the angles are theta^(-i / pairs) for all columns of a head. */
bool sth_model_rope_is_plain(const struct sth_model *model, uint32_t layer);
double sth_model_rope_theta(const struct sth_model *model, uint32_t layer);

#endif
