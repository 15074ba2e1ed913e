/*
 * What every JSON report says about itself: the version that wrote it and the
 * configuration that it is about.
 */
#ifndef STH_REPORT_HEAD_H
#define STH_REPORT_HEAD_H

#include "sth_config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * {"project": "0.9.0", "contract": "2.0", "build": "v0.9.0-4-g0123abc"}, the
 * last null when the sources were built without git.
 */
json_t *sth_report_version(void);

/* Every key of a configuration. */
json_t *sth_report_parameters(const struct sth_config *config);

/*
 * Sets "version", "config", "parameters", "clock_mhz", "memory" and "hash",
 * which is sth_config_hash(), of an object.
 */
void sth_report_head(json_t *object, const struct sth_config *config);

/* Sets the last four of them in an object of their own, named as it is. */
void sth_report_add_config(json_t *object, const struct sth_config *config);

/* A JSON text; bytes that are no UTF-8 become '?'. */
json_t *sth_report_string(const char *text);

/* Writes and releases a report; false when it cannot be written. */
bool sth_report_write(FILE *out, json_t *report);

#endif
