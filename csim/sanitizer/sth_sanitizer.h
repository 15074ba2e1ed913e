/*
 * Finds accesses that no semaphore orders.
 *
 * Rule: a semaphore has one posting and one waiting engine in a program, and
 * its n-th post pairs with its n-th wait.  A command then happens before
 * another when a chain of retirements that post and starts that wait leads
 * from one to the other.  Commands of matrix and vector also follow each other
 * in order; loads overlap loads and stores overlap stores, so those do not. All
 * that the host announces once it has read RETIRED equal to TAIL comes after
 * all before.
 *
 * Each granule of the scratchpad (the smallest aligned chunk; up to 64 bytes of
 * a large one), each row of the accumulator and each 64 bytes of memory
 * remember who wrote and who read them last, with a mask of bytes.  What was
 * forgotten can hide a race; nothing makes one up.  Memory is taken for the
 * places that commands touch, at most 112 bytes for each.
 */
#ifndef STH_SANITIZER_H
#define STH_SANITIZER_H

#include "sth_diagnostic.h"
#include "sth_spec.h"

struct sth_sanitizer;

/* NULL when memory is short.  The caller keeps both until it is destroyed. */
struct sth_sanitizer *sth_sanitizer_create(const struct sth_params *params,
                                           struct sth_diagnostics *diagnostics);
void sth_sanitizer_destroy(struct sth_sanitizer *sanitizer);

/* After a soft reset: no command has run, but memories keep their data. */
void sth_sanitizer_reset(struct sth_sanitizer *sanitizer);

/* The host has read that all `retired` commands that it announced are done:
 * what it announces later comes after them. */
void sth_sanitizer_drained(struct sth_sanitizer *sanitizer, uint32_t retired);

/* A command starts; its accesses are checked and remembered. */
void sth_sanitizer_start(struct sth_sanitizer *sanitizer, uint32_t engine,
                         uint32_t index, const struct sth_command *command);

/* It retires, and its posts carry what it knows. */
void sth_sanitizer_retire(struct sth_sanitizer *sanitizer, uint32_t engine,
                          uint32_t index, const struct sth_command *command);

#endif
