/*
 * The state of a whole process, kept by a copy of it and brought back: model,
 * RTL and simulator alike, and no part of it has to know.
 *
 * The copy is a process that sleeps until the one that went on wants its state
 * back, then takes its place.  What is outside of processes is not brought
 * back: files that were written, and memory that is shared.  Whoever waits for
 * the first process sees how the last one ended.
 */
#ifndef STH_GDB_COPY_H
#define STH_GDB_COPY_H

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sth_gdb_copy_result {
    STH_GDB_COPY_FAILED, /* errno says why; nothing is kept */
    STH_GDB_COPY_KEPT,   /* go on */
    STH_GDB_COPY_BACK    /* it was wanted back: the state is that one */
};

/* Keeps the state; `mark` is what sth_gdb_copy_back() is to name. */
enum sth_gdb_copy_result sth_gdb_copy_keep(int mark);

/* Back to the last state that was kept with that mark, which stays kept.
 * Returns only if there is none. */
void sth_gdb_copy_back(int mark);

/*
 * A copy does that work and is gone: what it writes comes to `out`, and nothing
 * else has happened.  False: there was no copy, or it did not come to its end
 * within ten seconds.
 */
bool sth_gdb_copy_ask(void (*work)(void *user, FILE *to), void *user,
                      FILE *out);

#ifdef __cplusplus
}
#endif

#endif
