/*
 * Two devices driven as one: a reference (the C model) and a device under
 * test (the Verilated RTL).  Firmware sees one chip; every register write
 * reaches both, and both event streams are compared, engine by engine, as
 * they come.  The first difference stops the comparison and is described.
 *
 * The two may be at different cycles at any moment: registers that depend on
 * progress (HEAD, RETIRED, STATUS) answer for the slower of the two, so that
 * firmware never runs ahead of either.
 *
 * When both report a fault, events of younger commands than the faulty one do
 * not count: how far engines get before they stop depends on cycles.
 */
#ifndef STH_LOCKSTEP_H
#define STH_LOCKSTEP_H

#include "sth_backend.h"
#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Owns neither device.  NULL when out of memory. */
struct sth_device *sth_lockstep_create(const struct sth_params *params,
                                       struct sth_device *reference,
                                       struct sth_device *dut);

/* Asks `violation` about the dut from now on; what it says is a difference. */
void sth_lockstep_guard(struct sth_device *lockstep,
                        const char *(*violation)(struct sth_device *dut));

/* The first difference so far; difference->found says whether there is one. */
void sth_lockstep_difference(struct sth_device *lockstep,
                             struct sth_difference *difference);

/* Calls `pair` for every command from now on that both sides retired. */
void sth_lockstep_observe(struct sth_device *lockstep, sth_event_pair *pair,
                          void *user);

#ifdef __cplusplus
}
#endif

#endif
