/* The plans that a command is given. */
#ifndef STH_PLANS_H
#define STH_PLANS_H

#include <stdbool.h>

#include "sth_config.h"
#include "sth_plan_book.h"

/*
 * Adds the plans of a file for that chip and memory; no path: none.  False:
 * a message has been printed, and the exit status is 2.
 */
bool sth_plans_read(struct sth_plan_book *book, const char *path,
                    const struct sth_config *config);

#endif
