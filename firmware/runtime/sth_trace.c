/* The strict parser of the layer trace: syntax, names, views. */
#include <string.h>

#include "sth_trace.h"
#include "sth_trace_check.h"
#include "sth_trace_names.h"
#include "sth_trace_text.h"

#define DIM_MAX 0x3fffffffu
#define TENSOR_BYTES_MAX ((uint64_t)1 << 39)
#define ROW_BYTES_MAX 0xffffffffu

enum number_type { TYPE_INT, TYPE_BOOL, TYPE_HEX, TYPE_ACT };
enum need { NEED_NONE, NEED_OPTIONAL, NEED_REQUIRED };

struct number_key {
    const char *text;
    enum number_type type;
};

/* Which keys each kind takes. */
struct signature {
    const char *text;
    uint8_t view[STH_TRACE_VIEW_COUNT];
    uint8_t number[STH_TRACE_NUMBER_COUNT];
    uint8_t list[STH_TRACE_LIST_COUNT];
};

#define KIND(name, text, doc)
#define KEY_VIEW(name, text)
#define KEY_NUMBER(name, text, type) {text, TYPE_##type},
#define KEY_LIST(name, text, type)
#define TAKES_VIEW(kind, key, need)
#define TAKES_NUMBER(kind, key, need)
#define TAKES_LIST(kind, key, need)
static const struct number_key number_keys[STH_TRACE_NUMBER_COUNT] = {
#include "sth_trace_ops.def"
};
#undef KEY_NUMBER
#undef KEY_LIST
#define KEY_NUMBER(name, text, type)
#define KEY_LIST(name, text, type) {text, TYPE_##type},
static const struct number_key list_keys[STH_TRACE_LIST_COUNT] = {
#include "sth_trace_ops.def"
};
#undef KIND
#undef KEY_LIST
#undef TAKES_VIEW
#undef TAKES_NUMBER
#undef TAKES_LIST
#define KIND(name, txt, doc) [STH_TRACE_KIND_##name].text = (txt),
#define KEY_LIST(name, text, type)
#define TAKES_VIEW(kind, key, need)                                            \
    [STH_TRACE_KIND_##kind].view[STH_TRACE_VIEW_##key] = NEED_##need,
#define TAKES_NUMBER(kind, key, need)                                          \
    [STH_TRACE_KIND_##kind].number[STH_TRACE_NUMBER_##key] = NEED_##need,
#define TAKES_LIST(kind, key, need)                                            \
    [STH_TRACE_KIND_##kind].list[STH_TRACE_LIST_##key] = NEED_##need,
static const struct signature signatures[STH_TRACE_KIND_COUNT] = {
#include "sth_trace_ops.def"
};
#undef KIND
#undef KEY_VIEW
#undef KEY_NUMBER
#undef KEY_LIST
#undef TAKES_VIEW
#undef TAKES_NUMBER
#undef TAKES_LIST

struct parser {
    struct sth_trace *trace;
    struct sth_trace_names names;
    uint8_t *arena;
    size_t arena_bytes;
    size_t arena_used;
    bool short_of_arena;
    struct sth_message message;
    uint32_t line;
    uint32_t tensor_room; /* entries reserved */
    uint32_t op_room;
};

const char *sth_trace_kind_text(enum sth_trace_kind kind)
{
    return signatures[kind].text;
}

/* ---- arena and messages ------------------------------------------------ */

static void *take(struct parser *p, size_t bytes)
{
    size_t at = (p->arena_used + 7) & ~(size_t)7;

    if (bytes > p->arena_bytes || at > p->arena_bytes - bytes) {
        p->short_of_arena = true;
        return NULL;
    }
    p->arena_used = at + bytes;
    return p->arena + at;
}

static const char *keep_text(struct parser *p, struct sth_span span)
{
    char *copy = take(p, span.bytes + 1);

    if (copy == NULL)
        return "";
    memcpy(copy, span.text, span.bytes);
    copy[span.bytes] = '\0';
    return copy;
}

static bool fail_span(struct parser *p, struct sth_span field,
                      const char *before, struct sth_span culprit,
                      const char *after)
{
    const size_t shown = 64;

    if (culprit.bytes > shown)
        culprit.bytes = shown;
    sth_message_add(&p->message, "field '");
    sth_message_add_span(&p->message, field);
    sth_message_add(&p->message, "': ");
    sth_message_add(&p->message, before);
    sth_message_add_span(&p->message, culprit);
    sth_message_add(&p->message, after);
    return false;
}

static bool fail(struct parser *p, const char *field, const char *what)
{
    struct sth_span name = {field, strlen(field)};
    struct sth_span none = {"", 0};

    return fail_span(p, name, what, none, "");
}

static bool fail_with(struct parser *p, const char *field, const char *before,
                      struct sth_span culprit, const char *after)
{
    struct sth_span name = {field, strlen(field)};

    return fail_span(p, name, before, culprit, after);
}

/* ---- names ------------------------------------------------------------- */

static bool is_name(struct sth_span span)
{
    if (span.bytes == 0 || span.bytes > STH_TRACE_NAME_MAX)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        char c = span.text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '.';

        if (!letter && c != '_' && !(i != 0 && other))
            return false;
    }
    return true;
}

static int32_t find_tensor(const struct parser *p, struct sth_span name)
{
    return sth_trace_names_find(&p->names, p->trace, name);
}

/* Takes the next word of a line. */
static struct sth_span next_word(struct sth_span *rest)
{
    struct sth_span word;

    while (rest->bytes != 0 && rest->text[0] == ' ') {
        rest->text++;
        rest->bytes--;
    }
    sth_span_cut(rest, ' ', &word);
    return word;
}

/* ---- tensor and output lines ------------------------------------------- */

static bool parse_dtype(struct parser *p, struct sth_span word, uint32_t *dtype)
{
    for (*dtype = STH_DTYPE_I8; *dtype <= STH_DTYPE_FP32; (*dtype)++)
        if (sth_span_equals(word, sth_trace_dtype_text(*dtype)))
            return true;
    return fail_with(p, "DTYPE", "'", word,
                     "' is not an element type; use i8, bf16 or fp32");
}

static bool parse_shape(struct parser *p, struct sth_span word,
                        struct sth_trace_tensor *tensor)
{
    struct sth_span rest = word, rows;

    if (!sth_span_cut(&rest, 'x', &rows) ||
        !sth_span_decimal(rows, DIM_MAX, &tensor->rows) ||
        !sth_span_decimal(rest, DIM_MAX, &tensor->cols) || tensor->rows == 0 ||
        tensor->cols == 0)
        return fail_with(p, "SHAPE", "'", word,
                         "' is not ROWSxCOLS; give two numbers from 1 to "
                         "1073741823");
    if (sth_trace_tensor_bytes(tensor) > TENSOR_BYTES_MAX ||
        (uint64_t)tensor->cols * sth_dtype_bytes(tensor->dtype) > ROW_BYTES_MAX)
        return fail_with(p, "SHAPE", "'", word,
                         "' is larger than the memory; use a smaller one");
    return true;
}

static bool parse_tensor(struct parser *p, struct sth_span rest)
{
    struct sth_trace_tensor *tensor = &p->trace->tensor[p->trace->tensors];
    struct sth_span name = next_word(&rest);
    struct sth_span dtype = next_word(&rest);
    struct sth_span shape = next_word(&rest);
    struct sth_span source = next_word(&rest);
    struct sth_span extra = next_word(&rest);

    memset(tensor, 0, sizeof *tensor);
    tensor->line = p->line;
    if (!is_name(name))
        return fail_with(p, "NAME", "'", name,
                         "' is not a name; use a letter or _ and then up to "
                         "62 letters, digits, _ or .");
    if (find_tensor(p, name) >= 0)
        return fail_with(p, "NAME", "'", name,
                         "' is declared twice; choose another name");
    if (!parse_dtype(p, dtype, &tensor->dtype) ||
        !parse_shape(p, shape, tensor))
        return false;
    if (source.bytes == 0)
        return fail(p, "SOURCE",
                    "is missing; add zero, seed:SEED:SCALE or "
                    "file:PATH:OFFSET");
    if (extra.bytes != 0)
        return fail_with(p, "SOURCE", "unexpected '", extra,
                         "' behind it; remove it");
    tensor->name = keep_text(p, name);
    tensor->source = keep_text(p, source);
    if (p->short_of_arena)
        return false;
    sth_trace_names_add(&p->names, p->trace, p->trace->tensors++);
    return true;
}

static bool parse_output(struct parser *p, struct sth_span rest)
{
    struct sth_span name = next_word(&rest);
    struct sth_span extra = next_word(&rest);
    int32_t tensor = find_tensor(p, name);

    if (tensor < 0)
        return fail_with(p, "NAME", "no tensor '", name, "'; declare it above");
    if (extra.bytes != 0)
        return fail_with(p, "NAME", "unexpected '", extra,
                         "' behind it; use one output line for each tensor");
    if (p->trace->tensor[tensor].output)
        return fail_with(p, "NAME", "'", name,
                         "' is an output already; remove this line");
    p->trace->tensor[tensor].output = true;
    return true;
}

/* ---- views and values -------------------------------------------------- */

/* "first:last" with both optional, within [0, size). */
static bool parse_bounds(struct sth_span text, uint32_t size, uint32_t *first,
                         uint32_t *count)
{
    struct sth_span rest = text, low;
    uint32_t from = 0, to = size;

    if (!sth_span_cut(&rest, ':', &low))
        return false;
    if (low.bytes != 0 && !sth_span_decimal(low, size, &from))
        return false;
    if (rest.bytes != 0 && !sth_span_decimal(rest, size, &to))
        return false;
    if (from >= to)
        return false;
    *first = from;
    *count = to - from;
    return true;
}

static bool parse_view(struct parser *p, struct sth_span key,
                       struct sth_span value, struct sth_trace_view *view)
{
    struct sth_span rest = value, name, rows, cols;
    const struct sth_trace_tensor *tensor;
    bool bounded = sth_span_cut(&rest, '[', &name);
    bool both;

    view->tensor = find_tensor(p, name);
    if (view->tensor < 0)
        return fail_span(p, key, "no tensor '", name, "'; declare it above");
    tensor = &p->trace->tensor[view->tensor];
    view->row = view->col = 0;
    view->rows = tensor->rows;
    view->cols = tensor->cols;
    if (!bounded)
        return true;
    if (rest.bytes == 0 || rest.text[rest.bytes - 1] != ']')
        return fail_span(p, key, "'", value,
                         "' does not end in ]; write NAME[r0:r1,c0:c1]");
    rest.bytes--;
    both = sth_span_cut(&rest, ',', &rows);
    cols = rest;
    if (!parse_bounds(rows, tensor->rows, &view->row, &view->rows))
        return fail_span(p, key, "'", rows,
                         "' is no range of its rows; write r0:r1 with r0 < r1 "
                         "inside the tensor");
    if (both && !parse_bounds(cols, tensor->cols, &view->col, &view->cols))
        return fail_span(p, key, "'", cols,
                         "' is no range of its columns; write c0:c1 with "
                         "c0 < c1 inside the tensor");
    return true;
}

static bool parse_number(struct parser *p, struct sth_span key,
                         struct sth_span value, enum number_type type,
                         uint32_t *number)
{
    switch (type) {
    case TYPE_INT:
        if (sth_span_decimal(value, DIM_MAX, number))
            return true;
        return fail_span(p, key, "'", value,
                         "' is not a number; give decimal digits up to "
                         "1073741823");
    case TYPE_BOOL:
        if (sth_span_decimal(value, 1, number))
            return true;
        return fail_span(p, key, "'", value, "' is not a flag; give 0 or 1");
    case TYPE_HEX:
        if (sth_span_hex32(value, number))
            return true;
        return fail_span(p, key, "'", value,
                         "' is not an fp32 bit pattern; write 0x and eight "
                         "hexadecimal digits");
    case TYPE_ACT:
        if (sth_span_equals(value, "gelu"))
            *number = STH_TRACE_ACT_GELU;
        else if (sth_span_equals(value, "silu"))
            *number = STH_TRACE_ACT_SILU;
        else
            return fail_span(p, key, "'", value,
                             "' is not an activation; use gelu or silu");
        return true;
    }
    return false;
}

static bool parse_list(struct parser *p, struct sth_span key,
                       struct sth_span value, enum number_type type,
                       struct sth_trace_list *list)
{
    uint32_t count = 1;
    uint32_t *values;

    for (size_t i = 0; i < value.bytes; i++)
        count += value.text[i] == ',';
    values = take(p, count * sizeof *values);
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

static bool parse_kind(struct parser *p, struct sth_span word,
                       struct sth_trace_op *op)
{
    for (uint32_t k = 0; k < STH_TRACE_KIND_COUNT; k++) {
        if (sth_span_equals(word, signatures[k].text)) {
            op->kind = (enum sth_trace_kind)k;
            return true;
        }
    }
    return fail_with(p, "KIND", "'", word,
                     "' is not an operation; see the list of the format");
}

static bool parse_label(struct parser *p, struct sth_span value,
                        struct sth_trace_op *op)
{
    if (value.bytes == 0 || value.bytes > STH_TRACE_NAME_MAX)
        return fail(p, "name",
                    "must have 1 to 63 characters; choose another label");
    op->name = keep_text(p, value);
    return true;
}

static bool fail_twice(struct parser *p, struct sth_span key)
{
    struct sth_span none = {"", 0};

    return fail_span(p, key, "is given twice; keep one", none, "");
}

/* The slot of a key, by the table of the kind; then its value. */
static bool parse_pair(struct parser *p, struct sth_span key,
                       struct sth_span value, struct sth_trace_op *op,
                       struct seen *seen)
{
    const struct signature *sig = &signatures[op->kind];
    struct sth_span kind = {sig->text, strlen(sig->text)};

    if (sth_span_equals(key, "name")) {
        if (seen->name)
            return fail_twice(p, key);
        seen->name = true;
        return parse_label(p, value, op);
    }
    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++) {
        if (sig->view[i] == NEED_NONE ||
            !sth_span_equals(key,
                             sth_trace_view_text((enum sth_trace_view_key)i)))
            continue;
        if (seen->view[i])
            return fail_twice(p, key);
        seen->view[i] = true;
        return parse_view(p, key, value, &op->view[i]);
    }
    for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT; i++) {
        if (sig->number[i] == NEED_NONE ||
            !sth_span_equals(key, number_keys[i].text))
            continue;
        if (seen->number[i])
            return fail_twice(p, key);
        seen->number[i] = true;
        return parse_number(p, key, value, number_keys[i].type, &op->number[i]);
    }
    for (uint32_t i = 0; i < STH_TRACE_LIST_COUNT; i++) {
        if (sig->list[i] == NEED_NONE ||
            !sth_span_equals(key, list_keys[i].text))
            continue;
        if (seen->list[i])
            return fail_twice(p, key);
        seen->list[i] = true;
        return parse_list(p, key, value, list_keys[i].type, &op->list[i]);
    }
    return fail_span(p, key, "is not a key of ", kind,
                     "; remove it or correct its spelling");
}

static bool require_keys(struct parser *p, const struct sth_trace_op *op,
                         const struct seen *seen)
{
    const struct signature *sig = &signatures[op->kind];
    struct sth_span kind = {sig->text, strlen(sig->text)};
    const char *missing = NULL;

    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT && missing == NULL; i++)
        if (sig->view[i] == NEED_REQUIRED && !seen->view[i])
            missing = sth_trace_view_text((enum sth_trace_view_key)i);
    for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT && missing == NULL; i++)
        if (sig->number[i] == NEED_REQUIRED && !seen->number[i])
            missing = number_keys[i].text;
    for (uint32_t i = 0; i < STH_TRACE_LIST_COUNT && missing == NULL; i++)
        if (sig->list[i] == NEED_REQUIRED && !seen->list[i])
            missing = list_keys[i].text;
    if (missing == NULL)
        return true;
    return fail_with(p, missing, "is missing; ", kind, " needs it");
}

static bool parse_op(struct parser *p, struct sth_span rest)
{
    struct sth_trace_op *op = &p->trace->op[p->trace->ops];
    struct seen seen;

    memset(op, 0, sizeof *op);
    memset(&seen, 0, sizeof seen);
    op->name = "";
    op->line = p->line;
    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++)
        op->view[i].tensor = -1;
    if (!parse_kind(p, next_word(&rest), op))
        return false;
    for (;;) {
        struct sth_span value = next_word(&rest), key;

        if (value.bytes == 0)
            break;
        if (!sth_span_cut(&value, '=', &key))
            return fail_with(p, "op", "'", key,
                             "' is not key=value; write key=value");
        if (!parse_pair(p, key, value, op, &seen))
            return false;
    }
    if (!require_keys(p, op, &seen) ||
        !sth_trace_check_op(p->trace, op, &p->message))
        return false;
    p->trace->ops++;
    return true;
}

/* ---- lines ------------------------------------------------------------- */

static bool parse_header(struct parser *p, struct sth_span line)
{
    struct sth_span word = next_word(&line);
    struct sth_span version = next_word(&line);
    struct sth_span extra = next_word(&line);
    uint32_t number;

    if (!sth_span_equals(word, "systolith-trace"))
        return fail_with(p, "header", "'", word,
                         "' instead of 'systolith-trace 1'; is this a layer "
                         "trace?");
    if (!sth_span_decimal(version, 0xffffffffu, &number) ||
        number != STH_TRACE_VERSION)
        return fail_with(p, "version", "'", version,
                         "' is not supported; use version 1");
    if (extra.bytes != 0)
        return fail_with(p, "header", "'", extra,
                         "' follows the version; write 'systolith-trace 1' "
                         "alone");
    return true;
}

static bool parse_item(struct parser *p, struct sth_span line)
{
    struct sth_span word = next_word(&line);

    if (sth_span_equals(word, "tensor"))
        return parse_tensor(p, line);
    if (sth_span_equals(word, "op"))
        return parse_op(p, line);
    if (sth_span_equals(word, "output"))
        return parse_output(p, line);
    return fail_with(p, "item", "'", word,
                     "' begins no item; use tensor, op or output");
}

static bool check_bytes(struct parser *p, struct sth_span line)
{
    if (line.bytes > STH_TRACE_LINE_MAX)
        return fail(p, "line", "is longer than 65536 bytes; split it");
    for (size_t i = 0; i < line.bytes; i++) {
        unsigned char c = (unsigned char)line.text[i];

        if (c == '\r')
            return fail(p, "line", "has a carriage return; use LF line ends");
        if (c == '\t')
            return fail(p, "line", "has a tab; use spaces");
        if (c < ' ' || c == 0x7f)
            return fail(p, "line", "has a control character; use plain text");
    }
    return true;
}

static bool is_blank(struct sth_span line)
{
    return next_word(&line).bytes == 0;
}

/* The next line without its comment. */
static struct sth_span next_line(struct sth_span *rest, struct sth_span *whole)
{
    struct sth_span behind, line;

    sth_span_cut(rest, '\n', whole);
    behind = *whole;
    sth_span_cut(&behind, '#', &line);
    return line;
}

/* Counts lines that begin with each word, to reserve the tables. */
static void count_items(struct sth_span text, uint32_t *tensors, uint32_t *ops)
{
    *tensors = *ops = 0;
    while (text.bytes != 0) {
        struct sth_span whole;
        struct sth_span line = next_line(&text, &whole);
        struct sth_span word = next_word(&line);

        *tensors += sth_span_equals(word, "tensor");
        *ops += sth_span_equals(word, "op");
    }
}

static bool parse_lines(struct parser *p, struct sth_span text)
{
    bool header = false;

    while (text.bytes != 0) {
        struct sth_span whole;
        struct sth_span line = next_line(&text, &whole);

        p->line++;
        if (!check_bytes(p, whole))
            return false;
        if (is_blank(line))
            continue;
        if (!(header ? parse_item(p, line) : parse_header(p, line)))
            return false;
        header = true;
        if (p->short_of_arena)
            return false;
    }
    if (!header) {
        p->line = 0;
        return fail(p, "header", "is missing; begin with 'systolith-trace 1'");
    }
    return true;
}

size_t sth_trace_arena_bound(const char *text, size_t text_bytes)
{
    struct sth_span span = {text, text_bytes};
    uint32_t tensors, ops;

    /*
     * A list item of two characters ("0,") takes four bytes, a string its
     * length and a terminator; each piece is rounded up to eight bytes.  No
     * line holds more than five such pieces for a tensor or an operation.
     */
    count_items(span, &tensors, &ops);
    return tensors * (sizeof(struct sth_trace_tensor) + 5 * 8) +
           sth_trace_names_places(tensors) * sizeof(uint32_t) +
           ops * (sizeof(struct sth_trace_op) + 5 * 8) + 3 * text_bytes + 64;
}

enum sth_fw_err sth_trace_parse(struct sth_trace *trace, const char *text,
                                size_t text_bytes, void *arena,
                                size_t arena_bytes,
                                struct sth_trace_error *error)
{
    struct sth_span span = {text, text_bytes};
    struct parser p = {
        .trace = trace, .arena = arena, .arena_bytes = arena_bytes};
    uint32_t *places;
    uint32_t names;
    bool good = false;

    memset(trace, 0, sizeof *trace);
    memset(error, 0, sizeof *error);
    p.message.text = error->message;
    p.message.size = sizeof error->message;
    count_items(span, &p.tensor_room, &p.op_room);
    trace->tensor = take(&p, p.tensor_room * sizeof *trace->tensor);
    trace->op = take(&p, p.op_room * sizeof *trace->op);
    names = sth_trace_names_places(p.tensor_room);
    places = take(&p, names * sizeof *places);
    if (!p.short_of_arena) {
        sth_trace_names_init(&p.names, places, names);
        good = parse_lines(&p, span);
    }
    if (good)
        return STH_FW_ERR_OK;
    memset(trace, 0, sizeof *trace);
    if (p.short_of_arena) {
        sth_message_add(&p.message, "the arena is too small for this trace");
        return STH_FW_ERR_WORKSPACE;
    }
    error->line = p.line;
    return STH_FW_ERR_TRACE;
}
