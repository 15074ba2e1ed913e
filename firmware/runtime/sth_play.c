/* Plays one operation of a trace, by the rows of the table. */
#include <string.h>

#include "sth_play.h"
#include "sth_prelude.h"
#include "sth_trace_prelude.h"

#define OP_HEADERS
#include "sth_trace_ops.def"
#undef OP_HEADERS

struct player {
    struct sth_schedule *schedule;
    const struct sth_trace_op *op;
    struct sth_operand operand[STH_TRACE_VIEW_COUNT];
};

static void resolve_view(struct player *p, const struct sth_trace *trace,
                         struct sth_tensor_state *state, uint32_t key)
{
    const struct sth_trace_view *view = &p->op->view[key];
    const struct sth_trace_tensor *tensor;
    struct sth_operand *operand = &p->operand[key];
    uint32_t bytes, lane;

    if (view->tensor < 0)
        return;
    tensor = &trace->tensor[view->tensor];
    bytes = sth_dtype_bytes(tensor->dtype);
    lane = tensor->layout == STH_TRACE_LAYOUT_PAIRS ? 2 : 1;
    operand->stride = (uint64_t)tensor->cols * lane * bytes;
    operand->addr = tensor->addr + view->row / lane * operand->stride +
                    (uint64_t)(tensor->head != 0 ? view->col / 2 : view->col) *
                        lane * bytes;
    operand->rows = (view->rows + lane - 1) / lane;
    operand->cols = view->cols * lane;
    operand->dtype = tensor->dtype;
    operand->row0 = view->row / lane;
    operand->row_step = view->step;
    operand->stride *= view->step;
    operand->tensor = &state[view->tensor];
    operand->before = operand->tensor->bands;
}

static const struct sth_operand *operand_of(const struct player *p,
                                            enum sth_trace_view_key key)
{
    return p->op->view[key].tensor < 0 ? NULL : &p->operand[key];
}

/*
 * As many rows as the kernel's struct has members: the compiler names the
 * struct that has more, by its last member, and the operation with a row too
 * many.
 */
#define OP(kind, name, stem) _Static_assert(sizeof((struct sth_##stem){
#define OUT(key, member, types, rows, cols) 0,
#define IN(key, member, need, types, rows, cols, place) 0,
#define NUMBER(key, member, need) 0,
#define LIST(key, member, need) 0,
#define FIXED(member, value) 0,
#define END(kind, name, stem)                                                  \
    }) != 0, #name);
#include "sth_trace_ops.def"

#define OP(kind, name, stem)                                                   \
    static struct sth_##stem make_##name(const struct player *p)               \
    {                                                                          \
        return (struct sth_##stem)                                             \
        {
#define OUT(key, member, types, rows, cols)                                    \
    .member = operand_of(p, STH_TRACE_VIEW_##key),
#define IN(key, member, need, types, rows, cols, place)                        \
    .member = operand_of(p, STH_TRACE_VIEW_##key),
#define NUMBER(key, member, need)                                              \
    .member = p->op->number[STH_TRACE_NUMBER_##key],
#define LIST(key, member, need)                                                \
    .member = p->op->list[STH_TRACE_LIST_##key].value,
#define FIXED(member, value) .member = (value),
#define END(kind, name, stem)                                                  \
    }                                                                          \
    ;                                                                          \
    }                                                                          \
    static void play_##name(const struct player *p)                            \
    {                                                                          \
        const struct sth_##stem kernel = make_##name(p);                       \
                                                                               \
        sth_kernel_##stem(p->schedule, &kernel);                               \
    }
#include "sth_trace_ops.def"

static void (*const players[STH_TRACE_KIND_COUNT])(const struct player *) = {
#define OP(kind, name, stem) [STH_TRACE_KIND_##kind] = play_##name,
#include "sth_trace_ops.def"
};

static void bind(struct player *p, struct sth_schedule *schedule,
                 const struct sth_trace *trace, uint32_t index,
                 struct sth_tensor_state *state)
{
    memset(p, 0, sizeof *p);
    p->schedule = schedule;
    p->op = &trace->op[index];
    for (uint32_t key = 0; key < STH_TRACE_VIEW_COUNT; key++)
        resolve_view(p, trace, state, key);
}

/* Operations beside a product, and their kernels' structs. */
struct beside {
    struct player player[STH_PRELUDE_MAX];
    struct sth_norm norm;
    struct sth_quantize quantize;
    struct sth_prelude prelude;
};

/* Those from `index` on. */
static const struct sth_prelude *bind_beside(struct beside *b,
                                             struct sth_schedule *schedule,
                                             const struct sth_trace *trace,
                                             uint32_t index,
                                             struct sth_tensor_state *state)
{
    memset(b, 0, sizeof *b);
    for (uint32_t i = 0; sth_trace_is_prelude(trace, index + i); i++) {
        struct player *p = &b->player[i];

        bind(p, schedule, trace, index + i, state);
        if (p->op->kind == STH_TRACE_KIND_QUANTIZE) {
            b->quantize = make_quantize(p);
            b->prelude.quantize = &b->quantize;
        } else {
            b->norm = p->op->kind == STH_TRACE_KIND_LAYERNORM
                          ? make_layernorm(p)
                          : make_rmsnorm(p);
            b->prelude.norm = &b->norm;
        }
    }
    return &b->prelude;
}

/*
 * A product with the operations in front of it, from `first` on, and those
 * behind it that take its result.
 */
static void play_product(struct sth_schedule *schedule,
                         const struct sth_trace *trace, uint32_t first,
                         uint32_t index, struct sth_tensor_state *state,
                         uint32_t *ahead)
{
    struct beside before, behind;
    struct player product;
    struct sth_gemm gemm;

    bind(&product, schedule, trace, index, state);
    gemm = make_matmul(&product);
    if (first != index) {
        gemm.prelude = bind_beside(&before, schedule, trace, first, state);
        before.prelude.first = *ahead;
    }
    *ahead = 0;
    if (sth_trace_feeds_prelude(trace, index)) {
        gemm.next = bind_beside(&behind, schedule, trace, index + 1, state);
        gemm.next_rows = ahead;
    }
    sth_kernel_gemm(schedule, &gemm);
}

void sth_play_op(struct sth_schedule *schedule, const struct sth_trace *trace,
                 uint32_t index, struct sth_tensor_state *state,
                 uint32_t *ahead)
{
    uint32_t first = index;
    struct player p;

    if (ahead != NULL && sth_trace_is_prelude(trace, index))
        return;
    if (ahead != NULL && trace->op[index].kind == STH_TRACE_KIND_MATMUL) {
        while (first > 0 && sth_trace_is_prelude(trace, first - 1))
            first--;
        play_product(schedule, trace, first, index, state, ahead);
        return;
    }
    bind(&p, schedule, trace, index, state);
    players[trace->op[index].kind](&p);
}
