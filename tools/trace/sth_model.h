/*
 * A transformer's shape, read from a Hugging Face config.json.
 */
#ifndef STH_MODEL_H
#define STH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sth_model_family {
    STH_MODEL_GPT2,   /* pre-norm, LayerNorm, fused QKV, GELU, causal */
    STH_MODEL_BERT,   /* post-norm, LayerNorm, GELU, bidirectional */
    STH_MODEL_LLAMA,  /* pre-norm, RMSNorm, RoPE, grouped queries, SwiGLU */
    STH_MODEL_MIXTRAL /* Llama with a mixture of experts */
};

struct sth_model {
    enum sth_model_family family;
    uint32_t hidden;           /* model dimension */
    uint32_t heads;            /* query heads */
    uint32_t kv_heads;         /* key and value heads; divides heads */
    uint32_t head_dim;         /* even for RoPE */
    uint32_t layers;           /* of the whole model */
    uint32_t positions;        /* tokens that it takes at most; 0: not said */
    const char *positions_key; /* the field that says so */
    uint32_t intermediate;     /* FFN dimension */
    uint32_t experts;          /* 0: dense */
    uint32_t experts_active;   /* experts that each token visits */
    bool qkv_bias;             /* Llama families: bias on Q, K and V */
    double norm_eps;
    double rope_theta;
};

/*
 * Reads a configuration of the families gpt2, bert, llama, mistral, qwen2 and
 * mixtral.  On failure returns false and writes a sentence naming the file,
 * the line where known, and the field; *model is then unchanged.
 */
bool sth_model_load(const char *path, struct sth_model *model, char *error,
                    size_t error_size);

/*
 * Whether the model has positions for past + seq tokens.  Where they are
 * learned there are no more; where they are rotations there are, beyond what
 * it was trained for: true then, with a sentence in error all the same.
 */
bool sth_model_takes(const struct sth_model *model, uint32_t past, uint32_t seq,
                     char *error, size_t error_size);

#endif
