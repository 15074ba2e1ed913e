/* What is said of a measured chip: text, Markdown, JSON, a drawing. */
#ifndef STH_SILICON_REPORT_H
#define STH_SILICON_REPORT_H

#include "sth_config.h"
#include "sth_silicon.h"
#include "sth_silicon_power.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdio.h>

/* How a chip stands to its records. */
struct sth_silicon_verdict {
    double percent;          /* that a figure may be off */
    unsigned count;          /* of figures that are further off */
    const char *differences; /* what the comparisons printed, a line each */
};

/*
 * Each writes the whole chip; false when it cannot be written.  Text and
 * Markdown hold the same tables; JSON adds version and configuration, and power
 * and verdict where they are not NULL.
 */
bool sth_silicon_text(FILE *out, const struct sth_silicon *chip);
bool sth_silicon_markdown(FILE *out, const struct sth_silicon *chip);
bool sth_silicon_json(FILE *out, const struct sth_silicon *chip,
                      const struct sth_silicon_power *power,
                      const struct sth_config *config,
                      const struct sth_silicon_verdict *verdict);
bool sth_silicon_svg(FILE *out, const struct sth_silicon *chip);

/* One block and its slowest path by itself. */
bool sth_silicon_block_text(FILE *out, const struct sth_silicon *chip,
                            const struct sth_silicon_block *block);

/* What a chip spends at a period of so many nanoseconds. */
bool sth_silicon_power_text(FILE *out, const struct sth_silicon_power *power,
                            double ns);
bool sth_silicon_power_markdown(FILE *out,
                                const struct sth_silicon_power *power,
                                double ns);
json_t *sth_silicon_power_json(const struct sth_silicon_power *power,
                               double ns);

/*
 * Prints every figure of the chip (period, area, flip-flops, and area and worst
 * path of each block) that is more than `percent` off that on record, every
 * block and memory that only one of them has or that is of another size or
 * number, and other parameters, another library or corner; returns how many.  A
 * chip without paths holds some blocks alone, and those are compared.
 */
unsigned sth_silicon_compare(FILE *out, const struct sth_silicon *chip,
                             const struct sth_silicon *record, double percent);

/*
 * The same for power: every event's energy, every block in every stretch.
 */
unsigned sth_silicon_power_compare(FILE *out,
                                   const struct sth_silicon_power *power,
                                   const struct sth_silicon_power *record,
                                   double percent);

#endif
