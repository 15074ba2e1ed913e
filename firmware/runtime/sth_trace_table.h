/*
 * The table of operations as data: the words of kinds and keys, what each
 * kind takes and writes.  Rules and kernels are elsewhere.
 */
#ifndef STH_TRACE_TABLE_H
#define STH_TRACE_TABLE_H

#include "sth_trace.h"

enum sth_trace_number_type {
    STH_TRACE_TYPE_INT,
    STH_TRACE_TYPE_BOOL,
    STH_TRACE_TYPE_HEX,
    STH_TRACE_TYPE_ACT
};

/* What a kind does with a key; NONE: it does not take it. */
enum sth_trace_need {
    STH_TRACE_NEED_NONE,
    STH_TRACE_NEED_OPTIONAL,
    STH_TRACE_NEED_REQUIRED
};

/* Where a view may lie. */
enum sth_trace_place {
    STH_TRACE_PLACE_NONE,
    STH_TRACE_PLACE_OUT,     /* it is written */
    STH_TRACE_PLACE_APART,   /* read, and overlaps nothing that is written */
    STH_TRACE_PLACE_IN_PLACE /* read; it may be exactly what is written */
};

/* The enums above, one byte each. */
struct sth_trace_signature {
    const char *word;
    uint8_t view[STH_TRACE_VIEW_COUNT];
    uint8_t place[STH_TRACE_VIEW_COUNT];
    uint8_t number[STH_TRACE_NUMBER_COUNT];
    uint8_t list[STH_TRACE_LIST_COUNT];
};

struct sth_trace_number_word {
    const char *text;
    enum sth_trace_number_type type;
};

extern const struct sth_trace_signature
    sth_trace_signatures[STH_TRACE_KIND_COUNT];
extern const char *const sth_trace_view_words[STH_TRACE_VIEW_COUNT];
extern const struct sth_trace_number_word
    sth_trace_number_words[STH_TRACE_NUMBER_COUNT];
extern const struct sth_trace_number_word
    sth_trace_list_words[STH_TRACE_LIST_COUNT];

#endif
