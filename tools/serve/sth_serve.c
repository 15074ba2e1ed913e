#include "sth_serve.h"

#include "sth_scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint32_t sth_serve_steps(const struct sth_serve_request *request)
{
    return request->generate - (request->work.seq > 0);
}

struct sth_trace_request sth_serve_work(const struct sth_serve_request *request,
                                        uint32_t draw, int64_t step,
                                        uint32_t *pasts)
{
    struct sth_trace_request work = request->work;
    const uint32_t steps = sth_serve_steps(request), prompts = work.seq > 0;
    const uint32_t before = work.seq + (uint32_t)(step > 0 ? step : 0);

    work.steps = 1;
    work.room = work.past + work.seq + steps;
    if (!steps && request->model->causal)
        work.room++; /* a cache all the same, for those who go on */
    work.experts.draw =
        (uint64_t)draw * (prompts + steps) + (uint64_t)(prompts + step);
    if (step < 0)
        return work;
    work.past += before;
    work.seq = 1;
    if (!work.pasts)
        return work;
    for (uint32_t b = 0; b < work.batch; b++)
        pasts[b] = work.pasts[b] + before;
    work.pasts = pasts;
    return work;
}

static int fail(char *error, size_t size, const char *what)
{
    snprintf(error, size, "%s", what);
    return 2;
}

/* One pass through the model. */
static int pass(struct sth_serve *s, struct sth_serve_tally *tally,
                const struct sth_trace_request *work, char *error, size_t size)
{
    const struct sth_serve_request *r = &s->request;
    struct sth_session_request q = r->session;
    struct sth_session session;
    char path[STH_SCRATCH_PATH];
    FILE *file = sth_scratch_open(path);
    int status;

    if (!file)
        return fail(error, size, strerror(errno));
    if (!sth_tracegen_layers(file, r->model, work) || fflush(file)) {
        fclose(file);
        return fail(error, size, "out of memory");
    }
    q.trace_path = path;
    q.mode = STH_CSIM_TIME_ONLY;
    q.by_layer = true;
    q.traffic = true;
    status = sth_session_run(&session, &q, error, size);
    fclose(file);
    if (!status && !sth_serve_tally(tally, &session, r->model))
        status = fail(error, size, "out of memory");
    if (!status) {
        tally->past = work->past;
        s->parts += session.layers.layers;
        s->simulated += session.layers.simulated;
        s->seconds += session.seconds;
    }
    sth_session_fini(&session);
    s->passes++;
    if (r->progress)
        r->progress(r->user, (double)s->passes /
                                 ((double)r->draws *
                                  (sth_serve_steps(r) + (r->work.seq > 0))));
    return status;
}

static int run(struct sth_serve *s, struct sth_serve_run *to, uint32_t draw,
               uint32_t *pasts, char *error, size_t size)
{
    const struct sth_serve_request *r = &s->request;
    const uint32_t steps = sth_serve_steps(r);
    struct sth_trace_request work = sth_serve_work(r, draw, -1, pasts);
    int status = 0;

    to->step = calloc(steps + 1, sizeof(*to->step));
    if (!to->step)
        return fail(error, size, "out of memory");
    if (r->work.seq) {
        status = pass(s, &to->prefill, &work, error, size);
        to->has_prefill = !status;
    }
    for (uint32_t i = 0; i < steps && !status; i++) {
        work = sth_serve_work(r, draw, i, pasts);
        status = pass(s, &to->step[i], &work, error, size);
        to->steps += !status;
    }
    return status;
}

int sth_serve_run(struct sth_serve *serve,
                  const struct sth_serve_request *request, char *error,
                  size_t error_size)
{
    uint32_t *pasts = calloc(request->work.batch, sizeof(*pasts));
    int status = 0;

    *error = 0;
    *serve = (struct sth_serve){.request = *request};
    serve->run = calloc(request->draws, sizeof(*serve->run));
    if (!serve->run || !pasts)
        status = fail(error, error_size, "out of memory");
    for (uint32_t d = 0; d < request->draws && !status; d++) {
        serve->runs++;
        status = run(serve, &serve->run[d], d, pasts, error, error_size);
    }
    free(pasts);
    return status;
}

void sth_serve_fini(struct sth_serve *serve)
{
    for (uint32_t d = 0; d < serve->runs; d++) {
        sth_serve_tally_fini(&serve->run[d].prefill);
        for (uint32_t i = 0; i < serve->run[d].steps; i++)
            sth_serve_tally_fini(&serve->run[d].step[i]);
        free(serve->run[d].step);
    }
    free(serve->run);
    serve->run = NULL;
}

double sth_serve_seconds(const struct sth_serve *serve, double cycles)
{
    return cycles / serve->request.session.config.memory.clock_mhz * 1e-6;
}

struct sth_serve_sum sth_serve_steps_sum(const struct sth_serve *serve,
                                         uint64_t *count)
{
    struct sth_serve_sum sum = {.cycles = 0};

    *count = 0;
    for (uint32_t d = 0; d < serve->runs; d++)
        for (uint32_t i = 0; i < serve->run[d].steps; i++, ++*count)
            sth_serve_add(&sum, &serve->run[d].step[i].sum);
    return sum;
}

struct sth_serve_rates sth_serve_rates(const struct sth_serve *serve)
{
    const uint32_t batch = serve->request.work.batch;
    struct sth_serve_rates r = {.first = 0};
    struct sth_serve_sum sum;
    uint64_t count;
    double cycles = 0;

    for (uint32_t d = 0; d < serve->runs; d++)
        if (serve->run[d].has_prefill)
            cycles += (double)serve->run[d].prefill.sum.cycles;
    r.first = sth_serve_seconds(serve, cycles / serve->runs);
    sum = sth_serve_steps_sum(serve, &count);
    if (count) {
        const double tokens = (double)count * batch;

        r.each = sth_serve_seconds(serve, (double)sum.cycles / (double)count);
        r.batch = batch / r.each;
        r.sequence = 1 / r.each;
        r.macs = (double)sum.macs / tokens;
        for (int c = 0; c < STH_TRAFFIC_CLASSES; c++) {
            r.read[c] = (double)sum.traffic.read[c] / tokens;
            r.written[c] = (double)sum.traffic.written[c] / tokens;
        }
    }
    r.all = r.first + r.each * sth_serve_steps(&serve->request);
    return r;
}
