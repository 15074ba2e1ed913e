/*
 * Text helpers of the trace parser: messages without the C library's printf,
 * numbers with range checks.  They know nothing of traces.
 */
#ifndef STH_TRACE_TEXT_H
#define STH_TRACE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of text that is not terminated. */
struct sth_span {
    const char *text;
    size_t bytes;
};

/* A message under construction; too long a one is cut. */
struct sth_message {
    char *text;
    size_t size; /* of the buffer, terminator included */
    size_t used;
};

void sth_message_add(struct sth_message *m, const char *text);
void sth_message_add_span(struct sth_message *m, struct sth_span span);
void sth_message_add_number(struct sth_message *m, uint64_t value);

bool sth_span_equals(struct sth_span span, const char *text);

/* Cuts span at the first `mark`; false and all of it in *head: no mark. */
bool sth_span_cut(struct sth_span *span, char mark, struct sth_span *head);

/* Decimal digits only, up to `max`. */
bool sth_span_decimal(struct sth_span span, uint32_t max, uint32_t *value);

/* "0x" and exactly eight hexadecimal digits. */
bool sth_span_hex32(struct sth_span span, uint32_t *value);

#endif
