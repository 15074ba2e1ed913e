/*
 * Roofline: what bounds each operation of a run, what it attains of what that
 * allows, and what would lift the bound.
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

enum sth_bound {
    STH_BOUND_ARRAY,
    STH_BOUND_VECTOR,
    STH_BOUND_LOAD,
    STH_BOUND_STORE,
    STH_BOUND_MEMORY,
    STH_BOUND_LATENCY,
    STH_BOUND_ISSUE,
    STH_BOUND_DEPENDENCY,
    STH_BOUND_COUNT
};

struct sth_roofline_peaks {
    double macs;       /* a cycle, of the array with the operands that ran */
    uint32_t products; /* of a PE in a cycle, in these */
    double lanes;      /* elements a cycle, of vector */
    double bytes;      /* a cycle, each direction: bus or memory */
    uint32_t bus_bytes;
    struct sth_mem_config memory;
};

struct sth_roofline_point {
    uint64_t cycles; /* first start to last end */
    enum sth_bound bound;
    double share;     /* of the cycles, that the bound was busy */
    double intensity; /* MACs a byte; elements a byte without products */
    double macs_attained, macs_attainable; /* a cycle; 0: no products */
    double lanes_attained;                 /* a cycle */
    double bytes_attained, bytes_attainable;
    const char *lift;
};

/* The array's peak is that of the operation with the most products a PE. */
void sth_roofline_peaks(const struct sth_session *session,
                        struct sth_roofline_peaks *peaks);
void sth_roofline_point(const struct sth_roofline_peaks *peaks,
                        const struct sth_work *work, uint64_t macs,
                        uint32_t products, uint64_t cycles,
                        struct sth_roofline_point *point);
const char *sth_roofline_bound_name(enum sth_bound bound);

/* A table; operations of one name and kind make one line. */
void sth_roofline_text(FILE *out, const struct sth_session *session);

/* Peaks and every operation; a new reference. */
json_t *sth_roofline_json(const struct sth_session *session);

/* A picture, log-log. */
bool sth_roofline_svg(FILE *out, const struct sth_session *session);

#endif
