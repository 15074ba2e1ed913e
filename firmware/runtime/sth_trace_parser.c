/* What every kind of line of a trace needs. */
#include <string.h>

#include "sth_trace_parser.h"

void *sth_parser_take(struct sth_parser *p, size_t bytes)
{
    size_t at = (p->arena_used + 7) & ~(size_t)7;

    if (bytes > p->arena_bytes || at > p->arena_bytes - bytes) {
        p->short_of_arena = true;
        return NULL;
    }
    p->arena_used = at + bytes;
    return p->arena + at;
}

const char *sth_parser_keep(struct sth_parser *p, struct sth_span span)
{
    char *copy = sth_parser_take(p, span.bytes + 1);

    if (copy == NULL)
        return "";
    memcpy(copy, span.text, span.bytes);
    copy[span.bytes] = '\0';
    return copy;
}

bool sth_parser_fail_span(struct sth_parser *p, struct sth_span field,
                          const char *before, struct sth_span culprit,
                          const char *after)
{
    const size_t shown = 64;

    if (culprit.bytes > shown)
        culprit.bytes = shown;
    sth_message_add(&p->message, "field '");
    sth_message_add_span(&p->message, field);
    sth_message_add(&p->message, "': ");
    sth_message_add(&p->message, before);
    sth_message_add_span(&p->message, culprit);
    sth_message_add(&p->message, after);
    return false;
}

bool sth_parser_fail(struct sth_parser *p, const char *field, const char *what)
{
    struct sth_span name = {field, strlen(field)};
    struct sth_span none = {"", 0};

    return sth_parser_fail_span(p, name, what, none, "");
}

bool sth_parser_fail_with(struct sth_parser *p, const char *field,
                          const char *before, struct sth_span culprit,
                          const char *after)
{
    struct sth_span name = {field, strlen(field)};

    return sth_parser_fail_span(p, name, before, culprit, after);
}

struct sth_span sth_parser_word(struct sth_span *rest)
{
    struct sth_span word;

    while (rest->bytes != 0 && rest->text[0] == ' ') {
        rest->text++;
        rest->bytes--;
    }
    sth_span_cut(rest, ' ', &word);
    return word;
}

int32_t sth_parser_find(const struct sth_parser *p, struct sth_span name)
{
    return sth_trace_names_find(&p->names, p->trace, name);
}
