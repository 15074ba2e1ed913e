/* What makes a small model one of a family, beside its shape. */
#ifndef MODEL_FIXTURE_H
#define MODEL_FIXTURE_H

#include "sth_model.h"

#define MODEL_GPT2                                                             \
    .type = "gpt2", .causal = true, .norm_bias = true, .residual_scale = 1,    \
    .attention_scale = 0.25, .fused = true, .qkv_bias = true,                  \
    .proj_bias = true, .ffn_bias = true, .norm_eps = 1e-5

#define MODEL_BERT                                                             \
    .type = "bert", .place = STH_MODEL_POST, .norm_bias = true,                \
    .residual_scale = 1, .attention_scale = 0.25, .fused = true,               \
    .qkv_bias = true, .proj_bias = true, .ffn_bias = true, .norm_eps = 1e-12

/* With a bias on q, k and v. */
#define MODEL_LLAMA                                                            \
    .type = "llama", .causal = true, .norm = STH_MODEL_RMS_NORM,               \
    .residual_scale = 1, .attention_scale = 0.25, .act = STH_MODEL_SILU,       \
    .gated = true, .norm_eps = 1e-5, .rope_theta = 1e4, .qkv_bias = true

#define MODEL_MIXTRAL                                                          \
    .type = "mixtral", .causal = true, .norm = STH_MODEL_RMS_NORM,             \
    .residual_scale = 1, .attention_scale = 0.25, .act = STH_MODEL_SILU,       \
    .gated = true, .norm_eps = 1e-5, .rope_theta = 1e4,                        \
    .experts_sum_to_one = true, .routed_scale = 1

#endif
