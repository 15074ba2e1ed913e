#include "sth_liberty.h"

#include "sth_liberty_function.h"
#include "sth_liberty_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0 without the attribute; false when it is no number. */
static bool number(const struct sth_liberty_group *g, const char *name,
                   double *to)
{
    const char *value = sth_liberty_value(g, name);
    char *end;

    *to = 0;
    if (!value)
        return true;
    *to = strtod(value, &end);
    return end != value && !*end;
}

/* Numbers between commas; returns how many, more than `size`, or what is none,
 * as size + 1. */
static uint32_t numbers(const char *text, double *to, uint32_t size)
{
    uint32_t count = 0;
    char *end;

    while (text && *text) {
        double value = strtod(text, &end);

        if (end == text || count == size)
            return size + 1;
        to[count++] = value;
        text = end + strspn(end, ", \t");
    }
    return count;
}

/* Whether the template of a table of two axes has the load as its first. */
static bool loads_first(const struct sth_liberty_group *library,
                        const char *name)
{
    for (const struct sth_liberty_group *g = library->child; g; g = g->next) {
        const char *first = sth_liberty_value(g, "variable_1");

        if (g->name && !strcmp(g->name, name) && first)
            return !strcmp(first, "total_output_net_capacitance");
    }
    return false;
}

static bool read_table(const struct sth_liberty_group *library,
                       const struct sth_liberty_group *g,
                       struct sth_liberty_table *t)
{
    const char *second = sth_liberty_value(g, "index_2");
    uint32_t first = numbers(sth_liberty_value(g, "index_1"),
                             second ? t->load : t->slew, STH_LIBERTY_AXIS);

    t->rows = second ? first : 1;
    t->columns = second ? numbers(second, t->slew, STH_LIBERTY_AXIS) : first;
    return first && t->rows <= STH_LIBERTY_AXIS &&
           t->columns <= STH_LIBERTY_AXIS && t->columns &&
           (!second || loads_first(library, g->name)) &&
           numbers(sth_liberty_value(g, "values"), t->value,
                   STH_LIBERTY_AXIS * STH_LIBERTY_AXIS) == t->rows * t->columns;
}

/*
 * The groups `kind` of a pin that hold tables of the names given; one without
 * either, of a constraint, is passed over.
 */
static bool read_arcs(const struct sth_liberty_group *library,
                      const struct sth_liberty_cell *cell,
                      const struct sth_liberty_group *pin, const char *kind,
                      const char *rise, const char *fall,
                      struct sth_liberty_arc *arc, uint32_t *count)
{
    const struct sth_liberty_group *g = pin->child;

    while ((g = sth_liberty_next(g, kind))) {
        const struct sth_liberty_group *up = sth_liberty_next(g->child, rise);
        const struct sth_liberty_group *down = sth_liberty_next(g->child, fall);
        const char *related = sth_liberty_value(g, "related_pin");
        struct sth_liberty_arc *a = &arc[*count];

        g = g->next;
        if (!up && !down)
            continue;
        if (*count == STH_LIBERTY_ARCS)
            return false;
        a->pin = related ? sth_liberty_pin(cell, related) : -1;
        if ((up && !read_table(library, up, &a->rise)) ||
            (down && !read_table(library, down, &a->fall)))
            return false;
        ++*count;
    }
    return true;
}

static bool read_pins(const struct sth_liberty_group *g,
                      struct sth_liberty_cell *cell)
{
    for (const struct sth_liberty_group *p = g->child;
         (p = sth_liberty_next(p, "pin")); p = p->next) {
        struct sth_liberty_pin *pin = &cell->pin[cell->pins];
        const char *direction = sth_liberty_value(p, "direction");

        if (cell->pins == STH_LIBERTY_PINS ||
            strlen(p->name) >= sizeof(pin->name))
            return false;
        strcpy(pin->name, p->name);
        pin->output = direction && strcmp(direction, "input") != 0;
        if (!number(p, "capacitance", &pin->load))
            return false;
        if (!pin->output)
            cell->input[cell->inputs++] = cell->pins;
        cell->pins++;
    }
    return true;
}

static bool read_tables(const struct sth_liberty_group *library,
                        const struct sth_liberty_group *g,
                        struct sth_liberty_cell *cell)
{
    struct sth_liberty_pin *pin = cell->pin;
    const struct sth_liberty_group *p = g->child;

    for (; (p = sth_liberty_next(p, "pin")); p = p->next, pin++)
        if (!read_arcs(library, cell, p, "internal_power", "rise_power",
                       "fall_power", pin->energy, &pin->energies) ||
            !read_arcs(library, cell, p, "timing", "rise_transition",
                       "fall_transition", pin->slew, &pin->slews) ||
            !read_arcs(library, cell, p, "timing", "cell_rise", "cell_fall",
                       pin->delay, &pin->delays))
            return false;
    return true;
}

/* The pin that an attribute of a flip-flop names; `low`: as "(!PIN)". */
static int named_pin(const struct sth_liberty_cell *cell,
                     const struct sth_liberty_group *ff, const char *attribute,
                     bool low)
{
    const char *text = sth_liberty_value(ff, attribute);
    char name[32], more;

    if (!text || !low)
        return text ? sth_liberty_pin(cell, text) : -1;
    return sscanf(text, "(!%31[A-Za-z0-9_])%c", name, &more) == 1
               ? sth_liberty_pin(cell, name)
               : -1;
}

static void read_flip_flop(const struct sth_liberty_group *ff,
                           struct sth_liberty_cell *cell)
{
    uint32_t pins;

    cell->data = named_pin(cell, ff, "next_state", false);
    cell->clock = named_pin(cell, ff, "clocked_on", false);
    cell->clear = named_pin(cell, ff, "clear", true);
    cell->preset = named_pin(cell, ff, "preset", true);
    pins = 2u + (cell->clear >= 0) + (cell->preset >= 0);
    cell->flip_flop =
        cell->data >= 0 && cell->clock >= 0 && cell->inputs == pins;
    if (!cell->flip_flop)
        cell->refused = "is no plain flip-flop of the rising edge";
}

/* What the cell does; what is neither gate nor flip-flop is refused later. */
static void read_behaviour(const struct sth_liberty_group *g,
                           struct sth_liberty_cell *cell)
{
    const struct sth_liberty_group *ff = sth_liberty_next(g->child, "ff");
    const struct sth_liberty_group *p = g->child;

    if (ff) {
        read_flip_flop(ff, cell);
        return;
    }
    for (uint32_t i = 0; (p = sth_liberty_next(p, "pin")); p = p->next, i++) {
        const char *function = sth_liberty_value(p, "function");

        if (cell->pin[i].output &&
            (!function ||
             !sth_liberty_function(cell, function, &cell->pin[i].truth)))
            cell->refused = "has no function of at most four inputs";
    }
    if (sth_liberty_next(g->child, "latch") ||
        sth_liberty_next(g->child, "statetable"))
        cell->refused = "is a latch";
}

static bool read_cell(const struct sth_liberty_group *library,
                      const struct sth_liberty_group *g,
                      struct sth_liberty_cell *cell)
{
    if (strlen(g->name) >= sizeof(cell->name))
        return false;
    strcpy(cell->name, g->name);
    if (!number(g, "cell_leakage_power", &cell->leakage) ||
        !read_pins(g, cell) || !read_tables(library, g, cell))
        return false;
    cell->leakage *= 1e-9;
    read_behaviour(g, cell);
    return true;
}

/* The units that this reader takes for granted. */
static bool known_units(const struct sth_liberty_group *library)
{
    static const char *const units[][2] = {{"time_unit", "1ns"},
                                           {"voltage_unit", "1V"},
                                           {"leakage_power_unit", "1nW"},
                                           {"capacitive_load_unit", "1,pf"}};

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        const char *value = sth_liberty_value(library, units[i][0]);

        if (!value || strcmp(value, units[i][1]) != 0)
            return false;
    }
    return true;
}

bool sth_liberty_load(const char *path, struct sth_liberty *library,
                      char *error, size_t error_size)
{
    struct sth_liberty_group *root = sth_liberty_parse(path, error, error_size);
    const struct sth_liberty_group *top, *g;
    bool good = true;

    memset(library, 0, sizeof(*library));
    if (!root)
        return false;
    top = root->child;
    for (g = top->child; (g = sth_liberty_next(g, "cell")); g = g->next)
        library->cells++;
    library->cell = calloc(library->cells + 1, sizeof(*library->cell));
    if (!library->cell || !library->cells ||
        !number(top, "nom_voltage", &library->voltage) ||
        !(library->voltage > 0) || !known_units(top)) {
        snprintf(error, error_size,
                 "%s: no cells, no nom_voltage or units other than ns, V, pf "
                 "and nW",
                 path);
        good = false;
    }
    g = top->child;
    for (uint32_t i = 0; good && (g = sth_liberty_next(g, "cell"));
         g = g->next, i++) {
        good = read_cell(top, g, &library->cell[i]);
        if (!good)
            snprintf(
                error, error_size,
                "%s: a table, a pin or a number of cell '%s' cannot be read",
                path, g->name);
    }
    sth_liberty_free(root);
    if (!good)
        sth_liberty_fini(library);
    return good;
}

void sth_liberty_fini(struct sth_liberty *library)
{
    free(library->cell);
    memset(library, 0, sizeof(*library));
}

const struct sth_liberty_cell *
sth_liberty_find(const struct sth_liberty *library, const char *name)
{
    for (uint32_t i = 0; i < library->cells; i++)
        if (!strcmp(library->cell[i].name, name))
            return &library->cell[i];
    return NULL;
}

int sth_liberty_pin(const struct sth_liberty_cell *cell, const char *name)
{
    for (uint32_t i = 0; i < cell->pins; i++)
        if (!strcmp(cell->pin[i].name, name))
            return (int)i;
    return -1;
}

/* The lower of the two points of an axis that `x` is between. */
static uint32_t below(const double *axis, uint32_t points, double x)
{
    uint32_t i = 0;

    while (i + 2 < points && axis[i + 1] < x)
        i++;
    return i;
}

double sth_liberty_look_up(const struct sth_liberty_table *t, double load,
                           double slew)
{
    uint32_t column = below(t->slew, t->columns, slew);
    uint32_t row = t->rows > 1 ? below(t->load, t->rows, load) : 0;
    uint32_t right = t->columns > 1 ? 1 : 0, down = t->rows > 1 ? 1 : 0;
    const double *at = &t->value[row * t->columns + column];
    double x = 0, y = 0;

    if (!t->columns)
        return 0;
    if (right)
        x = (slew - t->slew[column]) / (t->slew[column + 1] - t->slew[column]);
    if (down)
        y = (load - t->load[row]) / (t->load[row + 1] - t->load[row]);
    return (1 - y) * ((1 - x) * at[0] + x * at[right]) +
           y * ((1 - x) * at[down * t->columns] +
                x * at[down * t->columns + right]);
}
