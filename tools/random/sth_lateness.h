/*
 * How far the C model's cycles may be off the RTL's, and where two runs of one
 * program part: the first command that is out of time.
 */
#ifndef STH_LATENESS_H
#define STH_LATENESS_H

#include "sth_device.h"
#include "sth_spec.h"

#include <stdbool.h>
#include <stddef.h>

/* Over the programs of a campaign; set to zero before the first one. */
struct sth_lateness_sum {
    uint64_t programs;
    double error, worst; /* sum and largest, as fractions of the RTL's cycles */
};

/* Set to zero before the first command. */
struct sth_lateness {
    bool found;    /* a command is out of time, else the worst one so far */
    uint64_t off;  /* of that command, in cycles */
    uint64_t when; /* RTL cycle at which it is off */
    struct sth_event csim, rtl;
};

/* Whether csim's cycles may stand for rtl's: no more than 2 % off. */
bool sth_lateness_allows(uint64_t csim, uint64_t rtl);

/* Adds a program that took so many cycles; none on rtl is no error. */
void sth_lateness_add(struct sth_lateness_sum *sum, uint64_t csim,
                      uint64_t rtl);

/* The mean error as a fraction, 0 without a program. */
double sth_lateness_mean(const struct sth_lateness_sum *sum);

/* Whether the mean error may be so large: no more than 0.5 %. */
bool sth_lateness_allows_mean(const struct sth_lateness_sum *sum);

/* Notes a command that both sides retired; user is a struct sth_lateness. */
void sth_lateness_note(void *user, const struct sth_event *csim,
                       const struct sth_event *rtl);

/*
 * Writes which command it is, as several lines that end in a newline; nothing
 * when none was off.  `commands` is the program, command index modulo `count`.
 */
void sth_lateness_print(const struct sth_lateness *lateness,
                        const struct sth_command *commands, uint32_t count,
                        char *text, size_t size);

#endif
