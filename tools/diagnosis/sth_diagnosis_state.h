/* A diagnosis, put together: what its files share. */
#ifndef STH_DIAGNOSIS_STATE_H
#define STH_DIAGNOSIS_STATE_H

#include "sth_diagnosis.h"
#include "sth_symbols.h"

enum {
    STH_DIAGNOSIS_CODE = 8,
    STH_DIAGNOSIS_MOST = 32,
    STH_DIAGNOSIS_TRAPS = 20000,        /* in a row that nothing comes of */
    STH_DIAGNOSIS_CHARACTERS = 1 << 16, /* in a row that are a result */
    STH_DIAGNOSIS_LOOP = 1000000        /* cycles of a loop, at most */
};

struct sth_diagnosis {
    struct sth_vp *vp;
    FILE *out;
    struct sth_symbols *symbols; /* NULL: the file tells nothing */
    struct sth_guard *guard[STH_VP_CHIPS];
    uint32_t guards;
    struct sth_vp_watcher watcher;
    struct {
        uint32_t addr, bytes;
    } code[STH_DIAGNOSIS_CODE]; /* stretches of memory with instructions */
    uint32_t codes;
    /* What a command of accelerator 0 belongs to; NULL: not known. */
    void (*name)(void *user, uint32_t index, uint64_t addr, char *text,
                 size_t size);
    void *name_user;
    /* An endless loop: the processor comes back to where it was, and nothing
     * has happened on the way. */
    struct {
        uint32_t x[32], pc;
        uint64_t cycle, retired;
        uint64_t accesses; /* of devices */
        uint64_t traps;
        bool stored; /* or it is not set */
    } mark;
    bool thorough;
    /* Cycles that the processor may work without anything coming of it. */
    uint64_t patience, busy; /* cycle, without sleep, of the last that did */
    uint32_t characters;     /* since a command or a result */
    uint64_t traps;          /* before it */
    uint32_t reports;
    enum sth_vp_end end;     /* that the run was given; NONE: its own */
    enum sth_hart_stop stop; /* STOP */
};

/*
 * sth_diagnosis_say.c
 */
/* Where firmware is. */
void sth_diagnosis_where(void *diagnosis, struct sth_guard_place *place);
/* One report: "systolith: KIND: ..." and where firmware is. */
__attribute__((format(printf, 3, 4))) void
sth_diagnosis_report(struct sth_diagnosis *diagnosis, const char *kind,
                     const char *format, ...);
/* The same of a guard. */
void sth_diagnosis_report_finding(struct sth_diagnosis *diagnosis,
                                  const struct sth_guard_finding *finding);
/* The last commands of each accelerator that has any. */
void sth_diagnosis_list_commands(struct sth_diagnosis *diagnosis);

/*
 * sth_diagnosis_cpu.c
 */
/* What the processor is to tell. */
void sth_diagnosis_listen(struct sth_diagnosis *diagnosis);
/* Whether a timer or an accelerator may interrupt. */
bool sth_diagnosis_may_wake(struct sth_diagnosis *diagnosis);
/* Whether it is in a loop that nothing will end. */
bool sth_diagnosis_is_endless(struct sth_diagnosis *diagnosis);
/* Why the processor sleeps for good. */
void sth_diagnosis_explain_sleep(struct sth_diagnosis *diagnosis);

#endif
