/*
 * The layer trace: its parsed form and its strict parser.
 *
 * The format is line-based text (docs/trace.md).  Parsing checks everything:
 * syntax, names, shapes and types, so that a parsed trace can be run without
 * further checks.  It does not place tensors, run anything or look at the
 * SOURCE texts beyond keeping them.
 *
 * Nothing is allocated but from the caller's arena; strings and lists of the
 * result live there and stay valid as long as the arena does.
 */
#ifndef STH_TRACE_H
#define STH_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_fw_err.h"
#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STH_TRACE_VERSION 1
#define STH_TRACE_NAME_MAX 63
#define STH_TRACE_LINE_MAX 65536
#define STH_TRACE_ALIGN 4096 /* of tensors in memory */
#define STH_TRACE_STEPS_MAX 65536

enum sth_trace_kind {
#define OP(kind, word, stem) STH_TRACE_KIND_##kind,
#include "sth_trace_ops.def"
    STH_TRACE_KIND_COUNT
};

enum sth_trace_view_key {
#define KEY_VIEW(name, text) STH_TRACE_VIEW_##name,
#include "sth_trace_ops.def"
    STH_TRACE_VIEW_COUNT
};

/* A number ACT is a value of enum sth_gemm_act. */
enum sth_trace_number_key {
#define KEY_NUMBER(name, text, type) STH_TRACE_NUMBER_##name,
#include "sth_trace_ops.def"
    STH_TRACE_NUMBER_COUNT
};

enum sth_trace_list_key {
#define KEY_LIST(name, text, type) STH_TRACE_LIST_##name,
#include "sth_trace_ops.def"
    STH_TRACE_LIST_COUNT
};

/* How the elements of a tensor lie in memory; what reads them decides. */
enum sth_trace_layout {
    STH_TRACE_LAYOUT_ANY, /* nothing reads it: as ROWS */
    STH_TRACE_LAYOUT_ROWS,
    STH_TRACE_LAYOUT_PAIRS /* elements (2l, c) and (2l + 1, c) side by side */
};

/*
 * Where products rotate the halves of heads of `head` columns, each row of
 * their w holds the first halves of all heads, then the second halves.
 */
struct sth_trace_tensor {
    const char *name;
    const char *source; /* the SOURCE text, unchecked */
    uint32_t dtype;     /* enum DTYPE: I8, BF16 or FP32 */
    uint32_t rows;
    uint32_t cols;
    enum sth_trace_layout layout;
    uint32_t head; /* 0: columns in ascending order */
    uint64_t addr; /* 0 until sth_trace_place() */
    bool output;   /* named by an output line */
    uint32_t line;
};

/* A rectangle of a tensor. */
struct sth_trace_view {
    int32_t tensor; /* index; -1: the operand is absent */
    uint32_t row;
    uint32_t rows;
    uint32_t step; /* rows of the tensor from one of the view to the next */
    uint32_t col;
    uint32_t cols;
};

struct sth_trace_list {
    uint32_t count;
    const uint32_t *value;
};

struct sth_trace_op {
    enum sth_trace_kind kind;
    const char *name; /* of name=, or "" */
    uint32_t line;
    struct sth_trace_view view[STH_TRACE_VIEW_COUNT];
    uint32_t number[STH_TRACE_NUMBER_COUNT]; /* 0 when absent */
    struct sth_trace_list list[STH_TRACE_LIST_COUNT];
};

/* A member of an operation that is another in each step. */
struct sth_trace_growth {
    uint32_t op;
    uint32_t offset; /* of a uint32_t in struct sth_trace_op */
    uint32_t by;     /* added with each step, modulo 2^32 */
};

struct sth_trace {
    struct sth_trace_tensor *tensor;
    uint32_t tensors;
    struct sth_trace_op *op; /* as they are in the present step */
    uint32_t ops;
    struct sth_trace_growth *growth; /* in the order of the operations */
    uint32_t growths;
    uint32_t steps; /* how often the operations are done; at least 1 */
    uint32_t step;  /* the present one, from 0 */
};

struct sth_trace_error {
    uint32_t line;     /* from 1; 0: the trace as a whole */
    char message[256]; /* "field 'x': what is wrong; what to do" */
};

/*
 * Parses text (need not be terminated).  On failure returns TRACE, or
 * WORKSPACE when the arena is too small, fills error and leaves *trace empty.
 * The arena must be aligned for uint64_t.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_trace_parse(struct sth_trace *trace, const char *text, size_t text_bytes,
                void *arena, size_t arena_bytes, struct sth_trace_error *error);

/* An arena of this size is enough for any trace of text_bytes. */
size_t sth_trace_arena_bound(const char *text, size_t text_bytes);

/*
 * Gives every tensor its address: ascending from base in declaration order,
 * each a multiple of STH_TRACE_ALIGN.  Returns the first address after them.
 */
uint64_t sth_trace_place(struct sth_trace *trace, uint64_t base);

/* Makes `step`, below trace->steps, the present one. */
void sth_trace_set_step(struct sth_trace *trace, uint32_t step);

/* Bytes of a tensor; in PAIRS, an odd number of rows is one more. */
uint64_t sth_trace_tensor_bytes(const struct sth_trace_tensor *tensor);

/* The word for a kind, as in the trace. */
const char *sth_trace_kind_text(enum sth_trace_kind kind);

/* Its name, or its kind where it has none. */
static inline const char *sth_trace_op_name(const struct sth_trace_op *op)
{
    return *op->name ? op->name : sth_trace_kind_text(op->kind);
}

/* The first tensor that an operation writes. */
uint32_t sth_trace_op_result(const struct sth_trace_op *op);

/* Multiply-accumulates that an operation needs. */
uint64_t sth_trace_op_macs(const struct sth_trace_op *op);

/* Whether it multiplies matrices of i8. */
bool sth_trace_op_is_int8(const struct sth_trace *trace,
                          const struct sth_trace_op *op);

/* "i8", "bf16" or "fp32". */
const char *sth_trace_dtype_text(uint32_t dtype);

#ifdef __cplusplus
}
#endif

#endif
