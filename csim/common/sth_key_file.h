/*
 * Files of `key = value` lines: blank lines and comments from `#` to the end of
 * the line count for nothing.
 */
#ifndef STH_KEY_FILE_H
#define STH_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Takes one line; if it is wrong, returns false and writes the reason, without
 * place or key, into why.  Both texts are trimmed and may be changed.
 */
typedef bool sth_key_line(void *user, char *key, char *value, unsigned line,
                          char *why, size_t why_size);

/*
 * Gives each line of a file to `take`.  On failure returns false and writes
 * "FILE:LINE: key 'KEY': reason" into error, without LINE or KEY where there
 * is none.
 */
bool sth_key_file_read(const char *path, sth_key_line *take, void *user,
                       char *error, size_t error_size);

/*
 * Reads digits alone: no sign, no base prefix.  What is above UINT64_MAX
 * becomes that.  *value is meaningless on failure.
 */
bool sth_key_file_number(const char *text, uint64_t *value);

#ifdef __cplusplus
}
#endif

#endif
