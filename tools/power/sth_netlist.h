/*
 * A chip out of mapped blocks: modules that stand in each other, flat.
 * What is no module is a cell.
 */
#ifndef STH_NETLIST_H
#define STH_NETLIST_H

#include "sth_list.h"
#include "sth_verilog.h"

/* Nets that are constant; an undefined bit is zero. */
enum { STH_NET_ZERO, STH_NET_ONE };

/* A pin or a port: its bits are nets, the lowest first. */
struct sth_netlist_pin {
    const char *name;
    uint32_t width;
    uint32_t first; /* in the netlist's `bit` */
};

struct sth_netlist_cell {
    const char *type;
    uint32_t block; /* the module that it stands in */
    uint32_t pins, first;
};

struct sth_netlist_block {
    const char *name;
    uint32_t instances;
};

struct sth_netlist {
    uint32_t nets;
    STH_LIST(struct sth_netlist_cell) cell;
    STH_LIST(struct sth_netlist_pin) pin;
    STH_LIST(struct sth_netlist_pin) port; /* of the top */
    STH_LIST(uint32_t) bit;
    STH_LIST(struct sth_netlist_block) block; /* one for each module */
    STH_LIST(uint32_t)
    joined;                     /* while it is put together: of a net, one that
                                   it is the same as */
    struct sth_verilog verilog; /* names belong to it */
};

/* False with a message.  sth_netlist_fini() releases either way. */
bool sth_netlist_load(const char *const *paths, size_t count, const char *top,
                      struct sth_netlist *netlist, char *error,
                      size_t error_size) __attribute__((warn_unused_result));
void sth_netlist_fini(struct sth_netlist *netlist);

/* The nets of a pin's bits. */
static inline const uint32_t *
sth_netlist_nets(const struct sth_netlist *netlist,
                 const struct sth_netlist_pin *pin)
{
    return netlist->bit.at + pin->first;
}

/* NULL if the cell has none of that name. */
const struct sth_netlist_pin *
sth_netlist_find_pin(const struct sth_netlist *netlist,
                     const struct sth_netlist_cell *cell, const char *name);

#endif
