/* The strict parser of the layer trace: all lines but those of operations. */
#include <string.h>

#include "sth_trace.h"
#include "sth_trace_names.h"
#include "sth_trace_parser.h"
#include "sth_trace_text.h"

#define TENSOR_BYTES_MAX ((uint64_t)1 << 39)
#define ROW_BYTES_MAX 0xffffffffu

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

/* ---- tensor and output lines ------------------------------------------- */

static bool parse_dtype(struct sth_parser *p, struct sth_span word,
                        uint32_t *dtype)
{
    for (*dtype = STH_DTYPE_I8; *dtype <= STH_DTYPE_FP32; (*dtype)++)
        if (sth_span_equals(word, sth_trace_dtype_text(*dtype)))
            return true;
    return sth_parser_fail_with(
        p, "DTYPE", "'", word,
        "' is not an element type; use i8, bf16 or fp32");
}

static bool parse_shape(struct sth_parser *p, struct sth_span word,
                        struct sth_trace_tensor *tensor)
{
    struct sth_span rest = word, rows;

    if (!sth_span_cut(&rest, 'x', &rows) ||
        !sth_span_decimal(rows, STH_TRACE_NUMBER_MAX, &tensor->rows) ||
        !sth_span_decimal(rest, STH_TRACE_NUMBER_MAX, &tensor->cols) ||
        tensor->rows == 0 || tensor->cols == 0)
        return sth_parser_fail_with(
            p, "SHAPE", "'", word,
            "' is not ROWSxCOLS; give two numbers from 1 to "
            "1073741823");
    if (sth_trace_tensor_bytes(tensor) > TENSOR_BYTES_MAX ||
        (uint64_t)tensor->cols * sth_dtype_bytes(tensor->dtype) > ROW_BYTES_MAX)
        return sth_parser_fail_with(
            p, "SHAPE", "'", word,
            "' is larger than the memory; use a smaller one");
    return true;
}

static bool parse_tensor(struct sth_parser *p, struct sth_span rest)
{
    struct sth_trace_tensor *tensor = &p->trace->tensor[p->trace->tensors];
    struct sth_span name = sth_parser_word(&rest);
    struct sth_span dtype = sth_parser_word(&rest);
    struct sth_span shape = sth_parser_word(&rest);
    struct sth_span source = sth_parser_word(&rest);
    struct sth_span extra = sth_parser_word(&rest);

    memset(tensor, 0, sizeof *tensor);
    tensor->line = p->line;
    if (!is_name(name))
        return sth_parser_fail_with(
            p, "NAME", "'", name,
            "' is not a name; use a letter or _ and then up to "
            "62 letters, digits, _ or .");
    if (sth_parser_find(p, name) >= 0)
        return sth_parser_fail_with(p, "NAME", "'", name,
                                    "' is declared twice; choose another name");
    if (!parse_dtype(p, dtype, &tensor->dtype) ||
        !parse_shape(p, shape, tensor))
        return false;
    if (source.bytes == 0)
        return sth_parser_fail(p, "SOURCE",
                               "is missing; add zero, seed:SEED:SCALE or "
                               "file:PATH:OFFSET");
    if (extra.bytes != 0)
        return sth_parser_fail_with(p, "SOURCE", "unexpected '", extra,
                                    "' behind it; remove it");
    tensor->name = sth_parser_keep(p, name);
    tensor->source = sth_parser_keep(p, source);
    if (p->short_of_arena)
        return false;
    sth_trace_names_add(&p->names, p->trace, p->trace->tensors++);
    return true;
}

static bool parse_output(struct sth_parser *p, struct sth_span rest)
{
    struct sth_span name = sth_parser_word(&rest);
    struct sth_span extra = sth_parser_word(&rest);
    int32_t tensor = sth_parser_find(p, name);

    if (tensor < 0)
        return sth_parser_fail_with(p, "NAME", "no tensor '", name,
                                    "'; declare it above");
    if (extra.bytes != 0)
        return sth_parser_fail_with(
            p, "NAME", "unexpected '", extra,
            "' behind it; use one output line for each tensor");
    if (p->trace->tensor[tensor].output)
        return sth_parser_fail_with(p, "NAME", "'", name,
                                    "' is an output already; remove this line");
    p->trace->tensor[tensor].output = true;
    return true;
}

/* ---- lines ------------------------------------------------------------- */

static bool parse_header(struct sth_parser *p, struct sth_span line)
{
    struct sth_span word = sth_parser_word(&line);
    struct sth_span version = sth_parser_word(&line);
    struct sth_span extra = sth_parser_word(&line);
    uint32_t number;

    if (!sth_span_equals(word, "systolith-trace"))
        return sth_parser_fail_with(
            p, "header", "'", word,
            "' instead of 'systolith-trace 1'; is this a layer "
            "trace?");
    if (!sth_span_decimal(version, 0xffffffffu, &number) ||
        number != STH_TRACE_VERSION)
        return sth_parser_fail_with(p, "version", "'", version,
                                    "' is not supported; use version 1");
    if (extra.bytes != 0)
        return sth_parser_fail_with(
            p, "header", "'", extra,
            "' follows the version; write 'systolith-trace 1' "
            "alone");
    return true;
}

static bool parse_item(struct sth_parser *p, struct sth_span line)
{
    struct sth_span word = sth_parser_word(&line);

    if (sth_span_equals(word, "tensor"))
        return parse_tensor(p, line);
    if (sth_span_equals(word, "op"))
        return sth_parser_op(p, line);
    if (sth_span_equals(word, "output"))
        return parse_output(p, line);
    if (sth_span_equals(word, "steps"))
        return sth_parser_steps(p, line);
    return sth_parser_fail_with(
        p, "item", "'", word,
        "' begins no item; use tensor, op, output or steps");
}

static bool check_bytes(struct sth_parser *p, struct sth_span line)
{
    if (line.bytes > STH_TRACE_LINE_MAX)
        return sth_parser_fail(p, "line",
                               "is longer than 65536 bytes; split it");
    for (size_t i = 0; i < line.bytes; i++) {
        unsigned char c = (unsigned char)line.text[i];

        if (c == '\r')
            return sth_parser_fail(p, "line",
                                   "has a carriage return; use LF line ends");
        if (c == '\t')
            return sth_parser_fail(p, "line", "has a tab; use spaces");
        if (c < ' ' || c == 0x7f)
            return sth_parser_fail(p, "line",
                                   "has a control character; use plain text");
    }
    return true;
}

static bool is_blank(struct sth_span line)
{
    return sth_parser_word(&line).bytes == 0;
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

/* Counts lines that begin with each word and numbers that grow, to reserve the
 * tables: a bound of a range is the growth of two members. */
static void count_items(struct sth_span text, uint32_t *tensors, uint32_t *ops,
                        uint32_t *growths)
{
    *tensors = *ops = *growths = 0;
    while (text.bytes != 0) {
        struct sth_span whole;
        struct sth_span line = next_line(&text, &whole);
        struct sth_span word = sth_parser_word(&line);

        *tensors += sth_span_equals(word, "tensor");
        if (!sth_span_equals(word, "op"))
            continue;
        ++*ops;
        for (size_t i = 0; i < line.bytes; i++)
            *growths += line.text[i] == '+' ? 2 : 0;
    }
}

static bool parse_lines(struct sth_parser *p, struct sth_span text)
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
        return sth_parser_fail(p, "header",
                               "is missing; begin with 'systolith-trace 1'");
    }
    return true;
}

size_t sth_trace_arena_bound(const char *text, size_t text_bytes)
{
    struct sth_span span = {text, text_bytes};
    uint32_t tensors, ops, growths;

    /*
     * A list item of two characters ("0,") takes four bytes, a string its
     * length and a terminator; each piece is rounded up to eight bytes.  No
     * line holds more than five such pieces for a tensor or an operation.
     */
    count_items(span, &tensors, &ops, &growths);
    return tensors * (sizeof(struct sth_trace_tensor) + 5 * 8) +
           sth_trace_names_places(tensors) * sizeof(uint32_t) +
           ops * (sizeof(struct sth_trace_op) + 5 * 8) +
           growths * sizeof(struct sth_trace_growth) + 3 * text_bytes + 64;
}

enum sth_fw_err sth_trace_parse(struct sth_trace *trace, const char *text,
                                size_t text_bytes, void *arena,
                                size_t arena_bytes,
                                struct sth_trace_error *error)
{
    struct sth_span span = {text, text_bytes};
    struct sth_parser p = {
        .trace = trace, .arena = arena, .arena_bytes = arena_bytes};
    uint32_t tensors, ops, growths, names;
    uint32_t *places;
    bool good = false;

    memset(trace, 0, sizeof *trace);
    memset(error, 0, sizeof *error);
    p.message.text = error->message;
    p.message.size = sizeof error->message;
    count_items(span, &tensors, &ops, &growths);
    trace->steps = 1;
    trace->tensor = sth_parser_take(&p, tensors * sizeof *trace->tensor);
    trace->op = sth_parser_take(&p, ops * sizeof *trace->op);
    trace->growth = sth_parser_take(&p, growths * sizeof *trace->growth);
    names = sth_trace_names_places(tensors);
    places = sth_parser_take(&p, names * sizeof *places);
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
