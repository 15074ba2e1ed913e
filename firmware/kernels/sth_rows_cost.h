/* What a plan of a row-wise operation takes, in cycles.  Pure arithmetic. */
#ifndef STH_ROWS_COST_H
#define STH_ROWS_COST_H

#include "sth_plan_memory.h"
#include "sth_rows.h"

/* Block after block at the pace of the slowest part. */
uint32_t sth_rows_cost(const struct sth_rows_plan *plan,
                       const struct sth_params *params,
                       const struct sth_plan_memory *memory,
                       const struct sth_rows_shape *shape);

#endif
