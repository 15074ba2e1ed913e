/* Whether a kernel takes its arguments, by the rows of the table. */
#include "sth_accept.h"

#define OP_HEADERS
#include "sth_trace_ops.def"
#undef OP_HEADERS
#include "sth_prelude.h"

enum {
#define KEY_VIEW(name, text) VIEW_##name,
#include "sth_trace_ops.def"
    VIEWS
};

enum {
#define KEY_NUMBER(name, text, type) NUMBER_##name,
#include "sth_trace_ops.def"
    NUMBERS
};

enum {
#define KEY_LIST(name, text, type) LIST_##name,
#include "sth_trace_ops.def"
    LISTS
};

enum need { REQUIRED, OPTIONAL };
enum place { APART, IN_PLACE, OUTPUT };
enum order { REPEATED, DISTINCT };

struct view {
    const struct sth_operand *operand; /* NULL: absent */
    const char *member;
    enum place place;
    bool pairs; /* rows of pairs */
};

struct check {
    struct sth_schedule *s;
    struct view view[VIEWS];
    uint32_t number[NUMBERS];
    const uint32_t *list[LISTS];
};

static bool is_fine(const struct check *c)
{
    return c->s->err == STH_FW_ERR_OK;
}

/* ---- every operand ----------------------------------------------------- */

static uint64_t row_bytes(const struct sth_operand *o)
{
    return (uint64_t)o->cols * sth_dtype_bytes(o->dtype);
}

/* From the first byte to behind the last; strides are less than 2^40. */
static uint64_t span(const struct sth_operand *o)
{
    return (o->rows - 1) * o->stride + row_bytes(o);
}

/* Its last row has a band. */
static bool has_bands(const struct sth_operand *o)
{
    const uint64_t step = o->row_step == 0 ? 1 : o->row_step;
    const uint64_t last = o->row0 + (uint64_t)(o->rows - 1) * step;

    return o->tensor != NULL && o->tensor->band_rows != 0 &&
           last / o->tensor->band_rows < STH_TENSOR_BANDS;
}

static void put_view(struct check *c, uint32_t key, const struct sth_operand *o,
                     const char *member, enum need need, enum place place)
{
    const uint64_t space = (uint64_t)1 << STH_ADDR_BITS;

    c->view[key] = (struct view){o, member, place, false};
    if (o == NULL ? need == REQUIRED
                  : o->dtype > STH_DTYPE_FP32 || o->rows == 0 ||
                        o->rows > STH_ACCEPT_ROWS_MAX || o->cols == 0 ||
                        o->cols > STH_ACCEPT_COLS_MAX || o->stride >= space ||
                        (o->rows > 1 && o->stride < row_bytes(o)) ||
                        o->addr >= space || span(o) > space - o->addr ||
                        (!c->s->trial && !has_bands(o)))
        sth_schedule_refuse(c->s, member);
}

/* ---- what rules want ---------------------------------------------------- */

#define ANY UINT64_MAX

static uint64_t rows_of(const struct check *c, uint32_t key)
{
    const struct view *v = &c->view[key];

    return v->pairs ? 2 * (uint64_t)v->operand->rows : v->operand->rows;
}

static uint64_t cols_of(const struct check *c, uint32_t key)
{
    const struct view *v = &c->view[key];

    return v->pairs ? v->operand->cols / 2 : v->operand->cols;
}

/* An odd number of rows is rounded up to pairs. */
static void want_shape(struct check *c, uint32_t key, uint32_t types,
                       uint64_t rows, uint64_t cols)
{
    const struct view *v = &c->view[key];

    if (v->pairs && rows != ANY)
        rows += rows % 2;
    if ((types >> v->operand->dtype & 1u) == 0 ||
        (rows != ANY && rows_of(c, key) != rows) ||
        (cols != ANY && cols_of(c, key) != cols) ||
        (v->pairs && v->operand->cols % 2 != 0))
        sth_schedule_refuse(c->s, v->member);
}

static void want_list(struct check *c, uint32_t key, const char *member)
{
    if (c->list[key] == NULL)
        sth_schedule_refuse(c->s, member);
}

/* A list of `count` rows of a tensor that has `limit` of them. */
static void want_index(struct check *c, uint32_t key, const char *member,
                       uint64_t count, uint64_t limit, enum order order)
{
    const uint32_t *list = c->list[key];

    want_list(c, key, member);
    for (uint64_t i = 0; i < count && is_fine(c); i++) {
        if (list[i] >= limit)
            sth_schedule_refuse(c->s, member);
        for (uint64_t j = 0; order == DISTINCT && j < i; j++)
            if (list[j] == list[i])
                sth_schedule_refuse(c->s, member);
    }
}

/* ---- overlap ----------------------------------------------------------- */

/* Rows of one stride may lie between those of another. */
static bool overlaps(const struct sth_operand *a, const struct sth_operand *b)
{
    uint64_t apart;

    if (a->addr >= b->addr + span(b) || b->addr >= a->addr + span(a))
        return false;
    if (a->stride != b->stride || a->stride == 0)
        return true;
    apart = (a->addr > b->addr ? a->addr - b->addr
                               : a->stride - (b->addr - a->addr) % a->stride) %
            a->stride;
    return apart < row_bytes(b) || a->stride - apart < row_bytes(a);
}

static bool is_same(const struct sth_operand *a, const struct sth_operand *b)
{
    return a->addr == b->addr && a->stride == b->stride && a->rows == b->rows &&
           a->cols == b->cols && a->dtype == b->dtype;
}

static void want_apart(struct check *c)
{
    for (uint32_t out = 0; out < VIEWS; out++) {
        const struct view *o = &c->view[out];

        for (uint32_t key = 0; key < VIEWS; key++) {
            const struct view *v = &c->view[key];

            if (o->operand == NULL || o->place != OUTPUT || key == out ||
                v->operand == NULL || !overlaps(o->operand, v->operand))
                continue;
            if (v->place != IN_PLACE || !is_same(o->operand, v->operand))
                sth_schedule_refuse(c->s, v->member);
        }
    }
}

/* ---- numbers ----------------------------------------------------------- */

enum { INT, HEX, BOOL, ACT };

static bool is_number(uint32_t type, uint32_t value)
{
    return type == ACT ? value < STH_GEMM_ACT_COUNT : type != BOOL || value < 2;
}

static const uint8_t number_types[NUMBERS] = {
#define KEY_NUMBER(name, text, type) type,
#include "sth_trace_ops.def"
};

static void put_number(struct check *c, uint32_t key, uint32_t value,
                       const char *member)
{
    c->number[key] = value;
    if (!is_number(number_types[key], value))
        sth_schedule_refuse(c->s, member);
}

/* ---- the rows of each kind ---------------------------------------------- */

#define I8 (1u << STH_DTYPE_I8)
#define BF16 (1u << STH_DTYPE_BF16)
#define FP32 (1u << STH_DTYPE_FP32)

#define ROWS(key) rows_of(c, VIEW_##key)
#define COLS(key) cols_of(c, VIEW_##key)
#define TYPE(key) (1u << c->view[VIEW_##key].operand->dtype)
#define HAS(key) (c->view[VIEW_##key].operand != NULL)
#define N(key) (uint64_t) c->number[NUMBER_##key]

/* First what is there, whatever the order of the rows; then the pairs. */
#define OP(kind, name, stem)                                                   \
    static void fill_##name(struct check *c, const struct sth_##stem *op)      \
    {
#define OUT(key, member, types, rows, cols)                                    \
    put_view(c, VIEW_##key, op->member, #member, REQUIRED, OUTPUT);
#define IN(key, member, need, types, rows, cols, place)                        \
    put_view(c, VIEW_##key, op->member, #member, need, place);
#define NUMBER(key, member, need)                                              \
    put_number(c, NUMBER_##key, (uint32_t)op->member, #member);
#define LIST(key, member, need) c->list[LIST_##key] = op->member;
#define END(kind, name, stem) }
#include "sth_trace_ops.def"

#define OP(kind, name, stem)                                                   \
    static void pair_##name(struct check *c)                                   \
    {                                                                          \
        (void)c;
#define PAIRS(key, condition) c->view[VIEW_##key].pairs = condition;
#define END(kind, name, stem) }
#include "sth_trace_ops.def"

/* An expression is evaluated only while all rows above it hold. */
#define OP(kind, name, stem)                                                   \
    static void rule_##name(struct check *c)                                   \
    {
#define OUT(key, member, types, rows, cols)                                    \
    if (is_fine(c))                                                            \
        want_shape(c, VIEW_##key, types, rows, cols);
#define IN(key, member, need, types, rows, cols, place)                        \
    if (is_fine(c) && HAS(key))                                                \
        want_shape(c, VIEW_##key, types, rows, cols);
#define RULE(field, condition, what)                                           \
    if (is_fine(c) && !(condition))                                            \
        sth_schedule_refuse(c->s, field);
#define INDEX(key, count, limit, order)                                        \
    if (is_fine(c))                                                            \
        want_index(c, LIST_##key, "rows", count, limit, order);
#define LENGTH(key, count)                                                     \
    if (is_fine(c))                                                            \
        want_list(c, LIST_##key, "weights");
#define END(kind, name, stem) }
#include "sth_trace_ops.def"

static bool judge(struct check *c, void (*pair)(struct check *),
                  void (*rule)(struct check *))
{
    if (is_fine(c)) {
        pair(c);
        rule(c);
    }
    if (is_fine(c))
        want_apart(c);
    return is_fine(c);
}

#define ACCEPTS(name, op)                                                      \
    struct check c = {.s = s};                                                 \
                                                                               \
    fill_##name(&c, op);                                                       \
    return judge(&c, pair_##name, rule_##name)

bool sth_accept_attention(struct sth_schedule *s,
                          const struct sth_attention *op)
{
    ACCEPTS(attention, op);
}

bool sth_accept_copy(struct sth_schedule *s, const struct sth_copy *op)
{
    ACCEPTS(copy, op);
}

/* A product of elements takes what a sum does. */
bool sth_accept_elementwise(struct sth_schedule *s,
                            const struct sth_elementwise *op)
{
    if (op->add) {
        ACCEPTS(add, op);
    } else {
        ACCEPTS(mul, op);
    }
}

bool sth_accept_gather(struct sth_schedule *s, const struct sth_gather *op)
{
    ACCEPTS(gather, op);
}

static bool accept_prelude(struct sth_schedule *s, const struct sth_prelude *p)
{
    return p == NULL ||
           ((p->norm == NULL || sth_accept_norm(s, p->norm)) &&
            (p->quantize == NULL || sth_accept_quantize(s, p->quantize)));
}

bool sth_accept_gemm(struct sth_schedule *s, const struct sth_gemm *op)
{
    if (!accept_prelude(s, op->prelude) || !accept_prelude(s, op->next))
        return false;
    if (op->next != NULL && op->next_rows == NULL) {
        sth_schedule_refuse(s, "next_rows");
        return false;
    } else {
        ACCEPTS(matmul, op);
    }
}

bool sth_accept_norm(struct sth_schedule *s, const struct sth_norm *op)
{
    if (op->beta != NULL) {
        ACCEPTS(layernorm, op);
    } else {
        ACCEPTS(rmsnorm, op);
    }
}

bool sth_accept_quantize(struct sth_schedule *s, const struct sth_quantize *op)
{
    ACCEPTS(quantize, op);
}

bool sth_accept_rope(struct sth_schedule *s, const struct sth_rope *op)
{
    ACCEPTS(rope, op);
}

bool sth_accept_scatter_add(struct sth_schedule *s,
                            const struct sth_scatter_add *op)
{
    ACCEPTS(scatter_add, op);
}

bool sth_accept_topk(struct sth_schedule *s, const struct sth_topk *op)
{
    ACCEPTS(topk, op);
}
