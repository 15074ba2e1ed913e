/*
 * The layers of every family against their published equations, prefill and
 * decode: the trace's own meaning nearly exactly, the C model's result in bf16
 * by its cosine.
 */
#include "families/families_fixture.h"

#include "sth_session.h"

#include <glob.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families_follow_their_equations),
        cmocka_unit_test(test_families_are_played_in_bf16),
        cmocka_unit_test(test_families_steps_embed_what_comes_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
