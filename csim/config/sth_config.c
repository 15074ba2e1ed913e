/* Configurations: parsing and the rules that join parameters. */
#include "sth_config.h"

#include "sth_param_rule.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key {
    const char *name;
    size_t offset;
};

static const struct key keys[STH_PARAM_COUNT] = {
#define PARAM(c, ...) {#c, offsetof(struct sth_params, c)},
#include "params.def"
#undef PARAM
};

static uint32_t *param(struct sth_params *params, int i)
{
    return (uint32_t *)(void *)((char *)params + keys[i].offset);
}

static uint32_t nearest(struct sth_param_range range, uint64_t value)
{
    uint32_t below = range.min, above;

    if (value <= range.min)
        return range.min;
    if (value >= range.max)
        return range.max;
    if (range.step > 0)
        below = (uint32_t)value / range.step * range.step;
    else
        while (2 * (uint64_t)below <= value)
            below *= 2;
    above = range.step > 0 ? below + range.step : 2 * below;
    return value - below < above - value ? below : above;
}

uint32_t sth_config_nearest(const struct sth_params *params, enum sth_param i,
                            uint32_t value)
{
    return nearest(sth_param_range(params, i), value);
}

/* Writes what is wrong with an illegal value, without the key. */
static void explain(int i, struct sth_param_range range, uint64_t value,
                    const struct sth_params *p, char *why, size_t size)
{
    const struct sth_param_range table = sth_param_table((enum sth_param)i);
    const char *which =
        range.rule == STH_RULE_SP_ROWS ? "scratchpad" : "accumulator";
    int n;

    if (value < table.min || value > table.max)
        n = snprintf(why, size, "%" PRIu64 " is not in %u..%u", value,
                     table.min, table.max);
    else if (range.step == 0 && (value & (value - 1)) != 0)
        n = snprintf(why, size, "%" PRIu64 " is not a power of two", value);
    else if (i == STH_PARAM_BusBytes)
        n = snprintf(why, size,
                     "%" PRIu64 " is wider than a scratchpad word of %u bytes",
                     value, sth_sp_word_bytes(p));
    else if (value < range.min)
        n = snprintf(why, size,
                     "%" PRIu64
                     " is less than two rows of %s banks of %u bytes",
                     value, which, range.step);
    else
        n = snprintf(why, size,
                     "%" PRIu64
                     " is not a multiple of a row of %s banks, %u bytes",
                     value, which, range.step);
    if (n >= 0 && (size_t)n < size)
        snprintf(why + n, size - (size_t)n, "; the nearest legal value is %u",
                 nearest(range, value));
}

/* The parameter to blame, or -1; writes what is wrong with it. */
static int check(const struct sth_params *params, char *why, size_t size)
{
    struct sth_params copy = *params;
    int bad = sth_params_bad(params);

    if (bad >= 0)
        explain(bad, sth_param_range(params, (enum sth_param)bad),
                *param(&copy, bad), params, why, size);
    return bad;
}

bool sth_config_check(const struct sth_params *params, char *error,
                      size_t error_size)
{
    char why[160];
    int bad = check(params, why, sizeof why);

    if (bad >= 0)
        snprintf(error, error_size, "key '%s': %s", keys[bad].name, why);
    return bad < 0;
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

/* Digits only: no sign, no base prefix.  Ends at UINT64_MAX. */
static bool parse_number(const char *text, uint64_t *value)
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
    struct sth_param_range range;
    char why[160];
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
    range = sth_param_table((enum sth_param)i);
    if (value > UINT32_MAX || !sth_param_is_legal(range, (uint32_t)value)) {
        explain(i, range, value, &parser->params, why, sizeof why);
        return fail(parser, parser->line, key, why);
    }
    *param(&parser->params, i) = (uint32_t)value;
    parser->line_of[i] = parser->line;
    return true;
}

static bool parse_file(struct parser *parser, FILE *file)
{
    char text[256], why[160];
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
    bad = check(&parser->params, why, sizeof why);
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
