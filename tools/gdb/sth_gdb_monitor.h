/* The commands behind `monitor`, which both kinds of user may give. */
#ifndef STH_GDB_MONITOR_H
#define STH_GDB_MONITOR_H

#include "sth_gdb_session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Carries out a line of words and writes the answer, in whole lines.  False: it
 * could not, and the answer says why. */
bool sth_gdb_monitor(struct sth_gdb_session *session, const char *line,
                     FILE *out);

#ifdef __cplusplus
}
#endif

#endif
