/*
 * What the sanitizer found, in words: the commands disassembled, what they
 * access, and where.
 */
#ifndef STH_FINDING_H
#define STH_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_diagnostic.h"
#include "sth_footprint.h"
#include "sth_order.h"
#include "sth_spec.h"

enum { STH_FINDING_HISTORY = 8192 };

/* A command that has started. */
struct sth_past {
    struct sth_command command;
    struct sth_order_clock clock; /* what it knew when it started */
    uint32_t index;
    bool valid;
};

struct sth_findings {
    const struct sth_params *params;
    struct sth_diagnostics *diagnostics;
    struct sth_past past[STH_FINDING_HISTORY];
    uint32_t index; /* of the command that is being looked at */
    bool unwritten; /* it has a finding of that kind */
};

/* Forgets the commands. */
void sth_findings_reset(struct sth_findings *findings);

/* Looks at a command that has started; later findings are about it. */
void sth_findings_start(struct sth_findings *findings, uint32_t index,
                        const struct sth_command *command,
                        const struct sth_order_clock *clock);

/* A command that has started; NULL: it is long past. */
const struct sth_past *sth_findings_past(const struct sth_findings *findings,
                                         uint32_t index);

/*
 * Findings about the present command at `unit` of a space (a byte, a row).  A
 * pair of commands has one race, a command one overlap and one unwritten read;
 * what does not fit into the list is only counted.
 */
void sth_finding_race(struct sth_findings *findings,
                      enum sth_footprint_space space, uint64_t unit, bool write,
                      uint32_t other, bool other_write);
/* `what` it does: "overwrites its own source". */
void sth_finding_overlap(struct sth_findings *findings,
                         enum sth_footprint_space space, uint64_t unit,
                         const char *what);
void sth_finding_unwritten(struct sth_findings *findings,
                           enum sth_footprint_space space, uint64_t unit);

/* Command `index` of an engine does `verb` to a semaphore as `user` did. */
void sth_finding_semaphore(struct sth_findings *findings, uint32_t index,
                           uint32_t engine, const char *verb,
                           uint32_t semaphore, uint32_t user);

#endif
