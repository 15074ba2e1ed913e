/* A memory of one's own, from a file. */
#include "sth_mem_table.h"

#include "sth_key_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    uint32_t value[STH_DRAM_FIELDS];
    struct sth_mem_source source[STH_DRAM_FIELDS];
    unsigned line_of[STH_DRAM_FIELDS]; /* 0: not seen yet */
};

static int find_field(const char *key)
{
    int i = 0;

    while (i < STH_DRAM_FIELDS && strcmp(key, sth_mem_fields[i].name) != 0)
        i++;
    return i;
}

static enum sth_standing find_standing(const char *word)
{
    for (int i = STH_STANDING_PUBLISHED; i <= STH_STANDING_ASSUMED; i++)
        if (!strcmp(word, sth_standing_name((enum sth_standing)i)))
            return (enum sth_standing)i;
    return (enum sth_standing)0;
}

/* A number, or the name of a mapping. */
static bool take_value(const struct sth_mem_field *field, const char *text,
                       uint64_t *value, char *why, size_t why_size)
{
    int n;

    if (field->rule != STH_MEM_RULE_MAPPING) {
        if (!sth_key_file_number(text, value))
            snprintf(why, why_size, "'%.40s' is not a decimal number", text);
        return sth_key_file_number(text, value);
    }
    for (*value = 0; *value < STH_MAPPINGS; ++*value)
        if (!strcmp(text, sth_mapping_name((uint32_t)*value)))
            return true;
    n = snprintf(why, why_size, "'%.40s' is none of", text);
    for (uint32_t i = 0; i < STH_MAPPINGS && n >= 0 && (size_t)n < why_size;
         i++)
        n +=
            snprintf(why + n, why_size - (size_t)n, " %s", sth_mapping_name(i));
    return false;
}

/* VALUE STANDING SOURCE */
static bool take_figure(struct parser *p, int i, char *text, char *why,
                        size_t why_size)
{
    static const char blank[] = " \t";
    char *number = text, *word, *source;
    uint64_t value;

    word = number + strcspn(number, blank);
    if (*word)
        *word++ = 0;
    word += strspn(word, blank);
    source = word + strcspn(word, blank);
    if (*source)
        *source++ = 0;
    source += strspn(source, blank);
    if (!take_value(&sth_mem_fields[i], number, &value, why, why_size))
        return false;
    p->source[i].standing = find_standing(word);
    if (!p->source[i].standing) {
        snprintf(why, why_size,
                 "'%.40s' after the value is not published, derived or assumed",
                 word);
        return false;
    }
    if (!*source) {
        snprintf(why, why_size, "the source behind '%s' is missing", word);
        return false;
    }
    p->value[i] = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
    snprintf(p->source[i].text, sizeof p->source[i].text, "%s", source);
    return true;
}

static bool take_line(void *user, char *key, char *value, unsigned line,
                      char *why, size_t why_size)
{
    struct parser *p = user;
    int i = find_field(key);

    if (i == STH_DRAM_FIELDS) {
        snprintf(why, why_size, "unknown key");
        return false;
    }
    if (p->line_of[i]) {
        snprintf(why, why_size, "already set in line %u", p->line_of[i]);
        return false;
    }
    p->line_of[i] = line;
    return take_figure(p, i, value, why, why_size);
}

static bool read_file(struct parser *p, const char *path, char *error,
                      size_t error_size)
{
    char why[256];
    int bad;

    if (!sth_key_file_read(path, take_line, p, error, error_size))
        return false;
    for (int i = 0; i < STH_DRAM_FIELDS; i++) {
        if (!p->line_of[i]) {
            snprintf(error, error_size, "%s: key '%s': missing", path,
                     sth_mem_fields[i].name);
            return false;
        }
    }
    bad = sth_mem_figures_check(p->value, why, sizeof why);
    if (bad >= 0)
        snprintf(error, error_size, "%s:%u: key '%s': %s", path,
                 p->line_of[bad], sth_mem_fields[bad].name, why);
    return bad < 0;
}

bool sth_mem_file_read(const char *path, uint32_t value[STH_DRAM_FIELDS],
                       struct sth_mem_source source[STH_DRAM_FIELDS],
                       char *error, size_t error_size)
{
    struct parser parser = {.line_of = {0}};

    if (!read_file(&parser, path, error, error_size))
        return false;
    memcpy(value, parser.value, sizeof parser.value);
    memcpy(source, parser.source, sizeof parser.source);
    return true;
}
