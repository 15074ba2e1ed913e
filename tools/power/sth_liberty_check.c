#include "sth_liberty_check.h"

#include "sth_liberty_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct check {
    const char *path;
    char *error;
    size_t error_size;
};

static bool refuse(const struct check *c, const char *cell, const char *what)
{
    snprintf(c->error, c->error_size, "%s: %s%s%s%s", c->path,
             cell ? "cell '" : "", cell ? cell : "", cell ? "' " : "", what);
    return false;
}

/* Whether an attribute is 1 of a unit, as "1ns" or "1,pf". */
static bool is_one(const struct sth_liberty_group *library, const char *name,
                   const char *unit)
{
    const char *value = sth_liberty_value(library, name);
    char *end;

    if (!value)
        return false;
    if (!(strtod(value, &end) == 1))
        return false;
    return !strcasecmp(end + strspn(end, ", \t"), unit);
}

/* What is taken for granted wherever the flow has a time, a load, a voltage. */
static bool has_units(const struct check *c,
                      const struct sth_liberty_group *library)
{
    static const char *const units[][2] = {{"time_unit", "ns"},
                                           {"voltage_unit", "V"},
                                           {"capacitive_load_unit", "pf"}};
    char what[128];

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        const char *value = sth_liberty_value(library, units[i][0]);

        if (is_one(library, units[i][0], units[i][1]))
            continue;
        snprintf(what, sizeof(what), "%s is '%.40s', and has to be 1 %s",
                 units[i][0], value ? value : "", units[i][1]);
        return refuse(c, NULL, what);
    }
    return true;
}

static bool is_amount(const struct sth_liberty_group *g, const char *name)
{
    const char *value = sth_liberty_value(g, name);
    char *end;

    return value && isdigit((unsigned char)*value) &&
           strtod(value, &end) >= 0 && end != value && !*end;
}

/* The function of the only output of a cell with so many inputs, or NULL. */
static const char *function_of(const struct sth_liberty_group *cell,
                               unsigned inputs)
{
    const char *function = NULL;
    unsigned in = 0, out = 0;

    for (const struct sth_liberty_group *p = cell->child;
         (p = sth_liberty_next(p, "pin")); p = p->next) {
        const char *direction = sth_liberty_value(p, "direction");

        if (direction && !strcmp(direction, "input")) {
            in++;
        } else {
            out++;
            function = sth_liberty_value(p, "function");
        }
    }
    return in == inputs && out == 1 && !sth_liberty_next(cell->child, "ff")
               ? function
               : NULL;
}

static bool is_inverter(const struct sth_liberty_group *cell)
{
    const char *function = function_of(cell, 1);

    return function && strpbrk(function, "!'");
}

/* All but an exclusive or, from which nothing else can be made. */
static bool is_gate(const struct sth_liberty_group *cell)
{
    const char *function = function_of(cell, 2);

    return function && !strchr(function, '^');
}

static bool is_flip_flop(const struct sth_liberty_group *cell)
{
    const struct sth_liberty_group *ff = sth_liberty_next(cell->child, "ff");
    const char *clock = ff ? sth_liberty_value(ff, "clocked_on") : NULL;
    const char *next = ff ? sth_liberty_value(ff, "next_state") : NULL;
    bool has_q = false;

    for (const struct sth_liberty_group *p = cell->child;
         (p = sth_liberty_next(p, "pin")); p = p->next)
        has_q |= !strcmp(p->name, "Q");
    return has_q && !strncmp(cell->name, "DFF", 3) && clock && next &&
           !strpbrk(clock, "!'") && !strpbrk(next, "!'&|*+ ") &&
           !sth_liberty_value(ff, "clear") && !sth_liberty_value(ff, "preset");
}

static bool has_cells(const struct check *c,
                      const struct sth_liberty_group *library)
{
    bool buffer = false, inverter = false, gate = false, flip_flop = false;

    for (const struct sth_liberty_group *g = library->child;
         (g = sth_liberty_next(g, "cell")); g = g->next) {
        if (!is_amount(g, "area"))
            return refuse(c, g->name, "has no area");
        buffer |= !strcmp(g->name, "BUFX4");
        inverter |= is_inverter(g);
        gate |= is_gate(g);
        flip_flop |= is_flip_flop(g);
    }
    if (!buffer)
        return refuse(c, NULL, "no cell 'BUFX4', which drives the inputs");
    if (!inverter)
        return refuse(c, NULL, "no inverter");
    if (!gate)
        return refuse(c, NULL, "no and or or of two inputs");
    if (!flip_flop)
        return refuse(c, NULL,
                      "no flip-flop DFF... of the rising edge, without clear "
                      "and preset, with its output at Q");
    return true;
}

bool sth_liberty_check(const char *path, char *error, size_t error_size)
{
    const struct check c = {path, error, error_size};
    struct sth_liberty_group *root = sth_liberty_parse(path, error, error_size);
    const struct sth_liberty_group *top;
    bool good;

    if (!root)
        return false;
    top = root->child;
    if (strcmp(top->kind, "library") != 0 || top->next)
        good = refuse(&c, NULL, "is not one group 'library'");
    else if (!is_amount(top, "nom_voltage"))
        good = refuse(&c, NULL, "no nom_voltage");
    else
        good = has_units(&c, top) && has_cells(&c, top);
    sth_liberty_free(root);
    return good;
}
