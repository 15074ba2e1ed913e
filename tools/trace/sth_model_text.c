#include "sth_model_text.h"

#include "sth_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 << 20 };

/* The whole file and a zero behind it. */
static char *slurp(FILE *file, size_t *size)
{
    char *text = NULL;
    size_t room = 0;

    *size = 0;
    do {
        char *more = realloc(text, room = room ? 2 * room : 65536);

        if (!more || room > TEXT_MAX) {
            free(more ? more : text);
            return NULL;
        }
        text = more;
        *size += fread(text + *size, 1, room - 1 - *size, file);
    } while (*size == room - 1);
    text[*size] = 0;
    return text;
}

/* Behind a string that begins at text. */
static const char *skip_string(const char *text)
{
    for (text++; *text && *text != '"'; text++)
        if (*text == '\\' && text[1])
            text++;
    return *text ? text + 1 : text;
}

/* Puts a text of the same length in the place of each Infinity and NaN. */
static void replace_no_numbers(char *text)
{
    static const struct {
        const char *word, *text;
    } list[] = {{"-Infinity", " \"\\u221e\""},
                {"Infinity", "\"\\u221e\""},
                {"NaN", "\"?\""}};

    for (char *at = text; *at;) {
        size_t i = 0;

        if (*at == '"') {
            at += skip_string(at) - at;
            continue;
        }
        while (i < 3 && strncmp(at, list[i].word, strlen(list[i].word)) != 0)
            i++;
        if (i < 3)
            memcpy(at, list[i].text, strlen(list[i].text));
        at += i < 3 ? strlen(list[i].text) : 1;
    }
}

json_t *sth_model_text_load(const char *path, char **text, char *error,
                            size_t error_size)
{
    FILE *file = sth_input_open(path, error, error_size);
    json_error_t problem;
    json_t *root = NULL;
    size_t size;
    bool bad;

    *text = NULL;
    if (!file)
        return NULL;
    *text = slurp(file, &size);
    bad = ferror(file);
    fclose(file);
    if (!*text || bad) {
        snprintf(error, error_size, "%s: %s", path,
                 bad ? strerror(errno) : "exceeds 64 MiB");
    } else if (!strncmp(*text, "\xef\xbb\xbf", 3)) {
        snprintf(error, error_size,
                 "%s:1: begins with a byte order mark, which JSON has not; "
                 "save it as UTF-8 without one",
                 path);
    } else if (memchr(*text, 0, size)) {
        snprintf(error, error_size, "%s: not valid JSON: holds zero bytes",
                 path);
    } else {
        replace_no_numbers(*text);
        root = json_loadb(*text, size, JSON_REJECT_DUPLICATES, &problem);
        if (!root)
            snprintf(error, error_size, "%s:%d: not valid JSON: %s", path,
                     problem.line, problem.text);
        else if (!json_is_object(root))
            snprintf(error, error_size, "%s: the top level must be an object",
                     path);
    }
    if (!json_is_object(root)) {
        json_decref(root);
        free(*text);
        *text = NULL;
        return NULL;
    }
    return root;
}

/* Whether the string at text is the first `size` characters of field. */
static bool is_string(const char *text, const char *field, size_t size)
{
    return !strncmp(text + 1, field, size) && text[size + 1] == '"';
}

int sth_model_text_line(const char *text, const char *field)
{
    int line = 1, depth = 0, found = 0; /* objects of the path we are in */
    size_t size = strcspn(field, ".");

    for (const char *at = text; *at;) {
        if (*at == '"') {
            const char *end = skip_string(at);
            const char *behind = end + strspn(end, " \t\r\n");

            if (depth == found + 1 && *behind == ':' &&
                is_string(at, field, size)) {
                if (!field[size])
                    return line;
                field += size + 1;
                size = strcspn(field, ".");
                found++;
            }
            at = end;
            continue;
        }
        line += *at == '\n';
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    }
    return 0;
}
