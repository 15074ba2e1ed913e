/*
 * One run of a layer trace: firmware drives the C model, the RTL, or both in
 * step, and everything that a report wants to know is kept.
 */
#ifndef STH_SESSION_H
#define STH_SESSION_H

#include "sth_config.h"
#include "sth_critical.h"
#include "sth_device.h"
#include "sth_fidelity.h"
#include "sth_layers.h"
#include "sth_mem.h"
#include "sth_plan_judge.h"
#include "sth_spec.h"
#include "sth_trace.h"
#include "sth_traffic.h"
#include "sth_work.h"
#include "systolith.h"

#include <stdio.h>

enum sth_session_backend {
    STH_BACKEND_CSIM,
    STH_BACKEND_RTL,
    STH_BACKEND_BOTH
};

/* A program in its place: what another player than the host's firmware gets. */
struct sth_session_program {
    const void *file; /* of sth_compiled.h */
    size_t bytes;
    const struct sth_trace *trace; /* of it; region r at tensor[r].addr */
    uint64_t end;                  /* bus address behind the regions */
    uint32_t commands;             /* of all its steps */
};

/*
 * Plays programs in place of the host's firmware, on one device, the C model or
 * the RTL.  Functions return false with a sentence in error when they fail.
 */
struct sth_session_player {
    void *user;
    /* The device is in reset, its memory untouched. */
    bool (*begin)(void *user, struct sth_device *device, struct sth_mem *mem,
                  const struct sth_session_program *program, char *error,
                  size_t error_size);
    /* Regions have their contents. */
    bool (*play)(void *user, const struct sth_session_program *program,
                 char *error, size_t error_size);
    /* Where events are to be had, if not of the device: in front of it.  May be
     * NULL. */
    struct sth_device *(*front)(void *user);
    /* Writes more events of a timeline, each behind ",\n".  May be NULL. */
    void (*timeline)(void *user, FILE *out);
};

/* What was asked for. */
struct sth_session_request {
    const char *trace_path; /* a layer trace, or a program compiled from one */
    struct sth_config config; /* with the memory behind the bus */
    enum sth_session_backend backend;
    enum sth_csim_mode mode;
    bool sanitize;
    bool reorder;            /* RTL: answer reads out of order */
    bool no_reference;       /* skip the double-precision evaluation */
    uint64_t seed;           /* of random power-up state */
    uint32_t watchdog;       /* as in struct sth_driver_config */
    const char *home;        /* where configs/ stands */
    const char *library_dir; /* of the RTL libraries; NULL: sth_place_rtl() */
    const char *wave_path;   /* waveform of a difference; RTL alone: of all */
    const struct sth_plan_watch *watch; /* of plans; NULL: nobody */
    /* Plans that are given, to which those decided are added; NULL: none. */
    struct sth_plan_book *plans;
    const struct sth_session_player *player; /* NULL: the host's firmware */
    bool keep_events;
    bool roofline;   /* report it; needs csim */
    bool traffic;    /* what bytes are of; needs csim */
    bool by_layer;   /* csim, time only: docs/performance.md */
    bool if_layers;  /* by_layer only when there are several layers */
    bool all_layers; /* by_layer, but simulate equal layers again */
    /* Asked about each tensor file before any is read; false: the run ends with
     * status 2, and why has been said.  NULL: always true. */
    bool (*may_read)(void *user, const char *path);
    void (*progress)(void *user, const char *what, double done);
    void *user;
};

/* Figures of one side. */
struct sth_session_side {
    bool present;
    uint64_t cycles; /* counter CYCLES */
    uint64_t counter[STH_CNT_COUNT];
    double seconds; /* of the host, both sides together when in step */
};

/* When the commands of an operation ran on one side; all zero: it did not. */
struct sth_session_span {
    uint64_t start; /* of its first command */
    uint64_t end;   /* of its last */
    uint64_t engine_end[STH_ENGINE_COUNT];
};

/* An output of the trace against the double-precision reference. */
struct sth_session_output {
    const struct sth_trace_tensor *tensor;
    bool finite; /* as the reference is; else the next are NaN */
    double max_abs_error, cosine;
};

/* One operation of the trace. */
struct sth_session_phase {
    const struct sth_trace_op *op;
    uint64_t macs;
    uint32_t products;    /* of a PE in a cycle, by the type of the operands */
    uint32_t first, last; /* command indices, last exclusive */
    struct sth_session_span csim, rtl;
    struct sth_work work;       /* of csim */
    struct sth_traffic traffic; /* with traffic */
    /* With roofline: cycles of the run's critical path, and all that its
     * commands ask for, each alone. */
    uint64_t critical[STH_BOUND_COUNT], demand[STH_BOUND_COUNT];
};

/* Operations that ran by themselves, with by_layer. */
struct sth_session_layer {
    uint32_t first, ops;
    bool copied; /* from an equal one */
    uint64_t cycles, commands;
};

struct sth_session {
    struct sth_session_request request;
    struct sth_trace trace;
    struct sth_session_side csim, rtl;
    struct sth_session_phase *phase; /* trace.ops of them for each step */
    uint32_t phases;
    uint32_t steps; /* of the trace, or of the program made of it */
    struct sth_layers_figures layers; /* with by_layer */
    struct sth_session_layer *layer;  /* layers.layers of them */
    bool failed; /* firmware gave up: the figures are of a part */
    uint64_t commands;
    uint64_t macs;                   /* retired */
    double seconds, cpu_seconds;     /* of the host, of the run itself */
    struct sth_plan_effort planning; /* zero for a compiled program */
    bool compared;                   /* with the reference */
    struct sth_session_output *output;
    uint32_t outputs;
    bool finite;                  /* all are; else the next are NaN */
    double max_abs_error, cosine; /* the worst of them */
    struct sth_fidelity fidelity; /* of csim's cycles, command by command */
    bool in_step;                 /* both ran */
    bool bit_exact;               /* no difference between them */
    char difference[2048];
    struct sth_diagnostic diagnostic[STH_REPORT_MAX];
    size_t diagnostics;
    struct sth_event *events;          /* in order of retirement */
    struct sth_command *commands_seen; /* beside events; csim only */
    size_t event_count;
    void *owned; /* what sth_session_fini() releases */
};

/*
 * Runs.  Returns 0 when everything asked for holds, 1 when the run shows a
 * difference, a fault or a diagnostic, 2 when the input is bad; then a message
 * is in error, and unless it is empty it has not been printed.
 */
int sth_session_run(struct sth_session *session,
                    const struct sth_session_request *request, char *error,
                    size_t error_size);
void sth_session_fini(struct sth_session *session);

/*
 * Asks may_read about each tensor file of the trace and runs nothing.  False
 * when it said so, or with a sentence in error when the trace is bad.
 */
bool sth_session_ask(const struct sth_session_request *request, char *error,
                     size_t error_size);

/* 100 * (csim - rtl) / rtl; zero unless both ran. */
double sth_session_cycle_error_pct(const struct sth_session *session);

/*
 * The same for the duration of one operation, first start to last end.
 * Operations overlap, so these errors do not add up to that of the run.
 */
double sth_session_phase_error_pct(const struct sth_session_phase *phase);

/* The operation that a command belongs to; NULL: none.  Commands are numbered
 * from the present layer on when layers run one after another. */
const struct sth_session_phase *
sth_session_phase_of(const struct sth_session *session, uint32_t index);

/* The span to report: the C model's where it ran. */
const struct sth_session_span *
sth_session_phase_main(const struct sth_session *session,
                       const struct sth_session_phase *phase);

/*
 * Multiply-accumulates over what the array could do in the run's cycles, with
 * operands of those types.
 */
double sth_session_utilization(const struct sth_session *session);

/* Multiply-accumulates that the operations need. */
uint64_t sth_session_needed(const struct sth_session *session);

/* The least cycles that what a run did can take. */
struct sth_session_bound {
    const char *name; /* what needs them: "array", "load", "store", "memory" */
    double cycles;
};

/*
 * The busiest of the array (products over PEs), the two directions of the bus,
 * and memory, whose directions DRAM has in common.
 */
struct sth_session_bound sth_session_bound(const struct sth_session *session);

/* The figures to report: the RTL's where it ran. */
const struct sth_session_side *
sth_session_main(const struct sth_session *session);

#endif
