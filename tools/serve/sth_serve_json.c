/* A model that answers, as JSON. */
#include "sth_serve_spread.h"

#include "sth_report_head.h"

#include <stdlib.h>

static void set_integer(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* A number, or null where there is nothing of it. */
static void set_real(json_t *object, const char *key, bool there, double value)
{
    json_object_set_new(object, key, there ? json_real(value) : json_null());
}

/* Bytes by what they are of. */
static json_t *bytes_object(const uint64_t *bytes)
{
    json_t *object = json_object();

    for (int c = 0; c < STH_TRAFFIC_CLASSES; c++)
        set_integer(object, sth_traffic_name((enum sth_traffic_class)c),
                    bytes[c]);
    return object;
}

/* The same of a token; null where there is none. */
static json_t *token_object(bool there, const double *bytes)
{
    json_t *object = there ? json_object() : json_null();

    for (int c = 0; there && c < STH_TRAFFIC_CLASSES; c++)
        json_object_set_new(object, sth_traffic_name((enum sth_traffic_class)c),
                            json_real(bytes[c]));
    return object;
}

static void set_sum(json_t *object, const struct sth_serve_sum *sum)
{
    set_integer(object, "cycles", sum->cycles);
    set_integer(object, "commands", sum->commands);
    set_integer(object, "macs", sum->macs);
    json_object_set_new(object, "bytes_read", bytes_object(sum->traffic.read));
    json_object_set_new(object, "bytes_written",
                        bytes_object(sum->traffic.written));
}

/* The tokens before a pass: of each sequence where they differ, or of all. */
static json_t *past_array(const struct sth_trace_request *w)
{
    json_t *past = json_array();

    for (uint32_t b = 0; b < (w->pasts ? w->batch : 1); b++)
        json_array_append_new(past,
                              json_integer(w->pasts ? w->pasts[b] : w->past));
    return past;
}

/* A pass: of the prompts, step -1, or of a step. */
static json_t *pass_object(const struct sth_serve *s, int64_t step,
                           const struct sth_serve_tally *tally)
{
    json_t *object = json_object(), *parts = json_array();
    uint32_t *pasts = malloc(s->request.work.batch * sizeof(*pasts));
    struct sth_trace_request work;

    if (pasts) {
        work = sth_serve_work(&s->request, 0, step, pasts);
        json_object_set_new(object, "past", past_array(&work));
    }
    free(pasts);
    set_sum(object, &tally->sum);
    for (uint32_t i = 0; i < tally->parts; i++) {
        const struct sth_serve_part *part = &tally->part[i];
        json_t *one = json_object();

        json_object_set_new(one, "name", json_string(part->name));
        json_object_set_new(one, "experts", json_boolean(part->experts));
        json_object_set_new(one, "simulated", json_boolean(!part->copied));
        set_sum(one, &part->sum);
        json_array_append_new(parts, one);
    }
    json_object_set_new(object, "parts", parts);
    return object;
}

static json_t *runs_array(const struct sth_serve *s)
{
    json_t *array = json_array();

    for (uint32_t d = 0; d < s->runs; d++) {
        const struct sth_serve_run *run = &s->run[d];
        json_t *object = json_object(), *steps = json_array();

        for (uint32_t i = 0; i < run->steps; i++)
            json_array_append_new(steps, pass_object(s, i, &run->step[i]));
        json_object_set_new(object, "prefill",
                            run->has_prefill ? pass_object(s, -1, &run->prefill)
                                             : json_null());
        json_object_set_new(object, "steps", steps);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *spreads_object(const struct sth_serve *s)
{
    json_t *object = json_object();

    for (int m = 0; m < STH_SERVE_MEASURES; m++) {
        const enum sth_serve_measure measure = (enum sth_serve_measure)m;
        struct sth_serve_spread p;

        if (!sth_serve_spread(&p, s, measure) || !p.count)
            continue;
        json_object_set_new(
            object, sth_serve_measure_name(measure),
            json_pack("{s:I, s:f, s:f, s:I, s:I, s:I, s:I, s:I}", "values",
                      (json_int_t)p.count, "mean", p.mean, "deviation",
                      p.deviation, "least", (json_int_t)p.least, "p5",
                      (json_int_t)p.p5, "median", (json_int_t)p.median, "p95",
                      (json_int_t)p.p95, "most", (json_int_t)p.most));
    }
    return object;
}

static json_t *work_object(const struct sth_serve_request *r)
{
    const struct sth_trace_request *w = &r->work;
    json_t *object = json_pack(
        "{s:o, s:s, s:i, s:b, s:s, s:i, s:i, s:i, s:i}", "name",
        sth_report_string(r->name), "type", r->model->type, "layers",
        (int)w->layers, "whole", w->whole, "dtype", w->int8 ? "int8" : "bf16",
        "batch", (int)w->batch, "seq", (int)w->seq, "generate",
        (int)r->generate, "draws", (int)r->draws);

    json_object_set_new(object, "past", past_array(w));
    return object;
}

bool sth_serve_json(FILE *out, const struct sth_serve *serve)
{
    const struct sth_serve *s = serve;
    const struct sth_serve_rates r = sth_serve_rates(s);
    const bool steps = r.each > 0;
    json_t *root = json_object();

    sth_report_head(root, &s->request.session.config);
    json_object_set_new(root, "model", work_object(&s->request));
    set_real(root, "time_to_first_token", r.first > 0, r.first);
    set_real(root, "time_per_output_token", steps, r.each);
    set_real(root, "tokens_per_second", steps, r.batch);
    set_real(root, "tokens_per_second_of_a_sequence", steps, r.sequence);
    set_real(root, "macs_per_token", steps, r.macs);
    json_object_set_new(root, "bytes_read_per_token",
                        token_object(steps, r.read));
    json_object_set_new(root, "bytes_written_per_token",
                        token_object(steps, r.written));
    set_integer(root, "parts", s->parts);
    set_integer(root, "simulated", s->simulated);
    json_object_set_new(root, "runs", runs_array(s));
    json_object_set_new(root, "spread", spreads_object(s));
    json_object_set_new(root, "wall_seconds", json_real(s->seconds));
    return sth_report_write(out, root);
}
