/*
 * Every field that a family obeys changes what is computed, and as the
 * equations say.
 */
#include "families/families_fixture.h"

#include <glob.h>

/* Other values of a field, the first that is legal to be taken. */
static json_t *another(const struct sth_family_key *row, const json_t *value,
                       int attempt)
{
    static const char *const acts[] = {"silu", "relu", "gelu_new",
                                       "quick_gelu"};
    const json_int_t n = json_integer_value(value);
    const double x = json_number_value(value);
    json_t *list;

    switch (row->kind) {
    case STH_KEY_SHAPE:
    case STH_KEY_COUNT:
    case STH_KEY_OPTION:
        return attempt == 0   ? json_integer(n * 2)
               : attempt == 1 ? json_integer(n / 2)
               : attempt == 2 ? json_integer(n + 1)
               : attempt == 3 ? json_integer(n - 1)
               : attempt == 4 ? json_integer(4)
                              : NULL;
    case STH_KEY_REAL:
        /* Powers of two of what becomes a part of weights in bf16; a share of
         * columns that is no whole number of them. */
        return attempt == 0   ? json_real(x * 2)
               : attempt == 1 ? json_real(x / 2)
               : attempt == 2 && strstr(row->key, "rotary")
                   ? json_real(x * 1.15)
                   : NULL;
    case STH_KEY_FLAG:
    case STH_KEY_FORM:
        return attempt ? NULL : json_boolean(!json_is_true(value));
    case STH_KEY_ACT:
        return attempt < 4 ? json_string(acts[attempt]) : NULL;
    case STH_KEY_ROPE:
        return attempt ? NULL
                       : json_pack("{s:s, s:f}", "rope_type", "linear",
                                   "factor", 1.75);
    case STH_KEY_LAYERS:
        return attempt ? NULL : json_pack("[i,i]", 0, 1);
    default:
        if (attempt == 2)
            return NULL;
        list = json_array();
        for (int i = 0; i < 4; i++)
            json_array_append_new(
                list,
                json_string(attempt ? "sliding_attention" : "full_attention"));
        return list;
    }
}

/* The value at a path of names with dots; NULL: there is none. */
static json_t *at(const json_t *object, const char *path)
{
    char name[64];

    for (; strchr(path, '.'); path = strchr(path, '.') + 1) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "."), path);
        object = json_object_get(object, name);
    }
    return json_object_get(object, path);
}

static void put(json_t *object, const char *path, json_t *value)
{
    const char *last = strrchr(path, '.');
    char outer[64];

    snprintf(outer, sizeof(outer), "%.*s", last ? (int)(last - path) : 0, path);
    json_object_set(last ? at(object, outer) : object, last ? last + 1 : path,
                    value);
}

/* Gemma's embedding is multiplied by the root of its width, in bf16. */
static double allowed(const char *type, const char *key)
{
    return !strncmp(type, "gemma", 5) && !strcmp(key, "hidden_size") ? 8e-3
                                                                     : exact;
}

/*
 * Whether a file with another value has a trace that the equations of the old
 * one refuse.  It must follow those of the new one; one that is refused has no
 * trace.
 */
static bool counts(const json_t *config, const char *key, json_t *other)
{
    static struct sth_model model;
    json_t *changed = json_deep_copy(config);
    const char *type = json_string_value(at(config, "model_type"));
    char error[1024];
    bool found = false;

    put(changed, key, other);
    if (load(changed, &model, error, sizeof(error)))
        for (int i = 0; i < PHASES; i++) {
            const struct phase *p = &phases[i];
            double off;

            if (!sth_model_takes(&model, (uint32_t)p->past, (uint32_t)p->seq,
                                 error, sizeof(error)))
                continue;
            off = difference(&model, changed, p);
            if (!(off <= allowed(type, key)))
                fail_msg("%s with '%s' of %s, past %d: off by %g", type, key,
                         json_dumps(other, JSON_ENCODE_ANY), p->past, off);
            found = found || !(difference(&model, config, p) <= 10 * exact);
        }
    json_decref(changed);
    return found;
}

/* Fields that bound what may be asked for and are no part of a layer; phi's
 * rotary_dim may only say again what another says. */
static bool is_a_bound(const struct sth_family_key *row)
{
    return (!strcmp(row->key, "rotary_dim") && row->kind == STH_KEY_OPTION) ||
           row->offset == offsetof(struct sth_model, layers) ||
           row->offset == offsetof(struct sth_model, positions);
}

/* Whether any file tells the equations of a row's field from another value. */
static bool row_counts(const struct sth_family *family,
                       const struct sth_family_key *row)
{
    glob_t files;
    bool found = false;

    assert_int_equal(glob("tests/families/models/*.json", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        json_t *config = json_load_file(files.gl_pathv[i], 0, NULL), *other;
        const char *type =
            json_string_value(json_object_get(config, "model_type"));
        const json_t *value = at(config, row->key);

        for (int n = 0; sth_family_find(type) == family &&
                        (value || row->kind >= STH_KEY_ROPE) &&
                        (other = another(row, value, n));
             n++) {
            found = counts(config, row->key, other) || found;
            json_decref(other);
        }
        json_decref(config);
    }
    globfree(&files);
    return found;
}

static void test_fields_every_obeyed_one_counts(void **state)
{
    size_t count;
    const struct sth_family *family = sth_family_list(&count);
    bool good = true;

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < family[i].keys; k++) {
            const struct sth_family_key *row = &family[i].key[k];

            if (row->kind > STH_KEY_LAST_OBEYED || is_a_bound(row) ||
                !strcmp(row->key, "rope_parameters") ||
                row_counts(&family[i], row))
                continue;
            print_error("%s: '%s' changes nothing\n", family[i].types,
                        row->key);
            good = false;
        }
    assert_true(good);
}

/* ---- every number of RoPE's object counts ------------------------------- */

/* On llama-dynamic.json, which has 8 positions and 4 pairs of columns. */
static const char *const stretches[] = {
    "{\"rope_type\": \"linear\", \"factor\": 2.5}",
    "{\"rope_type\": \"dynamic\", \"factor\": 3.0}",
    "{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 0.4,"
    " \"high_freq_factor\": 3.5, \"original_max_position_embeddings\": 40}",
    "{\"rope_type\": \"yarn\", \"factor\": 4.0, \"beta_fast\": 6.0,"
    " \"beta_slow\": 0.03, \"original_max_position_embeddings\": 64,"
    " \"truncate\": false}",
    "{\"rope_type\": \"yarn\", \"factor\": 4.0}",
    "{\"rope_type\": \"yarn\", \"factor\": 4.0, \"attention_factor\": 1.5}",
    "{\"rope_type\": \"yarn\", \"factor\": 4.0, \"mscale\": 0.8,"
    " \"mscale_all_dim\": 0.5}",
    "{\"type\": \"longrope\", \"short_factor\": [1, 1.5, 2, 3],"
    " \"long_factor\": [1.25, 3, 5, 8], \"factor\": 4.0}",
    "{\"rope_type\": \"longrope\", \"short_factor\": [1, 1.5, 2, 3],"
    " \"long_factor\": [1.25, 3, 5, 8],"
    " \"original_max_position_embeddings\": 7, \"attention_factor\": 1.5}",
};

/* What stands in the place of a number, a flag or the numbers of a list. */
static json_t *moved(const json_t *value)
{
    json_t *list;

    if (json_is_boolean(value))
        return json_boolean(!json_is_true(value));
    if (json_is_integer(value))
        return json_integer(json_integer_value(value) * 3 / 2);
    if (json_is_number(value))
        return json_real(json_number_value(value) * 1.5);
    list = json_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append_new(list, moved(json_array_get(value, i)));
    return list;
}

static void test_fields_every_number_of_rope_counts(void **state)
{
    json_t *config =
        json_load_file("tests/families/models/llama-dynamic.json", 0, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(stretches) / sizeof(*stretches); i++) {
        json_t *rope = json_loads(stretches[i], 0, NULL), *value;
        const char *name;
        char path[64];

        if (!counts(config, "rope_scaling", rope))
            fail_msg("%s changes nothing", stretches[i]);
        json_object_set(config, "rope_scaling", rope);
        json_object_foreach(rope, name, value)
        {
            json_t *other;

            if (json_is_string(value))
                continue;
            other = moved(value);
            snprintf(path, sizeof(path), "rope_scaling.%s", name);
            if (!counts(config, path, other))
                fail_msg("%s: '%s' changes nothing", stretches[i], name);
            json_decref(other);
        }
        json_decref(rope);
    }
    json_decref(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_every_obeyed_one_counts),
        cmocka_unit_test(test_fields_every_number_of_rope_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
