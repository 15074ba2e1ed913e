/* The store engine: scratchpad to memory. */
#ifndef STH_STORE_H
#define STH_STORE_H

#include "sth_banks.h"
#include "sth_bus.h"
#include "sth_engine.h"

/*
 * A store engine that holds no command, in its turn on the clock; NULL when out
 * of memory.  For sth_engine_destroy().
 */
struct sth_engine_state *sth_store_create(const struct sth_engine_site *site,
                                          struct sth_bus *bus,
                                          struct sth_banks *banks);

#endif
