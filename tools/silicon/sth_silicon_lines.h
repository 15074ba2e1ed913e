/* Files of lines "KEY TEXT", which the flow of `make silicon` writes. */
#ifndef STH_SILICON_LINES_H
#define STH_SILICON_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Takes one line; false when the text is not what its key asks for. */
typedef bool sth_silicon_take(void *to, const char *key, const char *text);

/*
 * Hands over every line of a file that `target` made.  False with a message,
 * which names the line that was not taken.
 */
bool sth_silicon_lines(const char *path, const char *target,
                       sth_silicon_take *take, void *to, char *error,
                       size_t error_size) __attribute__((warn_unused_result));

/* Copies a text of `size` - 1 bytes at most; false when it is longer or empty.
 */
bool sth_silicon_copy(char *to, size_t size, const char *from);

/* Whether a value is finite and not below zero. */
bool sth_silicon_is_amount(double value);

#endif
