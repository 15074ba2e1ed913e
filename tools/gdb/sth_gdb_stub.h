/*
 * Serves a debugger: gdb by its remote protocol, or a script by lines of words,
 * whichever speaks first.  docs/debugging.md says what each can ask.
 *
 * Whoever runs the machine asks it at each stop how to go on, and now and then
 * on the way whether to stop:
 *
 *     struct sth_gdb *gdb = sth_gdb_open(&target, fd, fd);
 *     while (sth_gdb_stopped(gdb, &stop) != STH_GDB_ORDER_END)
 *         ... run, or make a step, until `stop` or sth_gdb_wants_stop(gdb)
 *     end = sth_gdb_close(gdb);
 */
#ifndef STH_GDB_STUB_H
#define STH_GDB_STUB_H

#include "sth_gdb_target.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_gdb;

/* How to go on. */
enum sth_gdb_order {
    STH_GDB_ORDER_RUN,  /* until something stops it */
    STH_GDB_ORDER_STEP, /* one instruction or one trap */
    STH_GDB_ORDER_END   /* not for this session, which is over */
};

/* How a session ended, and what the owner is to do. */
enum sth_gdb_end {
    STH_GDB_END_DETACHED, /* let the machine run on */
    STH_GDB_END_KILLED,   /* let it not */
    STH_GDB_END_OVER,     /* the run had come to its end */
    STH_GDB_END_LOST      /* the other side is gone without a word */
};

/*
 * A session over two descriptors, which may be the same and stay the caller's,
 * as does the target.  NULL: out of memory.  On a pipe that nobody reads any
 * more the host raises SIGPIPE, on a socket not.
 */
struct sth_gdb *sth_gdb_open(const struct sth_gdb_target *target, int in,
                             int out);

/*
 * The machine stands still, for that reason; at the beginning that of a step.
 * Serves until it is to go on.  Behind the end of the run an order to go on is
 * answered with EXIT again, which ends the session.
 */
enum sth_gdb_order sth_gdb_stopped(struct sth_gdb *gdb,
                                   const struct sth_gdb_stop *stop);

/* Whether a machine that runs is to stop, with STH_GDB_STOP_ASKED.  Costs a
 * look at the descriptor: every millisecond or so will do. */
bool sth_gdb_wants_stop(struct sth_gdb *gdb);

/* The machine has lost what the session had set in it: it is there again. */
void sth_gdb_insert_again(struct sth_gdb *gdb);

/* What the session has set in the machine is gone. */
enum sth_gdb_end sth_gdb_close(struct sth_gdb *gdb);

#ifdef __cplusplus
}
#endif

#endif
