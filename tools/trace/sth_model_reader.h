/*
 * The fields of one object of a configuration, and what is said of them.  The
 * first failure stands; those after it say nothing.
 */
#ifndef STH_MODEL_READER_H
#define STH_MODEL_READER_H

#include "sth_family.h"

#include <jansson.h>

struct sth_model_reader {
    const char *path, *text; /* the file and what is in it */
    const json_t *object;    /* whose fields are asked for */
    const char *within;      /* "text_config." or "": before its fields */
    const char *type;        /* model_type; NULL: not yet known */
    const struct sth_model_ignored *ignored;
    char *message; /* of failure, or notes, a line each */
    size_t size;
    bool failed;
};

/* A sentence on the file, named with the family. */
void sth_model_fail(struct sth_model_reader *r, const char *format, ...);

/* "field 'KEY' ..." with its line. */
void sth_model_fail_field(struct sth_model_reader *r, const char *key,
                          const char *format, ...);

void sth_model_note(struct sth_model_reader *r, const char *format, ...);

/* The value of a field, "a.b" within an object; NULL: not there. */
const json_t *sth_model_field(const struct sth_model_reader *r,
                              const char *key);

/* Neither missing nor null. */
bool sth_model_has(const struct sth_model_reader *r, const char *key);

/*
 * The values of fields that are there, checked; a failure gives a legal one.
 */
uint32_t sth_model_count(struct sth_model_reader *r, const char *key,
                         double min, double max);
double sth_model_real(struct sth_model_reader *r, const char *key);
bool sth_model_flag(struct sth_model_reader *r, const char *key);
enum sth_model_act sth_model_act_named(struct sth_model_reader *r,
                                       const char *key);

/* Whether --ignore names a field, with or without what it stands in. */
bool sth_model_is_ignored(const struct sth_model_reader *r, const char *key);

/* RoPE's parameters in an object; theta also where `with_theta`. */
void sth_model_read_rope(struct sth_model_reader *r, const char *key,
                         bool with_theta, struct sth_model *model);

/* Refuses architectures and auto_map that name other than those stems.  False:
 * the product with the vocabulary does not follow the layers. */
bool sth_model_check_classes(struct sth_model_reader *r, const char *stems);

#endif
