/*
 * What the rows of the families' files stand for.  Each inclusion gives one
 * reading of them; FAMILY_READING says which.
 *
 *   FAMILY_KEYS    an array of struct sth_family_key
 *   FAMILY_BASE    a function of what is fixed and all defaults
 *   FAMILY_DERIVE  a function of what follows from other members
 *   FAMILY_LIST    an entry of the list
 *
 * FAMILY(id, "model_type ...", "Class ...", "norm | attention | feed-forward")
 *     the stems of architectures; END(id) closes it
 * FIX(member, value)                      no field says it
 * SHAPE("key", member, default, min, max) a whole number, a note when missing
 * COUNT(the same)                         without note
 * OPTION(the same)                        or null for 0; a note but for 0
 * REAL("key", member, default)            a positive number, null: the default
 * OPTION_REAL(the same)                   where 0 stands for none
 * REAL_OR_NONE(the same)                  or null for 0
 * FLAG("key", member, default)            true or false
 * FORM(the same)                          a note when missing
 * FLAG_NOT("key", member, default)        the member is the opposite
 * ACT("key", default)                     an activation by its name
 * LAYERS("key", member)                   a list of layers
 * ALSO("key", "other")                    another name of a field above it
 * NEUTRAL("key", "values", "why")         refused unless missing or a value
 * ENDS("key", "values")                   no part of a layer; before and behind
 *                                         the layers as NEUTRAL
 * IGNORED("key ...")                      cannot matter
 * DERIVE(member, expression)              from *m, in order, when all is read
 */
#undef FAMILY
#undef FIX
#undef DERIVE
#undef ROW
#undef END

#if FAMILY_READING == FAMILY_KEYS
#define FAMILY(id, types, classes, about)                                      \
    static const struct sth_family_key keys_##id[] = {
#define FIX(member, value)
#define DERIVE(member, expression)
#define ROW(key, kind, type, member, low, high, values, why)                   \
    {key, STH_KEY_##kind, MEMBER(type, member), low, high, values, why},
#define END(id)                                                                \
    }                                                                          \
    ;
#elif FAMILY_READING == FAMILY_BASE
#define FAMILY(id, types, classes, about)                                      \
    static void base_##id(struct sth_model *m)                                 \
    {
#define FIX(member, value) m->member = (value);
#define DERIVE(member, expression)
#define ROW(key, kind, type, member, low, high, values, why)
#define END(id) }
#elif FAMILY_READING == FAMILY_DERIVE
#define FAMILY(id, types, classes, about)                                      \
    static void derive_##id(struct sth_model *m)                               \
    {                                                                          \
        (void)m;
#define FIX(member, value)
#define DERIVE(member, expression) m->member = (expression);
#define ROW(key, kind, type, member, low, high, values, why)
#define END(id) }
#else
#define FAMILY(id, types, classes, about)                                      \
    {types,                                                                    \
     classes,                                                                  \
     about,                                                                    \
     keys_##id,                                                                \
     sizeof(keys_##id) / sizeof(*keys_##id),                                   \
     base_##id,                                                                \
     derive_##id},
#define FIX(member, value)
#define DERIVE(member, expression)
#define ROW(key, kind, type, member, low, high, values, why)
#define END(id)
#endif

/* The offset of a member, which must have that type. */
#undef MEMBER
#define MEMBER(type, member)                                                   \
    offsetof(struct sth_model, member) *                                       \
        _Generic(&((struct sth_model *)0)->member, type * : 1)

#define SHAPE(key, member, otherwise, low, high)                               \
    ROW(key, SHAPE, uint32_t, member, low, high, NULL, NULL)                   \
    FIX(member, otherwise)
#define COUNT(key, member, otherwise, low, high)                               \
    ROW(key, COUNT, uint32_t, member, low, high, NULL, NULL)                   \
    FIX(member, otherwise)
#define OPTION(key, member, otherwise, low, high)                              \
    ROW(key, OPTION, uint32_t, member, low, high, NULL, NULL)                  \
    FIX(member, otherwise)
#define REAL(key, member, otherwise)                                           \
    ROW(key, REAL, double, member, 0, 1e12, NULL, NULL)                        \
    FIX(member, otherwise)
#define OPTION_REAL(key, member, otherwise) REAL(key, member, otherwise)
#define REAL_OR_NONE(key, member, otherwise)                                   \
    ROW(key, REAL, double, member, 1, 1e12, NULL, NULL)                        \
    FIX(member, otherwise)
#define FLAG(key, member, otherwise)                                           \
    ROW(key, FLAG, bool, member, 0, 1, NULL, NULL)                             \
    FIX(member, otherwise)
#define FORM(key, member, otherwise)                                           \
    ROW(key, FORM, bool, member, 0, 1, NULL, NULL)                             \
    FIX(member, otherwise)
#define FLAG_NOT(key, member, otherwise)                                       \
    ROW(key, FLAG, bool, member, 1, 0, NULL, NULL)                             \
    FIX(member, otherwise)
#define ACT(key, otherwise)                                                    \
    ROW(key, ACT, enum sth_model_act, act, 0, 0, NULL, NULL)                   \
    FIX(act, otherwise)
#define LAYERS(key, member)                                                    \
    ROW(key, LAYERS, struct sth_model_set, member, 0, 0, NULL, NULL)
#define ALSO(key, other) ROW(key, ALSO, uint32_t, hidden, 0, 0, other, NULL)
#define NEUTRAL(key, values, why)                                              \
    ROW(key, NEUTRAL, uint32_t, hidden, 0, 0, values, why)
#define ENDS(key, values) ROW(key, ENDS, uint32_t, hidden, 0, 0, values, NULL)
#define IGNORED(keys) ROW(keys, IGNORED, uint32_t, hidden, 0, 0, NULL, NULL)

/* Rows that families share. */
#define POSITIONS(key, most)                                                   \
    SHAPE(key, positions, most, 1, 1 << 30)                                    \
    FIX(positions_key, key)
#define NAMED(width, heads_of, layers_of, ffn, most)                           \
    SHAPE("hidden_size", hidden, width, 1, STH_MODEL_DIM_MAX)                  \
    SHAPE("num_attention_heads", heads, heads_of, 1, 4096)                     \
    SHAPE("num_hidden_layers", layers, layers_of, 1, STH_MODEL_LAYERS_MAX)     \
    SHAPE("intermediate_size", intermediate, ffn, 1, 4 * STH_MODEL_DIM_MAX)    \
    POSITIONS("max_position_embeddings", most)
#define NAMED_GPT(width, layers_of, heads_of, most)                            \
    SHAPE("n_embd", hidden, width, 1, STH_MODEL_DIM_MAX)                       \
    ALSO("hidden_size", "n_embd")                                              \
    SHAPE("n_head", heads, heads_of, 1, 4096)                                  \
    ALSO("num_attention_heads", "n_head")                                      \
    SHAPE("n_layer", layers, layers_of, 1, STH_MODEL_LAYERS_MAX)               \
    ALSO("num_hidden_layers", "n_layer")                                       \
    OPTION("n_inner", intermediate, 0, 1, 4 * STH_MODEL_DIM_MAX)               \
    POSITIONS("n_positions", most)                                             \
    ALSO("max_position_embeddings", "n_positions")                             \
    ALSO("n_ctx", "n_positions")
#define KV_HEADS(otherwise)                                                    \
    OPTION("num_key_value_heads", kv_heads, otherwise, 1, 4096)
#define HEAD_DIM(otherwise) OPTION("head_dim", head_dim, otherwise, 1, 4096)
#define LAYER_NORM(key, eps, bias)                                             \
    FIX(norm, STH_MODEL_LAYER_NORM)                                            \
    FIX(norm_bias, bias)                                                       \
    REAL(key, norm_eps, eps)
#define RMS_NORM(key, eps)                                                     \
    FIX(norm, STH_MODEL_RMS_NORM)                                              \
    REAL(key, norm_eps, eps)
#define BIASES                                                                 \
    FIX(qkv_bias, true)                                                        \
    FIX(proj_bias, true)                                                       \
    FIX(ffn_bias, true)
#define ATTENTION_BIAS(otherwise)                                              \
    FLAG("attention_bias", qkv_bias, otherwise)                                \
    DERIVE(proj_bias, m->qkv_bias)
#define ROPE_THETA(key, theta)                                                 \
    FIX(said.rope, true)                                                       \
    REAL(key, rope_theta, theta)                                               \
    ROW("rope_scaling", ROPE, struct sth_rope_scaling, rope, 0, 0, NULL, NULL) \
    ROW("rope_parameters", ROPE, struct sth_rope_scaling, rope, 1, 0, NULL,    \
        NULL)
/* Compressed keys and values; Yarn scales the scores as well. */
#define LATENT                                                                 \
    FIX(latent_eps, 1e-6)                                                      \
    SHAPE("kv_lora_rank", latent, 512, 1, 65536)                               \
    OPTION("q_lora_rank", q_latent, 1536, 1, 65536)                            \
    SHAPE("qk_nope_head_dim", nope, 128, 1, 4096)                              \
    SHAPE("qk_rope_head_dim", said.rotary, 64, 2, 4096)                        \
    SHAPE("v_head_dim", value_dim, 128, 1, 4096)                               \
    DERIVE(                                                                    \
        attention_scale,                                                       \
        pow(m->rope.kind == STH_ROPE_YARN                                      \
                ? sth_model_yarn_scale(m->rope.factor, m->rope.mscale_all_dim) \
                : 1,                                                           \
            2) /                                                               \
            sqrt(m->nope + m->said.rotary))                                    \
    NEUTRAL("attention_bias", "false null",                                    \
            "latent attention is written without biases")
/* Of all layers; of those that the file names. */
#define WINDOW(otherwise)                                                      \
    OPTION("sliding_window", window, otherwise, 1, 1 << 30)
#define WINDOW_BY_LAYER(otherwise)                                             \
    WINDOW(otherwise)                                                          \
    ROW("layer_types", TYPES, struct sth_model_set, sliding, 0, 0, NULL, NULL)
#define WINDOW_OF_QWEN(from)                                                   \
    FLAG_NOT("use_sliding_window", said.windowless, true)                      \
    COUNT("max_window_layers", said.window_from, from, 0, STH_MODEL_LAYERS_MAX)
/* The table of tokens; behind the layers a norm and the vocabulary's product.
 */
#define VOCABULARY(size, is_tied)                                              \
    COUNT("vocab_size", ends.vocab, 0, 1, STH_MODEL_VOCAB_MAX)                 \
    FIX(ends.usual, size)                                                      \
    FLAG("tie_word_embeddings", ends.tied, is_tied)                            \
    FIX(ends.scale, 1)                                                         \
    FIX(ends.norm, true)                                                       \
    FIX(ends.logit_scale, 1)
/* What a masked language model has: token types, norms, a product more. */
#define VOCABULARY_OF_BERT(size, type_rows)                                    \
    VOCABULARY(size, true)                                                     \
    SHAPE("type_vocab_size", ends.types, type_rows, 1, 4096)                   \
    FIX(ends.first_norm, true)                                                 \
    FIX(ends.norm, false)                                                      \
    FIX(ends.dense, true)                                                      \
    FIX(ends.bias, true)
