/* Plans as a text file. */
#include "sth_plan_file.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sth_plan_fields.h"

#define FORMAT "systolith-plans 1"

/* Of all plans and shapes. */
enum { BYTES_MAX = 512 };

static void write_members(FILE *out, const struct sth_plan_field *field,
                          size_t count, const void *from)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, " %s=%" PRIu64, field[i].name,
                sth_plan_field_get(&field[i], from));
}

static void write_lines(FILE *out, const struct sth_plan_book *book,
                        const struct sth_config *config)
{
    char memory[STH_MEM_TEXT_MAX];

    sth_mem_config_text(&config->memory, memory, sizeof memory);
    fprintf(out, FORMAT "\nconfig %s 0x%08" PRIx32 "\nmemory %s\n",
            config->name, sth_config_hash(config), memory);
    for (struct sth_plan_entry *e = book->first; e != NULL; e = e->next) {
        const struct sth_plan_kernel *k =
            sth_plan_kernel_find(e->kernel, strlen(e->kernel));

        if (k == NULL)
            continue;
        fputs(e->kernel, out);
        write_members(out, k->kind->shape, k->kind->shapes,
                      sth_plan_entry_shape(e));
        fputs(" :", out);
        write_members(out, k->kind->free, k->kind->frees,
                      sth_plan_entry_plan(e));
        fprintf(out, "%s%s\n", *e->ops ? "  # " : "", e->ops);
    }
}

/* FNV-1a of the lines, and of the seal behind them. */
static uint32_t sum_of(const char *text, size_t bytes, const char *seal,
                       size_t length)
{
    uint32_t sum = 2166136261u;

    for (size_t i = 0; i < bytes; i++)
        sum = (sum ^ (uint8_t)text[i]) * 16777619u;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ (uint8_t)seal[i]) * 16777619u;
    return sum;
}

bool sth_plan_file_write(FILE *out, const struct sth_plan_book *book,
                         const struct sth_config *config, const char *seal)
{
    char *text = NULL;
    size_t bytes;
    FILE *lines = open_memstream(&text, &bytes);

    if (lines == NULL)
        return false;
    write_lines(lines, book, config);
    if (fclose(lines) != 0) {
        free(text);
        return false;
    }
    fprintf(out, "%send", text);
    if (seal != NULL)
        fprintf(out, " %s 0x%08" PRIx32, seal,
                sum_of(text, bytes, seal, strlen(seal)));
    fputc('\n', out);
    free(text);
    return true;
}

/* The text that is read, line by line and word by word. */
struct reader {
    struct sth_plan_book *book;
    const struct sth_config *config;
    const char *path, *seal;
    const char *text, *next, *end; /* next: the lines to come */
    const char *at, *stop; /* the rest of this one, without its comment */
    unsigned line;
    char *error;
    size_t error_size;
};

static bool fail(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(struct reader *r, const char *format, ...)
{
    int n = snprintf(r->error, r->error_size, "%s:%u: ", r->path, r->line);
    va_list args;

    if (n < 0 || (size_t)n >= r->error_size)
        return false;
    va_start(args, format);
    vsnprintf(r->error + n, r->error_size - (size_t)n, format, args);
    va_end(args);
    return false;
}

/* Goes to the next line; false: there is none that ends. */
static bool next_line(struct reader *r)
{
    const char *end = memchr(r->next, '\n', (size_t)(r->end - r->next)),
               *comment;

    r->line++;
    if (end == NULL)
        return false;
    r->at = r->next;
    comment = memchr(r->at, '#', (size_t)(end - r->at));
    r->stop = comment != NULL ? comment : end;
    r->next = end + 1;
    return true;
}

/* The next word of the line; empty: there is none. */
static size_t next_word(struct reader *r, const char **word)
{
    while (r->at < r->stop && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
    *word = r->at;
    while (r->at < r->stop && *r->at != ' ' && *r->at != '\t')
        r->at++;
    return (size_t)(r->at - *word);
}

static bool is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

static bool read_number(const char *text, size_t length, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || *value > UINT32_MAX)
            return false;
        *value = 10 * *value + (uint64_t)(text[i] - '0');
    }
    return length != 0;
}

/* One NAME=NUMBER; seen has a bit for each member. */
static bool read_member(struct reader *r, const char *word, size_t length,
                        const struct sth_plan_field *field, size_t count,
                        void *to, uint32_t *seen)
{
    const char *equals = memchr(word, '=', length);
    size_t name = equals != NULL ? (size_t)(equals - word) : length, i = 0;
    uint64_t value;

    while (i < count && !is(word, name, field[i].name))
        i++;
    if (equals == NULL || i == count)
        return fail(r, "'%.*s' is no member of this", (int)name, word);
    if (*seen >> i & 1)
        return fail(r, "member '%s' stands twice", field[i].name);
    if (!read_number(equals + 1, length - name - 1, &value) ||
        !sth_plan_field_set(&field[i], to, value))
        return fail(r, "member '%s': '%.*s' is no number that it holds",
                    field[i].name, (int)(length - name - 1), equals + 1);
    *seen |= 1u << i;
    return true;
}

/* All members up to a colon or the end of the line. */
static bool read_members(struct reader *r, const struct sth_plan_field *field,
                         size_t count, void *to, bool colon)
{
    uint32_t seen = 0;
    const char *word;
    size_t length;

    while ((length = next_word(r, &word)) != 0 && !is(word, length, ":"))
        if (!read_member(r, word, length, field, count, to, &seen))
            return false;
    if (colon != (length != 0))
        return fail(r, colon ? "a ':' is missing behind the shape"
                             : "a second ':'");
    for (size_t i = 0; i < count; i++)
        if (!(seen >> i & 1))
            return fail(r, "member '%s' is missing", field[i].name);
    return true;
}

static bool read_plan(struct reader *r, const struct sth_plan_kernel *kernel)
{
    const struct sth_plan_kind_text *kind = kernel->kind;
    uint64_t shape[BYTES_MAX / 8] = {0}, plan[BYTES_MAX / 8] = {0};
    const struct sth_plan_key key = {kernel->name, shape, kind->shape_bytes};
    struct sth_plan_entry *e;
    const char *bad;

    if (!read_members(r, kind->shape, kind->shapes, shape, true) ||
        !read_members(r, kind->free, kind->frees, plan, false))
        return false;
    e = sth_plan_book_find(r->book, &key);
    if (e != NULL)
        return fail(r, "kernel and shape stand in line %u already", e->line);
    bad = kind->complete(plan, &r->config->params, shape);
    if (bad != NULL)
        return fail(r, "member '%s': the plan does not fit '%s'", bad,
                    r->config->name);
    e = sth_plan_book_add(r->book, &key, plan, kind->plan_bytes);
    if (e == NULL)
        return fail(r, "out of memory");
    e->line = r->line;
    return true;
}

/* A line that begins with that word; *rest is what follows it. */
static bool expect(struct reader *r, const char *first, const char **rest,
                   size_t *length)
{
    const char *word;
    size_t found = next_line(r) ? next_word(r, &word) : 0;

    if (found == 0 || !is(word, found, first))
        return fail(r, "'%s' is missing", first);
    while (r->at < r->stop && *r->at == ' ')
        r->at++;
    *rest = r->at;
    *length = (size_t)(r->stop - r->at);
    return true;
}

/* Whether a text says our memory, in our words or in others. */
static bool is_our_memory(const struct reader *r, const char *ours,
                          const char *text, size_t length)
{
    struct sth_mem_config theirs = r->config->memory;
    char name[STH_MEM_TEXT_MAX], error[512];

    if (is(text, length, ours))
        return true;
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    return sth_mem_config_parse(&theirs, name, error, sizeof error) &&
           sth_mem_config_hash(&theirs, 0) ==
               sth_mem_config_hash(&r->config->memory, 0);
}

static bool read_header(struct reader *r)
{
    char memory[STH_MEM_TEXT_MAX], hash[16];
    const char *format, *config, *theirs;
    size_t length, name, memory_length;
    bool ours;

    if (!expect(r, "systolith-plans", &format, &length))
        return false;
    if (!is(format, length, "1"))
        return fail(r, "format '%.*s' is none of this version", (int)length,
                    format);
    if (!expect(r, "config", &config, &length))
        return false;
    /* The hash is the last word: a name may have several. */
    for (name = length; name > 0 && config[name - 1] != ' ';)
        name--;
    snprintf(hash, sizeof hash, "0x%08" PRIx32, sth_config_hash(r->config));
    ours = is(config + name, length - name, hash);
    if (!expect(r, "memory", &theirs, &memory_length))
        return false;
    sth_mem_config_text(&r->config->memory, memory, sizeof memory);
    while (memory_length > 0 && theirs[memory_length - 1] == ' ')
        memory_length--;
    if (!ours)
        return fail(r,
                    "the plans are for %.*s with %.*s, not for %s %s with %s "
                    "at %" PRIu32 " MHz",
                    (int)length, config, (int)memory_length, theirs,
                    r->config->name, hash, memory, r->config->memory.clock_mhz);
    return is_our_memory(r, memory, theirs, memory_length)
               ? true
               : fail(r, "%s is of memory %s, not of '%.*s'", hash, memory,
                      (int)memory_length, theirs);
}

/* Behind the word 'end', which begins at `end`. */
static bool read_end(struct reader *r, const char *end)
{
    const char *seal, *sum, *more;
    size_t length = next_word(r, &seal), digits = next_word(r, &sum);
    char expected[16];

    if (next_word(r, &more) != 0 || r->next != r->end)
        return fail(r, "something stands behind the end");
    if (length == 0)
        return r->seal == NULL ? true : fail(r, "the sum is missing");
    if (r->seal != NULL && !is(seal, length, r->seal))
        return fail(r, "the plans are of %.*s, not of %s", (int)length, seal,
                    r->seal);
    snprintf(expected, sizeof expected, "0x%08" PRIx32,
             sum_of(r->text, (size_t)(end - r->text), seal, length));
    return is(sum, digits, expected)
               ? true
               : fail(r,
                      "the sum of the lines is %s; where they were changed "
                      "by hand take off what stands behind 'end'",
                      expected);
}

bool sth_plan_file_read(struct sth_plan_book *book,
                        const struct sth_config *config, const char *seal,
                        const char *path, const char *text, size_t bytes,
                        char *error, size_t error_size)
{
    struct reader r = {.book = book,
                       .config = config,
                       .path = path,
                       .seal = seal,
                       .text = text,
                       .next = text,
                       .end = text + bytes,
                       .error = error,
                       .error_size = error_size};

    if (!read_header(&r))
        return false;
    while (next_line(&r)) {
        const struct sth_plan_kernel *kernel;
        const char *word;
        size_t length = next_word(&r, &word);

        if (length == 0)
            continue;
        if (is(word, length, "end"))
            return read_end(&r, word);
        kernel = sth_plan_kernel_find(word, length);
        if (kernel == NULL)
            return fail(&r, "'%.*s' is no kernel that has plans", (int)length,
                        word);
        if (!read_plan(&r, kernel))
            return false;
    }
    return fail(&r, "the file is cut off: 'end' is missing");
}
