/*
 * Cycles: 64 bits, counted from creation.
 */
#ifndef STH_TIME_H
#define STH_TIME_H

#include <stdint.h>

#include "sth_math.h"

/* Later than everything: what is not known, or does not happen. */
#define STH_NEVER UINT64_MAX

#endif
