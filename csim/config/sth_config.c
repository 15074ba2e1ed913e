/* Configurations: parsing and the rules that join parameters. */
#include "sth_config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key {
    const char *name;
    size_t offset;
    uint32_t min;
    uint32_t max;
};

static const struct key keys[STH_PARAM_COUNT] = {
#define PARAM(c, v, def, min, max, doc)                                        \
    {#c, offsetof(struct sth_params, c), min, max},
#include "params.def"
#undef PARAM
};

static uint32_t *param(struct sth_params *params, int i)
{
    return (uint32_t *)(void *)((char *)params + keys[i].offset);
}

/* Checks one parameter alone; writes what is wrong, without the key. */
static bool check_value(int i, uint32_t value, char *why, size_t size)
{
    if (value < keys[i].min || value > keys[i].max) {
        snprintf(why, size, "%u is not in %u..%u", value, keys[i].min,
                 keys[i].max);
        return false;
    }
    if (value & (value - 1)) {
        snprintf(why, size, "%u is not a power of two", value);
        return false;
    }
    return true;
}

/*
 * Checks the parameters against each other.  Returns the parameter to blame,
 * or -1, and writes what is wrong, without the key.
 */
static int check_together(const struct sth_params *p, char *why, size_t size)
{
    uint32_t word = sth_sp_word_bytes(p);
    uint32_t row = sth_acc_row_bytes(p);

    if (p->bus_bytes > word) {
        snprintf(why, size, "%u is wider than a scratchpad word of %u bytes",
                 p->bus_bytes, word);
        return STH_PARAM_BusBytes;
    }
    if (p->sp_bytes < 2 * p->sp_banks * word) {
        snprintf(why, size,
                 "%u holds less than two words of %u bytes in each "
                 "of %u banks",
                 p->sp_bytes, word, p->sp_banks);
        return STH_PARAM_SpBytes;
    }
    if (p->acc_bytes < 2 * p->acc_banks * row) {
        snprintf(why, size,
                 "%u holds less than two rows of %u bytes in each "
                 "of %u banks",
                 p->acc_bytes, row, p->acc_banks);
        return STH_PARAM_AccBytes;
    }
    return -1;
}

bool sth_config_check(const struct sth_params *params, char *error,
                      size_t error_size)
{
    struct sth_params copy = *params;
    char why[128];
    int bad = -1;

    for (int i = 0; bad < 0 && i < STH_PARAM_COUNT; i++)
        if (!check_value(i, *param(&copy, i), why, sizeof why))
            bad = i;
    if (bad < 0)
        bad = check_together(params, why, sizeof why);
    if (bad < 0)
        return true;
    snprintf(error, error_size, "key '%s': %s", keys[bad].name, why);
    return false;
}

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

/* Digits only: no sign, no base prefix.  Stops growing above 2^32. */
static bool parse_number(const char *text, uint64_t *value)
{
    *value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text))
            return false;
        if (*value <= UINT32_MAX)
            *value = 10 * *value + (uint64_t)(*text - '0');
    }
    return true;
}

struct parser {
    struct sth_params params;
    unsigned line_of[STH_PARAM_COUNT]; /* 0: not seen yet */
    const char *path;
    unsigned line;
    char *error;
    size_t error_size;
};

static bool fail(const struct parser *parser, unsigned line, const char *key,
                 const char *why)
{
    snprintf(parser->error, parser->error_size, "%s:%u: key '%s': %s",
             parser->path, line, key, why);
    return false;
}

static bool parse_line(struct parser *parser, char *text)
{
    char why[128];
    char *comment = strchr(text, '#');
    char *equals, *key, *number;
    uint64_t value;
    int i;

    if (comment)
        *comment = 0;
    text = trim(text);
    if (!*text)
        return true;
    equals = strchr(text, '=');
    if (!equals) {
        snprintf(parser->error, parser->error_size,
                 "%s:%u: expected 'key = value', got '%s'", parser->path,
                 parser->line, text);
        return false;
    }
    *equals = 0;
    key = trim(text);
    number = trim(equals + 1);
    for (i = 0; i < STH_PARAM_COUNT && strcmp(key, keys[i].name); i++)
        ;
    if (i == STH_PARAM_COUNT)
        return fail(parser, parser->line, key, "unknown key");
    if (parser->line_of[i]) {
        snprintf(why, sizeof why, "already set in line %u", parser->line_of[i]);
        return fail(parser, parser->line, key, why);
    }
    if (!parse_number(number, &value)) {
        snprintf(why, sizeof why, "'%.40s' is not a decimal number", number);
        return fail(parser, parser->line, key, why);
    }
    if (value > UINT32_MAX) {
        snprintf(why, sizeof why, "%.40s is not in %u..%u", number, keys[i].min,
                 keys[i].max);
        return fail(parser, parser->line, key, why);
    }
    if (!check_value(i, (uint32_t)value, why, sizeof why))
        return fail(parser, parser->line, key, why);
    *param(&parser->params, i) = (uint32_t)value;
    parser->line_of[i] = parser->line;
    return true;
}

static bool parse_file(struct parser *parser, FILE *file)
{
    char text[256], why[128];
    int bad;

    while (fgets(text, sizeof text, file)) {
        parser->line++;
        if (!strchr(text, '\n') && !feof(file)) {
            snprintf(parser->error, parser->error_size,
                     "%s:%u: line is longer than %zu characters", parser->path,
                     parser->line, sizeof text - 2);
            return false;
        }
        if (!parse_line(parser, text))
            return false;
    }
    if (ferror(file)) {
        snprintf(parser->error, parser->error_size, "%s: %s", parser->path,
                 strerror(errno));
        return false;
    }
    for (int i = 0; i < STH_PARAM_COUNT; i++) {
        if (!parser->line_of[i]) {
            snprintf(parser->error, parser->error_size, "%s: key '%s': missing",
                     parser->path, keys[i].name);
            return false;
        }
    }
    bad = check_together(&parser->params, why, sizeof why);
    if (bad >= 0)
        return fail(parser, parser->line_of[bad], keys[bad].name, why);
    return true;
}

/* File name without directory and extension, cut to fit. */
static void name_from_path(char *name, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');

    snprintf(name, size, "%.*s", (int)(dot ? dot - base : (long)strlen(base)),
             base);
}

bool sth_config_load(const char *path, struct sth_config *config, char *error,
                     size_t error_size)
{
    struct parser parser = {
        .path = path, .error = error, .error_size = error_size};
    FILE *file = fopen(path, "r");
    bool ok;

    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    ok = parse_file(&parser, file);
    fclose(file);
    if (!ok)
        return false;
    config->params = parser.params;
    name_from_path(config->name, sizeof config->name, path);
    return true;
}

bool sth_config_find(const char *name, const char *dir,
                     struct sth_config *config, char *error, size_t error_size)
{
    char path[4096];
    int length;

    if (strchr(name, '/') || strstr(name, ".cfg"))
        return sth_config_load(name, config, error, error_size);
    length = snprintf(path, sizeof path, "%s/configs/%s.cfg", dir, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        snprintf(error, error_size, "%.40s...: the path is too long", name);
        return false;
    }
    return sth_config_load(path, config, error, error_size);
}
