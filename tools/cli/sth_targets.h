/* The files that a command is asked to write, looked at before it works. */
#ifndef STH_TARGETS_H
#define STH_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

struct sth_target {
    const char *option; /* "--json" */
    const char *path;   /* NULL: not asked for */
};

/*
 * Whether none of the targets is that input; otherwise a message has been
 * printed, and the exit status is 2.
 */
bool sth_targets_spare(const struct sth_target *target, size_t targets,
                       const char *input);

/*
 * Returns 0 when every target can be written and no two of them, nor one and
 * an input, are the same file; else the exit status, with a message printed.
 * An input that is NULL is not asked for.
 */
int sth_targets_check(const struct sth_target *target, size_t targets,
                      const char *const *inputs, size_t count);

#endif
