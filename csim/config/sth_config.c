/* Configurations: parsing and the rules that join parameters. */
#include "sth_config.h"

#include "sth_key_file.h"
#include "sth_param_rule.h"

#include <inttypes.h>
#include <stdio.h>
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
    else if (i == STH_PARAM_VectorLanes)
        n = snprintf(why, size,
                     "%" PRIu64
                     " is not all, a half or a quarter of %u columns",
                     value, p->array_cols);
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

/* Beside the parameters: keys that a file may leave out. */
enum option { OPTION_CLOCK, OPTION_MEMORY, OPTIONS };

static const char *const option_names[OPTIONS] = {"clock_mhz", "memory"};

struct parser {
    struct sth_params params;
    struct sth_mem_config memory;
    const char *path;
    /* Lines of the parameters, then of the options; 0: not seen yet. */
    unsigned line_of[STH_PARAM_COUNT + OPTIONS];
};

/* Place in line_of, or -1. */
static int find_key(const char *key)
{
    for (int i = 0; i < STH_PARAM_COUNT; i++)
        if (!strcmp(key, keys[i].name))
            return i;
    for (int i = 0; i < OPTIONS; i++)
        if (!strcmp(key, option_names[i]))
            return STH_PARAM_COUNT + i;
    return -1;
}

/* A file of figures is looked for beside the configuration's own. */
static bool take_memory(struct parser *p, const char *text, char *why,
                        size_t size)
{
    const char *slash = strrchr(p->path, '/');
    char beside[4096];

    if (text[0] == '/' || !strstr(text, ".mem") || !slash)
        return sth_mem_config_parse(&p->memory, text, why, size);
    snprintf(beside, sizeof beside, "%.*s/%s", (int)(slash - p->path), p->path,
             text);
    return sth_mem_config_parse(&p->memory, beside, why, size);
}

static bool take_param(struct parser *p, int i, const char *text, char *why,
                       size_t size)
{
    struct sth_param_range range = sth_param_table((enum sth_param)i);
    uint64_t value;

    if (!sth_key_file_number(text, &value)) {
        snprintf(why, size, "'%.40s' is not a decimal number", text);
        return false;
    }
    if (value > UINT32_MAX || !sth_param_is_legal(range, (uint32_t)value)) {
        explain(i, range, value, &p->params, why, size);
        return false;
    }
    *param(&p->params, i) = (uint32_t)value;
    return true;
}

static bool take_line(void *user, char *key, char *value, unsigned line,
                      char *why, size_t size)
{
    struct parser *p = user;
    int i = find_key(key);

    if (i < 0) {
        snprintf(why, size, "unknown key");
        return false;
    }
    if (p->line_of[i]) {
        snprintf(why, size, "already set in line %u", p->line_of[i]);
        return false;
    }
    p->line_of[i] = line;
    if (i == STH_PARAM_COUNT + OPTION_CLOCK)
        return sth_mem_config_parse_clock(&p->memory, value, why, size);
    if (i == STH_PARAM_COUNT + OPTION_MEMORY)
        return take_memory(p, value, why, size);
    return take_param(p, i, value, why, size);
}

/* Whether nothing is missing and all goes together; a chip has as many vector
 * lanes as columns, all types of operands and four lanes to a function unit if
 * its file does not say. */
static bool check_file(struct parser *p, char *error, size_t error_size)
{
    char why[160];
    int bad;

    if (!p->line_of[STH_PARAM_VectorLanes]) {
        p->params.vector_lanes = p->params.array_cols;
        p->line_of[STH_PARAM_VectorLanes] = p->line_of[STH_PARAM_ArrayCols];
    }
    if (!p->line_of[STH_PARAM_DataTypes]) {
        p->params.data_types = STH_DATA_TYPE_INT8 | STH_DATA_TYPE_BF16;
        p->line_of[STH_PARAM_DataTypes] = p->line_of[STH_PARAM_ArrayRows];
    }
    if (!p->line_of[STH_PARAM_VectorShare]) {
        p->params.vector_share = STH_MAX_VectorShare;
        p->line_of[STH_PARAM_VectorShare] = p->line_of[STH_PARAM_ArrayCols];
    }
    for (int i = 0; i < STH_PARAM_COUNT; i++) {
        if (!p->line_of[i]) {
            snprintf(error, error_size, "%s: key '%s': missing", p->path,
                     keys[i].name);
            return false;
        }
    }
    bad = check(&p->params, why, sizeof why);
    if (bad >= 0)
        snprintf(error, error_size, "%s:%u: key '%s': %s", p->path,
                 p->line_of[bad], keys[bad].name, why);
    return bad < 0;
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
    struct parser parser = {.path = path};

    sth_mem_config_default(&parser.memory);
    if (!sth_key_file_read(path, take_line, &parser, error, error_size) ||
        !check_file(&parser, error, error_size))
        return false;
    config->params = parser.params;
    config->memory = parser.memory;
    name_from_path(config->name, sizeof config->name, path);
    return true;
}

bool sth_config_path(const char *name, const char *dir, char *path, size_t size)
{
    bool is_path = strchr(name, '/') || strstr(name, ".cfg");
    int length = is_path ? snprintf(path, size, "%s", name)
                         : snprintf(path, size, "%s/configs/%s.cfg", dir, name);

    return length >= 0 && (size_t)length < size;
}

bool sth_config_find(const char *name, const char *dir,
                     struct sth_config *config, char *error, size_t error_size)
{
    char path[4096];

    if (!sth_config_path(name, dir, path, sizeof path)) {
        snprintf(error, error_size, "%.40s...: the path is too long", name);
        return false;
    }
    return sth_config_load(path, config, error, error_size);
}

uint32_t sth_config_hash(const struct sth_config *config)
{
    return sth_mem_config_hash(&config->memory,
                               sth_params_hash(&config->params));
}
