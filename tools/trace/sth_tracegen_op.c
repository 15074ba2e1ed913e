/* Traces of one operation: shapes read, places of a template filled. */
#include "sth_tracegen_op.h"

#include <assert.h>
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
    int count = 1;

    for (const char *c = form; *c; c++)
        count += *c == 'x';
    for (int i = 0; i < count; i++) {
        char *end;
        unsigned long value;

        if (*text < '0' || *text > '9')
            return false;
        value = strtoul(text, &end, 10);
        if (value < 1 || value > NUMBER_MAX ||
            *end != (i + 1 < count ? 'x' : 0))
            return false;
        number[i] = (uint32_t)value;
        text = end + 1;
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

bool sth_tracegen_op_parse(const char *text, struct sth_alone_request *request,
                           char *error, size_t error_size)
{
    size_t length = strcspn(text, ":");
    uint32_t *n = request->number;

    memset(n, 0, sizeof(request->number));
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
    return true;
}

static uint32_t reciprocal_bits(uint32_t number)
{
    float value = 1.0f / (float)number;
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* What stands for one place, the text between its braces. */
static void fill(FILE *out, const struct sth_alone_request *request,
                 const char *place, size_t length, uint64_t *seed)
{
    const uint32_t *n = request->number;

    if (length == 1) {
        fprintf(out, "%u", n[place[0] - 'A']);
    } else if (length == 2) {
        fprintf(out, "%" PRIu64,
                (uint64_t)n[place[0] - 'A'] * n[place[1] - 'A']);
    } else if (!memcmp(place, "seed", length)) {
        fprintf(out, "%" PRIu64, (*seed)++);
    } else if (!memcmp(place, "1/", 2)) {
        fprintf(out, "0x%08x", reciprocal_bits(n[place[2] - 'A']));
    } else {
        assert(!memcmp(place + 1, "/2", 2));
        fprintf(out, "%u", n[place[0] - 'A'] / 2);
    }
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
            size_t length = strcspn(c, "}") - 1;

            fill(out, request, c + 1, length, &seed);
            c += length + 2;
        }
    }
}
