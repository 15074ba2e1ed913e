/* What tests of whole traces share. */
#ifndef TRACE_FIXTURE_H
#define TRACE_FIXTURE_H

#include "firmware_fixture.h"

#include "sth_trace.h"

/* A trace that must be refused, and how. */
struct fixture_malformed {
    const char *text;
    uint32_t line;
    const char *message;
};

/* Parses into that memory, which must be enough. */
static inline enum sth_fw_err fixture_parse(const char *text,
                                            struct sth_trace *trace,
                                            struct sth_trace_error *error,
                                            void *arena, size_t arena_bytes)
{
    size_t bound = sth_trace_arena_bound(text, strlen(text));

    assert_true(bound <= arena_bytes);
    return sth_trace_parse(trace, text, strlen(text), arena, bound, error);
}

/* Each is refused with its message and leaves nothing. */
static inline void
fixture_expect_malformed(const struct fixture_malformed *malformed,
                         size_t count, void *arena, size_t arena_bytes)
{
    for (size_t i = 0; i < count; i++) {
        struct sth_trace t;
        struct sth_trace_error e;

        if (fixture_parse(malformed[i].text, &t, &e, arena, arena_bytes) !=
            STH_FW_ERR_TRACE)
            fail_msg("accepted: %s", malformed[i].text);
        assert_string_equal(e.message, malformed[i].message);
        assert_int_equal(e.line, malformed[i].line);
        assert_int_equal(t.tensors + t.ops, 0);
    }
}

/* Every tensor holds the same in both; `what` is said of one that does not. */
static inline void fixture_expect_same_tensors(const struct sth_trace *trace,
                                               struct sth_mem *is,
                                               struct sth_mem *should,
                                               const char *what)
{
    for (uint32_t i = 0; i < trace->tensors; i++) {
        uint64_t bytes = sth_trace_tensor_bytes(&trace->tensor[i]);
        uint8_t *a = malloc(bytes), *b = malloc(bytes);

        sth_mem_read(is, trace->tensor[i].addr, a, bytes);
        sth_mem_read(should, trace->tensor[i].addr, b, bytes);
        if (memcmp(a, b, bytes) != 0)
            fail_msg("%s: tensor %s differs", what, trace->tensor[i].name);
        free(a);
        free(b);
    }
}

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
