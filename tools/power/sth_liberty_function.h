/* The boolean functions of Liberty: (!A), A B, A & B, A + B, A | B, A ^ B, A'.
 */
#ifndef STH_LIBERTY_FUNCTION_H
#define STH_LIBERTY_FUNCTION_H

#include "sth_liberty.h"

/*
 * The truth table over the inputs of `cell`, at most STH_LIBERTY_INPUTS; false
 * when the text is no function of them.
 */
bool sth_liberty_function(const struct sth_liberty_cell *cell, const char *text,
                          uint32_t *truth) __attribute__((warn_unused_result));

#endif
