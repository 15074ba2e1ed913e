#include "sth_parity_trace.h"

#include "sth_tracegen.h"

#include <math.h>
#include <string.h>

static uint32_t float_bits(double value)
{
    float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof(bits));
    return bits;
}

static void tensor(FILE *out, const char *name, const char *dtype,
                   uint32_t rows, uint32_t cols, const char *source)
{
    fprintf(out, "tensor %s %s %ux%u %s\n", name, dtype, rows, cols, source);
}

/* Layer and RMS normalisation. */
static void write_norm(FILE *out, const struct sth_parity_workload *w)
{
    bool layer = w->op == STH_PARITY_LAYERNORM;

    tensor(out, "gamma", "bf16", 1, w->n, "seed:2:0.1:1");
    if (layer)
        tensor(out, "beta", "bf16", 1, w->n, "seed:3:0.1");
    tensor(out, "y", w->dtype, w->m, w->n, "zero");
    fprintf(out, "op %s out=y x=x gamma=gamma%s eps=0x%08x invn=0x%08x\n",
            sth_parity_op_names[w->op], layer ? " beta=beta" : "",
            float_bits(1e-5), float_bits(1.0 / w->n));
}

static void write_rope(FILE *out, const struct sth_parity_workload *w)
{
    uint32_t heads = w->n % 64 ? 1 : w->n / 64;
    uint32_t half = w->n / heads / 2;
    char source[64];

    snprintf(source, sizeof(source), "rope:cos:10000:0:%u", w->m);
    tensor(out, "cos", "fp32", w->m, half, source);
    snprintf(source, sizeof(source), "rope:sin:10000:0:%u", w->m);
    tensor(out, "sin", "fp32", w->m, half, source);
    tensor(out, "y", w->dtype, w->m, w->n, "zero");
    fprintf(out, "op rope out=y x=x cos=cos sin=sin heads=%u\n", heads);
}

/* Every row once, in an order that jumps where 7 does not divide the number. */
static void write_rows(FILE *out, const struct sth_parity_workload *w)
{
    bool scatter = w->op == STH_PARITY_SCATTER_ADD;

    tensor(out, "y", w->dtype, w->m, w->n, scatter ? "seed:5:1" : "zero");
    fprintf(out, "op %s out=y x=x rows=", sth_parity_op_names[w->op]);
    for (uint32_t i = 0; i < w->m; i++)
        fprintf(out, "%s%u", i ? "," : "",
                w->m % 7 ? (uint32_t)(7ull * i % w->m) : w->m - 1 - i);
    if (scatter) {
        fprintf(out, " weights=");
        for (uint32_t i = 0; i < w->m; i++)
            fprintf(out, "%s0x%08x", i ? "," : "",
                    float_bits(0.25 + 0.5 * (i % 3)));
    }
    fputc('\n', out);
}

static void write_vector(FILE *out, const struct sth_parity_workload *w)
{
    fputs("systolith-trace 1\n", out);
    tensor(out, "x", w->dtype, w->m, w->n, "seed:1:1");
    switch (w->op) {
    case STH_PARITY_LAYERNORM:
    case STH_PARITY_RMSNORM:
        write_norm(out, w);
        break;
    case STH_PARITY_QUANTIZE:
        tensor(out, "y", "i8", w->m, w->n, "zero");
        tensor(out, "scale", "fp32", 1, w->m, "zero");
        fputs("op quantize out=y scale=scale x=x\n", out);
        break;
    case STH_PARITY_ROPE:
        write_rope(out, w);
        break;
    case STH_PARITY_COPY:
        tensor(out, "y", w->dtype, w->m, w->n, "zero");
        fputs("op copy out=y x=x\n", out);
        break;
    case STH_PARITY_GATHER:
    case STH_PARITY_SCATTER_ADD:
        write_rows(out, w);
        break;
    default:
        tensor(out, "b", w->dtype, w->m, w->n, "seed:4:1");
        tensor(out, "y", w->dtype, w->m, w->n, "zero");
        fprintf(out, "op %s out=y a=x b=b\n", sth_parity_op_names[w->op]);
        break;
    }
    fputs("output y\n", out);
}

static void write_attention(FILE *out, const struct sth_parity_workload *w)
{
    struct sth_attention_request request = {.heads = w->heads,
                                            .kv_heads = w->kv_heads,
                                            .dim = w->dim,
                                            .seq = w->seq,
                                            .past = w->past,
                                            .batch = w->batch,
                                            .causal = w->causal,
                                            .seed = 1};

    sth_tracegen_attention(out, &request);
}

static bool write_model(FILE *out, const struct sth_parity_workload *w,
                        char *error, size_t error_size)
{
    struct sth_trace_request request = {
        .seq = w->seq,
        .past = w->past,
        .batch = w->batch,
        .layers = 1,
        .int8 = !strcmp(w->dtype, "int8"),
        .seed = 1,
    };
    struct sth_model model;

    if (!sth_model_load(w->path, &model, error, error_size) ||
        !sth_model_takes(&model, w->past, w->seq, error, error_size))
        return false;
    *error = 0; /* more tokens than it was trained for are no mistake here */
    if (sth_tracegen_layers(out, &model, &request))
        return true;
    snprintf(error, error_size, "out of memory");
    return false;
}

bool sth_parity_trace(FILE *out, const struct sth_parity_workload *work,
                      char *error, size_t error_size)
{
    switch (work->kind) {
    case STH_PARITY_GEMM:
        sth_tracegen_gemm(out, work->m, work->n, work->k,
                          !strcmp(work->dtype, "int8"), 1);
        break;
    case STH_PARITY_VECTOR:
        write_vector(out, work);
        break;
    case STH_PARITY_ATTENTION:
        write_attention(out, work);
        break;
    default:
        if (!write_model(out, work, error, error_size))
            return false;
        break;
    }
    if (!ferror(out))
        return true;
    snprintf(error, error_size, "the trace cannot be written");
    return false;
}
