/* Plans of kernels in words. */
#include "sth_plan_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sth_attention_plan.h"
#include "sth_gemm_plan.h"
#include "sth_plan_fields.h"
#include "sth_rope.h"
#include "sth_rows.h"

static void gemm_text(const struct sth_gemm_plan *p, char *text, size_t size)
{
    snprintf(text, size,
             "%" PRIu32 " x %" PRIu32 " x %" PRIu32 " blocks of %" PRIu32
             " rows, %" PRIu32 " columns, %" PRIu32
             " lanes, weight tiles of %" PRIu32
             " lanes; %s outermost; buffers: x %" PRIu32 ", w %" PRIu32
             ", sums %" PRIu32 ", results %" PRIu32 "%s",
             p->ms, p->ns, p->ks, p->mb, p->nb, p->kb, p->lanes,
             p->w_stationary ? "columns" : "rows", p->a_slots, p->w_slots,
             p->acc_slots, p->stage_slots,
             p->beside               ? "; prelude beside"
             : p->prelude_cycles > 0 ? "; prelude first"
                                     : "");
}

static void attention_text(const struct sth_attention_plan *p, char *text,
                           size_t size)
{
    snprintf(text, size,
             "blocks of %" PRIu32 " sequences, %" PRIu32
             " kv heads in units of %" PRIu32 ", %" PRIu32 " heads, %" PRIu32
             " queries; steps of %" PRIu32 " keys, tiles of %" PRIu32
             ", weight tiles of %" PRIu32 " lanes; buffers: k and v %" PRIu32
             ", scores %" PRIu32 ", outputs %" PRIu32,
             p->sequences, p->kv_heads, p->fold, p->heads, p->queries, p->keys,
             p->tile, p->lanes, p->kv_slots, p->score_slots, p->o_slots);
}

static void rows_text(const struct sth_rows_plan *p, char *text, size_t size)
{
    snprintf(text, size,
             "blocks of %" PRIu32 " rows, %" PRIu32 " columns, %" PRIu32
             " in a row; buffers: inputs %" PRIu32 ", results %" PRIu32,
             p->block_rows, p->block_cols, p->chunks, p->slots, p->depth);
}

static void rope_text(const struct sth_rope_plan *p, char *text, size_t size)
{
    snprintf(text, size, "blocks of %" PRIu32 " tokens, %" PRIu32 " heads",
             p->tokens, p->heads);
}

void sth_plan_text(const char *kernel, const void *plan, char *text,
                   size_t size)
{
    static const char *const rows[] = {"norm", "quantize",    "elementwise",
                                       "copy", "scatter_add", "gather"};

    snprintf(text, size, "?");
    if (strcmp(kernel, "gemm") == 0)
        gemm_text(plan, text, size);
    else if (strcmp(kernel, "attention") == 0)
        attention_text(plan, text, size);
    else if (strcmp(kernel, "rope") == 0)
        rope_text(plan, text, size);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(kernel, rows[i]) == 0)
            rows_text(plan, text, size);
}

void sth_plan_difference(const char *kernel, const void *plan,
                         const void *other, char *text, size_t size)
{
    const struct sth_plan_kernel *k =
        sth_plan_kernel_find(kernel, strlen(kernel));
    size_t length = 0;

    *text = '\0';
    for (size_t i = 0; k != NULL && i < k->kind->frees; i++) {
        const struct sth_plan_field *field = &k->kind->free[i];
        uint64_t a = sth_plan_field_get(field, plan);
        uint64_t b = sth_plan_field_get(field, other);

        if (a == b || length >= size)
            continue;
        length += (size_t)snprintf(text + length, size - length,
                                   "%s%s %" PRIu64 " instead of %" PRIu64,
                                   length ? ", " : "", field->name, b, a);
    }
}

bool sth_plan_same(const char *kernel, const void *plan, const void *other)
{
    char text[2];

    sth_plan_difference(kernel, plan, other, text, sizeof text);
    return *text == '\0';
}

const char *sth_plan_bound(const char *kernel, const void *plan)
{
    static const char *const bounds[STH_GEMM_BOUND_COUNT] = {
        [STH_GEMM_BOUND_LOAD] = "load",
        [STH_GEMM_BOUND_ARRAY] = "array",
        [STH_GEMM_BOUND_VECTOR] = "vector",
        [STH_GEMM_BOUND_STORE] = "store",
        [STH_GEMM_BOUND_FRONT] = "commands",
        [STH_GEMM_BOUND_SUMS] = "buffers of sums",
        [STH_GEMM_BOUND_STAGE] = "buffers of results",
    };

    if (strcmp(kernel, "gemm") != 0)
        return NULL;
    return bounds[((const struct sth_gemm_plan *)plan)->bound];
}
