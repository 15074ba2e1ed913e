/*
 * The plans that a command is given by --plans, or keeps under --plan-cache: a
 * folder with a sealed file of plans for each chip and memory, and for each
 * planner: its version and a sum of its sources.
 */
#ifndef STH_PLANS_H
#define STH_PLANS_H

#include <stdbool.h>

#include "sth_config.h"
#include "sth_plan_book.h"

struct sth_plans {
    struct sth_plan_book book;
    const struct sth_config *config;
    const char *file;  /* of --plans; NULL: none */
    const char *cache; /* the folder; NULL: none */
    char path[4352];   /* of the file in it */
};

/*
 * Takes the plans of a file, or what a cache has; both may be NULL.  A cache
 * that cannot be read is empty, and must be one that can be written.  False: a
 * message has been printed, and the exit status is 2.  The configuration must
 * outlive the plans.
 */
bool sth_plans_open(struct sth_plans *plans, const char *file,
                    const char *cache, const struct sth_config *config);

/* As sth_plan_file_write(), to a file; false: a message has been printed. */
bool sth_plans_write(const char *path, const struct sth_plan_book *book,
                     const struct sth_config *config, const char *sealed);

/* Writes to the cache what was decided, and notes what lines of a file nothing
 * took; false: a message has been printed. */
bool sth_plans_keep(const struct sth_plans *plans);

void sth_plans_close(struct sth_plans *plans);

#endif
