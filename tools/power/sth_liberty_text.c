#include "sth_liberty_text.h"

#include "sth_text_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

struct parser {
    const char *at;
    bool good;
};

/* Skips blanks, comments and the backslashes that join lines. */
static void skip(struct parser *p)
{
    const char *end;

    for (;;) {
        if (isspace((unsigned char)*p->at) || *p->at == '\\') {
            p->at++;
        } else if (!strncmp(p->at, "/*", 2)) {
            end = strstr(p->at, "*/");
            p->at = end ? end + 2 : p->at + strlen(p->at);
        } else {
            return;
        }
    }
}

static bool take(struct parser *p, char c)
{
    skip(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* Up to one of `stops`, without the quotes and joined lines. */
static char *text_until(struct parser *p, const char *stops)
{
    size_t length = 0;
    bool quoted = false;
    char *text;

    skip(p);
    text = malloc(strcspn(p->at, "{}") + 2);
    for (; text && *p->at && (quoted || !strchr(stops, *p->at)); p->at++) {
        if (*p->at == '"')
            quoted = !quoted;
        else if (*p->at != '\\' && *p->at != '\n')
            text[length++] = *p->at;
        if (strchr("{}", *p->at))
            break;
    }
    if (!text || !*p->at || quoted)
        p->good = false;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (text)
        text[length] = 0;
    return text;
}

static struct sth_liberty_group *new_group(char *kind, char *name)
{
    struct sth_liberty_group *g = calloc(1, sizeof(*g));

    if (!g) {
        free(kind);
        free(name);
        return NULL;
    }
    g->kind = kind;
    g->name = name;
    g->last_attribute = &g->attribute;
    g->last_child = &g->child;
    return g;
}

static void add_attribute(struct parser *p, struct sth_liberty_group *g,
                          char *name, char *value)
{
    struct sth_liberty_attribute *a = calloc(1, sizeof(*a));

    if (!a) {
        free(name);
        free(value);
        p->good = false;
        return;
    }
    a->name = name;
    a->value = value;
    *g->last_attribute = a;
    g->last_attribute = &a->next;
}

static void parse_body(struct parser *p, struct sth_liberty_group *g,
                       int depth);

/* One statement of a body. */
static void parse_item(struct parser *p, struct sth_liberty_group *g, int depth)
{
    char *name = text_until(p, ":({};"), *value;
    struct sth_liberty_group *child;

    if (p->good && take(p, ':')) {
        add_attribute(p, g, name, text_until(p, ";}"));
        take(p, ';');
        return;
    }
    if (!p->good || !take(p, '(')) {
        p->good = false;
        free(name);
        return;
    }
    value = text_until(p, ")");
    p->good &= take(p, ')');
    if (!take(p, '{')) {
        add_attribute(p, g, name, value);
        take(p, ';');
        return;
    }
    child = new_group(name, value);
    if (!child) {
        p->good = false;
        return;
    }
    *g->last_child = child;
    g->last_child = &child->next;
    parse_body(p, child, depth + 1);
}

static void parse_body(struct parser *p, struct sth_liberty_group *g, int depth)
{
    if (depth > DEPTH_MAX)
        p->good = false;
    while (p->good && !take(p, '}')) {
        if (!*p->at)
            p->good = depth == 0;
        if (!*p->at)
            return;
        parse_item(p, g, depth);
    }
}

struct sth_liberty_group *sth_liberty_parse(const char *path, char *error,
                                            size_t error_size)
{
    char *text = sth_text_file_read(path, error, error_size);
    struct parser p = {text, true};
    struct sth_liberty_group *root;
    unsigned line = 1;

    if (!text)
        return NULL;
    root = new_group(NULL, NULL);
    if (root)
        parse_body(&p, root, 0);
    if (root && p.good && root->child) {
        free(text);
        return root;
    }
    for (const char *c = text; c < p.at; c++)
        line += *c == '\n';
    snprintf(error, error_size, "%s:%u: no Liberty", path, line);
    free(text);
    sth_liberty_free(root);
    return NULL;
}

void sth_liberty_free(struct sth_liberty_group *group)
{
    while (group) {
        struct sth_liberty_group *next = group->next;

        for (struct sth_liberty_attribute *a = group->attribute; a;) {
            struct sth_liberty_attribute *after = a->next;

            free(a->name);
            free(a->value);
            free(a);
            a = after;
        }
        sth_liberty_free(group->child);
        free(group->kind);
        free(group->name);
        free(group);
        group = next;
    }
}

const char *sth_liberty_value(const struct sth_liberty_group *group,
                              const char *name)
{
    for (const struct sth_liberty_attribute *a = group->attribute; a;
         a = a->next)
        if (!strcmp(a->name, name))
            return a->value;
    return NULL;
}

const struct sth_liberty_group *
sth_liberty_next(const struct sth_liberty_group *child, const char *kind)
{
    while (child && strcmp(child->kind, kind))
        child = child->next;
    return child;
}
