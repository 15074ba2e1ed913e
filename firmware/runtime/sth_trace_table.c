/* The table of operations as data. */
#include "sth_trace_table.h"

#include "sth_attention.h"

const char *const sth_trace_view_words[STH_TRACE_VIEW_COUNT] = {
#define KEY_VIEW(name, text) text,
#include "sth_trace_ops.def"
};

const struct sth_trace_number_word
    sth_trace_number_words[STH_TRACE_NUMBER_COUNT] = {
#define KEY_NUMBER(name, text, type) {text, STH_TRACE_TYPE_##type},
#include "sth_trace_ops.def"
};

const struct sth_trace_number_word sth_trace_list_words[STH_TRACE_LIST_COUNT] =
    {
#define KEY_LIST(name, text, type) {text, STH_TRACE_TYPE_##type},
#include "sth_trace_ops.def"
};

#define OP(kind, name, stem) [STH_TRACE_KIND_##kind] = {.word = #name,
#define OUT(key, member, types, rows, cols)                                    \
    .view[STH_TRACE_VIEW_##key] = STH_TRACE_NEED_REQUIRED,                     \
    .place[STH_TRACE_VIEW_##key] = STH_TRACE_PLACE_OUT,
#define IN(key, member, need, types, rows, cols, where)                        \
    .view[STH_TRACE_VIEW_##key] = STH_TRACE_NEED_##need,                       \
    .place[STH_TRACE_VIEW_##key] = STH_TRACE_PLACE_##where,
#define NUMBER(key, member, need)                                              \
    .number[STH_TRACE_NUMBER_##key] = STH_TRACE_NEED_##need,
#define LIST(key, member, need)                                                \
    .list[STH_TRACE_LIST_##key] = STH_TRACE_NEED_##need,
#define END(kind, name, stem)                                                  \
    }                                                                          \
    ,
const struct sth_trace_signature sth_trace_signatures[STH_TRACE_KIND_COUNT] = {
#include "sth_trace_ops.def"
};

const char *sth_trace_kind_text(enum sth_trace_kind kind)
{
    return sth_trace_signatures[kind].word;
}

uint32_t sth_trace_op_result(const struct sth_trace_op *op)
{
    uint32_t key = 0;

    while (sth_trace_signatures[op->kind].place[key] != STH_TRACE_PLACE_OUT)
        key++;
    return (uint32_t)op->view[key].tensor;
}

#define ROWS(key) (uint64_t) op->view[STH_TRACE_VIEW_##key].rows
#define COLS(key) (uint64_t) op->view[STH_TRACE_VIEW_##key].cols
#define N(key) (uint64_t) op->number[STH_TRACE_NUMBER_##key]

#define OP(kind, name, stem) _Static_assert((0
#define MACS(expression) +1
#define END(kind, name, stem) ) == 1, #name ": one row MACS, 0 where none");
#include "sth_trace_ops.def"

uint64_t sth_trace_op_macs(const struct sth_trace_op *op)
{
    uint64_t macs = 0;

    switch (op->kind) {
#define OP(kind, name, stem) case STH_TRACE_KIND_##kind:
#define MACS(expression) macs = (expression);
#define END(kind, name, stem) break;
#include "sth_trace_ops.def"
    case STH_TRACE_KIND_COUNT:
        break;
    }
    return macs;
}

bool sth_trace_op_is_int8(const struct sth_trace *trace,
                          const struct sth_trace_op *op)
{
    const struct sth_trace_view *x = &op->view[STH_TRACE_VIEW_X];

    return sth_trace_op_macs(op) != 0 && x->tensor >= 0 &&
           trace->tensor[x->tensor].dtype == STH_DTYPE_I8;
}
