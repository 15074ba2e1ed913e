/*
 * A debugger on the virtual platform: the target that it sees there, and the
 * watcher that it is for the platform.
 *
 *     sth_gdb_vp_open(&g, &vp, fd)     the machine stands before it begins
 *     ... the platform runs ...
 *     sth_gdb_vp_over(&g)              the last look
 *     sth_gdb_vp_close(&g)
 *
 * Reset, snapshot and restore go by copies of the process (sth_gdb_copy.h).
 */
#ifndef STH_GDB_VP_H
#define STH_GDB_VP_H

#include "sth_gdb_stub.h"
#include "sth_vp.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_gdb_vp {
    struct sth_vp *vp;
    struct sth_gdb *gdb; /* NULL: nobody debugs any more */
    struct sth_gdb_target target;
    struct sth_gdb_chip chip[STH_VP_CHIPS];
    struct sth_vp_watcher watcher;
    const struct sth_vp_watcher *other; /* who watched before */
    /* Brings the accelerators up to the processor's cycle, before anybody
     * looks; may be set behind sth_gdb_vp_open().  NULL: they are there. */
    void (*settle)(void *user);
    void *settle_user;
    uint64_t looked; /* milliseconds */
    enum sth_gdb_end end;
};

/*
 * The platform is loaded and has its accelerators; `device` has what stands
 * behind each, without a guard.  A watcher that it has goes on being told of
 * accesses and of what the processor finds wrong, but does not end the run: the
 * user does.  False: out of memory.
 */
bool sth_gdb_vp_open(struct sth_gdb_vp *g, struct sth_vp *vp,
                     struct sth_device *const *device, int in, int out);

/* A command of an accelerator has retired; of those without a model. */
void sth_gdb_vp_note(struct sth_gdb_vp *g, uint32_t chip,
                     const struct sth_event *event);

/* The run has ended: it may be looked at, unless the user had enough. */
void sth_gdb_vp_over(struct sth_gdb_vp *g);

enum sth_gdb_end sth_gdb_vp_close(struct sth_gdb_vp *g);

#ifdef __cplusplus
}
#endif

#endif
