/* Operation lines of a trace: their keys and the values of these. */
#include <stddef.h>
#include <string.h>

#include "sth_gemm.h"
#include "sth_trace_check.h"
#include "sth_trace_parser.h"
#include "sth_trace_table.h"

/* ---- views and values -------------------------------------------------- */

/* "first:last" with both optional, within [0, size); each may grow. */
static bool parse_bounds(struct sth_parser *p, struct sth_span text,
                         uint32_t size, uint32_t *first, uint32_t *count)
{
    const uint8_t *op = (const uint8_t *)&p->trace->op[p->trace->ops];
    struct sth_span rest = text, low;
    uint32_t from = 0, to = size, from_by, to_by;

    if (!sth_span_cut(&rest, ':', &low) ||
        !sth_parser_cut_growth(&low, &from_by) ||
        !sth_parser_cut_growth(&rest, &to_by))
        return false;
    if (low.bytes != 0 && !sth_span_decimal(low, size, &from))
        return false;
    if (rest.bytes != 0 && !sth_span_decimal(rest, size, &to))
        return false;
    if (from >= to)
        return false;
    *first = from;
    *count = to - from;
    sth_parser_grow(p, (size_t)((uint8_t *)first - op), from_by);
    sth_parser_grow(p, (size_t)((uint8_t *)count - op), to_by - from_by);
    return true;
}

/* "first:last" or "first:last:step" of the rows; then their number is fixed. */
static bool parse_rows(struct sth_parser *p, struct sth_span text,
                       uint32_t size, struct sth_trace_view *view)
{
    const uint32_t growths = p->trace->growths;
    struct sth_span rest = text, part;
    bool stepped =
        sth_span_cut(&rest, ':', &part) && sth_span_cut(&rest, ':', &part);

    if (!stepped)
        return parse_bounds(p, text, size, &view->row, &view->rows);
    text.bytes -= rest.bytes + 1;
    if (!sth_span_decimal(rest, size, &view->step) || view->step == 0 ||
        !parse_bounds(p, text, size, &view->row, &view->rows))
        return false;
    for (uint32_t i = growths; i < p->trace->growths; i++)
        if (p->trace->growth[i].offset ==
            (uint32_t)((uint8_t *)&view->rows -
                       (uint8_t *)&p->trace->op[p->trace->ops]))
            return false;
    view->rows = (view->rows - 1) / view->step + 1;
    return true;
}

static bool parse_view(struct sth_parser *p, struct sth_span key,
                       struct sth_span value, struct sth_trace_view *view)
{
    struct sth_span rest = value, name, rows, cols;
    const struct sth_trace_tensor *tensor;
    bool bounded = sth_span_cut(&rest, '[', &name);
    bool both;

    view->tensor = sth_parser_find(p, name);
    if (view->tensor < 0)
        return sth_parser_fail_span(p, key, "no tensor '", name,
                                    "'; declare it above");
    tensor = &p->trace->tensor[view->tensor];
    view->row = view->col = 0;
    view->rows = tensor->rows;
    view->step = 1;
    view->cols = tensor->cols;
    if (!bounded)
        return true;
    if (rest.bytes == 0 || rest.text[rest.bytes - 1] != ']')
        return sth_parser_fail_span(
            p, key, "'", value, "' does not end in ]; write NAME[r0:r1,c0:c1]");
    rest.bytes--;
    both = sth_span_cut(&rest, ',', &rows);
    cols = rest;
    if (!parse_rows(p, rows, tensor->rows, view))
        return sth_parser_fail_span(
            p, key, "'", rows,
            "' is no range of its rows; write r0:r1 with r0 < r1 "
            "inside the tensor");
    if (both && !parse_bounds(p, cols, tensor->cols, &view->col, &view->cols))
        return sth_parser_fail_span(
            p, key, "'", cols,
            "' is no range of its columns; write c0:c1 with "
            "c0 < c1 inside the tensor");
    return true;
}

static const char *const acts[STH_GEMM_ACT_COUNT] = {
    [STH_GEMM_ACT_GELU] = "gelu",
    [STH_GEMM_ACT_GELU_TANH] = "gelu_tanh",
    [STH_GEMM_ACT_QUICK_GELU] = "quick_gelu",
    [STH_GEMM_ACT_SILU] = "silu",
    [STH_GEMM_ACT_RELU] = "relu",
    [STH_GEMM_ACT_RELU2] = "relu2",
    [STH_GEMM_ACT_SIGMOID] = "sigmoid",
};

static bool parse_number(struct sth_parser *p, struct sth_span key,
                         struct sth_span value, enum sth_trace_number_type type,
                         uint32_t *number)
{
    switch (type) {
    case STH_TRACE_TYPE_INT:
        if (sth_span_decimal(value, STH_TRACE_NUMBER_MAX, number))
            return true;
        return sth_parser_fail_span(
            p, key, "'", value,
            "' is not a number; give decimal digits up to "
            "1073741823");
    case STH_TRACE_TYPE_BOOL:
        if (sth_span_decimal(value, 1, number))
            return true;
        return sth_parser_fail_span(p, key, "'", value,
                                    "' is not a flag; give 0 or 1");
    case STH_TRACE_TYPE_HEX:
        if (sth_span_hex32(value, number))
            return true;
        return sth_parser_fail_span(
            p, key, "'", value,
            "' is not an fp32 bit pattern; write 0x and eight "
            "hexadecimal digits");
    case STH_TRACE_TYPE_ACT:
        for (*number = 1; *number < STH_GEMM_ACT_COUNT; ++*number)
            if (sth_span_equals(value, acts[*number]))
                return true;
        return sth_parser_fail_span(p, key, "'", value,
                                    "' is not an activation; use gelu, "
                                    "gelu_tanh, quick_gelu, silu, relu, relu2 "
                                    "or sigmoid");
    }
    return false;
}

static bool parse_list(struct sth_parser *p, struct sth_span key,
                       struct sth_span value, enum sth_trace_number_type type,
                       struct sth_trace_list *list)
{
    uint32_t count = 1;
    uint32_t *values;

    for (size_t i = 0; i < value.bytes; i++)
        count += value.text[i] == ',';
    values = sth_parser_take(p, count * sizeof *values);
    if (values == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct sth_span item;

        sth_span_cut(&value, ',', &item);
        if (!parse_number(p, key, item, type, &values[i]))
            return false;
    }
    list->value = values;
    list->count = count;
    return true;
}

/* ---- operation lines --------------------------------------------------- */

struct seen {
    bool name;
    bool view[STH_TRACE_VIEW_COUNT];
    bool number[STH_TRACE_NUMBER_COUNT];
    bool list[STH_TRACE_LIST_COUNT];
};

static bool parse_kind(struct sth_parser *p, struct sth_span word,
                       struct sth_trace_op *op)
{
    for (uint32_t k = 0; k < STH_TRACE_KIND_COUNT; k++) {
        if (sth_span_equals(word, sth_trace_signatures[k].word)) {
            op->kind = (enum sth_trace_kind)k;
            return true;
        }
    }
    return sth_parser_fail_with(
        p, "KIND", "'", word,
        "' is not an operation; see the list of the format");
}

static bool parse_label(struct sth_parser *p, struct sth_span value,
                        struct sth_trace_op *op)
{
    if (value.bytes == 0 || value.bytes > STH_TRACE_NAME_MAX)
        return sth_parser_fail(
            p, "name", "must have 1 to 63 characters; choose another label");
    op->name = sth_parser_keep(p, value);
    return true;
}

static bool fail_twice(struct sth_parser *p, struct sth_span key)
{
    struct sth_span none = {"", 0};

    return sth_parser_fail_span(p, key, "is given twice; keep one", none, "");
}

/* The slot of a key, by the table of the kind; then its value. */
static bool parse_pair(struct sth_parser *p, struct sth_span key,
                       struct sth_span value, struct sth_trace_op *op,
                       struct seen *seen)
{
    const struct sth_trace_signature *sig = &sth_trace_signatures[op->kind];
    struct sth_span kind = {sig->word, strlen(sig->word)};

    if (sth_span_equals(key, "name")) {
        if (seen->name)
            return fail_twice(p, key);
        seen->name = true;
        return parse_label(p, value, op);
    }
    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++) {
        if (sig->view[i] == STH_TRACE_NEED_NONE ||
            !sth_span_equals(key, sth_trace_view_words[i]))
            continue;
        if (seen->view[i])
            return fail_twice(p, key);
        seen->view[i] = true;
        return parse_view(p, key, value, &op->view[i]);
    }
    for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT; i++) {
        if (sig->number[i] == STH_TRACE_NEED_NONE ||
            !sth_span_equals(key, sth_trace_number_words[i].text))
            continue;
        if (seen->number[i])
            return fail_twice(p, key);
        seen->number[i] = true;
        if (i == STH_TRACE_NUMBER_PAST) {
            uint32_t by;

            if (!sth_parser_cut_growth(&value, &by))
                return sth_parser_fail_span(p, key, "'", value,
                                            "' grows by no number; write A+D");
            sth_parser_grow(p, offsetof(struct sth_trace_op, number[i]), by);
        }
        return parse_number(p, key, value, sth_trace_number_words[i].type,
                            &op->number[i]);
    }
    for (uint32_t i = 0; i < STH_TRACE_LIST_COUNT; i++) {
        if (sig->list[i] == STH_TRACE_NEED_NONE ||
            !sth_span_equals(key, sth_trace_list_words[i].text))
            continue;
        if (seen->list[i])
            return fail_twice(p, key);
        seen->list[i] = true;
        return parse_list(p, key, value, sth_trace_list_words[i].type,
                          &op->list[i]);
    }
    return sth_parser_fail_span(p, key, "is not a key of ", kind,
                                "; remove it or correct its spelling");
}

static bool require_keys(struct sth_parser *p, const struct sth_trace_op *op,
                         const struct seen *seen)
{
    const struct sth_trace_signature *sig = &sth_trace_signatures[op->kind];
    struct sth_span kind = {sig->word, strlen(sig->word)};
    const char *missing = NULL;

    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT && missing == NULL; i++)
        if (sig->view[i] == STH_TRACE_NEED_REQUIRED && !seen->view[i])
            missing = sth_trace_view_words[i];
    for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT && missing == NULL; i++)
        if (sig->number[i] == STH_TRACE_NEED_REQUIRED && !seen->number[i])
            missing = sth_trace_number_words[i].text;
    for (uint32_t i = 0; i < STH_TRACE_LIST_COUNT && missing == NULL; i++)
        if (sig->list[i] == STH_TRACE_NEED_REQUIRED && !seen->list[i])
            missing = sth_trace_list_words[i].text;
    if (missing == NULL)
        return true;
    return sth_parser_fail_with(p, missing, "is missing; ", kind, " needs it");
}

bool sth_parser_op(struct sth_parser *p, struct sth_span rest)
{
    struct sth_trace_op *op = &p->trace->op[p->trace->ops];
    struct seen seen;

    memset(op, 0, sizeof *op);
    memset(&seen, 0, sizeof seen);
    op->name = "";
    op->line = p->line;
    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++)
        op->view[i].tensor = -1;
    if (!parse_kind(p, sth_parser_word(&rest), op))
        return false;
    for (;;) {
        struct sth_span value = sth_parser_word(&rest), key;

        if (value.bytes == 0)
            break;
        if (!sth_span_cut(&value, '=', &key))
            return sth_parser_fail_with(p, "op", "'", key,
                                        "' is not key=value; write key=value");
        if (!parse_pair(p, key, value, op, &seen))
            return false;
    }
    if (!require_keys(p, op, &seen) ||
        !sth_trace_check_op(p->trace, op, &p->message))
        return false;
    p->trace->ops++;
    return sth_parser_check_steps(p);
}
