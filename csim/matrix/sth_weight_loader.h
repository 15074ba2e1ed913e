/*
 * Within the matrix engine: when the weights of a tile are read.  Activation
 * reads are always granted; a weight read waits while it meets one in the same
 * bank.
 */
#ifndef STH_WEIGHT_LOADER_H
#define STH_WEIGHT_LOADER_H

#include "sth_banks.h"

/*
 * How the weight reads of a tile give way to the rows of the one before it.
 * That depends on strides and distances modulo the banks, so it repeats.  The
 * cycles of the reads lie in the banks, under the same number.
 */
struct sth_weight_loader {
    struct sth_banks *banks;
    uint64_t key[STH_PATTERNS];    /* all of that; 0: nothing is like it */
    uint64_t in_use[STH_PATTERNS]; /* until the end of this cycle */
    uint32_t end[STH_PATTERNS];    /* from first_step to behind the last read */
};

/* No pattern is known. */
void sth_weight_loader_reset(struct sth_weight_loader *loader);

/*
 * Reads the weights of a tile in `steps` steps from first_step on, beside the
 * rows of the last tile announced: finds last_step and the pattern.  False:
 * there is no room for another pattern in cycle now, and nothing has happened.
 */
bool sth_weight_loader_read(struct sth_weight_loader *loader, uint64_t now,
                            struct sth_weight_tile *tile, uint32_t steps);

#endif
