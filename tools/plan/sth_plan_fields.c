/* The members of shapes and plans by name. */
#include "sth_plan_fields.h"

#include <string.h>

#include "sth_attention_plan.h"
#include "sth_gemm_plan.h"
#include "sth_rope.h"
#include "sth_rows.h"

/* Of a shape all members; of a plan those that complete() takes as given. */
#define GEMM_SHAPE(X, T)                                                       \
    X(T, m)                                                                    \
    X(T, n)                                                                    \
    X(T, k)                                                                    \
    X(T, out_bytes)                                                            \
    X(T, mul_bytes)                                                            \
    X(T, residual_bytes)                                                       \
    X(T, vector_passes)                                                        \
    X(T, vector_turns)                                                         \
    X(T, half)                                                                 \
    X(T, prelude.alone_cycles)                                                 \
    X(T, prelude.rows)                                                         \
    X(T, prelude.sp_bytes)                                                     \
    X(T, prelude.acc_rows)                                                     \
    X(T, prelude.row_cycles)                                                   \
    X(T, transposed)                                                           \
    X(T, scaled)                                                               \
    X(T, bias)                                                                 \
    X(T, temporary)
#define GEMM_FREE(X, T)                                                        \
    X(T, mb)                                                                   \
    X(T, nb)                                                                   \
    X(T, kb)                                                                   \
    X(T, lanes)                                                                \
    X(T, w_stationary)                                                         \
    X(T, a_slots)                                                              \
    X(T, w_slots)                                                              \
    X(T, acc_slots)                                                            \
    X(T, stage_slots)                                                          \
    X(T, acc_tile)                                                             \
    X(T, a_stride)                                                             \
    X(T, beside)
#define ATTENTION_SHAPE(X, T)                                                  \
    X(T, batch)                                                                \
    X(T, kv_heads)                                                             \
    X(T, sharing)                                                              \
    X(T, seq)                                                                  \
    X(T, keys)                                                                 \
    X(T, depth)                                                                \
    X(T, masked)                                                               \
    X(T, window)                                                               \
    X(T, capped)                                                               \
    X(T, biased)
#define ATTENTION_FREE(X, T)                                                   \
    X(T, lanes)                                                                \
    X(T, sequences)                                                            \
    X(T, kv_heads)                                                             \
    X(T, fold)                                                                 \
    X(T, heads)                                                                \
    X(T, queries)                                                              \
    X(T, keys)                                                                 \
    X(T, tile)                                                                 \
    X(T, kv_slots)                                                             \
    X(T, prefetch)                                                             \
    X(T, score_slots)                                                          \
    X(T, ahead)                                                                \
    X(T, spread)
#define ROPE_SHAPE(X, T)                                                       \
    X(T, tokens)                                                               \
    X(T, heads)                                                                \
    X(T, half)                                                                 \
    X(T, x_bytes)                                                              \
    X(T, out_bytes)                                                            \
    X(T, angle_bytes)
#define ROPE_FREE(X, T)                                                        \
    X(T, tokens)                                                               \
    X(T, heads)
#define ROWS_SHAPE(X, T)                                                       \
    X(T, rows)                                                                 \
    X(T, cols)                                                                 \
    X(T, in_bytes)                                                             \
    X(T, out_bytes)                                                            \
    X(T, row_vectors)                                                          \
    X(T, scalars)                                                              \
    X(T, temporary)
#define ROWS_FREE(X, T)                                                        \
    X(T, block_rows)                                                           \
    X(T, block_cols)                                                           \
    X(T, slots)                                                                \
    X(T, depth)

#define MEMBER(T, member)                                                      \
    {#member, offsetof(struct T, member), sizeof(((struct T *)NULL)->member)},
#define BYTES(T, member) +sizeof(((struct T *)NULL)->member)

/* A kind of plans, none of whose shape is left out. */
#define KIND(kind, SHAPE, FREE)                                                \
    _Static_assert(SHAPE(BYTES, sth_##kind##_shape) ==                         \
                       sizeof(struct sth_##kind##_shape),                      \
                   "all members of a shape");                                  \
    static const struct sth_plan_field kind##_shape[] = {                      \
        SHAPE(MEMBER, sth_##kind##_shape)};                                    \
    static const struct sth_plan_field kind##_free[] = {                       \
        FREE(MEMBER, sth_##kind##_plan)};                                      \
    static const char *kind##_complete(                                        \
        void *plan, const struct sth_params *params, const void *shape)        \
    {                                                                          \
        return sth_##kind##_plan_complete(plan, params, shape);                \
    }                                                                          \
    static const struct sth_plan_kind_text kind##_kind = {                     \
        sizeof(struct sth_##kind##_shape),                                     \
        sizeof(struct sth_##kind##_plan),                                      \
        kind##_shape,                                                          \
        kind##_free,                                                           \
        sizeof kind##_shape / sizeof *kind##_shape,                            \
        sizeof kind##_free / sizeof *kind##_free,                              \
        kind##_complete,                                                       \
    };

KIND(gemm, GEMM_SHAPE, GEMM_FREE)
KIND(attention, ATTENTION_SHAPE, ATTENTION_FREE)
KIND(rope, ROPE_SHAPE, ROPE_FREE)
KIND(rows, ROWS_SHAPE, ROWS_FREE)

static const struct sth_plan_kernel kernels[] = {
    {"gemm", &gemm_kind},        {"attention", &attention_kind},
    {"rope", &rope_kind},        {"norm", &rows_kind},
    {"quantize", &rows_kind},    {"elementwise", &rows_kind},
    {"copy", &rows_kind},        {"gather", &rows_kind},
    {"scatter_add", &rows_kind},
};

const struct sth_plan_kernel *sth_plan_kernel_find(const char *name,
                                                   size_t length)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (strlen(kernels[i].name) == length &&
            memcmp(kernels[i].name, name, length) == 0)
            return &kernels[i];
    return NULL;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the low bytes of a number come first");

uint64_t sth_plan_field_get(const struct sth_plan_field *field,
                            const void *from)
{
    uint64_t value = 0;

    memcpy(&value, (const char *)from + field->offset, field->bytes);
    return value;
}

bool sth_plan_field_set(const struct sth_plan_field *field, void *to,
                        uint64_t value)
{
    if (field->bytes < sizeof value && value >> (8 * field->bytes) != 0)
        return false;
    memcpy((char *)to + field->offset, &value, field->bytes);
    return true;
}
