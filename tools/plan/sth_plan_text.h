/* Plans of kernels in words. */
#ifndef STH_PLAN_TEXT_H
#define STH_PLAN_TEXT_H

#include <stddef.h>

/* Writes what a plan of that kernel says; "?" for a kernel not known. */
void sth_plan_text(const char *kernel, const void *plan, char *text,
                   size_t size);

/* What bounds it by its estimate: "load", "array", ...; NULL: not known. */
const char *sth_plan_bound(const char *kernel, const void *plan);

#endif
