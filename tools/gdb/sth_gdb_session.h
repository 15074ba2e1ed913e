/*
 * A debugging session, whoever drives it: what it has set, how the machine is
 * to go on and how far, why it last stopped.
 */
#ifndef STH_GDB_SESSION_H
#define STH_GDB_SESSION_H

#include "sth_gdb_link.h"
#include "sth_gdb_points.h"
#include "sth_gdb_stub.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How far to go. */
struct sth_gdb_go {
    bool step;
    uint32_t first, end; /* steps go on while pc is in there */
    uint64_t more;       /* steps behind the first */
    uint64_t until;      /* cycle; UINT64_MAX: any */
    uint64_t limit;      /* milliseconds of the host; 0: any */
};

/* What a reset is to be answered with, when the machine stands there. */
enum sth_gdb_owed {
    STH_GDB_OWED_NOTHING,
    STH_GDB_OWED_TEXT, /* a command of monitor */
    STH_GDB_OWED_STOP  /* gdb waits for a stop */
};

struct sth_gdb_session {
    const struct sth_gdb_target *target;
    struct sth_gdb_link link;
    struct sth_gdb_points points;
    struct sth_gdb_stop stop; /* the last one */
    bool is_running;          /* an order to go on is not answered yet */
    bool was_over;            /* it was given behind the end of the run */
    bool is_late;             /* the limit, or the cycle, is reached */
    struct sth_gdb_go go;
    uint64_t deadline; /* milliseconds, if there is a limit */
    bool has_goal;     /* a breakpoint at `goal` for this run alone */
    uint32_t goal;
    /* What came while the machine ran, and is in link.packet. */
    enum sth_gdb_event pending;
    enum sth_gdb_owed owed;
    bool is_ended;
    enum sth_gdb_end end;
};

/* What comes next from the other side; waits for it. */
enum sth_gdb_event sth_gdb_session_wait(struct sth_gdb_session *session);

/* The machine is to go on. */
void sth_gdb_session_go(struct sth_gdb_session *session,
                        const struct sth_gdb_go *go);

/* It has stopped; false: only to be ordered on. */
bool sth_gdb_session_take_stop(struct sth_gdb_session *session,
                               const struct sth_gdb_stop *stop);

/* Whether anything wants it to stop. */
bool sth_gdb_session_wants_stop(struct sth_gdb_session *session);

uint32_t sth_gdb_session_pc(const struct sth_gdb_session *session);

/* One of the target's: reset, snapshot, restore.  A line for the user, which
 * there may be. */
bool sth_gdb_session_change(struct sth_gdb_session *session,
                            bool (*change)(void *, char *, size_t), char *text,
                            size_t size);

/* The reset among them, if it has to be answered from elsewhere. */
bool sth_gdb_session_reset(struct sth_gdb_session *session,
                           enum sth_gdb_owed owed, char *text, size_t size);

#define STH_GDB_SESSION_RESET_TEXT "the machine is in reset\n"

void sth_gdb_session_finish(struct sth_gdb_session *session,
                            enum sth_gdb_end end);

#ifdef __cplusplus
}
#endif

#endif
