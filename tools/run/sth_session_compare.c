/* The outputs of a run against the double-precision reference. */
#include "sth_session_impl.h"

#include "sth_reference.h"

#include <math.h>
#include <stdlib.h>

static void reference_progress(void *user, uint32_t done)
{
    struct sth_session *s = user;

    sth_session_progress(
        s, "reference", (double)done / ((double)s->trace.ops * s->trace.steps));
}

struct error_sum {
    double worst, ours, theirs, product;
    bool infinite; /* where the reference is not, or NaN */
};

/* Compares one output tensor with the device's memory. */
static bool compare_tensor(const struct sth_session *s,
                           const struct sth_trace_tensor *t,
                           const double *expected, struct error_sum *sum)
{
    struct sth_session_owned *o = s->owned;
    size_t bytes = (size_t)sth_dtype_bytes(t->dtype) * t->cols;
    uint8_t *raw = malloc(bytes);
    double *row = malloc(t->cols * sizeof(*row));
    bool good = raw && row;

    for (uint32_t r = 0; good && r < t->rows; r++) {
        o->dev->ops->mem_read(o->dev, t->addr + (uint64_t)r * bytes, raw,
                              bytes);
        sth_tensor_decode(t->dtype, raw, t->cols, row);
        for (uint32_t c = 0; c < t->cols; c++) {
            double want = expected[(size_t)r * t->cols + c];
            double error = fabs(row[c] - want);

            if (isinf(want) && row[c] == want)
                continue; /* right, and of no size to compare */
            if (error > sum->worst)
                sum->worst = error;
            sum->infinite = sum->infinite || !isfinite(error);
            sum->ours += row[c] * row[c];
            sum->theirs += want * want;
            sum->product += row[c] * want;
        }
    }
    free(raw);
    free(row);
    return good;
}

static struct sth_session_output figures(const struct sth_trace_tensor *t,
                                         const struct error_sum *sum)
{
    struct sth_session_output output = {
        .tensor = t,
        .finite = !sum->infinite,
        .max_abs_error = sum->worst,
        .cosine = sum->ours > 0 && sum->theirs > 0
                      ? sum->product / sqrt(sum->ours) / sqrt(sum->theirs)
                      : (sum->ours == sum->theirs ? 1 : 0),
    };

    if (sum->infinite)
        output.max_abs_error = output.cosine = NAN;
    return output;
}

/* The worst of the outputs, NaN if one is. */
static void add_output(struct sth_session *s,
                       const struct sth_session_output *output)
{
    s->output[s->outputs++] = *output;
    s->finite = s->finite && output->finite;
    s->max_abs_error = fmax(s->max_abs_error, output->max_abs_error);
    s->cosine = fmin(s->cosine, output->cosine);
    if (!s->finite)
        s->max_abs_error = s->cosine = NAN;
}

static bool compare_outputs(struct sth_session *s,
                            const struct sth_reference *r)
{
    for (uint32_t i = 0; i < s->trace.tensors; i++) {
        const double *expected = sth_reference_tensor(r, i);
        struct error_sum sum = {.worst = 0};
        struct sth_session_output output;

        if (!s->trace.tensor[i].output || !expected)
            continue;
        if (!compare_tensor(s, &s->trace.tensor[i], expected, &sum))
            return false;
        output = figures(&s->trace.tensor[i], &sum);
        add_output(s, &output);
        s->compared = true;
    }
    return true;
}

bool sth_session_compare(struct sth_session *s, struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    struct sth_reference *r;
    bool good;

    if (s->request.no_reference || s->request.mode == STH_CSIM_TIME_ONLY)
        return true;
    r = sth_reference_run(&s->trace, o->sources, reference_progress, s);
    if (!r)
        return sth_session_fail(f, "out of memory in the reference");
    s->output = calloc(s->trace.tensors + 1, sizeof(*s->output));
    s->outputs = 0;
    s->finite = true;
    s->max_abs_error = 0;
    s->cosine = 1;
    good = s->output && compare_outputs(s, r);
    sth_reference_destroy(r);
    return good ? true : sth_session_fail(f, "out of memory");
}
