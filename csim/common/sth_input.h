/* Files that users name, opened to be read. */
#ifndef STH_INPUT_H
#define STH_INPUT_H

#include <stddef.h>
#include <stdio.h>

/*
 * A file or a pipe: what else there is may never end.  NULL with "PATH: why"
 * in error, which holds size bytes, for anything else.
 */
FILE *sth_input_open(const char *path, char *error, size_t size);

#endif
