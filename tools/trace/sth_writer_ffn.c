/* Feed-forward halves of a layer, without experts. */
#include "sth_writer.h"

#include <stdio.h>

void sth_writer_plain_ffn(struct sth_writer *w, const char *x, const char *out,
                          const char *residual)
{
    const struct sth_model *m = w->model;
    char fused[96];

    sth_writer_zero(w, "ffn.up.out", "bf16", w->tokens, m->intermediate);
    sth_writer_product(w, "ffn.up", "@ffn.up.out", x, w->tokens, m->hidden,
                       m->intermediate, true, " act=gelu");
    snprintf(fused, sizeof(fused), " residual=%s", residual);
    sth_writer_product(w, "ffn.down", out, "@ffn.up.out", w->tokens,
                       m->intermediate, m->hidden, true, fused);
}

void sth_writer_gated_ffn(struct sth_writer *w, const char *prefix,
                          const char *x, const char *out, uint32_t rows,
                          const char *fused)
{
    const struct sth_model *m = w->model;
    char name[64], gate[64], gated[96];

    snprintf(gate, sizeof(gate), "%sgate.out", prefix);
    sth_writer_zero(w, gate, "bf16", rows, m->intermediate);
    snprintf(name, sizeof(name), "%sgate", prefix);
    snprintf(gate, sizeof(gate), "@%sgate.out", prefix);
    sth_writer_product(w, name, gate, x, rows, m->hidden, m->intermediate,
                       false, " act=silu");
    snprintf(name, sizeof(name), "%sup", prefix);
    snprintf(gated, sizeof(gated), " mul=%s", gate);
    sth_writer_product(w, name, gate, x, rows, m->hidden, m->intermediate,
                       false, gated);
    snprintf(name, sizeof(name), "%sdown", prefix);
    sth_writer_product(w, name, out, gate, rows, m->intermediate, m->hidden,
                       false, fused);
}
