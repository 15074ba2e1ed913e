/*
 * What every kind of line of a trace needs while it is parsed: room in the
 * arena, words, names of tensors, messages.  Functions that fail return false
 * or NULL; the reason is in message, or it is short_of_arena.
 */
#ifndef STH_TRACE_PARSER_H
#define STH_TRACE_PARSER_H

#include "sth_trace.h"
#include "sth_trace_names.h"
#include "sth_trace_text.h"

#define STH_TRACE_NUMBER_MAX 0x3fffffffu /* of extents and decimal numbers */

struct sth_parser {
    struct sth_trace *trace;
    struct sth_trace_names names;
    uint8_t *arena;
    size_t arena_bytes;
    size_t arena_used;
    bool short_of_arena;
    struct sth_message message;
    uint32_t line;
};

/* Room for that many bytes, aligned for uint64_t; NULL: the arena is full. */
void *sth_parser_take(struct sth_parser *p, size_t bytes);

/* A terminated copy in the arena; "" when that is full. */
const char *sth_parser_keep(struct sth_parser *p, struct sth_span span);

/* Cuts off the next word of a line; an empty one: there is none. */
struct sth_span sth_parser_word(struct sth_span *rest);

/* The tensor of that name, or -1. */
int32_t sth_parser_find(const struct sth_parser *p, struct sth_span name);

/* "field 'FIELD': BEFORE culprit AFTER"; return false. */
bool sth_parser_fail_span(struct sth_parser *p, struct sth_span field,
                          const char *before, struct sth_span culprit,
                          const char *after);
bool sth_parser_fail_with(struct sth_parser *p, const char *field,
                          const char *before, struct sth_span culprit,
                          const char *after);
bool sth_parser_fail(struct sth_parser *p, const char *field, const char *what);

/*
 * Cuts off the "+D" behind a number that grows by D with each step; without
 * one *by is 0.  False: D is none.
 */
bool sth_parser_cut_growth(struct sth_span *number, uint32_t *by);

/* The member at `offset` of the next operation grows, unless by is 0. */
void sth_parser_grow(struct sth_parser *p, size_t offset, uint32_t by);

/*
 * Checks that an operation, the last that was appended, is one in every step.
 * The present step is the first again then.
 */
bool sth_parser_check_steps(struct sth_parser *p);

/* Parses what follows the word "steps". */
bool sth_parser_steps(struct sth_parser *p, struct sth_span rest);

/* Parses what follows the word "op" and appends the operation. */
bool sth_parser_op(struct sth_parser *p, struct sth_span rest);

#endif
