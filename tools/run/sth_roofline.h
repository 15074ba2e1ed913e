/*
 * Roofline: what bounds each operation of a run, what it attains of what that
 * allows, and what would lift the bound.
 *
 * The bound is what most cycles of the run's critical path are spent on that
 * are the operation's; an operation without any is hidden behind others.  Where
 * another engine has work for as long, nothing is gained by lifting one of the
 * two: then both are the bound.
 *
 * An operation's intensity is its products over the bytes of its busier
 * direction of the bus; attainable is the smaller of the array's peak and its
 * products over the least cycles in which bus and memory carry its bytes.
 */
#ifndef STH_ROOFLINE_H
#define STH_ROOFLINE_H

#include "sth_session.h"

#include <jansson.h>
#include <stdio.h>

enum { STH_ROOFLINE_NAME = 48, STH_ROOFLINE_LIFT = 160 };

struct sth_roofline_peaks {
    double macs;       /* a cycle, of the array with the operands that ran */
    uint32_t products; /* of a PE in a cycle, in these */
    double lanes;      /* elements a cycle, of vector */
    double bytes;      /* a cycle, each direction: bus or memory */
    uint32_t bus_bytes;
    struct sth_mem_config memory;
};

struct sth_roofline_point {
    uint64_t cycles;            /* first start to last end */
    uint64_t critical;          /* of them, on the critical path; 0: hidden */
    enum sth_bound bound, with; /* the same: there is one */
    double share;               /* of the critical cycles, that they take */
    /* How much faster the operation should be, as a factor, when the bound
     * takes half of its cycles: what others ask for remains. */
    double promise;
    /* What then bounds it before that half is gained; the bound itself: nothing
     */
    enum sth_bound next;
    double intensity; /* MACs a byte; elements a byte without products */
    double macs_attained, macs_attainable; /* a cycle; 0: no products */
    double lanes_attained;                 /* a cycle */
    double bytes_attained, bytes_attainable;
    char lift[STH_ROOFLINE_LIFT];
};

/* The array's peak is that of the operation with the most products a PE. */
void sth_roofline_peaks(const struct sth_session *session,
                        struct sth_roofline_peaks *peaks);
void sth_roofline_point(const struct sth_roofline_peaks *peaks,
                        const struct sth_work *work, uint64_t macs,
                        uint32_t products, uint64_t cycles,
                        const uint64_t critical[STH_BOUND_COUNT],
                        const uint64_t demand[STH_BOUND_COUNT],
                        struct sth_roofline_point *point);

/* The same of one operation of a session whose request has roofline set. */
struct sth_roofline_point
sth_roofline_of(const struct sth_roofline_peaks *peaks,
                const struct sth_session_phase *phase);

/* What bounds it, "A" or "A + B"; "hidden": nothing. */
const char *sth_roofline_bound(const struct sth_roofline_point *point,
                               char text[STH_ROOFLINE_NAME]);

/* A table; operations of one name and kind make one line. */
void sth_roofline_text(FILE *out, const struct sth_session *session);

/* Peaks and every operation; a new reference. */
json_t *sth_roofline_json(const struct sth_session *session);

/* A picture, log-log. */
bool sth_roofline_svg(FILE *out, const struct sth_session *session);

#endif
