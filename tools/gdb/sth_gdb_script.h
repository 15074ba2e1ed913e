/*
 * The side of a session that a script drives: a request is a line of words, its
 * answer a line of JSON.
 */
#ifndef STH_GDB_SCRIPT_H
#define STH_GDB_SCRIPT_H

#include "sth_gdb_session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Carries out the line that has come, and answers it, unless the machine is to
 * go on. */
void sth_gdb_script_line(struct sth_gdb_session *session);

/* Answers the order to go on, with session->stop. */
void sth_gdb_script_stopped(struct sth_gdb_session *session);

/* Answers with that text. */
void sth_gdb_script_say(struct sth_gdb_session *session, const char *text);

/* Answers that it cannot be done. */
void sth_gdb_script_refuse(struct sth_gdb_session *session, const char *why);

#ifdef __cplusplus
}
#endif

#endif
