/* Latent attention: keys and values of a head from one compressed row. */
#include "families/equations_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* RMS norm with the weights of NAME and an epsilon of its own. */
static double *compressed(struct eq *e, const char *name, const double *x,
                          int cols)
{
    char tensor[64];

    snprintf(tensor, sizeof(tensor), "%s.gamma", name);
    return eq_rms(e, x, cols, eq_drawn(e, tensor, 1, cols, 0.1, 1), 1e-6);
}

/*
 * W (latent x cols) of a head's keys or values; the trace has the weights of
 * keys behind a cache the other way round.
 */
static double *weights(struct eq *e, int head, bool keys, bool behind,
                       int latent, int cols)
{
    const bool turned = keys && behind;
    double *w = eq_take(e, latent * cols), *drawn;
    char name[32];

    snprintf(name, sizeof(name), "h%d.%s%c.w", head, behind ? "w" : "u",
             keys ? 'k' : 'v');
    drawn = eq_drawn(e, name, turned ? cols : latent, turned ? latent : cols,
                     1 / sqrt(latent), 0);
    for (int i = 0; i < latent; i++)
        for (int c = 0; c < cols; c++)
            w[i * cols + c] =
                turned ? drawn[c * latent + i] : drawn[i * cols + c];
    return w;
}

static double *times(struct eq *e, const double *x, int rows, int stride,
                     const double *w, int depth, int cols)
{
    double *y = eq_take(e, rows * cols);

    for (int r = 0; r < rows; r++)
        for (int c = 0; c < cols; c++)
            for (int k = 0; k < depth; k++)
                y[r * cols + c] += x[r * stride + k] * w[k * cols + c];
    return y;
}

/* Rows of latent and rotated key of all tokens that a sequence sees. */
static double *rows_of(struct eq *e, const double *latent, const double *pe,
                       int c, int r, const struct eq_attention *a)
{
    const int seq = e->phase.seq, all = e->phase.past + seq, row = c + r;
    double *rows = eq_take(e, e->phase.batch * all * row), *old;

    if (e->phase.past) {
        old = eq_tensor(e, "kvcache", e->phase.batch * all, row);
        memcpy(rows, old, sizeof(*old) * (size_t)(e->phase.batch * all * row));
        for (int i = 0; i < e->phase.batch * all; i++)
            eq_reorder(a, old + i * row + c, rows + i * row + c);
    }
    for (int t = 0; t < e->tokens; t++) {
        double *to =
            rows + (t / seq * all + eq_past(e, t / seq) + t % seq) * row;

        memcpy(to, latent + t * c, sizeof(*to) * (size_t)c);
        memcpy(to + c, pe + t * r, sizeof(*to) * (size_t)r);
    }
    return rows;
}

double *eq_attend_latent(struct eq *e, const double *x, int q_latent, int c,
                         int n, int v, const struct eq_attention *a)
{
    const int r = a->dim, heads = a->heads, seq = e->phase.seq;
    const int past = e->phase.past, all = past + seq;
    int depth = e->hidden;
    double *latent = compressed(e, "latent.norm",
                                eq_linear(e, "wkv", x, depth, c, false), c);
    double *pe = eq_rotated(e, a, eq_linear(e, "wk.pe", x, depth, r, false), 1);
    double *rows = rows_of(e, latent, pe, c, r, a), *out, *q, *q_pe;

    if (q_latent) {
        x = compressed(e, "q.a.norm",
                       eq_linear(e, "wq.a", x, depth, q_latent, false),
                       q_latent);
        depth = q_latent;
    }
    q = eq_linear(e, "wq.nope", x, depth, heads * n, false);
    q_pe = eq_rotated(e, a, eq_linear(e, "wq.pe", x, depth, heads * r, false),
                      heads);
    out = eq_take(e, e->tokens * heads * v);
    for (int h = 0; h < heads; h++) {
        const int count = e->phase.batch * all, row = c + r;
        const bool behind = past || seq == 1;
        const double *k =
            times(e, rows, count, row, weights(e, h, true, behind, c, n), c, n);
        const double *value = times(e, rows, count, row,
                                    weights(e, h, false, behind, c, v), c, v);

        for (int t = 0; t < e->tokens; t++) {
            const int first = t / seq * all;
            const int last = first + eq_past(e, t / seq) + t % seq;
            double score[64] = {0}, sum = 0;

            for (int j = first; j <= last; j++) {
                double s = 0;

                for (int i = 0; i < n; i++)
                    s += q[(t * heads + h) * n + i] * k[j * n + i];
                for (int i = 0; i < r; i++)
                    s += q_pe[(t * heads + h) * r + i] * rows[j * row + c + i];
                sum += score[j - first] = exp(a->scale * s);
            }
            for (int j = first; j <= last; j++)
                for (int i = 0; i < v; i++)
                    out[(t * heads + h) * v + i] +=
                        score[j - first] / sum * value[j * v + i];
        }
    }
    return out;
}
