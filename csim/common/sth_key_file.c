/* Files of `key = value` lines. */
#include "sth_key_file.h"

#include "sth_input.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = 0;
    return text;
}

bool sth_key_file_number(const char *text, uint64_t *value)
{
    *value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text))
            return false;
        *value = *value > UINT64_MAX / 10 - 1
                     ? UINT64_MAX
                     : 10 * *value + (uint64_t)(*text - '0');
    }
    return true;
}

struct reader {
    const char *path;
    unsigned line;
    char *error;
    size_t error_size;
};

static bool take_line(const struct reader *r, char *text, sth_key_line *take,
                      void *user)
{
    char why[512];
    char *comment = strchr(text, '#');
    char *equals, *key;

    if (comment)
        *comment = 0;
    text = trim(text);
    if (!*text)
        return true;
    equals = strchr(text, '=');
    if (!equals) {
        snprintf(r->error, r->error_size,
                 "%s:%u: expected 'key = value', got '%s'", r->path, r->line,
                 text);
        return false;
    }
    *equals = 0;
    key = trim(text);
    if (take(user, key, trim(equals + 1), r->line, why, sizeof why))
        return true;
    snprintf(r->error, r->error_size, "%s:%u: key '%s': %s", r->path, r->line,
             key, why);
    return false;
}

static bool take_file(struct reader *r, FILE *file, sth_key_line *take,
                      void *user)
{
    char text[256];

    while (fgets(text, sizeof text, file)) {
        r->line++;
        if (!strchr(text, '\n') && !feof(file)) {
            snprintf(r->error, r->error_size,
                     "%s:%u: line is longer than %zu characters", r->path,
                     r->line, sizeof text - 2);
            return false;
        }
        if (!take_line(r, text, take, user))
            return false;
    }
    if (ferror(file)) {
        snprintf(r->error, r->error_size, "%s: %s", r->path, strerror(errno));
        return false;
    }
    return true;
}

bool sth_key_file_read(const char *path, sth_key_line *take, void *user,
                       char *error, size_t error_size)
{
    struct reader reader = {
        .path = path, .error = error, .error_size = error_size};
    FILE *file = sth_input_open(path, error, error_size);
    bool ok;

    if (!file)
        return false;
    ok = take_file(&reader, file, take, user);
    fclose(file);
    return ok;
}
