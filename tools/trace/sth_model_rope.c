/* The angles of RoPE, plain and stretched. */
#include "sth_model.h"

#include <math.h>

#define PI 3.14159265358979323846

/* Yarn: angles that turn often keep their rate, slow ones are stretched. */
static double yarn_pair(double turns, double theta, double pairs, double length)
{
    return pairs * log(length / (turns * 2 * PI)) / log(theta);
}

static void stretch_yarn(const struct sth_rope_scaling *s, double theta,
                         uint32_t pairs, double length, double *rate)
{
    const double fast = s->beta_fast > 0 ? s->beta_fast : 32;
    const double slow = s->beta_slow > 0 ? s->beta_slow : 1;
    double low = yarn_pair(fast, theta, pairs, length);
    double high = yarn_pair(slow, theta, pairs, length);

    if (!s->fractional) {
        low = floor(low);
        high = ceil(high);
    }
    low = fmax(low, 0);
    high = fmin(high, 2 * (double)pairs - 1);
    if (low == high)
        high += 0.001;
    for (uint32_t i = 0; i < pairs; i++) {
        const double ramp = fmin(fmax((i - low) / (high - low), 0), 1);

        rate[i] *= (1 - ramp) + ramp / s->factor;
    }
}

static void stretch_llama3(const struct sth_rope_scaling *s, uint32_t pairs,
                           double *rate)
{
    for (uint32_t i = 0; i < pairs; i++) {
        const double turns = s->original * rate[i] / (2 * PI);
        double keep = (turns - s->low_freq) / (s->high_freq - s->low_freq);

        keep = fmin(fmax(keep, 0), 1);
        rate[i] *= keep + (1 - keep) / s->factor;
    }
}

double sth_model_yarn_scale(double factor, double scale)
{
    return factor > 1 ? 0.1 * scale * log(factor) + 1 : 1;
}

/* Of cosine and sine. */
static double factor_of(const struct sth_rope_scaling *s, double length,
                        double positions)
{
    const double long_factor = s->factor > 0 ? s->factor : positions / length;

    if (s->kind != STH_ROPE_YARN && s->kind != STH_ROPE_LONG)
        return 1;
    if (s->attention_factor > 0)
        return s->attention_factor;
    if (s->kind == STH_ROPE_LONG)
        return long_factor > 1 ? sqrt(1 + log(long_factor) / log(length)) : 1;
    if (s->mscale > 0 && s->mscale_all_dim > 0)
        return sth_model_yarn_scale(s->factor, s->mscale) /
               sth_model_yarn_scale(s->factor, s->mscale_all_dim);
    return sth_model_yarn_scale(s->factor, 1);
}

void sth_model_rope_rates(const struct sth_model *model, uint32_t layer,
                          uint32_t tokens, double *rate, double *factor)
{
    const bool local = model->local_theta > 0 && sth_model_slides(model, layer);
    const struct sth_rope_scaling *s =
        local ? &model->local_rope : &model->rope;
    const double length = s->original > 0 ? s->original : model->positions;
    const uint32_t pairs = model->rotary / 2;
    double theta = sth_model_rope_theta(model, layer);

    if (s->kind == STH_ROPE_DYNAMIC && tokens > model->positions && pairs > 1)
        theta *= pow(s->factor * tokens / model->positions - (s->factor - 1),
                     pairs / (pairs - 1.0));
    for (uint32_t i = 0; i < pairs; i++)
        rate[i] = pow(theta, -(double)i / pairs);
    if (s->kind == STH_ROPE_LINEAR)
        for (uint32_t i = 0; i < pairs; i++)
            rate[i] /= s->factor;
    else if (s->kind == STH_ROPE_YARN)
        stretch_yarn(s, theta, pairs, length, rate);
    else if (s->kind == STH_ROPE_LLAMA3)
        stretch_llama3(s, pairs, rate);
    else if (s->kind == STH_ROPE_LONG)
        for (uint32_t i = 0; i < pairs; i++)
            rate[i] /= tokens > length ? s->long_factor[i] : s->short_factor[i];
    *factor = factor_of(s, length, model->positions);
}

double sth_model_rope_theta(const struct sth_model *model, uint32_t layer)
{
    return model->local_theta > 0 && sth_model_slides(model, layer)
               ? model->local_theta
               : model->rope_theta;
}

bool sth_model_rotates(const struct sth_model *model, uint32_t layer)
{
    return !model->rope_slides || sth_model_slides(model, layer);
}

bool sth_model_rope_is_plain(const struct sth_model *model, uint32_t layer)
{
    const bool local = model->local_theta > 0 && sth_model_slides(model, layer);

    return (local ? model->local_rope : model->rope).kind == STH_ROPE_PLAIN &&
           (model->latent || model->rotary == model->head_dim);
}
