#include "sth_verilog.h"

#include "sth_text_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MAX = 1 << 20 };

struct parser {
    struct sth_verilog_module *m;
    struct sth_names *names;
    const char *at, *token; /* `length` bytes before `at` */
    size_t length;
    bool escaped, good;
};

static uint32_t slot(const struct sth_verilog_module *m, const char *name)
{
    return (uint32_t)((uintptr_t)name >> 4) * 2654435761u & (m->hash_size - 1);
}

static void enter(struct sth_verilog_module *m, uint32_t wire)
{
    uint32_t at = slot(m, m->wire.at[wire].name);

    while (m->hash[at])
        at = (at + 1) & (m->hash_size - 1);
    m->hash[at] = wire + 1;
}

static bool add_wire(struct sth_verilog_module *m, struct sth_verilog_wire wire)
{
    wire.first = m->bits;
    m->bits += wire.high - wire.low + 1;
    if (!STH_LIST_PUSH(m->wire, wire))
        return false;
    if (2 * m->wire.count > m->hash_size) {
        free(m->hash);
        m->hash_size = m->hash_size ? 2 * m->hash_size : 1024;
        m->hash = calloc(m->hash_size, sizeof(*m->hash));
        for (uint32_t i = 0; m->hash && i < m->wire.count; i++)
            enter(m, i);
        return m->hash != NULL;
    }
    enter(m, m->wire.count - 1);
    return true;
}

const struct sth_verilog_wire *
sth_verilog_wire(const struct sth_verilog_module *m, const char *name)
{
    if (!m->hash_size)
        return NULL;
    for (uint32_t at = slot(m, name); m->hash[at];
         at = (at + 1) & (m->hash_size - 1))
        if (m->wire.at[m->hash[at] - 1].name == name)
            return &m->wire.at[m->hash[at] - 1];
    return NULL;
}

const struct sth_verilog_module *sth_verilog_find(const struct sth_verilog *v,
                                                  const char *name)
{
    for (uint32_t i = 0; i < v->module.count; i++)
        if (v->module.at[i].name == name)
            return &v->module.at[i];
    return NULL;
}

static void skip(struct parser *p)
{
    for (;;) {
        const char *end = NULL;

        if (isspace((unsigned char)*p->at)) {
            p->at++;
            continue;
        }
        if (!strncmp(p->at, "/*", 2))
            end = strstr(p->at + 2, "*/");
        else if (!strncmp(p->at, "(*", 2))
            end = strstr(p->at + 2, "*)");
        if (!end)
            return;
        p->at = end + 2;
    }
}

static char peek(struct parser *p)
{
    skip(p);
    return *p->at;
}

/* A name, a number with its base, or a character. */
static void next(struct parser *p)
{
    p->escaped = peek(p) == '\\';
    p->token = p->escaped ? ++p->at : p->at;
    if (p->escaped)
        p->at += strcspn(p->at, " \t\n");
    else
        while (isalnum((unsigned char)*p->at) ||
               (*p->at && strchr("_$'", *p->at)))
            p->at++;
    if (p->at == p->token && *p->at)
        p->at++;
    p->length = (size_t)(p->at - p->token);
}

static bool is(const struct parser *p, const char *text)
{
    return !p->escaped && strlen(text) == p->length &&
           !strncmp(p->token, text, p->length);
}

static void expect(struct parser *p, const char *text)
{
    next(p);
    p->good = p->good && is(p, text);
}

static const char *keep(struct parser *p)
{
    const char *name = sth_names_keep(p->names, p->token, p->length);

    p->good = p->good && name;
    return name;
}

static uint32_t whole(struct parser *p)
{
    unsigned long value;
    char *end;

    next(p);
    value = strtoul(p->token, &end, 10);
    p->good = p->good && p->length && end == p->token + p->length &&
              value < WIDTH_MAX;
    return p->good ? (uint32_t)value : 0;
}

/* Behind `wire`, `input` or `output`: `[high:low] name;` */
static void read_wire(struct parser *p, bool port)
{
    struct sth_verilog_wire wire = {.port = port};
    const struct sth_verilog_wire *known;

    if (peek(p) == '[') {
        expect(p, "[");
        wire.high = whole(p);
        expect(p, ":");
        wire.low = whole(p);
        expect(p, "]");
    }
    next(p);
    wire.name = keep(p);
    expect(p, ";");
    if (!p->good || wire.high < wire.low) {
        p->good = false;
        return;
    }
    known = sth_verilog_wire(p->m, wire.name);
    if (known) /* a port has a wire as well */
        p->m->wire.at[known - p->m->wire.at].port |= port;
    else
        p->good = add_wire(p->m, wire);
}

/* The digits of `32'd7`, in so many bits, highest first. */
static void read_decimal(struct parser *p, const char *digits,
                         unsigned long width)
{
    char *end;
    const unsigned long long value = strtoull(digits, &end, 10);

    p->good = p->good && isdigit((unsigned char)*digits) &&
              end == p->token + p->length && width < WIDTH_MAX;
    for (unsigned long i = width; p->good && i-- > 0;)
        p->good =
            STH_LIST_PUSH(p->m->bit, (uint32_t)(i < 64 ? value >> i & 1 : 0));
}

/* `4'b01x1`, `8'h3c` or `32'd7`, the token, highest bit first. */
static void read_constant(struct parser *p)
{
    char *end;
    unsigned long width = strtoul(p->token, &end, 10);
    const char *digits = end + 2;
    const uint32_t each = end[0] && end[1] == 'h' ? 4 : 1;
    const size_t length = p->length > (size_t)(digits - p->token)
                              ? p->length - (size_t)(digits - p->token)
                              : 0;

    if (length && *end == '\'' && end[1] == 'd') {
        read_decimal(p, digits, width);
        return;
    }
    p->good = p->good && length && *end == '\'' &&
              (end[1] == 'b' || end[1] == 'h') && width < WIDTH_MAX;
    for (unsigned long i = width; p->good && i-- > 0;) {
        const size_t digit = i / each;
        const char text[] = {digit < length ? digits[length - 1 - digit] : '0',
                             0};
        const unsigned long value = strtoul(text, NULL, 16);

        p->good = STH_LIST_PUSH(p->m->bit, (uint32_t)(value >> i % each & 1));
    }
}

/* A wire, a bit or a slice of it, highest bit first. */
static void read_name(struct parser *p)
{
    const char *name = keep(p);
    const struct sth_verilog_wire *w =
        p->good ? sth_verilog_wire(p->m, name) : NULL;
    uint32_t high, low;

    if (!w) {
        p->good = false;
        return;
    }
    high = w->high;
    low = w->low;
    if (peek(p) == '[') {
        expect(p, "[");
        high = low = whole(p);
        if (peek(p) == ':') {
            expect(p, ":");
            low = whole(p);
        }
        expect(p, "]");
    }
    p->good = p->good && low >= w->low && high <= w->high && low <= high;
    for (uint32_t i = high + 1; p->good && i-- > low;)
        p->good = STH_LIST_PUSH(p->m->bit, w->first + i - w->low);
}

static void read_part(struct parser *p)
{
    next(p);
    if (is(p, "{")) {
        do {
            read_part(p);
            next(p);
        } while (p->good && is(p, ","));
        p->good = p->good && is(p, "}");
    } else if (!p->escaped && isdigit((unsigned char)*p->token)) {
        read_constant(p);
    } else {
        read_name(p);
    }
}

/* Appends the bits of a value, the lowest first; returns how many. */
static uint32_t read_value(struct parser *p)
{
    const uint32_t first = p->m->bit.count;
    uint32_t count;

    read_part(p);
    count = p->m->bit.count - first;
    for (uint32_t i = 0; i < count / 2; i++) {
        uint32_t *a = &p->m->bit.at[first + i];
        uint32_t *b = &p->m->bit.at[first + count - 1 - i];
        uint32_t kept = *a;

        *a = *b;
        *b = kept;
    }
    return count;
}

/* Behind `assign`: `value = value;` */
static void read_assign(struct parser *p)
{
    const uint32_t first = p->m->bit.count, left = read_value(p);

    expect(p, "=");
    p->good = p->good && read_value(p) == left;
    expect(p, ";");
    for (uint32_t i = 0; p->good && i < left; i++)
        p->good = STH_LIST_PUSH(p->m->alias, p->m->bit.at[first + i]) &&
                  STH_LIST_PUSH(p->m->alias, p->m->bit.at[first + left + i]);
    p->m->bit.count = first;
}

/* Behind the type: `name (.pin(value), ...);` */
static void read_cell(struct parser *p)
{
    struct sth_verilog_cell cell = {.type = keep(p), .first = p->m->pin.count};

    next(p);
    expect(p, "(");
    do {
        struct sth_verilog_pin pin;

        expect(p, ".");
        next(p);
        pin.name = keep(p);
        expect(p, "(");
        pin.first = p->m->bit.count;
        pin.width = peek(p) == ')' ? 0 : read_value(p);
        expect(p, ")");
        p->good = p->good && STH_LIST_PUSH(p->m->pin, pin);
        next(p);
    } while (p->good && is(p, ","));
    p->good = p->good && is(p, ")");
    expect(p, ";");
    cell.pins = p->m->pin.count - cell.first;
    p->good = p->good && STH_LIST_PUSH(p->m->cell, cell);
}

/* Behind `module`, up to `endmodule`. */
static void read_module(struct parser *p)
{
    next(p);
    p->m->name = keep(p);
    p->m->bits = STH_VERILOG_CONSTANTS;
    while (p->good && *p->at && !is(p, ";"))
        next(p);
    for (next(p); p->good && !is(p, "endmodule"); next(p)) {
        if (is(p, "wire"))
            read_wire(p, false);
        else if (is(p, "input") || is(p, "output"))
            read_wire(p, true);
        else if (is(p, "assign"))
            read_assign(p);
        else if (p->length)
            read_cell(p);
        else
            p->good = false;
    }
}

bool sth_verilog_read(struct sth_verilog *v, const char *path, char *error,
                      size_t error_size)
{
    char *text = sth_text_file_read(path, error, error_size);
    struct parser p = {NULL, &v->names, text, text, 0, false, true};
    unsigned line = 1;

    if (!text)
        return false;
    while (p.good && peek(&p)) {
        expect(&p, "module");
        p.good =
            p.good && STH_LIST_PUSH(v->module, (struct sth_verilog_module){0});
        if (!p.good)
            break;
        p.m = &v->module.at[v->module.count - 1];
        read_module(&p);
    }
    for (const char *c = text; c < p.at; c++)
        line += *c == '\n';
    free(text);
    if (!p.good)
        snprintf(error, error_size, "%s:%u: not of a mapped netlist", path,
                 line);
    return p.good;
}

void sth_verilog_fini(struct sth_verilog *v)
{
    for (uint32_t i = 0; i < v->module.count; i++) {
        struct sth_verilog_module *m = &v->module.at[i];

        free(m->wire.at);
        free(m->cell.at);
        free(m->pin.at);
        free(m->bit.at);
        free(m->alias.at);
        free(m->hash);
    }
    free(v->module.at);
    sth_names_fini(&v->names);
    *v = (struct sth_verilog){0};
}
