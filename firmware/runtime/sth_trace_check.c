/* Checks of one parsed operation, by the rules of the table. */
#include "sth_trace_check.h"
#include "sth_trace_table.h"

/* Rules may use what the kernels declare. */
#define OP_HEADERS
#include "sth_trace_ops.def"
#undef OP_HEADERS

struct check {
    struct sth_trace *trace;
    const struct sth_trace_op *op;
    struct sth_message *message;
    bool failed;
    uint32_t pairs; /* bit KEY: the view is taken in rows of pairs */
    uint32_t head[STH_TRACE_VIEW_COUNT]; /* of views taken in halves, or 0 */
};

static const struct sth_trace_view *view_of(const struct check *c, uint32_t key)
{
    return &c->op->view[key];
}

static bool has(const struct check *c, uint32_t key)
{
    return view_of(c, key)->tensor >= 0;
}

static uint32_t dtype_of(const struct check *c, uint32_t key)
{
    return c->trace->tensor[view_of(c, key)->tensor].dtype;
}

/* ---- what a rule refuses ------------------------------------------------ */

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

#define ANY UINT64_MAX

static void want_shape(struct check *c, uint32_t key, uint64_t rows,
                       uint64_t cols)
{
    const struct sth_trace_view *v = view_of(c, key);

    rows = rows == ANY ? v->rows : rows;
    cols = cols == ANY ? v->cols : cols;
    if (v->rows == rows && v->cols == cols)
        return;
    if (!begin(c, sth_trace_view_words[key]))
        return;
    sth_message_add(c->message, "the shape is ");
    add_shape(c, v->rows, v->cols);
    sth_message_add(c->message, " but must be ");
    add_shape(c, rows, cols);
    sth_message_add(c->message, "; change the tensor or take a view of it");
}

/* types: mask of DTYPE bits. */
static void want_type(struct check *c, uint32_t key, uint32_t types)
{
    const char *join = "";

    if ((types >> dtype_of(c, key) & 1u) != 0 ||
        !begin(c, sth_trace_view_words[key]))
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

enum order { REPEATED, DISTINCT };

/* A list of `count` values. */
static void want_length(struct check *c, uint32_t key, uint64_t count)
{
    const uint32_t listed = c->op->list[key].count;

    if (listed == count || !begin(c, sth_trace_list_words[key].text))
        return;
    sth_message_add(c->message, "lists ");
    sth_message_add_number(c->message, listed);
    sth_message_add(c->message, " but must list ");
    sth_message_add_number(c->message, count);
}

/* A list of `count` rows of a tensor that has `limit` of them. */
static void want_index(struct check *c, uint32_t key, uint64_t count,
                       uint64_t limit, enum order order)
{
    const struct sth_trace_list *rows = &c->op->list[key];
    const char *field = sth_trace_list_words[key].text;

    want_length(c, key, count);
    for (uint32_t i = 0; i < rows->count && !c->failed; i++) {
        if (rows->value[i] >= limit && begin(c, field)) {
            sth_message_add_number(c->message, rows->value[i]);
            sth_message_add(c->message, " is out of range; the tensor has ");
            sth_message_add_number(c->message, limit);
            sth_message_add(c->message, " rows");
        }
        for (uint32_t j = 0; order == DISTINCT && j < i && !c->failed; j++) {
            if (rows->value[j] != rows->value[i] || !begin(c, field))
                continue;
            sth_message_add_number(c->message, rows->value[i]);
            sth_message_add(c->message, " is listed twice; use two operations");
        }
    }
}

/* ---- overlap ----------------------------------------------------------- */

/* Behind its last row. */
static uint32_t end_of(const struct sth_trace_view *v)
{
    return v->row + (v->rows - 1) * v->step + 1;
}

/* Rows between those of a view count as its own. */
static bool overlaps(const struct sth_trace_view *a,
                     const struct sth_trace_view *b)
{
    return a->tensor == b->tensor && a->row < end_of(b) && b->row < end_of(a) &&
           a->col < b->col + b->cols && b->col < a->col + a->cols;
}

static bool is_same(const struct sth_trace_view *a,
                    const struct sth_trace_view *b)
{
    return a->tensor == b->tensor && a->row == b->row && a->rows == b->rows &&
           a->step == b->step && a->col == b->col && a->cols == b->cols;
}

/* The view `out` is written: what else may lie there. */
static void want_apart(struct check *c, uint32_t out)
{
    const uint8_t *place = sth_trace_signatures[c->op->kind].place;

    for (uint32_t key = 0; key < STH_TRACE_VIEW_COUNT; key++) {
        if (key == out || !has(c, key) ||
            !overlaps(view_of(c, out), view_of(c, key)))
            continue;
        if (place[key] != STH_TRACE_PLACE_IN_PLACE)
            refuse(c, sth_trace_view_words[key],
                   "overlaps the output; write to another tensor");
        else if (!is_same(view_of(c, out), view_of(c, key)))
            refuse(c, sth_trace_view_words[key],
                   "overlaps the output in part; use exactly the same view "
                   "or another tensor");
    }
}

/* ---- layout ------------------------------------------------------------ */

/* The view is taken in rows of pairs. */
static void want_pairs(struct check *c, uint32_t key)
{
    if (view_of(c, key)->step != 1)
        refuse(c, sth_trace_view_words[key],
               "leaves out rows; take all of a range");
    if (view_of(c, key)->row % 2 != 0)
        refuse(c, sth_trace_view_words[key],
               "begins at an odd row, in the middle of a pair; begin at an "
               "even one");
    c->pairs |= 1u << key;
}

/* The halves of heads of so many columns are taken apart. */
static void want_halves(struct check *c, uint32_t key, uint64_t head)
{
    const struct sth_trace_view *view = view_of(c, key);

    if (view->col % head != 0 ||
        c->trace->tensor[view->tensor].cols % head != 0)
        refuse(c, sth_trace_view_words[key],
               "does not hold whole heads of its tensor; begin at a head, in a "
               "tensor of heads alone");
    if (view->step != 1)
        refuse(c, sth_trace_view_words[key],
               "leaves out rows; take all of a range");
    c->head[key] = (uint32_t)head;
}

/* Gives tensors the layout in which the views take them. */
static void want_layouts(struct check *c)
{
    for (uint32_t key = 0; key < STH_TRACE_VIEW_COUNT && !c->failed; key++) {
        enum sth_trace_layout layout = (c->pairs >> key & 1u) != 0
                                           ? STH_TRACE_LAYOUT_PAIRS
                                           : STH_TRACE_LAYOUT_ROWS;
        struct sth_trace_tensor *tensor;

        if (!has(c, key))
            continue;
        tensor = &c->trace->tensor[view_of(c, key)->tensor];
        if (tensor->layout != STH_TRACE_LAYOUT_ANY &&
            tensor->head != c->head[key])
            refuse(c, sth_trace_view_words[key],
                   "is rotated in heads in one place but not so in another; "
                   "use two tensors");
        else if (tensor->layout != STH_TRACE_LAYOUT_ANY &&
                 tensor->layout != layout)
            refuse(c, sth_trace_view_words[key],
                   "is i8 and w of a product without wt=1 in one place but not "
                   "in another; use two tensors");
        tensor->layout = layout;
        tensor->head = c->head[key];
    }
}

/* ---- the rows of each kind --------------------------------------------- */

/* An END whose words are not those of its OP finds `block_<its words>`
 * undeclared. */
#define OP(kind, name, stem) enum { block_##kind##_##name##_##stem };
#define END(kind, name, stem)                                                  \
    _Static_assert(block_##kind##_##name##_##stem == 0, #name);
#include "sth_trace_ops.def"

/* A list that nothing checks, or a check of a list that is not there. */
#define OP(kind, name, stem) _Static_assert((0
#define LIST(key, member, need) ^1u << STH_TRACE_LIST_##key
#define INDEX(key, count, limit, order) ^1u << STH_TRACE_LIST_##key
#define LENGTH(key, count) ^1u << STH_TRACE_LIST_##key
#define END(kind, name, stem)                                                  \
    ) == 0, #name ": each LIST has one row INDEX or LENGTH");
#include "sth_trace_ops.def"

#define I8 (1u << STH_DTYPE_I8)
#define BF16 (1u << STH_DTYPE_BF16)
#define FP32 (1u << STH_DTYPE_FP32)

#define ROWS(key) (uint64_t) view_of(c, STH_TRACE_VIEW_##key)->rows
#define COLS(key) (uint64_t) view_of(c, STH_TRACE_VIEW_##key)->cols
#define TYPE(key) (1u << dtype_of(c, STH_TRACE_VIEW_##key))
#define HAS(key) has(c, STH_TRACE_VIEW_##key)
#define N(key) (uint64_t) c->op->number[STH_TRACE_NUMBER_##key]

/* An expression is evaluated only while all rows above it hold. */
#define VIEW(key, types, rows, cols)                                           \
    if (!c->failed && HAS(key))                                                \
        want_type(c, STH_TRACE_VIEW_##key, types);                             \
    if (!c->failed && HAS(key))                                                \
        want_shape(c, STH_TRACE_VIEW_##key, rows, cols);

#define OP(kind, name, stem)                                                   \
    static void check_##name(struct check *c)                                  \
    {
#define OUT(key, member, types, rows, cols) VIEW(key, types, rows, cols)
#define IN(key, member, need, types, rows, cols, place)                        \
    VIEW(key, types, rows, cols)
#define PAIRS(key, condition)                                                  \
    if (!c->failed && (condition))                                             \
        want_pairs(c, STH_TRACE_VIEW_##key);
#define HALVES(key, condition, columns)                                        \
    if (!c->failed && (condition))                                             \
        want_halves(c, STH_TRACE_VIEW_##key, columns);
#define RULE(field, condition, what)                                           \
    if (!c->failed && !(condition))                                            \
        refuse(c, field, what);
#define INDEX(key, count, limit, order)                                        \
    if (!c->failed)                                                            \
        want_index(c, STH_TRACE_LIST_##key, count, limit, order);
#define LENGTH(key, count)                                                     \
    if (!c->failed)                                                            \
        want_length(c, STH_TRACE_LIST_##key, count);
#define END(kind, name, stem) }
#include "sth_trace_ops.def"

static void (*const checks[STH_TRACE_KIND_COUNT])(struct check *) = {
#define OP(kind, name, stem) [STH_TRACE_KIND_##kind] = check_##name,
#include "sth_trace_ops.def"
};

bool sth_trace_check_op(struct sth_trace *trace, const struct sth_trace_op *op,
                        struct sth_message *message)
{
    struct check c = {.trace = trace, .op = op, .message = message};

    checks[op->kind](&c);
    for (uint32_t key = 0; key < STH_TRACE_VIEW_COUNT; key++)
        if (sth_trace_signatures[op->kind].place[key] == STH_TRACE_PLACE_OUT)
            want_apart(&c, key);
    want_layouts(&c);
    return !c.failed;
}
