#include "sth_parity_trace.h"

#include "sth_tracegen.h"

#include <string.h>

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

    if (!sth_model_load(w->path, NULL, &model, error, error_size) ||
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
        sth_tracegen_op(out, &work->alone);
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
