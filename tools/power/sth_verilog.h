/*
 * The modules of structural Verilog as Yosys writes it: wires, ports,
 * assignments, cells with named pins, constants, concatenations and slices.
 * Attributes and comments mean nothing.
 */
#ifndef STH_VERILOG_H
#define STH_VERILOG_H

#include "sth_list.h"
#include "sth_names.h"

/* Bits of a module: the constants 0 and 1, then those of its wires. */
enum { STH_VERILOG_CONSTANTS = 2 };

struct sth_verilog_pin {
    const char *name;
    uint32_t width, first; /* in the module's `bit`, the lowest first */
};

struct sth_verilog_cell {
    const char *type;
    uint32_t pins, first; /* in the module's `pin` */
};

struct sth_verilog_wire {
    const char *name;
    bool port;
    uint32_t low, high;
    uint32_t first; /* its lowest bit; the others follow */
};

struct sth_verilog_module {
    const char *name;
    uint32_t bits;
    STH_LIST(struct sth_verilog_wire) wire;
    STH_LIST(struct sth_verilog_cell) cell;
    STH_LIST(struct sth_verilog_pin) pin;
    STH_LIST(uint32_t) bit;
    STH_LIST(uint32_t) alias; /* pairs of bits that are one */
    uint32_t *hash;           /* of the names: index of a wire + 1 */
    uint32_t hash_size;
};

struct sth_verilog {
    STH_LIST(struct sth_verilog_module) module;
    struct sth_names names; /* every name in here, each once */
};

/*
 * Adds the modules of a file.  False with a message that names the line.
 * sth_verilog_fini() releases either way.
 */
bool sth_verilog_read(struct sth_verilog *v, const char *path, char *error,
                      size_t error_size) __attribute__((warn_unused_result));
void sth_verilog_fini(struct sth_verilog *v);

/* Of a name in `names`; NULL if there is none. */
const struct sth_verilog_module *sth_verilog_find(const struct sth_verilog *v,
                                                  const char *name);
const struct sth_verilog_wire *
sth_verilog_wire(const struct sth_verilog_module *m, const char *name);

#endif
