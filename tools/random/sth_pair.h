/*
 * The C model and the RTL side by side behind one device, each with a memory
 * of its own; or the C model alone.
 */
#ifndef STH_PAIR_H
#define STH_PAIR_H

#include "sth_backend.h"
#include "sth_program.h"

#include <stddef.h>

enum {
    STH_PAIR_RING_LOG2 = 10,
    STH_PAIR_COMMANDS = 1 << STH_PAIR_RING_LOG2 /* the longest stream */
};

struct sth_pair {
    const struct sth_backend *backend; /* NULL: no RTL */
    struct sth_mem *csim_mem, *rtl_mem;
    struct sth_device *csim, *rtl, *lockstep;
    struct sth_device *dev; /* what software drives */
};

/* Devices for a program; the seed decides stalls and power-up state. */
bool sth_pair_open(struct sth_pair *pair, const struct sth_backend *backend,
                   const struct sth_params *params, uint64_t seed,
                   const struct sth_program *program);
void sth_pair_close(struct sth_pair *pair);

/*
 * Fills the windows of a program in memory and starts a command stream, which
 * need not be the program's own.
 */
void sth_pair_start(struct sth_pair *pair, const struct sth_program *windows,
                    uint64_t seed, const struct sth_command *commands,
                    uint32_t count, uint32_t watchdog);

/*
 * From now on `observer` (NULL: nothing) is called for every command that both
 * sides retired; without RTL it never is.
 */
void sth_pair_observe(struct sth_pair *pair, sth_event_pair *observer,
                      void *user);

/* Waits for the end; false on a fault or when it does not come. */
bool sth_pair_finish(struct sth_pair *pair, uint32_t count);

/* Waits for both sides to report a fault; false when one does not. */
bool sth_pair_wait_fault(struct sth_pair *pair);

/* Accesses to [first, last] fail from now on; first > last: none do. */
void sth_pair_set_error_range(struct sth_pair *pair, uint64_t first,
                              uint64_t last);

/* Soft reset and its end; false when that does not come. */
bool sth_pair_reset(struct sth_pair *pair);

/* The first difference so far, if any, as text. */
bool sth_pair_difference(struct sth_pair *pair, char *text, size_t size);

#endif
