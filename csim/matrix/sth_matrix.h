/* The matrix engine: the systolic array. */
#ifndef STH_MATRIX_H
#define STH_MATRIX_H

#include "sth_banks.h"
#include "sth_engine.h"

/*
 * A matrix engine that holds no command, in its turn on the clock; NULL when
 * out of memory.  For sth_engine_destroy().
 */
struct sth_engine_state *sth_matrix_create(const struct sth_engine_site *site,
                                           struct sth_banks *banks);

#endif
