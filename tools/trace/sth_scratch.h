/*
 * A file without a name that can be opened again by a path, as long as it is
 * open here: nothing is left of it, however the process ends.
 */
#ifndef STH_SCRATCH_H
#define STH_SCRATCH_H

#include <stdio.h>

enum { STH_SCRATCH_PATH = 64 };

/* NULL with errno set when there can be none. */
FILE *sth_scratch_open(char path[STH_SCRATCH_PATH]);

#endif
