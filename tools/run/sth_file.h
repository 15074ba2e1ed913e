/* A whole file in memory. */
#ifndef STH_FILE_H
#define STH_FILE_H

#include <stddef.h>

/*
 * Reads at most 1 GiB, aligned as malloc() aligns.  NULL with a sentence in
 * error when that fails; otherwise free() it.
 */
char *sth_file_read(const char *path, size_t *bytes, char *error,
                    size_t error_size);

#endif
