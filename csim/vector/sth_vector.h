/* The vector engine: VECTOR on the lanes of the accumulator. */
#ifndef STH_VECTOR_H
#define STH_VECTOR_H

#include "sth_banks.h"
#include "sth_engine.h"

/*
 * A vector engine that holds no command, in its turn on the clock; NULL when
 * out of memory.  For sth_engine_destroy().
 */
struct sth_engine_state *sth_vector_create(const struct sth_engine_site *site,
                                           struct sth_banks *banks);

#endif
