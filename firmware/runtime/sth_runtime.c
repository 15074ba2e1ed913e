/* Runtime: plays a parsed layer trace on a device. */
#include <string.h>

#include "sth_attention.h"
#include "sth_elementwise.h"
#include "sth_gemm.h"
#include "sth_norm.h"
#include "sth_quantize.h"
#include "sth_rope.h"
#include "sth_runtime.h"

/* The run in progress: what every operation needs. */
struct player {
    struct sth_runtime *runtime;
    const struct sth_trace *trace;
    struct sth_tensor_state *state; /* one for each tensor */
    const struct sth_trace_op *op;
    struct sth_operand operand[STH_TRACE_VIEW_COUNT];
};

void sth_runtime_config_default(struct sth_runtime_config *config)
{
    memset(config, 0, sizeof *config);
    sth_driver_config_default(&config->driver);
    config->tensor_base = 0x100000;
}

enum sth_fw_err sth_runtime_init(struct sth_runtime *runtime,
                                 struct sth_hal *hal,
                                 const struct sth_runtime_config *config)
{
    enum sth_fw_err err;

    runtime->config = *config;
    runtime->hal = hal;
    runtime->failed_op = 0;
    err = sth_driver_init(&runtime->driver, hal, &config->driver);
    if (err == STH_FW_ERR_OK)
        sth_schedule_init(&runtime->schedule, &runtime->driver);
    return err;
}

enum sth_fw_err sth_runtime_recover(struct sth_runtime *runtime)
{
    enum sth_fw_err err = sth_driver_recover(&runtime->driver);

    if (err == STH_FW_ERR_OK)
        sth_schedule_init(&runtime->schedule, &runtime->driver);
    return err;
}

void sth_runtime_fini(struct sth_runtime *runtime)
{
    sth_driver_fini(&runtime->driver);
}

uint64_t sth_runtime_place(const struct sth_runtime *runtime,
                           struct sth_trace *trace)
{
    return sth_trace_place(trace, runtime->config.tensor_base);
}

size_t sth_runtime_workspace_bytes(const struct sth_trace *trace)
{
    return trace->tensors * sizeof(struct sth_tensor_state) + 8;
}

/* ---- operands ---------------------------------------------------------- */

static void resolve_view(struct player *p, uint32_t key)
{
    const struct sth_trace_view *view = &p->op->view[key];
    const struct sth_trace_tensor *tensor;
    struct sth_operand *operand = &p->operand[key];
    uint32_t bytes;

    if (view->tensor < 0)
        return;
    tensor = &p->trace->tensor[view->tensor];
    bytes = sth_dtype_bytes(tensor->dtype);
    operand->stride = (uint64_t)tensor->cols * bytes;
    operand->addr = tensor->addr + view->row * operand->stride +
                    (uint64_t)view->col * bytes;
    operand->rows = view->rows;
    operand->cols = view->cols;
    operand->dtype = tensor->dtype;
    operand->row0 = view->row;
    operand->tensor = &p->state[view->tensor];
    operand->before = operand->tensor->bands;
}

static const struct sth_operand *operand_of(const struct player *p,
                                            enum sth_trace_view_key key)
{
    return p->op->view[key].tensor < 0 ? NULL : &p->operand[key];
}

#define OPERAND(name) operand_of(p, STH_TRACE_VIEW_##name)
#define NUMBER(name) p->op->number[STH_TRACE_NUMBER_##name]
#define LIST(name) p->op->list[STH_TRACE_LIST_##name].value

/* ---- operations -------------------------------------------------------- */

static void play_matmul(struct player *p)
{
    struct sth_gemm gemm = {
        .out = OPERAND(OUT),
        .x = OPERAND(X),
        .w = OPERAND(W),
        .bias = OPERAND(BIAS),
        .residual = OPERAND(RESIDUAL),
        .xscale = OPERAND(XSCALE),
        .wscale = OPERAND(WSCALE),
        .act = NUMBER(ACT) == STH_TRACE_ACT_GELU   ? STH_GEMM_ACT_GELU
               : NUMBER(ACT) == STH_TRACE_ACT_SILU ? STH_GEMM_ACT_SILU
                                                   : STH_GEMM_ACT_NONE,
        .transposed = NUMBER(WT) != 0,
    };

    sth_kernel_gemm(&p->runtime->schedule, &gemm);
}

static void play_norm(struct player *p)
{
    struct sth_norm norm = {.out = OPERAND(OUT),
                            .x = OPERAND(X),
                            .gamma = OPERAND(GAMMA),
                            .beta = OPERAND(BETA),
                            .eps = NUMBER(EPS),
                            .inv_n = NUMBER(INVN)};

    sth_kernel_norm(&p->runtime->schedule, &norm);
}

static void play_quantize(struct player *p)
{
    struct sth_quantize quantize = {
        .out = OPERAND(OUT), .scale = OPERAND(SCALE_OUT), .x = OPERAND(X)};

    sth_kernel_quantize(&p->runtime->schedule, &quantize);
}

static void play_rope(struct player *p)
{
    struct sth_rope rope = {.out = OPERAND(OUT),
                            .x = OPERAND(X),
                            .cos = OPERAND(COS),
                            .sin = OPERAND(SIN),
                            .heads = NUMBER(HEADS)};

    sth_kernel_rope(&p->runtime->schedule, &rope);
}

static void play_attention(struct player *p)
{
    struct sth_attention attention = {.out = OPERAND(OUT),
                                      .q = OPERAND(Q),
                                      .k = OPERAND(K),
                                      .v = OPERAND(V),
                                      .heads = NUMBER(HEADS),
                                      .kv_heads = NUMBER(KV_HEADS),
                                      .batch = NUMBER(BATCH),
                                      .seq = NUMBER(SEQ),
                                      .past = NUMBER(PAST),
                                      .scale = NUMBER(SCALE),
                                      .causal = NUMBER(CAUSAL) != 0};

    sth_kernel_attention(&p->runtime->schedule, &attention);
}

static void play_elementwise(struct player *p)
{
    struct sth_elementwise op = {.out = OPERAND(OUT),
                                 .a = OPERAND(A),
                                 .b = OPERAND(B),
                                 .add = p->op->kind == STH_TRACE_KIND_ADD};

    sth_kernel_elementwise(&p->runtime->schedule, &op);
}

static void play_copy(struct player *p)
{
    sth_kernel_copy(&p->runtime->schedule, OPERAND(OUT), OPERAND(X));
}

static void play_gather(struct player *p)
{
    sth_kernel_gather(&p->runtime->schedule, OPERAND(OUT), OPERAND(X),
                      LIST(ROWS));
}

static void play_scatter_add(struct player *p)
{
    sth_kernel_scatter_add(&p->runtime->schedule, OPERAND(OUT), OPERAND(X),
                           LIST(ROWS), LIST(WEIGHTS));
}

static void (*const players[STH_TRACE_KIND_COUNT])(struct player *) = {
    [STH_TRACE_KIND_MATMUL] = play_matmul,
    [STH_TRACE_KIND_LAYERNORM] = play_norm,
    [STH_TRACE_KIND_RMSNORM] = play_norm,
    [STH_TRACE_KIND_QUANTIZE] = play_quantize,
    [STH_TRACE_KIND_ROPE] = play_rope,
    [STH_TRACE_KIND_ATTENTION] = play_attention,
    [STH_TRACE_KIND_MUL] = play_elementwise,
    [STH_TRACE_KIND_ADD] = play_elementwise,
    [STH_TRACE_KIND_COPY] = play_copy,
    [STH_TRACE_KIND_GATHER] = play_gather,
    [STH_TRACE_KIND_SCATTER_ADD] = play_scatter_add,
};

/* ---- the run ----------------------------------------------------------- */

static enum sth_fw_err play_op(struct player *p, uint32_t index)
{
    struct sth_runtime *r = p->runtime;
    const struct sth_runtime_hooks *hooks = &r->config.hooks;

    p->op = &p->trace->op[index];
    memset(p->operand, 0, sizeof p->operand);
    for (uint32_t key = 0; key < STH_TRACE_VIEW_COUNT; key++)
        resolve_view(p, key);
    if (hooks->op_begin != NULL)
        hooks->op_begin(hooks->user, index, p->op, r->schedule.next);
    players[p->op->kind](p);
    if (r->config.finish_each_op && r->schedule.err == STH_FW_ERR_OK) {
        enum sth_fw_err err = sth_schedule_finish(&r->schedule);

        if (err != STH_FW_ERR_OK)
            return err;
    }
    if (hooks->op_end != NULL)
        hooks->op_end(hooks->user, index, p->op, r->schedule.next);
    return sth_schedule_error(&r->schedule);
}

/* Tickets of an earlier run are all retired: every tensor starts clean. */
static enum sth_fw_err init_states(struct player *p, void *workspace,
                                   size_t bytes)
{
    if (bytes < p->trace->tensors * sizeof *p->state ||
        (uintptr_t)workspace % sizeof(uint64_t) != 0)
        return STH_FW_ERR_WORKSPACE;
    p->state = workspace;
    for (uint32_t i = 0; i < p->trace->tensors; i++) {
        uint32_t rows = p->trace->tensor[i].rows;

        memset(&p->state[i], 0, sizeof p->state[i]);
        p->state[i].band_rows =
            (rows + STH_TENSOR_BANDS - 1) / STH_TENSOR_BANDS;
    }
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_runtime_run(struct sth_runtime *runtime,
                                const struct sth_trace *trace, void *workspace,
                                size_t workspace_bytes)
{
    struct player player = {.runtime = runtime, .trace = trace};
    enum sth_fw_err err = init_states(&player, workspace, workspace_bytes);

    for (uint32_t i = 0; i < trace->ops && err == STH_FW_ERR_OK; i++) {
        err = play_op(&player, i);
        runtime->failed_op = i;
    }
    if (err != STH_FW_ERR_OK)
        return err;
    return sth_schedule_finish(&runtime->schedule);
}
