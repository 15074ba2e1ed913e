/*
 * The table of families: for each, what its fields mean.  families/ holds a
 * file for each, and families/rows.h says what its rows are.
 */
#ifndef STH_FAMILY_H
#define STH_FAMILY_H

#include "sth_model.h"

#include <stdio.h>

enum sth_key_kind {
    STH_KEY_SHAPE,  /* whole number in [min, max]; a note when it is missing */
    STH_KEY_COUNT,  /* whole number in [min, max] */
    STH_KEY_OPTION, /* the same, or null for 0 */
    STH_KEY_REAL, /* positive number, or null: for the default, 0 if min > 0 */
    STH_KEY_FLAG, /* true or false */
    STH_KEY_FORM, /* the same; a note when it is missing */
    STH_KEY_ACT,  /* the name of an activation */
    STH_KEY_ROPE, /* object of RoPE's parameters */
    STH_KEY_LAYERS, /* list of layer numbers */
    STH_KEY_TYPES,  /* list of "sliding_attention" and "full_attention" */
    STH_KEY_LAST_OBEYED = STH_KEY_TYPES,
    STH_KEY_ALSO,    /* another name, of the field in values */
    STH_KEY_NEUTRAL, /* refused unless missing or one of the values */
    STH_KEY_ENDS,    /* as NEUTRAL, for what is not a layer */
    STH_KEY_IGNORED  /* cannot matter */
};

struct sth_family_key {
    const char *key; /* with a dot: within an object */
    enum sth_key_kind kind;
    size_t offset;      /* of the member of struct sth_model */
    double min, max;    /* FLAG: values of the member for false and true */
    const char *values; /* JSON, separated by spaces */
    const char *why;    /* what another value would need */
};

struct sth_family {
    const char *types;   /* names of model_type, separated by spaces */
    const char *classes; /* stems of architectures */
    const char *about;   /* the layer in a few words */
    const struct sth_family_key *key;
    size_t keys;
    void (*base)(struct sth_model *model); /* what is fixed, and defaults */
    void (*derive)(struct sth_model *model);
};

/* The rows of the table; *count receives how many. */
const struct sth_family *sth_family_list(size_t *count);

/* NULL when there is none of that model_type. */
const struct sth_family *sth_family_find(const char *type);

/* The row of a field, of the family or common to all; NULL: unknown. */
const struct sth_family_key *sth_family_key_find(const struct sth_family *f,
                                                 const char *key);

/* The rows of fields common to all. */
const struct sth_family_key *sth_family_common(size_t *count);

/* Why a model_type that is known is not played; NULL: unknown or played. */
const char *sth_family_refusal(const char *type);

/* A file that holds a family's fields in an object of its own. */
struct sth_family_wrapper {
    const char *type;    /* model_type of the file */
    const char *text;    /* of the object text_config, unless it says its own */
    const char *classes; /* stems of architectures of the file */
    bool flat;           /* text_config may be missing: the file itself then */
};

const struct sth_family_wrapper *sth_family_wrapper_find(const char *type);

/* Whether a field of such a file is about other than text. */
bool sth_family_wrapper_ignores(const char *key);

/* "gpt2, bert, ..." */
void sth_family_names(char *text, size_t size);

/* The tables of docs/trace.md. */
void sth_family_print(FILE *out);

#endif
