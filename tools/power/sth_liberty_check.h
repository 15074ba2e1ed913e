/* Whether a Liberty file is one that the flow of `make silicon` can work with.
 */
#ifndef STH_LIBERTY_CHECK_H
#define STH_LIBERTY_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One library in ns, V and pF, of cells with areas, among them an inverter, a
 * gate of two inputs, BUFX4 and a flip-flop of the rising edge, which begins
 * with DFF and has its output at Q.  False with a message.
 */
bool sth_liberty_check(const char *path, char *error, size_t error_size)
    __attribute__((warn_unused_result));

#endif
