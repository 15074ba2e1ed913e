/* Plans of kernels in words. */
#ifndef STH_PLAN_TEXT_H
#define STH_PLAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes what a plan of that kernel says; "?" for a kernel not known. */
void sth_plan_text(const char *kernel, const void *plan, char *text,
                   size_t size);

/*
 * Writes in which members that are free to choose `other` differs from a plan
 * of that kernel.
 */
void sth_plan_difference(const char *kernel, const void *plan,
                         const void *other, char *text, size_t size);

/* Whether it differs in none. */
bool sth_plan_same(const char *kernel, const void *plan, const void *other);

/* What bounds it by its estimate: "load", "array", ...; NULL: not known. */
const char *sth_plan_bound(const char *kernel, const void *plan);

#endif
