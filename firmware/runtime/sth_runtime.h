/*
 * Runtime: plays a parsed layer trace on a device.
 *
 * It places the tensors, calls the kernel of each operation in order and waits
 * for the end.  It does not fill tensors: the caller writes their contents to
 * memory between sth_runtime_place() and sth_runtime_run().
 */
#ifndef STH_RUNTIME_H
#define STH_RUNTIME_H

#include "sth_driver.h"
#include "sth_compiled.h"
#include "sth_schedule.h"
#include "sth_trace.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Called before the first and after the last command of an operation has been
 * written (not retired).  The commands of operation i are those with stream
 * indices from the `command` of its begin to that of its end (exclusive), the
 * `index` of events.  A few SYNC commands may lie between two operations.
 */
struct sth_runtime_hooks {
    void *user;
    void (*op_begin)(void *user, uint32_t op, const struct sth_trace_op *what,
                     uint32_t command);
    void (*op_end)(void *user, uint32_t op, const struct sth_trace_op *what,
                   uint32_t command);
};

struct sth_runtime_config {
    struct sth_driver_config driver;
    uint64_t tensor_base; /* first tensor; clear of the ring */
    bool finish_each_op;  /* wait for each operation to retire: no overlap
                             between operations, for per-operation cycles */
    struct sth_runtime_hooks hooks;
    struct sth_plan_memory memory; /* behind the bus, as plans know it */
    const struct sth_judge *judge; /* of plans; NULL: estimates decide */
};

/* Ring at 0, tensors from 1 MiB on, operations overlap, no hooks, no judge. */
void sth_runtime_config_default(struct sth_runtime_config *config);

struct sth_runtime {
    struct sth_runtime_config config;
    struct sth_hal *hal;
    struct sth_driver driver;
    struct sth_schedule schedule;
    uint32_t ahead;     /* rows of what comes next, played already */
    uint32_t failed_op; /* operation that returned the error of run() */
};

/*
 * Brings the device up.  ARGUMENT: the first tensor would lie in the ring;
 * other errors are the driver's.  config is copied; hal is kept by reference
 * and must outlive the runtime.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_runtime_init(struct sth_runtime *runtime, struct sth_hal *hal,
                 const struct sth_runtime_config *config);

/* Gives the tensors their addresses; returns the first address after them. */
uint64_t sth_runtime_place(const struct sth_runtime *runtime,
                           struct sth_trace *trace);

/* Workspace that sth_runtime_run() needs for a trace, in bytes. */
size_t sth_runtime_workspace_bytes(const struct sth_trace *trace);

/*
 * Runs every operation of a placed trace, as it is in the present step, and
 * waits until all have retired.
 * On an error the outputs are unspecified; sth_driver_diagnose() tells more.
 * The workspace must be aligned for uint64_t.
 */
STH_FW_MUST_CHECK enum sth_fw_err sth_runtime_run(struct sth_runtime *runtime,
                                                  const struct sth_trace *trace,
                                                  void *workspace,
                                                  size_t workspace_bytes);

/*
 * The same, in the step that is present, from a program compiled from the
 * trace: commands are played, nothing is planned.  PROGRAM: it is none of this
 * trace.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_runtime_play(struct sth_runtime *runtime, const struct sth_trace *trace,
                 const struct sth_compiled *program, void *workspace,
                 size_t workspace_bytes);

/* After a FAULT or TIMEOUT: soft reset, ready for another run. */
STH_FW_MUST_CHECK enum sth_fw_err
sth_runtime_recover(struct sth_runtime *runtime);

/* Stops the device. */
void sth_runtime_fini(struct sth_runtime *runtime);

#ifdef __cplusplus
}
#endif

#endif
