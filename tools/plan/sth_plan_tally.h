/* The answers about many seeds, added up: `systolith plan --random`. */
#ifndef STH_PLAN_TALLY_H
#define STH_PLAN_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Asks about `count` seeds and prints the worst answers, each with the command
 * that repeats it, and the sums; of one seed all answers and chip and trace.
 * Returns whether the property holds: nothing is refused that half of a memory
 * takes, and of the doublings, and of the answers about more rows, no more than
 * one in a hundred is worse by more than 3 %.  The array's rows and columns are
 * printed but not judged: a larger array needs larger work.
 */
bool sth_plan_tally(FILE *out, uint64_t seed, uint64_t count);

#endif
