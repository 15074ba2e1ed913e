#include "sth_silicon_lines.h"

#include "sth_input.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sth_silicon_refuse(struct sth_silicon_line *line, const char *field,
                        const char *format, ...)
{
    va_list arguments;
    int used;

    if (!line->good)
        return;
    line->good = false;
    used = snprintf(line->error, line->error_size, "%s:%u: %s%s%s", line->path,
                    line->number, field ? "field '" : "", field ? field : "",
                    field ? "': " : "");
    if (used < 0 || (size_t)used >= line->error_size)
        return;
    va_start(arguments, format);
    vsnprintf(line->error + used, line->error_size - (size_t)used, format,
              arguments);
    va_end(arguments);
}

/* The next field, NULL behind the last, which is an error. */
static char *next(struct sth_silicon_line *line, const char *field)
{
    char *at = line->rest;
    size_t length;

    if (!line->good)
        return NULL;
    length = strcspn(at, " ");
    if (!length) {
        sth_silicon_refuse(line, field, "is missing");
        return NULL;
    }
    line->rest = at + length;
    if (*line->rest)
        *line->rest++ = 0;
    return at;
}

bool sth_silicon_word(struct sth_silicon_line *line, const char *field,
                      char *to, size_t size)
{
    const char *word = next(line, field);

    if (word && strlen(word) >= size)
        sth_silicon_refuse(line, field, "is longer than %zu characters",
                           size - 1);
    else if (word)
        strcpy(to, word);
    return line->good;
}

bool sth_silicon_count(struct sth_silicon_line *line, const char *field,
                       uint64_t least, uint64_t most, uint64_t *to)
{
    const char *word = next(line, field);
    char *end = NULL;

    if (!word)
        return false;
    errno = 0;
    *to = strtoull(word, &end, 10);
    if (!isdigit((unsigned char)*word) || *end || errno || *to < least ||
        *to > most)
        sth_silicon_refuse(line, field,
                           "'%s' is not a whole number from %" PRIu64
                           " to %" PRIu64,
                           word, least, most);
    return line->good;
}

bool sth_silicon_amount(struct sth_silicon_line *line, const char *field,
                        double most, double *to)
{
    const char *word = next(line, field);
    char *end = NULL;

    if (!word)
        return false;
    *to = strtod(word, &end);
    if (!isdigit((unsigned char)*word) || *end ||
        word[strspn(word, "0123456789.e+-")] || !(*to <= most))
        sth_silicon_refuse(line, field, "'%s' is not a number from 0 to %g",
                           word, most);
    return line->good;
}

bool sth_silicon_take_source(struct sth_silicon_line *line,
                             const struct sth_silicon_source *texts,
                             size_t count)
{
    size_t i = 0, length;

    while (i < count && strcmp(line->key, texts[i].key) != 0)
        i++;
    if (i == count)
        return false;
    length = strlen(line->rest);
    if (*texts[i].to)
        sth_silicon_refuse(line, NULL, "a second line '%s'", line->key);
    else if (!length)
        sth_silicon_refuse(line, line->key, "is missing");
    else if (length >= texts[i].size)
        sth_silicon_refuse(line, line->key, "is longer than %zu characters",
                           texts[i].size - 1);
    else
        memcpy(texts[i].to, line->rest, length + 1);
    line->rest += length;
    return true;
}

const char *sth_silicon_missing(const struct sth_silicon_source *texts,
                                size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!*texts[i].to)
            return texts[i].key;
    return NULL;
}

/* Cuts the end off a line of `length` bytes; of characters that are seen. */
static void trim(struct sth_silicon_line *line, char *text, size_t length)
{
    if (text[length - 1] != '\n') {
        sth_silicon_refuse(line, NULL, "is cut off");
        return;
    }
    text[length - 1] = 0;
    for (size_t i = 0; i < length - 1; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            sth_silicon_refuse(line, NULL, "holds the control character 0x%02x",
                               (unsigned)text[i]);
}

/* Takes a line; whether it is the one behind which there is none. */
static bool take_line(struct sth_silicon_line *line, const char *target,
                      char *text, sth_silicon_take *take, void *to)
{
    uint64_t lines = 0;
    bool ends;

    line->key = text;
    line->rest = text + strcspn(text, " ");
    if (*line->rest)
        *line->rest++ = 0;
    ends = !strcmp(line->key, "end");
    if (!ends)
        take(to, line);
    else if (sth_silicon_count(line, "lines", 0, UINT32_MAX, &lines) &&
             lines != line->number - 1)
        sth_silicon_refuse(line, "lines", "is %" PRIu64 ", but %u are there",
                           lines, line->number - 1);
    if (*line->rest)
        sth_silicon_refuse(line, NULL,
                           "'%s' is too much in a line '%s' of `make %s`",
                           line->rest, line->key, target);
    return ends;
}

bool sth_silicon_lines(const char *path, const char *target,
                       sth_silicon_take *take, void *to, char *error,
                       size_t error_size)
{
    FILE *file = sth_input_open(path, error, error_size);
    struct sth_silicon_line line = {
        .path = path, .error = error, .error_size = error_size, .good = true};
    char *text = NULL;
    size_t size = 0;
    bool ended = false;
    ssize_t length;

    if (!file)
        return false;
    while (line.good && (length = getline(&text, &size, file)) >= 0) {
        line.number++;
        if (ended)
            sth_silicon_refuse(&line, NULL, "stands behind the line 'end'");
        trim(&line, text, (size_t)length);
        ended = line.good && take_line(&line, target, text, take, to);
    }
    if (line.good && ferror(file)) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        line.good = false;
    } else if (line.good && !ended) {
        line.number++;
        sth_silicon_refuse(&line, NULL,
                           "the line 'end %u' of `make %s` is missing",
                           line.number - 1, target);
    }
    free(text);
    fclose(file);
    return line.good;
}
