/* Pieces of work to judge plans by. */
#include "sth_plan_work.h"

#include <stdio.h>

#include "sth_plan_draw.h"

static const char *const acts[] = {"", " act=gelu_tanh", " act=silu"};

/* What the lines of an operation on rows are made from. */
static const struct rows_op {
    const char *word;
    const char *lines; /* %1$u rows, %2$u columns, %3$u half of them */
} rows_ops[] = {
    {"layernorm", "tensor x bf16 %1$ux%2$u zero\n"
                  "tensor g bf16 1x%2$u zero\n"
                  "tensor b bf16 1x%2$u zero\n"
                  "tensor y bf16 %1$ux%2$u zero\n"
                  "op layernorm out=y x=x gamma=g beta=b eps=0x3727c5ac "
                  "invn=0x3c2aaaab\n"},
    {"rmsnorm", "tensor x fp32 %1$ux%2$u zero\n"
                "tensor g bf16 1x%2$u zero\n"
                "tensor y bf16 %1$ux%2$u zero\n"
                "op rmsnorm out=y x=x gamma=g eps=0x3727c5ac "
                "invn=0x3c2aaaab\n"},
    {"quantize", "tensor x bf16 %1$ux%2$u zero\n"
                 "tensor y i8 %1$ux%2$u zero\n"
                 "tensor s fp32 1x%1$u zero\n"
                 "op quantize out=y scale=s x=x\n"},
    {"rope", "tensor x bf16 %1$ux%2$u zero\n"
             "tensor c fp32 %1$ux%3$u zero\n"
             "tensor s fp32 %1$ux%3$u zero\n"
             "tensor y bf16 %1$ux%2$u zero\n"
             "op rope out=y x=x cos=c sin=s heads=1\n"},
    {"mul", "tensor x bf16 %1$ux%2$u zero\n"
            "tensor z bf16 %1$ux%2$u zero\n"
            "tensor y bf16 %1$ux%2$u zero\n"
            "op mul out=y a=x b=z\n"},
    {"add", "tensor x bf16 %1$ux%2$u zero\n"
            "tensor z fp32 %1$ux%2$u zero\n"
            "tensor y fp32 %1$ux%2$u zero\n"
            "op add out=y a=x b=z\n"},
    {"copy", "tensor x bf16 %1$ux%2$u zero\n"
             "tensor y bf16 %1$ux%2$u zero\n"
             "op copy out=y x=x\n"},
};

enum { ROWS_OPS = sizeof rows_ops / sizeof *rows_ops };

/* Work in the units of the narrowest part of the chip, as a bound. */
enum { CYCLES_MOST = 1 << 18 };

static void draw_gemm(struct sth_plan_work *w, uint64_t *random,
                      const struct sth_params *p)
{
    uint64_t pes = (uint64_t)p->array_rows * p->array_cols;

    do {
        w->m = sth_plan_chance(random, 25) ? sth_plan_spread(random, 1, 16)
                                           : sth_plan_spread(random, 1, 4096);
        w->n = sth_plan_spread(random, 8, 16384);
        w->k = sth_plan_spread(random, 8, 16384);
    } while ((uint64_t)w->m * w->n * w->k / pes > CYCLES_MOST ||
             (uint64_t)w->m * w->n / p->vector_lanes > CYCLES_MOST / 16 ||
             ((uint64_t)w->m * w->n + (uint64_t)w->m * w->k +
              (uint64_t)w->n * w->k) /
                     p->bus_bytes >
                 CYCLES_MOST / 4);
    w->int8 =
        p->data_types == STH_DATA_TYPE_INT8 ||
        (p->data_types != STH_DATA_TYPE_BF16 && sth_plan_chance(random, 30));
    w->transposed = sth_plan_chance(random, 40);
    w->bias = sth_plan_chance(random, 30);
    w->residual = sth_plan_chance(random, 30);
    w->act = sth_plan_chance(random, 30) ? 1 + sth_plan_below(random, 2) : 0;
}

static void draw_attention(struct sth_plan_work *w, uint64_t *random,
                           const struct sth_params *p)
{
    uint64_t pes = (uint64_t)p->array_rows * p->array_cols, load, macs;

    do {
        w->kv_heads = sth_plan_spread(random, 1, 8);
        w->heads = w->kv_heads * sth_plan_spread(random, 1, 8);
        w->dim = 32u << sth_plan_below(random, 3);
        w->batch =
            sth_plan_chance(random, 50) ? 1 : sth_plan_spread(random, 1, 16);
        w->seq =
            sth_plan_chance(random, 50) ? 1 : sth_plan_spread(random, 1, 1024);
        w->past = w->seq == 1 || sth_plan_chance(random, 30)
                      ? sth_plan_spread(random, 1, 8192)
                      : 0;
        macs = (uint64_t)w->batch * w->seq * (w->seq + w->past) * w->heads *
               w->dim * 2;
        load =
            (uint64_t)w->batch * (w->seq + w->past) * w->kv_heads * w->dim * 4;
    } while (macs / pes > CYCLES_MOST || load / p->bus_bytes > CYCLES_MOST ||
             macs / w->dim / p->vector_lanes > CYCLES_MOST / 4);
}

static void draw_rows(struct sth_plan_work *w, uint64_t *random,
                      const struct sth_params *p)
{
    w->op = sth_plan_below(random, ROWS_OPS);
    do {
        w->rows = sth_plan_spread(random, 1, 4096);
        w->cols = sth_plan_spread(random, 8, 16384) & ~1u;
    } while ((uint64_t)w->rows * w->cols / p->vector_lanes > CYCLES_MOST / 16 ||
             (uint64_t)w->rows * w->cols / p->bus_bytes > CYCLES_MOST / 4);
}

void sth_plan_work_draw(struct sth_plan_work *w, uint64_t *random,
                        const struct sth_params *p)
{
    uint32_t draw = sth_plan_below(random, 100);

    *w = (struct sth_plan_work){.kind = STH_PLAN_GEMM};
    if (draw >= 50 && draw < 80 && p->data_types != STH_DATA_TYPE_INT8)
        w->kind = STH_PLAN_ATTENTION;
    if (draw >= 80)
        w->kind = STH_PLAN_ROWS;
    if (w->kind == STH_PLAN_GEMM)
        draw_gemm(w, random, p);
    else if (w->kind == STH_PLAN_ATTENTION)
        draw_attention(w, random, p);
    else
        draw_rows(w, random, p);
}

static size_t trace_gemm(const struct sth_plan_work *w, char *text, size_t size)
{
    const char *type = w->int8 ? "i8" : "bf16";
    char options[160];

    snprintf(options, sizeof options, "%s%s%s%s%s",
             w->transposed ? " wt=1" : "",
             w->int8 ? " xscale=xs wscale=ws" : "", w->bias ? " bias=b" : "",
             w->residual ? " residual=r" : "", acts[w->act]);
    return (size_t)snprintf(text, size,
                            "systolith-trace 1\n"
                            "tensor x %s %ux%u zero\n"
                            "tensor w %s %ux%u zero\n"
                            "tensor xs fp32 1x%u zero\n"
                            "tensor ws fp32 1x%u zero\n"
                            "tensor b bf16 1x%u zero\n"
                            "tensor r bf16 %ux%u zero\n"
                            "tensor y bf16 %ux%u zero\n"
                            "op matmul out=y x=x w=w%s\n",
                            type, w->m, w->k, type, w->transposed ? w->n : w->k,
                            w->transposed ? w->k : w->n, w->m, w->n, w->n, w->m,
                            w->n, w->m, w->n, options);
}

static size_t trace_attention(const struct sth_plan_work *w, char *text,
                              size_t size)
{
    uint32_t rows = w->batch * w->seq, keys = w->batch * (w->seq + w->past);

    return (size_t)snprintf(
        text, size,
        "systolith-trace 1\n"
        "tensor q bf16 %ux%u zero\n"
        "tensor k bf16 %ux%u zero\n"
        "tensor v bf16 %ux%u zero\n"
        "tensor y bf16 %ux%u zero\n"
        "op attention out=y q=q k=k v=v heads=%u kv_heads=%u batch=%u seq=%u "
        "past=%u window=%u causal=1 scale=0x3db504f3\n",
        rows, w->heads * w->dim, keys, w->kv_heads * w->dim, keys,
        w->kv_heads * w->dim, rows, w->heads * w->dim, w->heads, w->kv_heads,
        w->batch, w->seq, w->past, w->window);
}

size_t sth_plan_work_trace(const struct sth_plan_work *w,
                           char text[STH_PLAN_TEXT])
{
    size_t bytes;

    if (w->kind == STH_PLAN_GEMM)
        return trace_gemm(w, text, STH_PLAN_TEXT);
    if (w->kind == STH_PLAN_ATTENTION)
        return trace_attention(w, text, STH_PLAN_TEXT);
    bytes = (size_t)snprintf(text, STH_PLAN_TEXT, "systolith-trace 1\n");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    bytes +=
        (size_t)snprintf(text + bytes, STH_PLAN_TEXT - bytes,
                         rows_ops[w->op].lines, w->rows, w->cols, w->cols / 2);
#pragma GCC diagnostic pop
    return bytes;
}

void sth_plan_work_say(const struct sth_plan_work *w, char *text, size_t size)
{
    if (w->kind == STH_PLAN_GEMM)
        snprintf(text, size, "gemm %ux%ux%u %s%s%s%s%s", w->m, w->n, w->k,
                 w->int8 ? "int8" : "bf16", w->transposed ? " wt" : "",
                 w->bias ? " bias" : "", w->residual ? " residual" : "",
                 acts[w->act]);
    else if (w->kind == STH_PLAN_ATTENTION)
        snprintf(text, size, "attention %u/%ux%u seq %u past %u batch %u",
                 w->heads, w->kv_heads, w->dim, w->seq, w->past, w->batch);
    else
        snprintf(text, size, "%s %ux%u", rows_ops[w->op].word, w->rows,
                 w->cols);
}

uint32_t *sth_plan_work_rows(struct sth_plan_work *w)
{
    return w->kind == STH_PLAN_GEMM        ? &w->m
           : w->kind == STH_PLAN_ATTENTION ? &w->seq
                                           : &w->rows;
}
