/* Traces of one operation: shapes read, places of a template filled. */
#include "sth_tracegen_op.h"

#include "sth_trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 1 << 20, NUMBERS = 3 };
#define ELEMENTS_MAX ((uint64_t)1 << 37) /* 512 GiB of fp32 */

static const struct sth_alone table[] = {
#define ALONE(word, form, lines) {#word, form, lines},
#include "sth_tracegen_op.def"
#undef ALONE
};

const struct sth_alone *sth_tracegen_op_list(size_t *count)
{
    *count = sizeof(table) / sizeof(*table);
    return table;
}

static const struct sth_alone *find(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (strlen(table[i].word) == length &&
            !memcmp(table[i].word, word, length))
            return &table[i];
    return NULL;
}

/* As many numbers, joined by x, as the form names. */
static bool read_shape(const char *text, const char *form,
                       uint32_t number[NUMBERS])
{
    for (int i = 0; *form; i++) {
        size_t name = strcspn(form, "x");
        bool last = !form[name];
        char *end;
        unsigned long value;

        if (*text < '0' || *text > '9')
            return false;
        value = strtoul(text, &end, 10);
        if (value < 1 || value > NUMBER_MAX || *end != (last ? 0 : 'x') ||
            (!strncmp(form, "EVEN", name) && value % 2))
            return false;
        number[i] = (uint32_t)value;
        text = end + 1;
        form += name + !last;
    }
    return true;
}

static void list_forms(char *error, size_t size, const char *text)
{
    size_t used = (size_t)snprintf(error, size, "'%s' is none of", text);

    for (size_t i = 0; i < sizeof(table) / sizeof(*table) && used < size; i++)
        used += (size_t)snprintf(error + used, size - used, "%s %s:%s",
                                 i ? "," : "", table[i].word, table[i].form);
}

/* Whether `run` takes the trace: the rules of operations stand there alone. */
static bool check_trace(const struct sth_alone_request *request,
                        const char *text, char *error, size_t error_size)
{
    struct sth_trace_error why = {0, "out of memory"};
    struct sth_trace trace;
    char *lines = NULL;
    void *arena = NULL;
    size_t bytes = 0, bound;
    FILE *out = open_memstream(&lines, &bytes);
    bool good = false;

    if (out) {
        sth_tracegen_op(out, request);
        good = !fclose(out);
    }
    if (good) {
        bound = sth_trace_arena_bound(lines, bytes);
        arena = malloc(bound);
        good =
            arena && !sth_trace_parse(&trace, lines, bytes, arena, bound, &why);
    }
    if (!good)
        snprintf(error, error_size, "'%s': %s", text, why.message);
    free(arena);
    free(lines);
    return good;
}

bool sth_tracegen_op_parse(const char *text, struct sth_alone_request *request,
                           char *error, size_t error_size)
{
    size_t length = strcspn(text, ":");
    uint32_t *n;

    *request = (struct sth_alone_request){.seed = 1};
    n = request->number;
    request->row = find(text, length);
    if (!request->row) {
        list_forms(error, error_size, text);
        return false;
    }
    if (text[length] != ':' ||
        !read_shape(text + length + 1, request->row->form, n)) {
        snprintf(error, error_size,
                 "'%s' is not %s:%s with whole numbers from 1 to %d", text,
                 request->row->word, request->row->form, NUMBER_MAX);
        return false;
    }
    if ((uint64_t)n[0] * n[1] > ELEMENTS_MAX ||
        (n[2] && (uint64_t)n[1] * n[2] > ELEMENTS_MAX / n[0])) {
        snprintf(error, error_size, "a tensor of '%s' would exceed 512 GiB",
                 text);
        return false;
    }
    return check_trace(request, text, error, error_size);
}

static uint32_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static uint32_t heads_of(uint32_t cols)
{
    return cols % 64 ? 1 : cols / 64;
}

/* Each of `rows` once, in steps of 7 where that does not divide them. */
static void list_rows(FILE *out, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        fprintf(out, "%s%u", i ? "," : "",
                rows % 7 ? (uint32_t)(7ull * i % rows) : rows - 1 - i);
}

static void list_weights(FILE *out, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        fprintf(out, "%s0x%08x", i ? "," : "",
                float_bits(0.25f + 0.5f * (float)(i % 3)));
}

/* What stands for a place, which is `name` between braces. */
static void fill(FILE *out, const struct sth_alone_request *request,
                 const char *name, uint64_t *seed)
{
    const uint32_t *n = request->number;

    if (!name[1])
        fprintf(out, "%u", n[name[0] - 'A']);
    else if (!strcmp(name, "type"))
        fputs(request->fp32 ? "fp32" : "bf16", out);
    else if (!strcmp(name, "seed"))
        fprintf(out, "%" PRIu64, (*seed)++);
    else if (!strcmp(name, "1/B"))
        fprintf(out, "0x%08x", float_bits(1.0f / (float)n[1]));
    else if (!strcmp(name, "heads"))
        fprintf(out, "%u", heads_of(n[1]));
    else if (!strcmp(name, "half"))
        fprintf(out, "%u", n[1] / heads_of(n[1]) / 2);
    else if (!strcmp(name, "order"))
        list_rows(out, n[0]);
    else
        list_weights(out, n[0]);
}

void sth_tracegen_op(FILE *out, const struct sth_alone_request *request)
{
    const char *c = request->row->lines;
    uint64_t seed = request->seed;

    fputs("systolith-trace 1\n", out);
    while (*c) {
        size_t plain = strcspn(c, "{");

        fwrite(c, 1, plain, out);
        c += plain;
        if (*c) {
            char name[16] = "";
            size_t length = strcspn(c, "}");

            memcpy(name, c + 1, length - 1);
            fill(out, request, name, &seed);
            c += length + 1;
        }
    }
}
