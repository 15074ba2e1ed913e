/*
 * Plays a trace layer by layer: each layer begins with the core reset and the
 * memory at rest, at the start of a refresh period.  The cycles of a layer
 * then depend on its operations and shapes alone, so a layer that does the
 * same as an earlier one need not be simulated again: its figures are copied.
 *
 * A layer is a run of operations whose results carry one prefix up to the
 * first '.' of their names.  Time only.
 */
#ifndef STH_LAYERS_H
#define STH_LAYERS_H

#include "sth_runtime.h"
#include "systolith.h"

#include <stdbool.h>
#include <stdint.h>

/* Figures of a run by layers. */
struct sth_layers_figures {
    uint32_t layers;
    uint32_t simulated;              /* the others were copied */
    uint64_t counter[STH_CNT_COUNT]; /* sums over all layers */
};

struct sth_layers {
    struct sth_runtime *runtime; /* initialised */
    struct sth_device *csim;
    const struct sth_mem *mem; /* of csim */
    const struct sth_trace *trace;
    void *workspace; /* of sth_runtime_run() */
    size_t workspace_bytes;
    bool simulate_all;
    /* Operations from `first` on are about to be simulated: report their
     * cycles as that much later, for the layers that were copied. */
    void (*begin)(void *user, uint32_t first, uint64_t later);
    /* Operations from `first` on behave as those from `like` on, later. */
    void (*copy)(void *user, uint32_t first, uint32_t ops, uint32_t like,
                 uint64_t later);
    /* What operations from `first` on took, simulated or copied. */
    void (*tell)(void *user, uint32_t first, uint32_t ops, bool copied,
                 uint64_t cycles, uint64_t commands);
    void *user;
};

/*
 * Gives the tensors addresses such that equal layers see equal ones, as far as
 * the memory's timing goes.  Returns the first address after them.
 */
uint64_t sth_layers_place(struct sth_trace *trace, uint64_t base,
                          const struct sth_mem *mem);

/* Layers of a trace. */
uint32_t sth_layers_count(const struct sth_trace *trace);

/* WORKSPACE when memory is short. */
enum sth_fw_err sth_layers_run(const struct sth_layers *job,
                               struct sth_layers_figures *figures);

#endif
