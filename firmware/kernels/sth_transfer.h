/* Cycles of loads and stores, as plans count them. */
#ifndef STH_TRANSFER_H
#define STH_TRANSFER_H

#include "sth_plan_memory.h"
#include "sth_spec.h"

/*
 * Runs of `bytes` each that begin `pitch` bytes apart, in the steady state:
 * beats of the bus, more where runs are not aligned, what memory takes for
 * bytes and for a jump, and never more bursts in flight than `slots`.
 */
uint64_t sth_transfer_runs(const struct sth_params *params,
                           const struct sth_plan_memory *memory, uint64_t runs,
                           uint64_t bytes, uint64_t pitch, uint32_t slots);

/* What memory takes for their bytes alone. */
uint64_t sth_transfer_memory(const struct sth_params *params,
                             const struct sth_plan_memory *memory,
                             uint64_t runs, uint64_t bytes, uint64_t pitch);

/* The same where those that follow each other are one, on chip as in memory. */
uint64_t sth_transfer_cycles(const struct sth_params *params,
                             const struct sth_plan_memory *memory,
                             uint64_t runs, uint64_t bytes, uint64_t pitch,
                             uint32_t slots);

#endif
