/* Checks of one parsed operation. */
#include "sth_trace_check.h"

#define I8 (1u << STH_DTYPE_I8)
#define BF16 (1u << STH_DTYPE_BF16)
#define FP32 (1u << STH_DTYPE_FP32)

#define VIEW(name) STH_TRACE_VIEW_##name
#define NUMBER(name) STH_TRACE_NUMBER_##name

struct check {
    const struct sth_trace *trace;
    const struct sth_trace_op *op;
    struct sth_message *message;
    bool failed;
};

static const char *const view_text[STH_TRACE_VIEW_COUNT] = {
#define KIND(name, text, doc)
#define KEY_VIEW(name, text) text,
#define KEY_NUMBER(name, text, type)
#define KEY_LIST(name, text, type)
#define TAKES_VIEW(kind, key, need)
#define TAKES_NUMBER(kind, key, need)
#define TAKES_LIST(kind, key, need)
#include "sth_trace_ops.def"
#undef KIND
#undef KEY_VIEW
#undef KEY_NUMBER
#undef KEY_LIST
#undef TAKES_VIEW
#undef TAKES_NUMBER
#undef TAKES_LIST
};

const char *sth_trace_view_text(enum sth_trace_view_key key)
{
    return view_text[key];
}

static const struct sth_trace_view *view_of(const struct check *c,
                                            enum sth_trace_view_key key)
{
    return &c->op->view[key];
}

static bool has(const struct check *c, enum sth_trace_view_key key)
{
    return view_of(c, key)->tensor >= 0;
}

static uint32_t dtype_of(const struct check *c, enum sth_trace_view_key key)
{
    return c->trace->tensor[view_of(c, key)->tensor].dtype;
}

static uint32_t number_of(const struct check *c, enum sth_trace_number_key key)
{
    return c->op->number[key];
}

/* Starts the message of the first failure; later ones are dropped. */
static bool begin(struct check *c, const char *field)
{
    if (c->failed)
        return false;
    c->failed = true;
    sth_message_add(c->message, "field '");
    sth_message_add(c->message, field);
    sth_message_add(c->message, "': ");
    return true;
}

static void refuse(struct check *c, const char *field, const char *what)
{
    if (begin(c, field))
        sth_message_add(c->message, what);
}

static void add_shape(struct check *c, uint64_t rows, uint64_t cols)
{
    sth_message_add_number(c->message, rows);
    sth_message_add(c->message, "x");
    sth_message_add_number(c->message, cols);
}

/* An absent operand has every shape. */
static void want_shape(struct check *c, enum sth_trace_view_key key,
                       uint64_t rows, uint64_t cols)
{
    const struct sth_trace_view *v = view_of(c, key);

    if (!has(c, key) || (v->rows == rows && v->cols == cols))
        return;
    if (!begin(c, view_text[key]))
        return;
    sth_message_add(c->message, "the shape is ");
    add_shape(c, v->rows, v->cols);
    sth_message_add(c->message, " but must be ");
    add_shape(c, rows, cols);
    sth_message_add(c->message, "; change the tensor or take a view of it");
}

/* types: mask of DTYPE bits. */
static void want_type(struct check *c, enum sth_trace_view_key key,
                      uint32_t types)
{
    const char *join = "";

    if (!has(c, key) || (types >> dtype_of(c, key) & 1u) != 0)
        return;
    if (!begin(c, view_text[key]))
        return;
    sth_message_add(c->message, "the type is ");
    sth_message_add(c->message, sth_trace_dtype_text(dtype_of(c, key)));
    sth_message_add(c->message, "; use ");
    for (uint32_t t = STH_DTYPE_I8; t <= STH_DTYPE_FP32; t++) {
        if ((types >> t & 1u) == 0)
            continue;
        sth_message_add(c->message, join);
        sth_message_add(c->message, sth_trace_dtype_text(t));
        join = " or ";
    }
}

static void want_present(struct check *c, enum sth_trace_view_key key,
                         const char *what)
{
    if (!has(c, key))
        refuse(c, view_text[key], what);
}

static void want_absent(struct check *c, enum sth_trace_view_key key,
                        const char *what)
{
    if (has(c, key))
        refuse(c, view_text[key], what);
}

static bool overlaps(const struct sth_trace_view *a,
                     const struct sth_trace_view *b)
{
    return a->tensor == b->tensor && a->row < b->row + b->rows &&
           b->row < a->row + a->rows && a->col < b->col + b->cols &&
           b->col < a->col + a->cols;
}

static bool is_same(const struct sth_trace_view *a,
                    const struct sth_trace_view *b)
{
    return a->tensor == b->tensor && a->row == b->row && a->rows == b->rows &&
           a->col == b->col && a->cols == b->cols;
}

/* in_place: bit k allows view k to be exactly the output. */
static void want_apart(struct check *c, enum sth_trace_view_key out,
                       uint32_t in_place)
{
    for (uint32_t k = 0; k < STH_TRACE_VIEW_COUNT; k++) {
        enum sth_trace_view_key key = (enum sth_trace_view_key)k;

        if (key == out || !has(c, key) ||
            !overlaps(view_of(c, out), view_of(c, key)))
            continue;
        if ((in_place >> k & 1u) == 0)
            refuse(c, view_text[k],
                   "overlaps the output; write to another tensor");
        else if (!is_same(view_of(c, out), view_of(c, key)))
            refuse(c, view_text[k],
                   "overlaps the output in part; use exactly the same view "
                   "or another tensor");
    }
}

static void check_matmul(struct check *c)
{
    uint64_t m = view_of(c, VIEW(X))->rows, k = view_of(c, VIEW(X))->cols;
    uint64_t n = number_of(c, NUMBER(WT)) != 0 ? view_of(c, VIEW(W))->rows
                                               : view_of(c, VIEW(W))->cols;

    want_type(c, VIEW(X), I8 | BF16);
    if (number_of(c, NUMBER(WT)) != 0)
        want_shape(c, VIEW(W), n, k);
    else
        want_shape(c, VIEW(W), k, n);
    want_type(c, VIEW(W), 1u << dtype_of(c, VIEW(X)));
    want_shape(c, VIEW(OUT), m, n);
    want_type(c, VIEW(OUT), BF16 | FP32);
    want_shape(c, VIEW(BIAS), 1, n);
    want_type(c, VIEW(BIAS), BF16 | FP32);
    want_shape(c, VIEW(RESIDUAL), m, n);
    want_type(c, VIEW(RESIDUAL), BF16 | FP32);
    if (dtype_of(c, VIEW(X)) == STH_DTYPE_I8) {
        want_present(c, VIEW(XSCALE), "i8 operands need it; add xscale=");
        want_present(c, VIEW(WSCALE), "i8 operands need it; add wscale=");
    } else {
        want_absent(c, VIEW(XSCALE), "x is bf16; remove it");
        want_absent(c, VIEW(WSCALE), "x is bf16; remove it");
    }
    want_shape(c, VIEW(XSCALE), 1, m);
    want_type(c, VIEW(XSCALE), FP32);
    want_shape(c, VIEW(WSCALE), 1, n);
    want_type(c, VIEW(WSCALE), FP32);
    want_apart(c, VIEW(OUT), 1u << VIEW(RESIDUAL));
}

static void check_norm(struct check *c)
{
    const struct sth_trace_view *x = view_of(c, VIEW(X));

    want_type(c, VIEW(X), BF16 | FP32);
    want_shape(c, VIEW(OUT), x->rows, x->cols);
    want_type(c, VIEW(OUT), BF16 | FP32);
    want_shape(c, VIEW(GAMMA), 1, x->cols);
    want_type(c, VIEW(GAMMA), BF16 | FP32);
    want_shape(c, VIEW(BETA), 1, x->cols);
    want_type(c, VIEW(BETA), BF16 | FP32);
    want_apart(c, VIEW(OUT), 1u << VIEW(X));
}

static void check_quantize(struct check *c)
{
    const struct sth_trace_view *x = view_of(c, VIEW(X));

    want_type(c, VIEW(X), BF16 | FP32);
    want_shape(c, VIEW(OUT), x->rows, x->cols);
    want_type(c, VIEW(OUT), I8);
    want_shape(c, VIEW(SCALE_OUT), 1, x->rows);
    want_type(c, VIEW(SCALE_OUT), FP32);
    want_apart(c, VIEW(OUT), 0);
    want_apart(c, VIEW(SCALE_OUT), 0);
}

static void check_rope(struct check *c)
{
    const struct sth_trace_view *x = view_of(c, VIEW(X));
    uint32_t heads = number_of(c, NUMBER(HEADS));

    if (heads == 0 || x->cols % (2 * (uint64_t)heads) != 0) {
        refuse(c, "heads",
               "does not divide the columns of x into pairs; give the number "
               "of heads in x");
        return;
    }
    want_type(c, VIEW(X), BF16 | FP32);
    want_shape(c, VIEW(OUT), x->rows, x->cols);
    want_type(c, VIEW(OUT), BF16 | FP32);
    want_shape(c, VIEW(COS), x->rows, x->cols / heads / 2);
    want_type(c, VIEW(COS), BF16 | FP32);
    want_shape(c, VIEW(SIN), x->rows, x->cols / heads / 2);
    want_type(c, VIEW(SIN), BF16 | FP32);
    want_apart(c, VIEW(OUT), 1u << VIEW(X));
}

static void want_nonzero(struct check *c, enum sth_trace_number_key key,
                         const char *text)
{
    if (number_of(c, key) == 0)
        refuse(c, text, "is zero; give at least 1");
}

static void check_attention(struct check *c)
{
    const struct sth_trace_view *q = view_of(c, VIEW(Q));
    uint64_t heads = number_of(c, NUMBER(HEADS));
    uint64_t kv_heads = number_of(c, NUMBER(KV_HEADS));
    uint64_t batch = number_of(c, NUMBER(BATCH));
    uint64_t seq = number_of(c, NUMBER(SEQ));
    uint64_t keys = seq + number_of(c, NUMBER(PAST));
    uint32_t scale = number_of(c, NUMBER(SCALE));

    want_nonzero(c, NUMBER(HEADS), "heads");
    want_nonzero(c, NUMBER(KV_HEADS), "kv_heads");
    want_nonzero(c, NUMBER(BATCH), "batch");
    want_nonzero(c, NUMBER(SEQ), "seq");
    if (c->failed)
        return;
    if (heads % kv_heads != 0)
        refuse(c, "kv_heads", "does not divide heads; give a divisor");
    if (q->cols % heads != 0)
        refuse(c, "heads",
               "does not divide the columns of q; give the "
               "number of heads in q");
    if (scale == 0 || scale >= 0x7f800000u)
        refuse(c, "scale",
               "is not a positive finite number; give the fp32 "
               "bits of 1/sqrt(d)");
    if (c->failed)
        return;
    want_type(c, VIEW(Q), BF16);
    want_type(c, VIEW(K), BF16);
    want_type(c, VIEW(V), BF16);
    want_type(c, VIEW(OUT), BF16);
    want_shape(c, VIEW(Q), batch * seq, q->cols);
    want_shape(c, VIEW(K), batch * keys, q->cols / heads * kv_heads);
    want_shape(c, VIEW(V), batch * keys, q->cols / heads * kv_heads);
    want_shape(c, VIEW(OUT), batch * seq, q->cols);
    want_apart(c, VIEW(OUT), 0);
}

static void check_elementwise(struct check *c)
{
    const struct sth_trace_view *a = view_of(c, VIEW(A));

    want_type(c, VIEW(A), BF16 | FP32);
    want_shape(c, VIEW(B), a->rows, a->cols);
    want_type(c, VIEW(B), BF16 | FP32);
    want_shape(c, VIEW(OUT), a->rows, a->cols);
    want_type(c, VIEW(OUT), BF16 | FP32);
    want_apart(c, VIEW(OUT), 1u << VIEW(A) | 1u << VIEW(B));
}

static void check_copy(struct check *c)
{
    const struct sth_trace_view *x = view_of(c, VIEW(X));

    want_shape(c, VIEW(OUT), x->rows, x->cols);
    want_type(c, VIEW(OUT), 1u << dtype_of(c, VIEW(X)));
    want_apart(c, VIEW(OUT), 0);
}

static void want_rows(struct check *c, uint32_t count, uint32_t limit,
                      bool distinct)
{
    const struct sth_trace_list *rows = &c->op->list[STH_TRACE_LIST_ROWS];

    if (rows->count != count && begin(c, "rows")) {
        sth_message_add(c->message, "lists ");
        sth_message_add_number(c->message, rows->count);
        sth_message_add(c->message, " rows; list ");
        sth_message_add_number(c->message, count);
    }
    for (uint32_t i = 0; i < rows->count && !c->failed; i++) {
        if (rows->value[i] >= limit && begin(c, "rows")) {
            sth_message_add_number(c->message, rows->value[i]);
            sth_message_add(c->message, " is out of range; the tensor has ");
            sth_message_add_number(c->message, limit);
            sth_message_add(c->message, " rows");
        }
        for (uint32_t j = 0; distinct && j < i && !c->failed; j++) {
            if (rows->value[j] != rows->value[i] || !begin(c, "rows"))
                continue;
            sth_message_add_number(c->message, rows->value[i]);
            sth_message_add(c->message, " is listed twice; use two operations");
        }
    }
}

static void check_gather(struct check *c)
{
    const struct sth_trace_view *x = view_of(c, VIEW(X));
    const struct sth_trace_view *out = view_of(c, VIEW(OUT));

    want_shape(c, VIEW(OUT), out->rows, x->cols);
    want_type(c, VIEW(OUT), 1u << dtype_of(c, VIEW(X)));
    want_rows(c, out->rows, x->rows, false);
    want_apart(c, VIEW(OUT), 0);
}

static void check_scatter_add(struct check *c)
{
    const struct sth_trace_view *x = view_of(c, VIEW(X));
    const struct sth_trace_view *out = view_of(c, VIEW(OUT));

    want_type(c, VIEW(X), BF16 | FP32);
    want_shape(c, VIEW(OUT), out->rows, x->cols);
    want_type(c, VIEW(OUT), BF16 | FP32);
    want_rows(c, x->rows, out->rows, true);
    if (c->op->list[STH_TRACE_LIST_WEIGHTS].count != x->rows)
        refuse(c, "weights", "must list one weight for each row of x");
    want_apart(c, VIEW(OUT), 0);
}

bool sth_trace_check_op(const struct sth_trace *trace,
                        const struct sth_trace_op *op,
                        struct sth_message *message)
{
    static void (*const checks[STH_TRACE_KIND_COUNT])(struct check *) = {
        [STH_TRACE_KIND_MATMUL] = check_matmul,
        [STH_TRACE_KIND_LAYERNORM] = check_norm,
        [STH_TRACE_KIND_RMSNORM] = check_norm,
        [STH_TRACE_KIND_QUANTIZE] = check_quantize,
        [STH_TRACE_KIND_ROPE] = check_rope,
        [STH_TRACE_KIND_ATTENTION] = check_attention,
        [STH_TRACE_KIND_MUL] = check_elementwise,
        [STH_TRACE_KIND_ADD] = check_elementwise,
        [STH_TRACE_KIND_COPY] = check_copy,
        [STH_TRACE_KIND_GATHER] = check_gather,
        [STH_TRACE_KIND_SCATTER_ADD] = check_scatter_add,
    };
    struct check c = {trace, op, message, false};

    checks[op->kind](&c);
    return !c.failed;
}
