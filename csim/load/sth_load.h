/* The load engine: memory to scratchpad. */
#ifndef STH_LOAD_H
#define STH_LOAD_H

#include "sth_banks.h"
#include "sth_bus.h"
#include "sth_engine.h"

/*
 * A load engine that holds no command, in its turns on the clock; NULL when out
 * of memory.  For sth_engine_destroy().
 */
struct sth_engine_state *sth_load_create(const struct sth_engine_site *site,
                                         struct sth_bus *bus,
                                         struct sth_banks *banks);

#endif
