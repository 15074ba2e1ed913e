/*
 * One run of an image on the platform: alone, or as the player of a program,
 * whose run is a session then.
 */
#ifndef STH_VP_JOB_H
#define STH_VP_JOB_H

#include "sth_session.h"
#include "sth_vp.h"
#include "sth_vp_profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What makes a platform of its parts. */
struct sth_vp_engine {
    void *user;
    bool (*access)(void *user, struct sth_hart_access *access);
    /* Runs until vp->end says how it ended. */
    void (*run)(void *user, struct sth_vp *vp);
    /* On the way, from a watcher: all come up to the processor's cycle. */
    void (*settle)(void *user);
};

/* What a run of the processor amounts to. */
struct sth_vp_figures {
    enum sth_vp_end end;
    uint32_t status;         /* of firmware */
    enum sth_hart_stop stop; /* and its report, when it stopped */
    struct sth_hart_report report;
    uint32_t pc;
    char why[256];         /* what is around an accelerator, if that */
    uint64_t cycles, idle; /* of all; of them it slept */
    uint64_t instructions, traps;
    uint64_t accesses, interrupts;    /* to devices; of accelerators */
    uint64_t commands;                /* retired by all accelerators */
    uint64_t rung, rung_instructions; /* before the first doorbell: cycles */
    double rung_seconds, seconds; /* of the host's processor: until then, all */
};

struct sth_vp_job {
    const struct sth_vp_engine *engine;
    const char *image;                  /* path of the ELF file */
    struct sth_session_request session; /* trace_path NULL: no program */
    uint64_t ram_bytes;                 /* 0: what is needed */
    uint32_t chips;
    uint64_t limit;    /* cycles */
    bool diagnose;     /* firmware's mistakes, to standard error */
    bool thorough;     /* with a program, too; without one it always is */
    uint64_t patience; /* as sth_diagnosis_create() has it */
    const struct sth_vp_watcher *watcher;
    bool debug; /* with a debugger, on this connection */
    int debugger;
    struct sth_vp_log *log;
    struct sth_vp_profile *profile;      /* NULL: none is made */
    void (*console)(void *user, char c); /* as in struct sth_vp_config */
    void *user;
};

/* Of one run; sth_vp_result_fini() releases it. */
struct sth_vp_result {
    struct sth_vp_figures figures;
    struct sth_session session;         /* with a program */
    struct sth_session_player timeline; /* the processor's part of it */
    int status;                         /* of the session; 2: nothing has run */
    struct sth_diagnostic diagnostic[STH_REPORT_MAX]; /* without one */
    size_t diagnostics;
    uint32_t mistakes; /* of firmware, as far as it is diagnosed */
};

/*
 * Runs.  False: nothing has run, and a sentence is in error.  Otherwise
 * *result says how it went; what a program's run lacks is a sentence in error.
 */
bool sth_vp_job_run(const struct sth_vp_job *job, struct sth_vp_result *result,
                    char *error, size_t error_size);
void sth_vp_result_fini(struct sth_vp_result *result);

#ifdef __cplusplus
}
#endif

#endif
