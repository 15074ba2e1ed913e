/* Tensors of a parsed trace: how large they are and where they lie. */
#include "sth_trace.h"

uint64_t sth_trace_tensor_bytes(const struct sth_trace_tensor *tensor)
{
    uint64_t rows = tensor->rows;

    if (tensor->layout == STH_TRACE_LAYOUT_PAIRS)
        rows += rows % 2;
    return rows * tensor->cols * sth_dtype_bytes(tensor->dtype);
}

const char *sth_trace_dtype_text(uint32_t dtype)
{
    return dtype == STH_DTYPE_I8     ? "i8"
           : dtype == STH_DTYPE_BF16 ? "bf16"
                                     : "fp32";
}

uint64_t sth_trace_place(struct sth_trace *trace, uint64_t base)
{
    const uint64_t mask = STH_TRACE_ALIGN - 1;

    for (uint32_t i = 0; i < trace->tensors; i++) {
        base = (base + mask) & ~mask;
        trace->tensor[i].addr = base;
        base += sth_trace_tensor_bytes(&trace->tensor[i]);
    }
    return (base + mask) & ~mask;
}
