#include "sth_netlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

/* The net that stands for all that are joined; constants stand for theirs. */
static uint32_t net_of(struct sth_netlist *n, uint32_t net)
{
    uint32_t *joined = n->joined.at;

    while (joined[net] != net) {
        joined[net] = joined[joined[net]];
        net = joined[net];
    }
    return net;
}

static void join(struct sth_netlist *n, uint32_t a, uint32_t b)
{
    a = net_of(n, a);
    b = net_of(n, b);
    if (a < b)
        n->joined.at[b] = a;
    else
        n->joined.at[a] = b;
}

/* The net of a module's bit, whose wires begin at net `base`. */
static uint32_t place(uint32_t bit, uint32_t base)
{
    return bit < STH_VERILOG_CONSTANTS ? bit : base + bit;
}

static const struct sth_verilog_pin *pin_of(const struct sth_verilog_module *m,
                                            const struct sth_verilog_cell *c,
                                            const char *name)
{
    for (uint32_t i = c->first; i < c->first + c->pins; i++)
        if (m->pin.at[i].name == name)
            return &m->pin.at[i];
    return NULL;
}

static bool add_cell(struct sth_netlist *n, const struct sth_verilog_module *m,
                     const struct sth_verilog_cell *c, uint32_t base)
{
    struct sth_netlist_cell cell = {
        .type = c->type,
        .block = (uint32_t)(m - n->verilog.module.at),
        .pins = c->pins,
        .first = n->pin.count,
    };

    for (uint32_t i = 0; i < c->pins; i++) {
        const struct sth_verilog_pin *from = &m->pin.at[c->first + i];
        struct sth_netlist_pin pin = {from->name, from->width, n->bit.count};

        if (!STH_LIST_PUSH(n->pin, pin))
            return false;
        for (uint32_t k = 0; k < pin.width; k++)
            if (!STH_LIST_PUSH(n->bit, place(m->bit.at[from->first + k], base)))
                return false;
    }
    return STH_LIST_PUSH(n->cell, cell);
}

static bool instantiate(struct sth_netlist *n,
                        const struct sth_verilog_module *m, uint32_t *base,
                        unsigned depth);

/* A module in another: its ports are the nets that they are connected to. */
static bool add_module(struct sth_netlist *n,
                       const struct sth_verilog_module *m,
                       const struct sth_verilog_cell *c,
                       const struct sth_verilog_module *inner, uint32_t base,
                       unsigned depth)
{
    uint32_t inside;

    if (!instantiate(n, inner, &inside, depth + 1))
        return false;
    for (uint32_t i = 0; i < inner->wire.count; i++) {
        const struct sth_verilog_wire *w = &inner->wire.at[i];
        const struct sth_verilog_pin *pin =
            w->port ? pin_of(m, c, w->name) : NULL;

        if (!pin || !pin->width)
            continue;
        if (pin->width != w->high - w->low + 1)
            return false;
        for (uint32_t k = 0; k < pin->width; k++)
            join(n, place(m->bit.at[pin->first + k], base),
                 inside + w->first + k);
    }
    return true;
}

static bool instantiate(struct sth_netlist *n,
                        const struct sth_verilog_module *m, uint32_t *base,
                        unsigned depth)
{
    n->block.at[m - n->verilog.module.at].instances++;
    *base = n->joined.count - STH_VERILOG_CONSTANTS;
    for (uint32_t i = STH_VERILOG_CONSTANTS; i < m->bits; i++)
        if (!STH_LIST_PUSH(n->joined, *base + i))
            return false;
    for (uint32_t i = 0; i < m->alias.count; i += 2)
        join(n, place(m->alias.at[i], *base), place(m->alias.at[i + 1], *base));
    for (uint32_t i = 0; i < m->cell.count; i++) {
        const struct sth_verilog_cell *c = &m->cell.at[i];
        const struct sth_verilog_module *inner =
            sth_verilog_find(&n->verilog, c->type);

        if (inner ? depth == DEPTH_MAX ||
                        !add_module(n, m, c, inner, *base, depth)
                  : !add_cell(n, m, c, *base))
            return false;
    }
    return true;
}

static bool add_ports(struct sth_netlist *n, const struct sth_verilog_module *m,
                      uint32_t base)
{
    for (uint32_t i = 0; i < m->wire.count; i++) {
        const struct sth_verilog_wire *w = &m->wire.at[i];
        struct sth_netlist_pin port = {w->name, w->high - w->low + 1,
                                       n->bit.count};

        if (!w->port)
            continue;
        if (!STH_LIST_PUSH(n->port, port))
            return false;
        for (uint32_t k = 0; k < port.width; k++)
            if (!STH_LIST_PUSH(n->bit, base + w->first + k))
                return false;
    }
    return true;
}

/* Numbers the nets that are left after joining from 0 on, constants first. */
static bool number_nets(struct sth_netlist *n)
{
    uint32_t *number = malloc(n->joined.count * sizeof(*number));

    if (!number)
        return false;
    for (uint32_t i = 0; i < n->joined.count; i++)
        number[i] = net_of(n, i) == i ? n->nets++ : number[net_of(n, i)];
    for (uint32_t i = 0; i < n->bit.count; i++)
        n->bit.at[i] = number[n->bit.at[i]];
    free(number);
    return true;
}

static bool flatten(struct sth_netlist *n, const struct sth_verilog_module *top)
{
    uint32_t base;

    for (uint32_t i = 0; i < n->verilog.module.count; i++)
        if (!STH_LIST_PUSH(n->block, (struct sth_netlist_block){
                                         n->verilog.module.at[i].name, 0}))
            return false;
    return STH_LIST_PUSH(n->joined, STH_NET_ZERO) &&
           STH_LIST_PUSH(n->joined, STH_NET_ONE) &&
           instantiate(n, top, &base, 0) && add_ports(n, top, base) &&
           number_nets(n);
}

bool sth_netlist_load(const char *const *paths, size_t count, const char *top,
                      struct sth_netlist *n, char *error, size_t error_size)
{
    const struct sth_verilog_module *m;

    memset(n, 0, sizeof(*n));
    for (size_t i = 0; i < count; i++)
        if (!sth_verilog_read(&n->verilog, paths[i], error, error_size))
            return false;
    m = sth_verilog_find(&n->verilog,
                         sth_names_keep(&n->verilog.names, top, strlen(top)));
    if (!m) {
        snprintf(error, error_size, "no netlist has a module '%s'", top);
        return false;
    }
    if (!flatten(n, m)) {
        snprintf(error, error_size,
                 "the netlists do not fit together: a port's width, or modules "
                 "in a circle");
        return false;
    }
    return true;
}

void sth_netlist_fini(struct sth_netlist *n)
{
    free(n->cell.at);
    free(n->pin.at);
    free(n->port.at);
    free(n->bit.at);
    free(n->block.at);
    free(n->joined.at);
    sth_verilog_fini(&n->verilog);
    memset(n, 0, sizeof(*n));
}

const struct sth_netlist_pin *
sth_netlist_find_pin(const struct sth_netlist *n,
                     const struct sth_netlist_cell *cell, const char *name)
{
    for (uint32_t i = cell->first; i < cell->first + cell->pins; i++)
        if (!strcmp(n->pin.at[i].name, name))
            return &n->pin.at[i];
    return NULL;
}
