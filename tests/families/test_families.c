/*
 * The layers of every family against their published equations, prefill and
 * decode: the trace's own meaning nearly exactly, the C model's result in bf16
 * by its cosine; and every field that a family obeys changes what is computed.
 */
#include "tool_files.h"

#include "families/equations.h"
#include "sth_family.h"
#include "sth_reference.h"
#include "sth_session.h"
#include "sth_tracegen.h"

#include <glob.h>
#include <math.h>

enum { LAYERS = 2 };

static const int mixed[] = {0, 4, 4, 9}, few[] = {0, 2, 2, 4};
static const struct phase phases[] = {
    {.seq = 6, .batch = 2},
    {.seq = 6, .batch = 2, .room = 9},
    {.seq = 1, .past = 9, .batch = 2},
    {.seq = 1, .past = 9, .batch = 4, .pasts = mixed},
    {.seq = 3, .past = 4, .batch = 4, .pasts = few},
    {.seq = 1, .past = 9, .batch = 1},
};
enum { PHASES = sizeof(phases) / sizeof(phases[0]) };

/* fp32 constants in double precision; what a term that is missing exceeds. */
static const double exact = 4e-6;

struct world {
    char *text;
    size_t bytes;
    void *arena;
    struct sth_trace trace;
    struct sth_source *source;
    struct sth_reference *reference;
    double **value;
};

static bool load(const json_t *config, struct sth_model *model, char *error,
                 size_t size)
{
    char path[TEST_PATH], *text = json_dumps(config, 0);
    bool good;

    write_temporary(path, text, strlen(text));
    good = sth_model_load(path, NULL, model, error, size);
    unlink(path);
    free(text);
    return good;
}

static char *write_trace(const struct sth_model *model, const struct phase *p,
                         size_t *bytes)
{
    uint32_t pasts[8];
    const struct sth_trace_request request = {
        .pasts = p->pasts ? pasts : NULL,
        .room = (uint32_t)p->room,
        .seq = (uint32_t)p->seq,
        .past = (uint32_t)p->past,
        .batch = (uint32_t)p->batch,
        .steps = (uint32_t)p->steps,
        .layers = LAYERS,
        .whole = true,
        .topk = 1,
        .seed = 4,
    };
    char *text;
    FILE *out = open_memstream(&text, bytes);

    for (int b = 0; p->pasts && b < p->batch; b++)
        pasts[b] = (uint32_t)p->pasts[b];
    assert_non_null(out);
    assert_true(sth_tracegen_layers(out, model, &request));
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The numbers of a tensor that no operation writes. */
static double *source_values(struct sth_source *s)
{
    const size_t count = (size_t)s->rows * s->cols;
    double *to = malloc(count * sizeof(*to));
    void *raw = malloc(count * 4);

    assert_true(sth_source_encode(s, 0, count, raw));
    sth_tensor_decode(s->dtype, raw, count, to);
    free(raw);
    return to;
}

static void evaluate(struct world *w, const struct sth_model *model,
                     const struct phase *p)
{
    struct sth_trace_error where;
    char error[512];
    size_t bound;

    w->text = write_trace(model, p, &w->bytes);
    bound = sth_trace_arena_bound(w->text, w->bytes);
    w->arena = malloc(bound);
    if (sth_trace_parse(&w->trace, w->text, w->bytes, w->arena, bound, &where))
        fail_msg("line %u: %s", where.line, where.message);
    w->source = calloc(w->trace.tensors, sizeof(*w->source));
    w->value = calloc(w->trace.tensors, sizeof(*w->value));
    for (uint32_t i = 0; i < w->trace.tensors; i++) {
        const struct sth_trace_tensor *t = &w->trace.tensor[i];

        if (!sth_source_open(&w->source[i], t->source, t->dtype, t->rows,
                             t->cols, ".", error, sizeof(error)))
            fail_msg("%s", error);
    }
    w->reference = sth_reference_run(&w->trace, w->source, NULL, NULL);
    assert_non_null(w->reference);
    for (uint32_t i = 0; i < w->trace.tensors; i++) {
        const double *written = sth_reference_tensor(w->reference, i);
        const size_t count =
            (size_t)w->source[i].rows * w->source[i].cols * sizeof(double);

        w->value[i] = source_values(&w->source[i]);
        if (written)
            memcpy(w->value[i], written, count);
    }
}

static void discard(struct world *w)
{
    for (uint32_t i = 0; i < w->trace.tensors; i++) {
        sth_source_close(&w->source[i]);
        free(w->value[i]);
    }
    sth_reference_destroy(w->reference);
    free(w->source);
    free(w->value);
    free(w->arena);
    free(w->text);
}

/* The largest difference of what a model's trace computes from the equations
 * of a configuration. */
static double difference(const struct sth_model *model, const json_t *config,
                         const struct phase *p)
{
    struct world w = {0};
    double most;

    evaluate(&w, model, p);
    most = equations_embedding_difference(config, &w.trace, w.value, p);
    for (int layer = 0; layer < LAYERS; layer++)
        most = fmax(most,
                    equations_difference(config, &w.trace, w.value, p, layer));
    most = fmax(
        most, equations_head_difference(config, &w.trace, w.value, p, LAYERS));
    discard(&w);
    return most;
}

/* Whether the C model computes the trace. */
static void play(const struct sth_model *model, const struct phase *p,
                 const char *name)
{
    struct sth_session_request q = {.backend = STH_BACKEND_CSIM,
                                    .mode = STH_CSIM_FUNCTION_AND_TIME,
                                    .home = "."};
    struct sth_session session;
    char path[TEST_PATH], error[1024];
    size_t bytes;
    char *text = write_trace(model, p, &bytes);

    assert_true(sth_config_find("nano", ".", &q.config, error, sizeof(error)));
    write_temporary(path, text, bytes);
    q.trace_path = path;
    if (sth_session_run(&session, &q, error, sizeof(error)))
        fail_msg("%s: %s", name, error);
    if (!(session.cosine >= 0.9999))
        fail_msg("%s, past %d: cosine %.7f", name, p->past, session.cosine);
    sth_session_fini(&session);
    unlink(path);
    free(text);
}

typedef void (*on_config)(const char *name, const json_t *config,
                          const struct sth_model *model);

static void for_each(on_config f)
{
    static struct sth_model model;
    glob_t files;

    assert_int_equal(glob("tests/families/models/*.json", 0, NULL, &files), 0);
    assert_true(files.gl_pathc > 30);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const char *name = strrchr(files.gl_pathv[i], '/') + 1;
        json_t *config = json_load_file(files.gl_pathv[i], 0, NULL);
        char error[1024];

        assert_non_null(config);
        if (!load(config, &model, error, sizeof(error)))
            fail_msg("%s", error);
        f(name, config, &model);
        json_decref(config);
    }
    globfree(&files);
}

/* ---- equations ---------------------------------------------------------- */

static void check_equations(const char *name, const json_t *config,
                            const struct sth_model *model)
{
    for (int i = 0; i < PHASES; i++) {
        const double off = difference(model, config, &phases[i]);

        if (!(off <= exact))
            fail_msg("%s, past %d, batch %d: off by %g", name, phases[i].past,
                     phases[i].batch, off);
    }
}

static void test_families_follow_their_equations(void **state)
{
    (void)state;
    for_each(check_equations);
}

static void check_play(const char *name, const json_t *config,
                       const struct sth_model *model)
{
    (void)config;
    for (int i = 0; i < PHASES; i += 3)
        play(model, &phases[i], name);
}

static void test_families_are_played_in_bf16(void **state)
{
    (void)state;
    for_each(check_play);
}

/* ---- steps -------------------------------------------------------------- */

static const double *value_of(const struct world *w, const char *name,
                              uint32_t *rows)
{
    for (uint32_t i = 0; i < w->trace.tensors; i++)
        if (!strcmp(w->trace.tensor[i].name, name)) {
            *rows = w->trace.tensor[i].rows;
            return w->value[i];
        }
    fail_msg("no tensor '%s'", name);
    return NULL;
}

/* Each step embeds the next rows of the table, at the next positions. */
static void check_steps(const char *name, const json_t *config,
                        const struct sth_model *model)
{
    const struct phase p = {.seq = 1, .past = 9, .batch = 2, .steps = 3};
    const struct sth_trace_op *op;
    const double *table, *position, *out;
    struct world w = {0};
    uint32_t rows, h = model->hidden;

    (void)config;
    if (strcmp(name, "gpt2.json") != 0)
        return;
    evaluate(&w, model, &p);
    op = &w.trace.op[0];
    table = value_of(&w, "embed.table", &rows);
    position = value_of(&w, "embed.positions", &rows);
    out = value_of(&w, "embed.out", &rows);
    assert_int_equal(rows, 6);
    for (uint32_t i = 0; i < 6 * h; i++) {
        const uint32_t step = i / h / 2, b = i / h % 2, c = i % h;
        const uint32_t id = op->list[STH_TRACE_LIST_ROWS].value[b] + step;

        assert_true(fabs(out[i] - table[id * h + c] -
                         position[(9 + step) * h + c]) < 1e-9);
    }
    discard(&w);
}

static void test_families_steps_embed_what_comes_next(void **state)
{
    (void)state;
    for_each(check_steps);
}

/* ---- every field counts ------------------------------------------------- */

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
        list = json_array();
        for (int i = 0; attempt < 2 && i < 4; i++)
            json_array_append_new(
                list,
                json_string(attempt ? "sliding_attention" : "full_attention"));
        return attempt < 2 ? list : NULL;
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

static void test_families_every_obeyed_field_counts(void **state)
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

static void test_families_every_number_of_rope_counts(void **state)
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
        cmocka_unit_test(test_families_follow_their_equations),
        cmocka_unit_test(test_families_are_played_in_bf16),
        cmocka_unit_test(test_families_steps_embed_what_comes_next),
        cmocka_unit_test(test_families_every_obeyed_field_counts),
        cmocka_unit_test(test_families_every_number_of_rope_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
