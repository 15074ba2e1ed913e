/*
 * A mapped netlist that runs cycle by cycle, with every change of every net
 * counted: without delays, so that a net changes once a cycle at most, or with
 * them (sth_gates_time.h), so that it may change in vain before it settles.
 *
 * Two values: all registers and memories begin at zero.  Beside the cells of
 * the library it knows three macros, by the beginning of their names:
 *
 *   sth_sram_1r1w     read at the edge, write mask
 *   sth_regfile_1r1w  read at once
 *   sth_clock_gate    clk_o runs in the cycles in which enable_i stands at the
 * edge
 */
#ifndef STH_GATES_H
#define STH_GATES_H

#include "sth_liberty.h"
#include "sth_netlist.h"

/* One output of a gate; input i of the function is net `in[i]`. */
struct sth_gates_node {
    uint32_t in[STH_LIBERTY_INPUTS];
    uint32_t out;
    uint32_t cell; /* of the netlist */
    uint16_t truth;
    uint8_t pin; /* of the library's cell */
    bool memory; /* reads memory in[0] instead */
};

/* A low `clear` or `preset` acts at the next edge. */
struct sth_gates_flop {
    uint32_t data, out, clear, preset;
    uint32_t clock; /* of `clock` below */
    uint32_t cell;
};

/* A clock: that of the chip, or behind a gate. */
struct sth_gates_clock {
    uint32_t net, enable, parent; /* the chip's is its own parent */
    uint32_t cell;                /* the gate, unless it is the chip's */
    bool runs;                    /* in this cycle */
    uint64_t edges;               /* rising, counted */
};

struct sth_gates_memory {
    const char *type;
    uint32_t cell, clock;
    bool at_once; /* a register file */
    uint32_t words, width, granules;
    const struct sth_netlist_pin *raddr, *rdata, *ren, *waddr, *wdata, *wen,
        *wmask;
    uint8_t *bit;
    uint32_t node, address; /* of a register file: where it is read */
    uint64_t reads, writes; /* counted; a register file is read when its
                               address changes */
};

struct sth_gates {
    const struct sth_netlist *netlist;
    const struct sth_liberty *library;
    uint8_t *value;     /* of each net */
    uint32_t *toggles;  /* of each net, counted */
    uint32_t *glitches; /* those of them that a cycle took back */
    /* Delays: what they need, what a change of a net leads to, what settles.
     * NULL without. */
    struct sth_gates_time *time;
    void (*changed_net)(struct sth_gates *gates, uint32_t net);
    void (*settle)(struct sth_gates *gates);
    STH_LIST(struct sth_gates_node) node; /* no node before what drives it */
    STH_LIST(struct sth_gates_flop) flop;
    STH_LIST(struct sth_gates_clock) clock; /* that of the chip first */
    STH_LIST(struct sth_gates_memory) memory;
    uint32_t *reader, *first_reader; /* nodes that a net reaches */
    uint64_t *due;                   /* a bit for each node */
    STH_LIST(uint32_t)
    changed; /* nets that edge and ports invert, which settling is to do */
    uint64_t cycles; /* counted */
};

/*
 * False with a message: a cell that is neither of the library nor a macro, a
 * clock that is none, a loop.  sth_gates_fini() releases either way.
 */
bool sth_gates_init(struct sth_gates *gates, const struct sth_netlist *netlist,
                    const struct sth_liberty *library, const char *clock,
                    char *error, size_t error_size)
    __attribute__((warn_unused_result));
void sth_gates_fini(struct sth_gates *gates);

/* Drives a net from outside; it shows with the next settling. */
void sth_gates_set(struct sth_gates *gates, uint32_t net, bool value);

/* Gives every net its value of this cycle. */
void sth_gates_settle(struct sth_gates *gates);

/* The edge at the end of a cycle, in which the gates are settled. */
void sth_gates_edge(struct sth_gates *gates);

/*
 * For what settles the gates: whether a node's output is to change, the change,
 * and that of any net.  What a memory wants is always true.
 */
bool sth_gates_wants(const struct sth_gates *gates,
                     const struct sth_gates_node *node);
void sth_gates_act(struct sth_gates *gates, const struct sth_gates_node *node);
void sth_gates_invert(struct sth_gates *gates, uint32_t net);

/* Begins to count from zero. */
void sth_gates_clear(struct sth_gates *gates);

#endif
