#include "sth_liberty_function.h"

#include <ctype.h>
#include <string.h>

/* The text is evaluated for all values of the inputs at once, a bit for each.
 */
struct parser {
    const struct sth_liberty_cell *cell;
    const char *at;
    bool good;
};

static uint32_t parse_or(struct parser *p);

static char peek(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
    return *p->at;
}

static bool take(struct parser *p, const char *any)
{
    if (!peek(p) || !strchr(any, *p->at))
        return false;
    p->at++;
    return true;
}

/* Input i alternates in runs of 2^i. */
static uint32_t input(struct parser *p)
{
    static const uint32_t column[STH_LIBERTY_INPUTS] = {0xaaaa, 0xcccc, 0xf0f0,
                                                        0xff00};
    size_t length = 0;

    while (isalnum((unsigned char)p->at[length]) || p->at[length] == '_')
        length++;
    for (uint32_t i = 0; i < p->cell->inputs && i < STH_LIBERTY_INPUTS; i++) {
        const char *name = p->cell->pin[p->cell->input[i]].name;

        if (length && strlen(name) == length && !strncmp(name, p->at, length)) {
            p->at += length;
            return column[i];
        }
    }
    p->good = false;
    return 0;
}

static uint32_t parse_factor(struct parser *p)
{
    uint32_t value;

    if (take(p, "!"))
        return ~parse_factor(p);
    if (take(p, "(")) {
        value = parse_or(p);
        p->good &= take(p, ")");
    } else {
        value = input(p);
    }
    while (p->good && take(p, "'"))
        value = ~value;
    return value;
}

static uint32_t parse_and(struct parser *p)
{
    uint32_t value = parse_factor(p);

    while (p->good && peek(p) && !strchr("+|^)", *p->at)) {
        take(p, "&*");
        value &= parse_factor(p);
    }
    return value;
}

static uint32_t parse_xor(struct parser *p)
{
    uint32_t value = parse_and(p);

    while (p->good && take(p, "^"))
        value ^= parse_and(p);
    return value;
}

static uint32_t parse_or(struct parser *p)
{
    uint32_t value = parse_xor(p);

    while (p->good && take(p, "+|"))
        value |= parse_xor(p);
    return value;
}

bool sth_liberty_function(const struct sth_liberty_cell *cell, const char *text,
                          uint32_t *truth)
{
    struct parser p = {cell, text, cell->inputs <= STH_LIBERTY_INPUTS};

    *truth = p.good ? parse_or(&p) & 0xffff : 0;
    return p.good && !peek(&p);
}
