/*
 * The side of a session that speaks with gdb.  Each function below answers the
 * packets of its kind in remote->answer; false: the packet is of another kind.
 */
#ifndef STH_GDB_REMOTE_H
#define STH_GDB_REMOTE_H

#include "sth_gdb_session.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_gdb_remote {
    struct sth_gdb_session *session;
    struct sth_gdb_answer answer;
    bool is_silent;    /* this packet has no answer, or not yet */
    bool tells_breaks; /* gdb wants to hear which kind of breakpoint it was */
    bool is_extended;  /* the session outlives a kill */
    bool is_killed;    /* and that has happened */
    uint8_t bytes[STH_GDB_PACKET_BYTES]; /* on their way */
};

/* Running and stopping: ? c C s S vCont R k D and their kin. */
bool sth_gdb_resume(struct sth_gdb_remote *remote,
                    struct sth_gdb_reader packet);

/* Where the machine stands, and why. */
void sth_gdb_put_stop(struct sth_gdb_remote *remote);

/* Answers the order to go on, with session->stop. */
void sth_gdb_remote_stopped(struct sth_gdb_remote *remote);

/* Registers, memory, breakpoints and watchpoints: g G p P m M X Z z. */
bool sth_gdb_data(struct sth_gdb_remote *remote, struct sth_gdb_reader packet);

/* What gdb asks and sets: q Q H T. */
bool sth_gdb_query(struct sth_gdb_remote *remote, struct sth_gdb_reader packet);

/* Text for the user, in packets of its own. */
void sth_gdb_say(struct sth_gdb_remote *remote, const char *text, size_t bytes);

/* An answer that is done, or that a packet cannot be carried out. */
void sth_gdb_ok(struct sth_gdb_remote *remote);
void sth_gdb_error(struct sth_gdb_remote *remote, int number);

#ifdef __cplusplus
}
#endif

#endif
