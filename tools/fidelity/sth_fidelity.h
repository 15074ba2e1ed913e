/*
 * Whether the C model has the cycles of the RTL, command by command: a command
 * is exact when it starts and retires in the same cycles on both sides.  Each
 * is judged as it comes and none is kept but the first that is not exact.
 *
 * Both sides count cycles from power-up and a register access takes both the
 * same time, so a program begins in the same cycle on both, and an error of
 * one command reaches those that wait for it.
 */
#ifndef STH_FIDELITY_H
#define STH_FIDELITY_H

#include "sth_device.h"
#include "sth_disasm.h"
#include "sth_spec.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    STH_FIDELITY_TEXT = STH_DISASM_BYTES + 256
}; /* for sth_fidelity_print() */

/* What to say where sth_fidelity_allows() is false. */
#define STH_FIDELITY_FAILURE                                                   \
    "less than 99.9 % of the commands have the cycles of the RTL"

/* Set to zero before the first command. */
struct sth_fidelity {
    uint64_t commands[STH_ENGINE_COUNT];
    uint64_t inexact[STH_ENGINE_COUNT];
    /* The earliest command that is not exact; zero while there is none. */
    uint64_t when; /* RTL cycle in which it should have started or retired */
    struct sth_event csim, rtl;
    struct sth_command command;
};

/* Judges a command that both sides retired; user is a struct sth_fidelity. */
void sth_fidelity_note(void *user, const struct sth_event *csim,
                       const struct sth_event *rtl,
                       const struct sth_command *command);

/* Adds the commands of another program; its first is kept if f has none. */
void sth_fidelity_add(struct sth_fidelity *f, const struct sth_fidelity *more);

/* All engines together. */
uint64_t sth_fidelity_commands(const struct sth_fidelity *f);
uint64_t sth_fidelity_inexact(const struct sth_fidelity *f);

/* Percent of the commands that are exact; 100 without a command. */
double sth_fidelity_share_pct(const struct sth_fidelity *f);

/* Whether so many may be inexact: at most one in 1000. */
bool sth_fidelity_allows(const struct sth_fidelity *f);

/*
 * Writes the first command that is not exact as four lines that end in a
 * newline; nothing when all are exact.
 */
void sth_fidelity_print(const struct sth_fidelity *f, char *text, size_t size);

/* The share, the counts of each engine and the first, or null, as JSON. */
json_t *sth_fidelity_json(const struct sth_fidelity *f);

#endif
