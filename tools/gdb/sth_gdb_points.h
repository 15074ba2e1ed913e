/*
 * The breakpoints and watchpoints that a session has set: each is in the
 * machine once, however often it is asked for, and none is left behind.
 */
#ifndef STH_GDB_POINTS_H
#define STH_GDB_POINTS_H

#include "sth_gdb_target.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STH_GDB_POINTS = 128 };

struct sth_gdb_points {
    uint32_t count;
    struct sth_gdb_point point[STH_GDB_POINTS];
};

/* False: there is no room for it. */
bool sth_gdb_points_add(struct sth_gdb_points *points,
                        const struct sth_gdb_target *target,
                        const struct sth_gdb_point *point);

/* It is no mistake when there is none. */
void sth_gdb_points_remove(struct sth_gdb_points *points,
                           const struct sth_gdb_target *target,
                           const struct sth_gdb_point *point);

/* All of them once more, into a machine that has none of them. */
void sth_gdb_points_insert(struct sth_gdb_points *points,
                           const struct sth_gdb_target *target);

void sth_gdb_points_clear(struct sth_gdb_points *points,
                          const struct sth_gdb_target *target);

/* The one that a stop is for; NULL: none. */
const struct sth_gdb_point *
sth_gdb_points_find(const struct sth_gdb_points *points,
                    const struct sth_gdb_stop *stop);

#ifdef __cplusplus
}
#endif

#endif
