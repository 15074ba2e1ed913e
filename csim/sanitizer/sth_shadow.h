/*
 * What is remembered of each place of one memory: who wrote and who read it
 * last.
 *
 * A memory is a row of units (bytes, or rows of the accumulator), which are
 * watched in granules of up to 64; a mask names units of a granule.  Cells are
 * allocated in pages when they are first asked for, so a large memory costs
 * what is used of it.
 */
#ifndef STH_SHADOW_H
#define STH_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_spec.h"

enum {
    STH_SHADOW_GRANULE_MAX = 64, /* one bit a unit in a mask */
    STH_SHADOW_WRITERS = 2,
    /* Load reads one memory alone, the other engines read the others. */
    STH_SHADOW_READERS = STH_ENGINE_COUNT - 1
};

/* An access to some units of a granule; mask 0: none. */
struct sth_access {
    uint64_t mask;
    uint32_t index;
    uint32_t engine;
};

struct sth_cell {
    struct sth_access writer[STH_SHADOW_WRITERS];
    struct sth_access reader[STH_SHADOW_READERS];
    uint64_t written;          /* units that ever were */
    uint64_t source, in_place; /* of command `self`: units it reads as such */
    uint32_t self;
};

struct sth_shadow_page;

struct sth_shadow {
    uint32_t granule;              /* units */
    struct sth_shadow_page **page; /* open addressing, by page number */
    size_t slots, pages;
    struct sth_shadow_page *last; /* the one asked for last */
};

/* False when memory is short; fini is allowed then, as after zeros. */
bool sth_shadow_init(struct sth_shadow *shadow, uint32_t granule);
void sth_shadow_fini(struct sth_shadow *shadow);

/* Forgets everything. */
void sth_shadow_clear(struct sth_shadow *shadow);

/* Forgets accesses, but not what was ever written. */
void sth_shadow_forget_accesses(struct sth_shadow *shadow);

/* The cell of granule number `granule`; NULL when memory is short. */
struct sth_cell *sth_shadow_cell(struct sth_shadow *shadow, uint64_t granule);

#endif
