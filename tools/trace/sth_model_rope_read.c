/* The fields that stretch RoPE: rope_scaling and rope_parameters. */
#include "sth_model_reader.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 192 };

static const struct {
    const char *name;
    enum sth_rope_kind kind;
} kinds[] = {
    {"default", STH_ROPE_PLAIN}, {"mrope", STH_ROPE_PLAIN},
    {"linear", STH_ROPE_LINEAR}, {"dynamic", STH_ROPE_DYNAMIC},
    {"yarn", STH_ROPE_YARN},     {"longrope", STH_ROPE_LONG},
    {"su", STH_ROPE_LONG},       {"llama3", STH_ROPE_LLAMA3},
};

/* Fields with a positive number, and the kinds that have them. */
static const struct {
    const char *name;
    size_t offset;
    unsigned kinds, needed;
} numbers[] = {
#define OF(member) offsetof(struct sth_rope_scaling, member)
#define K(kind) 1u << STH_ROPE_##kind
    {"factor", OF(factor),
     K(LINEAR) | K(DYNAMIC) | K(YARN) | K(LONG) | K(LLAMA3),
     K(LINEAR) | K(DYNAMIC) | K(YARN) | K(LLAMA3)},
    {"attention_factor", OF(attention_factor), K(YARN) | K(LONG), 0},
    {"beta_fast", OF(beta_fast), K(YARN), 0},
    {"beta_slow", OF(beta_slow), K(YARN), 0},
    {"mscale", OF(mscale), K(YARN), 0},
    {"mscale_all_dim", OF(mscale_all_dim), K(YARN), 0},
    {"low_freq_factor", OF(low_freq), K(LLAMA3), K(LLAMA3)},
    {"high_freq_factor", OF(high_freq), K(LLAMA3), K(LLAMA3)},
    {"original_max_position_embeddings", OF(original),
     K(YARN) | K(LONG) | K(LLAMA3), K(LLAMA3)},
#undef OF
#undef K
};

static void read_list(struct sth_model_reader *r, const char *key,
                      struct sth_rope_scaling *rope, double *to)
{
    const json_t *list = sth_model_field(r, key);
    const size_t count = json_array_size(list);

    if (!json_is_array(list) || !count || count > STH_MODEL_RATES_MAX ||
        (rope->factors && count != rope->factors)) {
        sth_model_fail_field(r, key,
                             "must be a list of positive numbers, one for "
                             "each pair of columns");
        return;
    }
    rope->factors = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        to[i] = json_number_value(json_array_get(list, i));
        if (!(to[i] > 0) || !(to[i] < 1e12))
            sth_model_fail_field(r, key, "must hold positive numbers alone");
    }
}

static enum sth_rope_kind read_kind(struct sth_model_reader *r,
                                    const char *within)
{
    char key[NAME_MAX_BYTES], old[NAME_MAX_BYTES];
    const char *name, *old_name;

    snprintf(key, sizeof(key), "%s.rope_type", within);
    snprintf(old, sizeof(old), "%s.type", within);
    old_name = json_string_value(sth_model_field(r, old));
    name = json_string_value(sth_model_field(r, key));
    if (name && old_name && strcmp(name, old_name) != 0)
        sth_model_fail_field(r, key, "and field '%s' differ", old);
    if (!sth_model_has(r, key))
        snprintf(key, sizeof(key), "%s", old);
    if (!sth_model_has(r, key))
        return STH_ROPE_PLAIN;
    name = json_string_value(sth_model_field(r, key));
    for (size_t i = 0; name && i < sizeof(kinds) / sizeof(*kinds); i++)
        if (!strcmp(name, kinds[i].name))
            return kinds[i].kind;
    sth_model_fail_field(r, key,
                         "must be one of default, linear, dynamic, yarn, "
                         "longrope and llama3");
    return STH_ROPE_PLAIN;
}

/* The number of a row of the table. */
static double *number_of(struct sth_rope_scaling *rope, size_t row)
{
    void *member = (char *)rope + numbers[row].offset;

    return member;
}

/* Whether a field of some kinds says anything of this one; plain RoPE may know
 * its length, and be stretched by 1. */
static void check_meaning(struct sth_model_reader *r, const char *key,
                          const char *name, unsigned of,
                          const struct sth_rope_scaling *rope)
{
    const bool plain = rope->kind == STH_ROPE_PLAIN;

    if (of >> rope->kind & 1 ||
        (plain && !strcmp(name, "original_max_position_embeddings")) ||
        (plain && !strcmp(name, "factor") &&
         json_number_value(sth_model_field(r, key)) == 1))
        return;
    sth_model_fail_field(r, key, "has no meaning for this rope_type%s",
                         plain ? ", which is 'default' unless given" : "");
}

/* One field; false: there is none of that name. */
static bool read_field(struct sth_model_reader *r, const char *key,
                       const char *name, struct sth_rope_scaling *rope)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        if (!sth_model_has(r, key))
            return true;
        check_meaning(r, key, name, numbers[i].kinds, rope);
        *number_of(rope, i) = sth_model_real(r, key);
        return true;
    }
    if (!strcmp(name, "short_factor") || !strcmp(name, "long_factor"))
        check_meaning(r, key, name, 1u << STH_ROPE_LONG, rope);
    if (!strcmp(name, "short_factor"))
        read_list(r, key, rope, rope->short_factor);
    else if (!strcmp(name, "long_factor"))
        read_list(r, key, rope, rope->long_factor);
    else if (!strcmp(name, "truncate"))
        rope->fractional = !sth_model_flag(r, key);
    else
        return !strcmp(name, "type") || !strcmp(name, "rope_type") ||
               !strcmp(name, "mrope_section") ||
               !strcmp(name, "mrope_interleaved") || !strcmp(name, "finetuned");
    return true;
}

static void check_needed(struct sth_model_reader *r, const char *within,
                         struct sth_rope_scaling *rope)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (numbers[i].needed >> rope->kind & 1 && !(*number_of(rope, i) > 0))
            sth_model_fail_field(r, within, "needs '%s' for this rope_type",
                                 numbers[i].name);
    if (rope->kind == STH_ROPE_LONG &&
        !(rope->short_factor[0] > 0 && rope->long_factor[0] > 0))
        sth_model_fail_field(r, within,
                             "needs 'short_factor' and 'long_factor'");
    if (rope->original > 0 && rope->original < 2)
        sth_model_fail_field(r, within,
                             "needs an 'original_max_position_embeddings' of "
                             "2 at least");
    if (rope->kind == STH_ROPE_LLAMA3 && rope->high_freq <= rope->low_freq)
        sth_model_fail_field(r, within,
                             "needs a 'high_freq_factor' above "
                             "'low_freq_factor'");
}

/* What the file says of the base twice it says alike. */
static void read_theta(struct sth_model_reader *r, const char *key,
                       bool of_the_file, double *theta)
{
    *theta = sth_model_real(r, key);
    if (of_the_file && sth_model_has(r, "rope_theta") &&
        sth_model_real(r, "rope_theta") != *theta)
        sth_model_fail_field(r, key, "and field 'rope_theta' differ");
}

static void read_object(struct sth_model_reader *r, const char *within,
                        double *theta, struct sth_model *model,
                        struct sth_rope_scaling *rope)
{
    json_t *object = (json_t *)sth_model_field(r, within), *value;
    struct sth_rope_scaling read = {.original = rope->original};
    const char *name;

    if (!json_is_object(object)) {
        sth_model_fail_field(r, within, "must be an object or null");
        return;
    }
    read.kind = read_kind(r, within);
    json_object_foreach(object, name, value)
    {
        char key[NAME_MAX_BYTES];

        snprintf(key, sizeof(key), "%s.%s", within, name);
        if (sth_model_is_ignored(r, key))
            continue;
        if (theta && !strcmp(name, "rope_theta"))
            read_theta(r, key, theta == &model->rope_theta, theta);
        else if (theta && !strcmp(name, "partial_rotary_factor"))
            model->said.rotary_share = sth_model_real(r, key);
        else if (!read_field(r, key, name, &read))
            sth_model_fail_field(r, key, "is unknown");
    }
    check_needed(r, within, &read);
    *rope = read;
}

void sth_model_read_rope(struct sth_model_reader *r, const char *key,
                         bool with_theta, struct sth_model *model)
{
    char full[NAME_MAX_BYTES], local[NAME_MAX_BYTES];

    snprintf(full, sizeof(full), "%s.full_attention", key);
    snprintf(local, sizeof(local), "%s.sliding_attention", key);
    if (!with_theta || !sth_model_has(r, full)) {
        read_object(r, key, with_theta ? &model->rope_theta : NULL, model,
                    &model->rope);
        return;
    }
    if (json_object_size(sth_model_field(r, key)) !=
        1u + sth_model_has(r, local))
        sth_model_fail_field(r, key,
                             "may hold 'full_attention' and "
                             "'sliding_attention' alone");
    read_object(r, full, &model->rope_theta, model, &model->rope);
    if (sth_model_has(r, local)) {
        model->local_theta = model->rope_theta;
        read_object(r, local, &model->local_theta, model, &model->local_rope);
    }
}
