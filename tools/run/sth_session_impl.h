/*
 * The inside of a session, shared by the files sth_session*.c alone.
 */
#ifndef STH_SESSION_IMPL_H
#define STH_SESSION_IMPL_H

#include "sth_hal.h"
#include "sth_compiled.h"
#include "sth_runtime.h"
#include "sth_session.h"
#include "sth_tensor_data.h"
#include "systolith_rtl.h"

/* Everything that a session holds beyond its results. */
struct sth_session_owned {
    char *text;       /* of the trace, or a program */
    bool is_compiled; /* text is the program */
    struct sth_compiled program;
    struct sth_session_program placed; /* for a player */
    void *arena;                       /* of the parsed trace */
    struct sth_source *sources;
    uint32_t sources_open;
    void *workspace;
    size_t workspace_bytes;
    struct sth_runtime *runtime;
    struct sth_plan_book own_plans; /* where the request has none */
    struct sth_plan_judge *judge;
    struct sth_hal hal;
    struct sth_rtl rtl_library;
    struct sth_mem *csim_mem, *rtl_mem;
    struct sth_device *csim, *rtl, *lockstep, *dev;
    uint64_t macs_total, macs_done;
    size_t events_room;
    bool event_lost;                       /* memory was short */
    uint64_t engine_end[STH_ENGINE_COUNT]; /* of the last command */
    uint32_t layer_first; /* operation; commands are numbered from it */
    uint32_t step_first;  /* operations of the steps before, in the phases */
    uint64_t layer_later; /* cycles to add to those of events */
    uint64_t layer_begin; /* cycle, before those are added */
    uint32_t layers_told;
    uint8_t *classes; /* of the trace's tensors, with traffic */
};

/* Where a failure leaves its words. */
struct sth_session_failure {
    char *text;
    size_t size;
};

/* sth_session_say.c: writes the words and returns false. */
bool sth_session_fail(struct sth_session_failure *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Calls the progress hook, if there is one. */
void sth_session_progress(struct sth_session *s, const char *what, double done);

/* sth_session_input.c: the trace, its program, what its tensors begin with. */
bool sth_session_load_trace(struct sth_session *s,
                            struct sth_session_failure *f);
/* Asks the request's may_read about each tensor file. */
bool sth_session_ask_sources(const struct sth_session *s);
bool sth_session_open_sources(struct sth_session *s,
                              struct sth_session_failure *f);

/* sth_session_devices.c: wave_last zero means no waveform. */
bool sth_session_create_devices(struct sth_session *s, uint64_t wave_first,
                                uint64_t wave_last,
                                struct sth_session_failure *f);
void sth_session_destroy_devices(struct sth_session_owned *o);
/* Whether every write to the devices' memories found room on the host. */
bool sth_session_memory_holds(const struct sth_session *s,
                              struct sth_session_failure *f);
bool sth_session_fill_tensors(struct sth_session *s,
                              struct sth_session_failure *f);

/* sth_session_events.c: retirements, from one device and from two in step. */
void sth_session_on_retire(void *context, const struct sth_event *event,
                           const struct sth_command *command);
/* What the events since layer_begin say of their critical path; forgets them
 * unless they are asked for. */
void sth_session_find_critical(struct sth_session *s);
void sth_session_on_pair(void *user, const struct sth_event *reference,
                         const struct sth_event *dut,
                         const struct sth_command *command);

/*
 * sth_session_play.c: creates the devices, fills their memory and plays the
 * trace.  *status is what sth_session_run() returns for a failure.
 */
bool sth_session_play(struct sth_session *s, uint64_t wave_first,
                      uint64_t wave_last, int *status,
                      struct sth_session_failure *f);

/* sth_session_player.c: the request's player instead of the host's firmware. */
/* Makes a program of a trace that is none. */
bool sth_session_make_program(struct sth_session *s, size_t *bytes,
                              struct sth_session_failure *f);
/* Places the tensors, says which commands are of which operation, and lets the
 * player begin. */
bool sth_session_begin_player(struct sth_session *s,
                              struct sth_session_failure *f);
bool sth_session_run_player(struct sth_session *s,
                            struct sth_session_failure *f);

/* sth_session_explain.c: words for a run that firmware gave up. */
void sth_session_explain(struct sth_session *s, enum sth_fw_err err,
                         struct sth_session_failure *f);

/* sth_session_results.c: reads the devices after a run. */
void sth_session_collect(struct sth_session *s);

/* sth_session_compare.c: outputs against the double-precision reference. */
bool sth_session_compare(struct sth_session *s, struct sth_session_failure *f);

#endif
