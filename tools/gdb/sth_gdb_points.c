/* What a session has set; see sth_gdb_points.h. */
#include "sth_gdb_points.h"

static bool is_break(const struct sth_gdb_point *point)
{
    return point->kind <= STH_GDB_POINT_HARDWARE_BREAK;
}

/* The bytes of a breakpoint are the size of its instruction, which may be
 * guessed anew. */
static bool is_same(const struct sth_gdb_point *a,
                    const struct sth_gdb_point *b)
{
    return a->kind == b->kind && a->addr == b->addr &&
           (is_break(a) || a->bytes == b->bytes);
}

/* Breakpoints of both kinds are one in the machine. */
static bool shares(const struct sth_gdb_points *points,
                   const struct sth_gdb_point *point)
{
    for (uint32_t i = 0; i < points->count && is_break(point); i++)
        if (is_break(&points->point[i]) && points->point[i].addr == point->addr)
            return true;
    return false;
}

static uint32_t find(const struct sth_gdb_points *points,
                     const struct sth_gdb_point *point)
{
    uint32_t i = 0;

    while (i < points->count && !is_same(&points->point[i], point))
        i++;
    return i;
}

bool sth_gdb_points_add(struct sth_gdb_points *points,
                        const struct sth_gdb_target *target,
                        const struct sth_gdb_point *point)
{
    if (find(points, point) < points->count)
        return true;
    if (points->count == STH_GDB_POINTS ||
        (!shares(points, point) && !target->insert(target->user, point)))
        return false;
    points->point[points->count++] = *point;
    return true;
}

void sth_gdb_points_remove(struct sth_gdb_points *points,
                           const struct sth_gdb_target *target,
                           const struct sth_gdb_point *point)
{
    const uint32_t i = find(points, point);

    if (i == points->count)
        return;
    points->point[i] = points->point[--points->count];
    if (!shares(points, point))
        target->remove(target->user, point);
}

void sth_gdb_points_insert(struct sth_gdb_points *points,
                           const struct sth_gdb_target *target)
{
    const struct sth_gdb_points all = *points;

    points->count = 0;
    for (uint32_t i = 0; i < all.count; i++)
        (void)sth_gdb_points_add(points, target, &all.point[i]);
}

void sth_gdb_points_clear(struct sth_gdb_points *points,
                          const struct sth_gdb_target *target)
{
    while (points->count > 0) {
        const struct sth_gdb_point last = points->point[points->count - 1];

        sth_gdb_points_remove(points, target, &last);
    }
}

const struct sth_gdb_point *
sth_gdb_points_find(const struct sth_gdb_points *points,
                    const struct sth_gdb_stop *stop)
{
    for (uint32_t i = 0; i < points->count; i++) {
        const struct sth_gdb_point *p = &points->point[i];

        if (stop->kind == STH_GDB_STOP_BREAK && is_break(p) &&
            p->addr == stop->addr)
            return p;
        if (stop->kind == STH_GDB_STOP_WATCH && !is_break(p) &&
            (p->addr - stop->addr < stop->bytes ||
             stop->addr - p->addr < p->bytes))
            return p;
    }
    return NULL;
}
