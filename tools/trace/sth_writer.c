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

void sth_writer_begin(struct sth_writer *w, const char *prefix)
{
    snprintf(w->prefix, sizeof(w->prefix), "%s", prefix);
}

void sth_writer_seeded(struct sth_writer *w, const char *name,
                       const char *dtype, uint32_t rows, uint32_t cols,
                       double scale, double offset)
{
    fprintf(w->out, "tensor %s%s %s %ux%u seed:%" PRIu64 ":%.9g:%.9g\n",
            w->prefix, name, dtype, rows, cols, w->next_seed++, scale, offset);
}

void sth_writer_zero(struct sth_writer *w, const char *name, const char *dtype,
                     uint32_t rows, uint32_t cols)
{
    fprintf(w->out, "tensor %s%s %s %ux%u zero\n", w->prefix, name, dtype, rows,
            cols);
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

/* An op line but for its end. */
static void begin_op(struct sth_writer *w, const char *format, va_list args)
{
    char text[2048], rows[64];

    w->quantized[0] = 0;
    vsnprintf(text, sizeof(text), format, args);
    fputs("op ", w->out);
    sth_writer_rows_of_step(w, rows, sizeof(rows));
    for (const char *c = text; *c; c++) {
        if (is_out(c)) {
            fprintf(w->out, "%sout%s", w->prefix, rows);
            c += 3;
        } else if (*c == '@')
            fputs(w->prefix, w->out);
        else
            fputc(*c, w->out);
    }
}

void sth_writer_op(struct sth_writer *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    begin_op(w, format, args);
    va_end(args);
    fputc('\n', w->out);
}

static void list_op(struct sth_writer *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    begin_op(w, format, args);
    va_end(args);
}

/* A row takes up to 8 + 11 characters of a line's 65536. */
enum { ROWS_PER_LINE = 2048 };

/* The rows and weights that end one op line. */
static void row_lists(struct sth_writer *w, const uint32_t *rows,
                      const double *weights, uint32_t count)
{
    fputs(" rows=", w->out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(w->out, "%s%u", i ? "," : "", rows[i]);
    if (weights) {
        fputs(" weights=", w->out);
        for (uint32_t i = 0; i < count; i++)
            fprintf(w->out, "%s0x%08x", i ? "," : "",
                    sth_writer_bits(weights[i]));
    }
    fputc('\n', w->out);
}

/* Rows [first, end) of `count`, each step that many further where "@out" has
 * the rows of all steps. */
static void part_of(const struct sth_writer *w, const char *tensor,
                    uint32_t first, uint32_t end, uint32_t count, char *text,
                    size_t size)
{
    if (is_out(tensor) && w->request->steps > 1)
        snprintf(text, size, "%s[%u+%u:%u+%u]", tensor, first, w->tokens, end,
                 w->tokens);
    else if (end - first < count)
        snprintf(text, size, "%s[%u:%u]", tensor, first, end);
    else
        snprintf(text, size, "%s", tensor);
}

void sth_writer_gather(struct sth_writer *w, const char *name, const char *out,
                       const char *x, const uint32_t *rows, uint32_t count)
{
    char part[128];

    for (uint32_t i = 0; i < count; i += ROWS_PER_LINE) {
        uint32_t end = i + ROWS_PER_LINE < count ? i + ROWS_PER_LINE : count;

        part_of(w, out, i, end, count, part, sizeof(part));
        list_op(w, "gather name=%s out=%s x=%s", name, part, x);
        row_lists(w, rows + i, NULL, end - i);
    }
}

void sth_writer_scatter(struct sth_writer *w, const char *name, const char *out,
                        const char *x, const uint32_t *rows,
                        const double *weights, uint32_t count)
{
    char part[128];

    for (uint32_t i = 0; i < count; i += ROWS_PER_LINE) {
        uint32_t end = i + ROWS_PER_LINE < count ? i + ROWS_PER_LINE : count;

        part_of(w, x, i, end, count, part, sizeof(part));
        list_op(w, "scatter_add name=%s out=%s x=%s", name, out, part);
        row_lists(w, rows + i, weights + i, end - i);
    }
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
    if (w->request->int8 && !w->wide) {
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
    sth_writer_seeded(w, tensor, "bf16", 1, m->hidden, 0.1 * w->gain, w->gain);
    if (!rms) {
        snprintf(tensor, sizeof(tensor), "%s.beta", name);
        if (m->norm_bias)
            sth_writer_seeded(w, tensor, "bf16", 1, m->hidden, 0.1 * w->gain,
                              0);
        else
            sth_writer_zero(w, tensor, "bf16", 1, m->hidden);
        snprintf(beta, sizeof(beta), " beta=@%s", tensor);
    }
    sth_writer_op(
        w, "%s name=%s out=%s x=%s gamma=@%s.gamma%s eps=0x%08x invn=0x%08x",
        rms ? "rmsnorm" : "layernorm", name, out, x, name, beta,
        sth_writer_bits(m->norm_eps), sth_writer_bits(1.0 / m->hidden));
}
