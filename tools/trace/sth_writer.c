/* Lines of a layer trace: tensors, operations, products, norms. */
#include "sth_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

uint32_t sth_writer_bits(double value)
{
    float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof(bits));
    return bits;
}

void sth_writer_seeded(struct sth_writer *w, const char *name,
                       const char *dtype, uint32_t rows, uint32_t cols,
                       double scale, double offset)
{
    fprintf(w->out, "tensor l%u.%s %s %ux%u seed:%" PRIu64 ":%.9g:%.9g\n",
            w->layer, name, dtype, rows, cols, w->next_seed++, scale, offset);
}

void sth_writer_zero(struct sth_writer *w, const char *name, const char *dtype,
                     uint32_t rows, uint32_t cols)
{
    fprintf(w->out, "tensor l%u.%s %s %ux%u zero\n", w->layer, name, dtype,
            rows, cols);
}

void sth_writer_rows_of_step(const struct sth_writer *w, char *text,
                             size_t size)
{
    const uint32_t rows = w->tokens;

    *text = 0;
    if (w->request->steps > 1)
        snprintf(text, size, "[0+%u:%u+%u]", rows, rows, rows);
}

/* Whether "@out", the tensor that keeps what all steps give, stands there. */
static bool is_out(const char *at)
{
    return !strncmp(at, "@out", 4) && (!at[4] || at[4] == ' ');
}

void sth_writer_op(struct sth_writer *w, const char *format, ...)
{
    char text[2048], rows[64];
    va_list args;

    w->quantized[0] = 0;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fputs("op ", w->out);
    sth_writer_rows_of_step(w, rows, sizeof(rows));
    for (const char *c = text; *c; c++) {
        if (is_out(c)) {
            fprintf(w->out, "l%u.out%s", w->layer, rows);
            c += 3;
        } else if (*c == '@')
            fprintf(w->out, "l%u.", w->layer);
        else
            fputc(*c, w->out);
    }
    fputc('\n', w->out);
}

static void quantize(struct sth_writer *w, const char *name, const char *x,
                     uint32_t rows, uint32_t depth)
{
    char tensor[96];

    snprintf(tensor, sizeof(tensor), "%s.xq", name);
    sth_writer_zero(w, tensor, "i8", rows, depth);
    snprintf(tensor, sizeof(tensor), "%s.xs", name);
    sth_writer_zero(w, tensor, "fp32", 1, rows);
    sth_writer_op(w, "quantize name=%s.quantize out=@%s.xq scale=@%s.xs x=%s",
                  name, name, name, x);
    snprintf(w->quantized_for, sizeof(w->quantized_for), "%s", name);
}

void sth_writer_product(struct sth_writer *w, const char *name, const char *out,
                        const char *x, uint32_t rows, uint32_t depth,
                        uint32_t cols, bool bias, const char *fused)
{
    const double spread = w->gain / sqrt(depth);
    char weight[96], extra[256] = "";

    snprintf(weight, sizeof(weight), "%s.w", name);
    if (bias) {
        char tensor[96];

        snprintf(tensor, sizeof(tensor), "%s.b", name);
        sth_writer_seeded(w, tensor, "bf16", 1, cols, 0.1 * w->gain, 0);
        snprintf(extra, sizeof(extra), " bias=@%s", tensor);
    }
    if (w->request->int8) {
        char tensor[96];

        sth_writer_seeded(w, weight, "i8", depth, cols, STH_WRITER_I8_SPREAD,
                          0);
        snprintf(tensor, sizeof(tensor), "%s.ws", name);
        sth_writer_seeded(w, tensor, "fp32", 1, cols,
                          spread / STH_WRITER_I8_SPREAD / 10,
                          spread / STH_WRITER_I8_SPREAD);
        if (strcmp(w->quantized, x) != 0)
            quantize(w, name, x, rows, depth);
        sth_writer_op(w,
                      "matmul name=%s out=%s x=@%s.xq w=@%s xscale=@%s.xs "
                      "wscale=@%s.ws%s%s",
                      name, out, w->quantized_for, weight, w->quantized_for,
                      name, extra, fused);
        snprintf(w->quantized, sizeof(w->quantized), "%s", x);
        return;
    }
    sth_writer_seeded(w, weight, "bf16", depth, cols, spread, 0);
    sth_writer_op(w, "matmul name=%s out=%s x=%s w=@%s%s%s", name, out, x,
                  weight, extra, fused);
}

void sth_writer_norm(struct sth_writer *w, const char *name, const char *out,
                     const char *x)
{
    const struct sth_model *m = w->model;
    const bool rms = m->norm == STH_MODEL_RMS_NORM;
    char tensor[96], beta[128] = "";

    snprintf(tensor, sizeof(tensor), "%s.gamma", name);
    sth_writer_seeded(w, tensor, "bf16", 1, m->hidden, 0.1, 1);
    if (!rms) {
        snprintf(tensor, sizeof(tensor), "%s.beta", name);
        if (m->norm_bias)
            sth_writer_seeded(w, tensor, "bf16", 1, m->hidden, 0.1, 0);
        else
            sth_writer_zero(w, tensor, "bf16", 1, m->hidden);
        snprintf(beta, sizeof(beta), " beta=@%s", tensor);
    }
    sth_writer_op(
        w, "%s name=%s out=%s x=%s gamma=@%s.gamma%s eps=0x%08x invn=0x%08x",
        rms ? "rmsnorm" : "layernorm", name, out, x, name, beta,
        sth_writer_bits(m->norm_eps), sth_writer_bits(1.0 / m->hidden));
}
