/* What tests of whole traces share. */
#ifndef TRACE_FIXTURE_H
#define TRACE_FIXTURE_H

#include "firmware_fixture.h"

#include "sth_trace.h"

/* Moderate values in every tensor, the same on each device. */
static inline void fixture_fill_trace(const struct sth_trace *trace,
                                      struct sth_mem *mem)
{
    uint64_t random = 77;

    for (uint32_t i = 0; i < trace->tensors; i++) {
        const struct sth_trace_tensor *t = &trace->tensor[i];

        for (uint64_t j = 0; j < (uint64_t)t->rows * t->cols; j++) {
            double v = fixture_random(&random) / 2147483648.0 - 0.4;
            uint32_t bits = t->dtype == STH_DTYPE_FP32 ? fixture_float_bits(v)
                            : t->dtype == STH_DTYPE_BF16
                                ? fixture_bf16(v)
                                : (uint32_t)(int32_t)(v * 60);
            uint32_t bytes = sth_dtype_bytes(t->dtype);

            sth_mem_write(mem, t->addr + j * bytes, &bits, bytes);
        }
    }
}

#endif
