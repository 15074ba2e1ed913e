/* What row-wise operations in front of a product take beside it. */
#ifndef STH_PRELUDE_PLAN_H
#define STH_PRELUDE_PLAN_H

#include "sth_spec.h"

struct sth_prelude;

/* No padding: it is part of a key. */
struct sth_prelude_plan {
    uint32_t alone_cycles; /* on its own; 0: there is no prelude */
    uint32_t rows;       /* of a step beside the product; 0: it does not fit */
    uint32_t sp_bytes;   /* of scratchpad */
    uint32_t acc_rows;   /* of the accumulator */
    uint32_t row_cycles; /* of the vector engine, for a row */
};

void sth_prelude_plan(struct sth_prelude_plan *plan,
                      const struct sth_params *params,
                      const struct sth_prelude *prelude);

#endif
