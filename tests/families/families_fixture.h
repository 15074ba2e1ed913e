/* A model's trace evaluated in double precision, beside its equations. */
#ifndef FAMILIES_FIXTURE_H
#define FAMILIES_FIXTURE_H

#include "tool_files.h"

#include "families/equations.h"
#include "sth_family.h"
#include "sth_reference.h"
#include "sth_tracegen.h"

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

static inline bool load(const json_t *config, struct sth_model *model,
                        char *error, size_t size)
{
    char path[TEST_PATH], *text = json_dumps(config, 0);
    bool good;

    write_temporary(path, text, strlen(text));
    good = sth_model_load(path, NULL, model, error, size);
    unlink(path);
    free(text);
    return good;
}

static inline char *write_trace(const struct sth_model *model,
                                const struct phase *p, size_t *bytes)
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
static inline double *source_values(struct sth_source *s)
{
    const size_t count = (size_t)s->rows * s->cols;
    double *to = malloc(count * sizeof(*to));
    void *raw = malloc(count * 4);

    assert_true(sth_source_encode(s, 0, count, raw));
    sth_tensor_decode(s->dtype, raw, count, to);
    free(raw);
    return to;
}

static inline void evaluate(struct world *w, const struct sth_model *model,
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

static inline void discard(struct world *w)
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
static inline double difference(const struct sth_model *model,
                                const json_t *config, const struct phase *p)
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

#endif
