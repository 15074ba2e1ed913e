/* The layer of each family. */
#include "families/equations_parts.h"

#include <math.h>
#include <string.h>

static int whole(const struct eq *e, const char *key)
{
    return (int)eq_number(e, key);
}

/* y = x + f; f is scaled. */
static double *plus(struct eq *e, const double *x, const double *f)
{
    return eq_add(e, x, f, 1);
}

static double *project(struct eq *e, const double *context,
                       const struct eq_attention *a, bool bias)
{
    return eq_linear(e, "proj", context, a->heads * a->dim, e->hidden, bias);
}

/* ---- families with GPT's names ----------------------------------------- */

/* GPT-2's layer around an attention. */
static double *gpt_layer(struct eq *e, double *x, const struct eq_attention *a,
                         int inner, const char *act, bool bias)
{
    const double eps = eq_number(e, "layer_norm_epsilon");
    double *y = eq_attend(e, eq_layernorm_of(e, "attn.norm", x, eps, bias), a);

    x = plus(e, x, project(e, y, a, bias));
    y = eq_layernorm_of(e, "ffn.norm", x, eps, bias);
    return plus(e, x, eq_plain(e, y, inner, act, bias));
}

static double *gpt2(struct eq *e, double *x)
{
    struct eq_attention a = {.heads = whole(e, "n_head"),
                             .fused = true,
                             .bias = true,
                             .causal = true};

    a.kv =
        !eq_null(e, "multi_query") && eq_flag(e, "multi_query") ? 1 : a.heads;
    a.dim = e->hidden / a.heads;
    a.scale = eq_flag(e, "scale_attn_weights") ? 1 / sqrt(a.dim) : 1;
    if (!eq_null(e, "scale_attn_by_inverse_layer_idx") &&
        eq_flag(e, "scale_attn_by_inverse_layer_idx"))
        a.scale /= e->layer + 1;
    return gpt_layer(e, x, &a, whole(e, "n_inner"),
                     eq_word(e, "activation_function"), true);
}

static double *gptj(struct eq *e, double *x)
{
    struct eq_attention a = {.heads = whole(e, "n_head"),
                             .kv = whole(e, "n_head"),
                             .causal = true,
                             .style = EQ_NEIGHBOURS,
                             .rotated = whole(e, "rotary_dim"),
                             .theta = 10000};
    double *n = eq_layernorm_of(e, "attn.norm", x,
                                eq_number(e, "layer_norm_epsilon"), true);

    a.dim = e->hidden / a.heads;
    a.scale = 1 / sqrt(a.dim);
    x = plus(e, x, project(e, eq_attend(e, n, &a), &a, false));
    return plus(e, x,
                eq_plain(e, n, whole(e, "n_inner"),
                         eq_word(e, "activation_function"), true));
}

static double *bloom(struct eq *e, double *x)
{
    struct eq_attention a = {.heads = whole(e, "n_head"),
                             .kv = whole(e, "n_head"),
                             .fused = true,
                             .bias = true,
                             .causal = true,
                             .steepest = 8};

    a.dim = e->hidden / a.heads;
    a.scale = 1 / sqrt(a.dim);
    return gpt_layer(e, x, &a, 4 * e->hidden, "gelu_new", true);
}

static double *mpt(struct eq *e, double *x)
{
    struct eq_attention a = {.heads = whole(e, "n_heads"),
                             .kv = whole(e, "n_heads"),
                             .fused = true,
                             .causal = true,
                             .scale =
                                 eq_number(e, "attn_config.softmax_scale")};

    a.dim = e->hidden / a.heads;
    if (eq_flag(e, "attn_config.alibi"))
        a.steepest = eq_null(e, "attn_config.alibi_bias_max")
                         ? 8
                         : eq_number(e, "attn_config.alibi_bias_max");
    return gpt_layer(e, x, &a, whole(e, "expansion_ratio") * e->hidden, "gelu",
                     false);
}

/* ---- families with the common names ------------------------------------ */

static struct eq_attention common(struct eq *e)
{
    struct eq_attention a = {.heads = whole(e, "num_attention_heads"),
                             .causal = true};

    a.kv = a.heads;
    if (!eq_null(e, "num_key_value_heads"))
        a.kv = whole(e, "num_key_value_heads");
    a.dim = eq_null(e, "head_dim") ? e->hidden / a.heads : whole(e, "head_dim");
    a.scale = 1 / sqrt(a.dim);
    if (!eq_null(e, "attention_bias"))
        a.bias = eq_flag(e, "attention_bias");
    return a;
}

static struct eq_attention rotary(struct eq *e, const char *share)
{
    struct eq_attention a = common(e);

    a.style = EQ_HALVES;
    a.rotated = share ? (int)(eq_number(e, share) * a.dim) : a.dim;
    if (!eq_null(e, "rope_theta"))
        a.theta = eq_number(e, "rope_theta");
    a.scaling = "rope_scaling";
    if (!eq_null(e, "rope_parameters.full_attention")) {
        a.scaling = "rope_parameters.full_attention";
        a.theta = eq_number(e, "rope_parameters.full_attention.rope_theta");
    } else if (!eq_null(e, "rope_parameters")) {
        a.scaling = "rope_parameters";
        a.theta = eq_number(e, "rope_parameters.rope_theta");
    }
    return a;
}

static double *gpt_neox(struct eq *e, double *x)
{
    const double eps = eq_number(e, "layer_norm_eps");
    struct eq_attention a = rotary(e, "rotary_pct");
    double *n = eq_layernorm_of(e, "attn.norm", x, eps, true), *y;

    a.theta = eq_number(e, "rotary_emb_base");
    y = plus(e, x, project(e, eq_attend(e, n, &a), &a, a.bias));
    n = eq_layernorm_of(e, "ffn.norm",
                        eq_flag(e, "use_parallel_residual") ? x : y, eps, true);
    return plus(e, y,
                eq_plain(e, n, whole(e, "intermediate_size"),
                         eq_word(e, "hidden_act"), true));
}

static double *opt(struct eq *e, double *x)
{
    const bool before = eq_flag(e, "do_layer_norm_before");
    const bool bias = eq_flag(e, "enable_bias");
    const char *act = eq_word(e, "activation_function");
    const int width = whole(e, "ffn_dim");
    struct eq_attention a = common(e);
    double *n = before ? eq_layernorm_of(e, "attn.norm", x, 1e-5, true) : x;

    a.fused = true;
    a.bias = bias;
    x = plus(e, x, project(e, eq_attend(e, n, &a), &a, bias));
    if (!before)
        x = eq_layernorm_of(e, "attn.norm", x, 1e-5, true);
    n = before ? eq_layernorm_of(e, "ffn.norm", x, 1e-5, true) : x;
    x = plus(e, x, eq_plain(e, n, width, act, bias));
    return before ? x : eq_layernorm_of(e, "ffn.norm", x, 1e-5, true);
}

static double *bert(struct eq *e, double *x)
{
    const double eps = eq_number(e, "layer_norm_eps");
    struct eq_attention a = common(e);

    a.fused = true;
    a.bias = true;
    a.causal = eq_flag(e, "is_decoder");
    x = plus(e, x, project(e, eq_attend(e, x, &a), &a, true));
    x = eq_layernorm_of(e, "attn.norm", x, eps, true);
    x = plus(e, x,
             eq_plain(e, x, whole(e, "intermediate_size"),
                      eq_word(e, "hidden_act"), true));
    return eq_layernorm_of(e, "ffn.norm", x, eps, true);
}

static double *falcon(struct eq *e, double *x)
{
    const double eps = eq_number(e, "layer_norm_epsilon");
    const bool bias = eq_flag(e, "bias");
    const bool grouped = eq_flag(e, "new_decoder_architecture");
    const bool two = !grouped ? !eq_flag(e, "parallel_attn")
                     : eq_null(e, "num_ln_in_parallel_attn")
                         ? true
                         : whole(e, "num_ln_in_parallel_attn") == 2;
    struct eq_attention a = rotary(e, NULL);
    double *n = eq_layernorm_of(e, "attn.norm", x, eps, true), *y;

    a.kv = grouped
               ? eq_null(e, "num_kv_heads") ? a.heads : whole(e, "num_kv_heads")
           : eq_flag(e, "multi_query") ? 1
                                       : a.heads;
    a.bias = bias;
    if (!eq_null(e, "alibi") && eq_flag(e, "alibi")) {
        a.rotated = 0;
        a.fused = true;
        a.steepest = 8;
        a.bias_scaled = true;
    }
    y = plus(e, x, project(e, eq_attend(e, n, &a), &a, bias));
    if (two)
        n = eq_layernorm_of(e, "ffn.norm", grouped ? x : y, eps, true);
    return plus(e, y,
                eq_plain(e, n, whole(e, "ffn_hidden_size"),
                         eq_word(e, "activation"), bias));
}

static double *phi(struct eq *e, double *x)
{
    struct eq_attention a = rotary(e, "partial_rotary_factor");
    double *n = eq_layernorm_of(e, "attn.norm", x,
                                eq_number(e, "layer_norm_eps"), true);

    a.bias = true;
    a.qk = eq_flag(e, "qk_layernorm") ? EQ_QK_LAYER : EQ_QK_NONE;
    a.eps = eq_number(e, "layer_norm_eps");
    x = plus(e, x, project(e, eq_attend(e, n, &a), &a, true));
    return plus(e, x,
                eq_plain(e, n, whole(e, "intermediate_size"),
                         eq_word(e, "hidden_act"), true));
}

static double *cohere(struct eq *e, double *x)
{
    struct eq_attention a = rotary(e, NULL);
    double *n = eq_layernorm_of(e, "attn.norm", x,
                                eq_number(e, "layer_norm_eps"), false);

    a.style = EQ_NEIGHBOURS;
    if (!strcmp(eq_word(e, "model_type"), "cohere2")) {
        if (eq_slides(e, "cohere2"))
            a.window = whole(e, "sliding_window");
        else
            a.rotated = 0;
    }
    a.qk = !eq_null(e, "use_qk_norm") && eq_flag(e, "use_qk_norm")
               ? EQ_QK_LAYERS
               : EQ_QK_NONE;
    a.eps = eq_number(e, "layer_norm_eps");
    x = plus(e, x, project(e, eq_attend(e, n, &a), &a, a.bias));
    return plus(e, x,
                eq_gated(e, "ffn.", n, whole(e, "intermediate_size"),
                         eq_word(e, "hidden_act"), false));
}

static double *stablelm(struct eq *e, double *x)
{
    const double eps = eq_number(e, "layer_norm_eps");
    struct eq_attention a = rotary(e, "partial_rotary_factor");
    double *n = eq_layernorm_of(e, "attn.norm", x, eps, true);

    a.bias = eq_flag(e, "use_qkv_bias");
    a.qk = eq_flag(e, "qk_layernorm") ? EQ_QK_LAYERS : EQ_QK_NONE;
    a.eps = eps;
    x = plus(e, x, project(e, eq_attend(e, n, &a), &a, false));
    if (!eq_flag(e, "use_parallel_residual"))
        n = eq_layernorm_of(e, "ffn.norm", x, eps, true);
    return plus(e, x,
                eq_gated(e, "ffn.", n, whole(e, "intermediate_size"),
                         eq_word(e, "hidden_act"), false));
}

static double *starcoder2(struct eq *e, double *x)
{
    const double eps = eq_number(e, "norm_epsilon");
    const bool bias = eq_flag(e, "use_bias");
    struct eq_attention a = rotary(e, NULL);

    a.bias = bias;
    if (!eq_null(e, "sliding_window") && eq_slides(e, "starcoder2"))
        a.window = whole(e, "sliding_window");
    x = plus(
        e, x,
        project(e,
                eq_attend(e, eq_layernorm_of(e, "attn.norm", x, eps, true), &a),
                &a, bias));
    return plus(e, x,
                eq_plain(e, eq_layernorm_of(e, "ffn.norm", x, eps, true),
                         whole(e, "intermediate_size"),
                         eq_word(e, "hidden_act"), bias));
}

/* ---- Llama's kin ------------------------------------------------------- */

static double *experts(struct eq *e, const double *x, const char *type)
{
    const bool mixtral = !strcmp(type, "mixtral");
    const bool deepseek = !strncmp(type, "deepseek", 8);
    const int n = whole(e, mixtral    ? "num_local_experts"
                           : deepseek ? "n_routed_experts"
                                      : "num_experts");
    const double scale = deepseek ? eq_number(e, "routed_scaling_factor") : 1;
    const int width =
        whole(e, mixtral ? "intermediate_size" : "moe_intermediate_size");
    const double *share =
        eq_routes(e, n, whole(e, "num_experts_per_tok"),
                  mixtral || eq_flag(e, "norm_topk_prob"), scale);
    double *y = eq_take(e, e->tokens * e->hidden), *one;
    const char *act = eq_word(e, "hidden_act");

    e->bad = e->bad || !eq_has(e, "router.w");
    for (int i = 0; i < n; i++) {
        char prefix[16] = {'e', (char)('0' + i), '.', 0}, w[] = "e0.up.w";

        w[1] = prefix[1];
        if (!eq_has(e, w))
            continue;
        one = eq_gated(e, prefix, x, width, act, false);
        for (int t = 0; t < e->tokens * e->hidden; t++)
            y[t] += scale * share[t / e->hidden * n + i] * one[t];
    }
    if (deepseek)
        return plus(e, y,
                    eq_gated(e, "shared.", x,
                             whole(e, "n_shared_experts") * width, act, false));
    if (strcmp(type, "qwen2_moe") != 0)
        return y;
    one = eq_gated(e, "shared.", x, whole(e, "shared_expert_intermediate_size"),
                   act, false);
    share = eq_linear(e, "shared.scale", x, e->hidden, 1, false);
    for (int t = 0; t < e->tokens * e->hidden; t++)
        y[t] += one[t] / (1 + exp(-share[t / e->hidden]));
    return y;
}

/* Whether a layer of a mixture has experts. */
static bool is_sparse(const struct eq *e, const char *type)
{
    const json_t *dense = json_object_get(e->config, "mlp_only_layers");

    if (!strcmp(type, "mixtral"))
        return true;
    if (!strncmp(type, "deepseek", 8))
        return e->layer >= whole(e, "first_k_dense_replace");
    if (strcmp(type, "qwen2_moe") && strcmp(type, "qwen3_moe"))
        return false;
    for (size_t i = 0; i < json_array_size(dense); i++)
        if (json_integer_value(json_array_get(dense, i)) == e->layer)
            return false;
    return (e->layer + 1) % whole(e, "decoder_sparse_step") == 0;
}

static struct eq_attention llama_attention(struct eq *e, const char *type)
{
    struct eq_attention a =
        rotary(e, !strcmp(type, "phi3") ? "partial_rotary_factor" : NULL);

    if (!strncmp(type, "qwen2", 5))
        a.bias = eq_null(e, "qkv_bias") || eq_flag(e, "qkv_bias");
    if (!strncmp(type, "qwen3", 5) || !strcmp(type, "gemma3_text"))
        a.qk = EQ_QK_HEAD;
    if (!strcmp(type, "olmo2"))
        a.qk = EQ_QK_ROW;
    a.eps = eq_number(e, "rms_norm_eps");
    if (!strcmp(type, "granite"))
        a.scale = eq_number(e, "attention_multiplier");
    if (!strcmp(type, "gemma2") && !eq_null(e, "attn_logit_softcapping"))
        a.cap = eq_number(e, "attn_logit_softcapping");
    if (!eq_null(e, "query_pre_attn_scalar"))
        a.scale = 1 / sqrt(eq_number(e, "query_pre_attn_scalar"));
    if (!eq_null(e, "sliding_window") && eq_slides(e, type)) {
        a.window = whole(e, "sliding_window");
        if (!strcmp(type, "gemma3_text")) {
            a.scaling = "rope_parameters.sliding_attention";
            a.theta = eq_null(e, "rope_parameters")
                          ? eq_number(e, "rope_local_base_freq")
                          : eq_number(e, "rope_parameters.sliding_attention"
                                         ".rope_theta");
        }
    }
    return a;
}

static double *llama(struct eq *e, double *x)
{
    const char *type = eq_word(e, "model_type");
    const double eps = eq_number(e, "rms_norm_eps");
    const bool behind_alone = !strcmp(type, "olmo2");
    const bool sandwich =
        !strcmp(type, "gemma2") || !strcmp(type, "gemma3_text");
    const double scale =
        !strcmp(type, "granite") ? eq_number(e, "residual_multiplier") : 1;
    const char *act = !strncmp(type, "gemma", 5)
                          ? eq_word(e, "hidden_activation")
                          : eq_word(e, "hidden_act");
    const struct eq_attention a = llama_attention(e, type);
    const bool proj_bias = a.bias && strncmp(type, "qwen2", 5) != 0;
    const bool ffn_bias = !eq_null(e, "mlp_bias") && eq_flag(e, "mlp_bias");
    double *f;

    f = behind_alone ? x : eq_rms_of(e, "attn.norm", x, eps);
    f = project(e, eq_attend(e, f, &a), &a, proj_bias);
    if (behind_alone || sandwich)
        f = eq_rms_of(e, "attn.post", f, eps);
    x = eq_add(e, x, f, scale);
    f = behind_alone ? x : eq_rms_of(e, "ffn.norm", x, eps);
    f = is_sparse(e, type)
            ? experts(e, f, type)
            : eq_gated(e, "ffn.", f, whole(e, "intermediate_size"), act,
                       ffn_bias);
    if (behind_alone || sandwich)
        f = eq_rms_of(e, "ffn.post", f, eps);
    return eq_add(e, x, f, scale);
}

static double *deepseek(struct eq *e, double *x)
{
    const char *type = eq_word(e, "model_type");
    const double eps = eq_number(e, "rms_norm_eps");
    const int n = whole(e, "qk_nope_head_dim"), v = whole(e, "v_head_dim");
    const int q = eq_null(e, "q_lora_rank") ? 0 : whole(e, "q_lora_rank");
    struct eq_attention a = {.heads = whole(e, "num_attention_heads"),
                             .dim = whole(e, "qk_rope_head_dim"),
                             .style = EQ_NEIGHBOURS,
                             .theta = eq_number(e, "rope_theta"),
                             .scaling = "rope_scaling"};
    double *f, stretch = 1;

    a.rotated = a.dim;
    if (!eq_null(e, "rope_scaling.mscale_all_dim"))
        stretch = 0.1 * eq_number(e, "rope_scaling.mscale_all_dim") *
                      log(eq_number(e, "rope_scaling.factor")) +
                  1;
    a.scale = stretch * stretch / sqrt(n + a.dim);
    f = eq_attend_latent(e, eq_rms_of(e, "attn.norm", x, eps), q,
                         whole(e, "kv_lora_rank"), n, v, &a);
    x = plus(e, x, eq_linear(e, "proj", f, a.heads * v, e->hidden, false));
    f = eq_rms_of(e, "ffn.norm", x, eps);
    f = is_sparse(e, type)
            ? experts(e, f, type)
            : eq_gated(e, "ffn.", f, whole(e, "intermediate_size"),
                       eq_word(e, "hidden_act"), false);
    return plus(e, x, f);
}

static const struct {
    const char *type;
    double *(*layer)(struct eq *e, double *x);
} families[] = {
    {"gpt2", gpt2},
    {"gpt_bigcode", gpt2},
    {"gptj", gptj},
    {"gpt_neox", gpt_neox},
    {"opt", opt},
    {"bloom", bloom},
    {"mpt", mpt},
    {"falcon", falcon},
    {"phi", phi},
    {"bert", bert},
    {"roberta", bert},
    {"stablelm", stablelm},
    {"starcoder2", starcoder2},
    {"cohere", cohere},
    {"cohere2", cohere},
    {"deepseek_v2", deepseek},
    {"deepseek_v3", deepseek},
    {NULL, llama},
};

double equations_difference(const json_t *config, const struct sth_trace *trace,
                            double *const *value, const struct phase *phase,
                            int layer)
{
    struct eq *e = eq_open(config, trace, value, phase, layer);
    const double *expected;
    double off;
    int f = 0;

    while (families[f].type &&
           strcmp(families[f].type, eq_word(e, "model_type")) != 0)
        f++;
    expected = families[f].layer(e, eq_input(e));
    off = eq_off(e, expected, "out", e->tokens, e->hidden);
    eq_close(e);
    return off;
}
