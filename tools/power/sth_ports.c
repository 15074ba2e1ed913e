#include "sth_ports.h"

#include "sth_input.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Words of a line: the first, and what is behind it. */
struct line {
    char word[64];
    char rest[STH_PORTS_WIDTH + 8];
};

static bool read_line(struct sth_ports *p, struct line *l)
{
    p->line++;
    /* The widths of `struct line`. */
    return fscanf(p->file, "%63s %4103[^\n]", l->word, l->rest) == 2;
}

static bool add_port(struct sth_ports *p, const char *text)
{
    char name[64], more;
    uint32_t width;

    if (p->count == STH_PORTS_MAX ||
        sscanf(text, "%63s %" SCNu32 " %c", name, &width, &more) != 2 ||
        !width || width > STH_PORTS_WIDTH)
        return false;
    strcpy(p->port[p->count].name, name);
    p->port[p->count].width = width;
    p->port[p->count].bit = malloc(width + 1);
    if (!p->port[p->count].bit)
        return false;
    memset(p->port[p->count].bit, '0', width);
    p->port[p->count].bit[width] = 0;
    p->count++;
    return true;
}

static bool change(struct sth_ports *p, const struct line *l)
{
    char *end;
    unsigned long port = strtoul(l->word, &end, 10);

    if (*end || port >= p->count || strlen(l->rest) != p->port[port].width ||
        strspn(l->rest, "01") != p->port[port].width)
        return false;
    strcpy(p->port[port].bit, l->rest);
    return true;
}

/* Reads up to the next cycle's line; applies the changes before it. */
static bool advance(struct sth_ports *p)
{
    struct line l;

    while (read_line(p, &l)) {
        if (!strcmp(l.word, "port") && !p->begun) {
            if (!add_port(p, l.rest))
                return false;
        } else if (!strcmp(l.word, "cycle") || !strcmp(l.word, "end")) {
            uint64_t at = strtoull(l.rest, NULL, 10);

            if (p->begun && at <= p->due)
                return false;
            p->due = at;
            p->done = *l.word == 'e';
            p->end = p->done ? at : 0;
            return true;
        } else if (!p->begun || !change(p, &l)) {
            return false;
        }
    }
    return false;
}

bool sth_ports_open(struct sth_ports *p, const char *path, char *error,
                    size_t error_size)
{
    memset(p, 0, sizeof(*p));
    p->path = path;
    p->file = sth_input_open(path, error, error_size);
    if (!p->file)
        return false;
    if (!advance(p) || p->done || !p->count) {
        sth_ports_explain(p, error, error_size);
        return false;
    }
    p->first = p->due;
    return true;
}

void sth_ports_close(struct sth_ports *p)
{
    if (p->file)
        fclose(p->file);
    for (uint32_t i = 0; i < p->count; i++)
        free(p->port[i].bit);
    memset(p, 0, sizeof(*p));
}

bool sth_ports_next(struct sth_ports *p)
{
    p->cycle = p->begun ? p->cycle + 1 : p->first;
    p->begun = true;
    if (p->cycle == p->due && !p->done)
        p->bad = !advance(p);
    return !p->bad && !(p->done && p->cycle == p->end);
}

void sth_ports_explain(const struct sth_ports *p, char *error,
                       size_t error_size)
{
    snprintf(error, error_size, "%s:%u: not a line of a record of ports",
             p->path, p->line);
}

int sth_ports_find(const struct sth_ports *p, const char *name)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (!strcmp(p->port[i].name, name))
            return (int)i;
    return -1;
}

bool sth_ports_is(const struct sth_ports *p, int port)
{
    return port >= 0 && p->port[port].bit[0] == '1';
}
