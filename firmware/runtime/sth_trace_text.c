/* Text helpers of the trace parser. */
#include <string.h>

#include "sth_trace_text.h"

void sth_message_add_span(struct sth_message *m, struct sth_span span)
{
    for (size_t i = 0; i < span.bytes && m->used + 1 < m->size; i++)
        m->text[m->used++] = span.text[i];
    m->text[m->used] = '\0';
}

void sth_message_add(struct sth_message *m, const char *text)
{
    struct sth_span span = {text, strlen(text)};

    sth_message_add_span(m, span);
}

void sth_message_add_number(struct sth_message *m, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    struct sth_span span;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    span.text = digits + at;
    span.bytes = sizeof digits - at;
    sth_message_add_span(m, span);
}

bool sth_span_equals(struct sth_span span, const char *text)
{
    return strlen(text) == span.bytes &&
           memcmp(text, span.text, span.bytes) == 0;
}

bool sth_span_cut(struct sth_span *span, char mark, struct sth_span *head)
{
    const char *at = NULL;

    if (span->bytes != 0)
        at = memchr(span->text, mark, span->bytes);
    *head = *span;
    if (at == NULL) {
        span->text += span->bytes;
        span->bytes = 0;
        return false;
    }
    head->bytes = (size_t)(at - span->text);
    span->text = at + 1;
    span->bytes -= head->bytes + 1;
    return true;
}

bool sth_span_decimal(struct sth_span span, uint32_t max, uint32_t *value)
{
    uint64_t sum = 0;

    if (span.bytes == 0 || span.bytes > 10)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        if (span.text[i] < '0' || span.text[i] > '9')
            return false;
        sum = sum * 10 + (uint64_t)(span.text[i] - '0');
    }
    if (sum > max)
        return false;
    *value = (uint32_t)sum;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool sth_span_hex32(struct sth_span span, uint32_t *value)
{
    uint32_t bits = 0;

    if (span.bytes != 10 || span.text[0] != '0' || span.text[1] != 'x')
        return false;
    for (size_t i = 2; i < 10; i++) {
        int digit = hex_digit(span.text[i]);

        if (digit < 0)
            return false;
        bits = bits << 4 | (uint32_t)digit;
    }
    *value = bits;
    return true;
}
