/* One figure against that on record. */
#ifndef STH_SILICON_COMPARE_H
#define STH_SILICON_COMPARE_H

#include <stdio.h>

/* 1, with a line, when the two are more than `percent` apart. */
unsigned sth_silicon_differ(FILE *out, const char *what, const char *unit,
                            double now, double then, double percent);

#endif
