/* Which experts the tokens of a mixture visit. */
#include "sth_writer.h"

#include "sth_random.h"

/* A number in [0, 1). */
static double uniform(uint64_t *state)
{
    return (double)(sth_random_next(state) >> 40) / 0x1p24;
}

static bool has(const uint32_t *taken, uint32_t count, uint32_t expert)
{
    for (uint32_t i = 0; i < count; i++)
        if (taken[i] == expert)
            return true;
    return false;
}

/* One of n experts by their shares, none of those that are taken. */
static uint32_t draw(const double *shares, uint32_t n, const uint32_t *taken,
                     uint32_t count, uint64_t *state)
{
    double left = 0, at;
    uint32_t last = 0;

    for (uint32_t e = 0; e < n; e++)
        left += has(taken, count, e) ? 0 : shares[e];
    at = left * uniform(state);
    for (uint32_t e = 0; e < n; e++) {
        if (has(taken, count, e))
            continue;
        last = e;
        at -= shares[e];
        if (at < 0)
            break;
    }
    return last;
}

static uint32_t choose(const struct sth_writer *w, uint32_t token,
                       const uint32_t *taken, uint32_t count, uint64_t *state)
{
    const struct sth_trace_experts *x = &w->request->experts;
    const uint32_t n = w->model->experts;
    uint32_t pick;

    if (x->balanced)
        return (token * w->model->experts_active + count) % n;
    if (x->shares)
        return draw(x->shares, n, taken, count, state);
    do
        pick = (uint32_t)(sth_random_next(state) % n);
    while (has(taken, count, pick));
    return pick;
}

/*
 * Distinct experts and weights for each token, seeded.  Where the weights are
 * not made to sum to one they are a part of it, as of a softmax over all.
 */
void sth_writer_route(const struct sth_writer *w, uint32_t *expert,
                      double *weight)
{
    const uint32_t k = w->model->experts_active;
    uint64_t state = w->request->seed * 1000003u + w->layer +
                     sth_random_mix(w->request->experts.draw);

    for (uint32_t t = 0; t < w->tokens; t++) {
        double sum = 0;

        for (uint32_t i = 0; i < k; i++) {
            expert[t * k + i] = choose(w, t, expert + t * k, i, &state);
            weight[t * k + i] = 0.1 + uniform(&state);
            sum += weight[t * k + i];
        }
        if (!w->model->experts_sum_to_one)
            sum /= 0.3 + 0.6 * uniform(&state);
        for (uint32_t i = 0; i < k; i++)
            weight[t * k + i] *= w->model->routed_scale / sum;
    }
}
