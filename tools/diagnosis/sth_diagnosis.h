/*
 * What firmware did wrong on the virtual platform, in words: one report for
 * each mistake, with the places in the source.
 *
 * The processor's mistakes are seen by what it tells (sth_hart.h), those with
 * an accelerator by a guard in front of it (sth_guard.h).  Nothing takes a
 * cycle.
 */
#ifndef STH_DIAGNOSIS_H
#define STH_DIAGNOSIS_H

#include <stdio.h>

#include "sth_guard.h"
#include "sth_vp.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_diagnosis;

/*
 * Reports go to `out`.  The processor may work for `patience` cycles without a
 * command, a retirement or a character; then the run ends.  0: for ever.  NULL
 * when out of memory.
 *
 * Thorough: the processor's accesses to memory too, races between commands, and
 * what nobody has written; the run takes several times as long.
 */
struct sth_diagnosis *sth_diagnosis_create(struct sth_vp *vp, uint64_t patience,
                                           bool thorough, FILE *out);
void sth_diagnosis_destroy(struct sth_diagnosis *diagnosis);

/* A guard in front of the next accelerator: what is to be put on the platform
 * instead of the device; NULL when out of memory or places. */
struct sth_device *sth_diagnosis_guard(struct sth_diagnosis *diagnosis,
                                       struct sth_device *device,
                                       const struct sth_params *params);

/* The processor may work for so many cycles more. */
void sth_diagnosis_allow(struct sth_diagnosis *diagnosis, uint64_t cycles);

/* The device behind a guard of these; another is what it is. */
struct sth_device *sth_diagnosis_behind(const struct sth_diagnosis *diagnosis,
                                        struct sth_device *device);

/*
 * Reports ask what command `index` of accelerator 0 belongs to, and the memory
 * at `addr` (UINT64_MAX: none): "operation 3, matmul; tensor w".  Empty: not
 * known.
 */
void sth_diagnosis_name_commands(struct sth_diagnosis *diagnosis,
                                 void (*name)(void *user, uint32_t index,
                                              uint64_t addr, char *text,
                                              size_t size),
                                 void *user);

/*
 * Behind sth_vp_load(), with the same file, before anything else is written to
 * memory: from here on what the file does not hold is unwritten.  The watcher
 * is set, unless there is one.  False: out of memory.
 */
bool sth_diagnosis_attach(struct sth_diagnosis *diagnosis, const void *file,
                          size_t bytes);

/* Whether no accelerator will interrupt, unless firmware does something. */
bool sth_diagnosis_is_silent(struct sth_diagnosis *diagnosis);

/*
 * The run is over: reports what is left, and returns how many reports there
 * were.  The platform's end says what was found: STOP of a double fault and of
 * a stack that overflows, ASLEEP of firmware that waits awake.
 */
uint32_t sth_diagnosis_end(struct sth_diagnosis *diagnosis);

#ifdef __cplusplus
}
#endif

#endif
