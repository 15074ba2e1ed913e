/*
 * What the model noticed about a program: the list that the sanitizer and the
 * search for deadlocks write and sth_csim_report() shows.
 */
#ifndef STH_DIAGNOSTIC_H
#define STH_DIAGNOSTIC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sth_diagnostic_kind {
    STH_DIAGNOSTIC_RACE,      /* two accesses that no semaphore orders */
    STH_DIAGNOSTIC_OVERLAP,   /* a command overwrites its own operands */
    STH_DIAGNOSTIC_UNWRITTEN, /* on-chip memory read before it was written */
    STH_DIAGNOSTIC_SEMAPHORE, /* more than one poster or waiter */
    STH_DIAGNOSTIC_DEADLOCK   /* nothing can proceed (no option needed) */
};

struct sth_diagnostic {
    enum sth_diagnostic_kind kind;
    uint32_t index; /* the command at fault */
    uint32_t other; /* the command it collides with, or index */
    char text[768]; /* one sentence, both commands disassembled */
};

enum {
    STH_DIAGNOSTICS_MAX = 64,                /* kept */
    STH_REPORT_MAX = STH_DIAGNOSTICS_MAX + 1 /* and a deadlock */
};

/* Oldest first. */
struct sth_diagnostics {
    struct sth_diagnostic list[STH_REPORT_MAX];
    size_t count;   /* kept, at most STH_DIAGNOSTICS_MAX */
    uint64_t total; /* including those that were not kept */
};

/* Counts one more; where it goes, or NULL when there is no more room. */
static inline struct sth_diagnostic *
sth_diagnostics_add(struct sth_diagnostics *diagnostics)
{
    diagnostics->total++;
    if (diagnostics->count == STH_DIAGNOSTICS_MAX)
        return NULL;
    return &diagnostics->list[diagnostics->count++];
}

#ifdef __cplusplus
}
#endif

#endif
