/* What is said of a measured chip: text, Markdown, JSON, a drawing. */
#ifndef STH_SILICON_REPORT_H
#define STH_SILICON_REPORT_H

#include "sth_config.h"
#include "sth_silicon.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Each writes the whole chip; false when it cannot be written.  Text and
 * Markdown hold the same tables; JSON adds version and configuration.
 */
bool sth_silicon_text(FILE *out, const struct sth_silicon *chip);
bool sth_silicon_markdown(FILE *out, const struct sth_silicon *chip);
bool sth_silicon_json(FILE *out, const struct sth_silicon *chip,
                      const struct sth_config *config);
bool sth_silicon_svg(FILE *out, const struct sth_silicon *chip);

/* One block and its slowest path by itself. */
bool sth_silicon_block_text(FILE *out, const struct sth_silicon *chip,
                            const struct sth_silicon_block *block);

/*
 * Prints every figure of the chip (period, area, flip-flops, and area and worst
 * path of each block) that is more than `percent` off that on record, and every
 * block that only one of them has; returns how many.  A chip without paths
 * holds some blocks alone, and those are compared.
 */
unsigned sth_silicon_compare(FILE *out, const struct sth_silicon *chip,
                             const struct sth_silicon *record, double percent);

#endif
