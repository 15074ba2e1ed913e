#include "sth_model_finish.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void put(struct sth_model_set *set, uint32_t layer)
{
    set->bits[layer / 64] |= (uint64_t)1 << layer % 64;
}

static bool has(const struct sth_model_set *set, uint32_t layer)
{
    return set->bits[layer / 64] >> layer % 64 & 1;
}

static void finish_heads(struct sth_model_reader *r, struct sth_model *m)
{
    if (!m->kv_heads)
        m->kv_heads = m->heads;
    if (m->heads % m->kv_heads)
        sth_model_fail(r, "%u key and value heads do not divide %u heads",
                       m->kv_heads, m->heads);
    if (m->latent)
        m->head_dim = m->nope + m->said.rotary;
    if (m->latent && m->value_dim > m->head_dim)
        sth_model_fail_field(r, "v_head_dim", "exceeds the %u of a query",
                             m->head_dim);
    if (!m->head_dim) {
        if (m->hidden % m->heads)
            sth_model_fail(r,
                           "the hidden size %u is not a multiple of %u heads",
                           m->hidden, m->heads);
        m->head_dim = m->hidden / m->heads;
    }
    if (m->said.unscaled)
        m->attention_scale = 1;
    else if (m->said.query_scalar > 0)
        m->attention_scale = 1 / sqrt(m->said.query_scalar);
    else if (!(m->attention_scale > 0))
        m->attention_scale = 1 / sqrt(m->head_dim);
}

static void finish_rope(struct sth_model_reader *r, struct sth_model *m)
{
    const double share = m->said.rotary_share;

    if (!m->said.rope)
        return;
    m->rotary = share > 1        ? 0
                : share > 0      ? (uint32_t)(share * m->head_dim)
                : m->said.rotary ? m->said.rotary
                                 : m->head_dim;
    if (m->rotary % 2 || !m->rotary || m->rotary > m->head_dim ||
        m->rotary > 2 * STH_MODEL_RATES_MAX)
        sth_model_fail(r,
                       "RoPE rotates an even number of columns of a head, "
                       "not %u of %u",
                       m->rotary, m->head_dim);
    if (m->said.rotary && m->said.rotary != m->rotary)
        sth_model_fail_field(r, "rotary_dim",
                             "contradicts the %u columns of "
                             "'partial_rotary_factor'",
                             m->rotary);
    if (m->head_dim % 2)
        sth_model_fail(r, "RoPE needs an even head dimension, not %u",
                       m->head_dim);
    if (m->rope.kind == STH_ROPE_LONG && m->rope.factors != m->rotary / 2)
        sth_model_fail(r,
                       "RoPE's 'short_factor' and 'long_factor' must hold %u "
                       "numbers",
                       m->rotary / 2);
}

static void finish_windows(struct sth_model_reader *r, struct sth_model *m)
{
    bool any = false;

    if (m->said.windowless) {
        m->window = 0;
        m->sliding = (struct sth_model_set){.given = true};
    }
    for (uint32_t l = 0; l < m->layers; l++) {
        if (!m->sliding.given && m->window && l >= m->said.window_from &&
            (!m->said.window_pattern || (l + 1) % m->said.window_pattern != 0))
            put(&m->sliding, l);
        any = any || has(&m->sliding, l);
    }
    if (any && !m->window)
        sth_model_fail_field(r, "layer_types",
                             "says sliding_attention, but 'sliding_window' is "
                             "null");
}

static void finish_experts(struct sth_model_reader *r, struct sth_model *m)
{
    const uint32_t step = m->said.expert_step ? m->said.expert_step : 1;

    if (m->experts_active > m->experts)
        sth_model_fail_field(r, "num_experts_per_tok", "exceeds the %u experts",
                             m->experts);
    if (m->experts && !m->experts_active)
        sth_model_fail(r, "no field says how many experts a token visits");
    if (!m->expert_intermediate)
        m->expert_intermediate = m->intermediate;
    for (uint32_t l = 0; m->experts && l < m->layers; l++)
        if ((l + 1) % step || l < m->said.first_dense)
            put(&m->dense, l);
    if (!(m->routed_scale > 0))
        m->routed_scale = 1;
}

static void finish_ends(struct sth_model *m)
{
    if (!m->ends.width)
        m->ends.width = m->hidden;
}

void sth_model_finish(struct sth_model_reader *r, struct sth_model *m)
{
    if (!m->intermediate)
        m->intermediate = 4 * m->hidden;
    if (!(m->residual_scale > 0))
        m->residual_scale = 1;
    finish_heads(r, m);
    finish_rope(r, m);
    finish_windows(r, m);
    finish_experts(r, m);
    finish_ends(m);
}

bool sth_model_slides(const struct sth_model *model, uint32_t layer)
{
    return has(&model->sliding, layer);
}

bool sth_model_has_experts(const struct sth_model *model, uint32_t layer)
{
    return model->experts && !has(&model->dense, layer);
}

bool sth_model_takes(const struct sth_model *model, uint32_t past, uint32_t seq,
                     char *error, size_t error_size)
{
    const uint64_t tokens = (uint64_t)past + seq;

    *error = 0;
    if (!model->positions || tokens <= model->positions)
        return true;
    snprintf(error, error_size,
             "%" PRIu64 " tokens, %" PRIu32 " of them past, exceed the "
             "model's %" PRIu32 " (field '%s')",
             tokens, past, model->positions, model->positions_key);
    return !model->learned;
}
