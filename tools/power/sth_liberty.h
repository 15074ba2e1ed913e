/*
 * The cells of a Liberty file as far as their energy goes: functions, loads,
 * internal-power, delay and transition tables.
 *
 * Picofarad, nanosecond, volt, picojoule.  A value of an internal-power table
 * is V^2 pF, a picojoule.
 */
#ifndef STH_LIBERTY_H
#define STH_LIBERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STH_LIBERTY_INPUTS = 4, /* of a gate */
    STH_LIBERTY_PINS = 8,
    STH_LIBERTY_ARCS = 8,
    STH_LIBERTY_AXIS = 8,
};

/* By load (rows) and slew (columns), or by slew alone: one row. */
struct sth_liberty_table {
    uint32_t rows, columns; /* 0: there is none */
    double load[STH_LIBERTY_AXIS], slew[STH_LIBERTY_AXIS];
    double value[STH_LIBERTY_AXIS * STH_LIBERTY_AXIS];
};

/* What a pin does because of `pin`, an index of the cell's; -1: by itself. */
struct sth_liberty_arc {
    int pin;
    struct sth_liberty_table rise, fall;
};

struct sth_liberty_pin {
    char name[32];
    bool output;
    double load;
    uint32_t truth; /* of an output: bit i is its value for inputs i */
    uint32_t energies, slews, delays;
    struct sth_liberty_arc energy[STH_LIBERTY_ARCS], slew[STH_LIBERTY_ARCS],
        delay[STH_LIBERTY_ARCS];
};

struct sth_liberty_cell {
    char name[32];
    double leakage; /* watt */
    uint32_t pins;
    struct sth_liberty_pin pin[STH_LIBERTY_PINS];
    uint32_t inputs; /* the pins that `truth` counts, lowest bit first */
    uint32_t input[STH_LIBERTY_PINS];
    /*
     * A flip-flop takes pin `data` at the rising edge of pin `clock`; a low pin
     * `clear` or `preset`, where there is one, holds it at 0 or 1.
     */
    bool flip_flop;
    int data, clock, clear, preset; /* -1: none */
    /* Why a netlist may not hold it, or NULL. */
    const char *refused;
};

struct sth_liberty {
    double voltage;
    uint32_t cells;
    struct sth_liberty_cell *cell;
};

/* False with a message; on success sth_liberty_fini() releases it. */
bool sth_liberty_load(const char *path, struct sth_liberty *library,
                      char *error, size_t error_size)
    __attribute__((warn_unused_result));
void sth_liberty_fini(struct sth_liberty *library);

/* NULL if there is none. */
const struct sth_liberty_cell *
sth_liberty_find(const struct sth_liberty *library, const char *name);

/* The index of a pin, or -1. */
int sth_liberty_pin(const struct sth_liberty_cell *cell, const char *name);

/* Between the points of the table linear, and on beyond its ends. */
double sth_liberty_look_up(const struct sth_liberty_table *table, double load,
                           double slew);

#endif
