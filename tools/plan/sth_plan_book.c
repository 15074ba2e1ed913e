/* Plans by kernel and shape. */
#include "sth_plan_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sth_plan_book_init(struct sth_plan_book *book)
{
    book->first = NULL;
    book->last = &book->first;
}

void sth_plan_book_fini(struct sth_plan_book *book)
{
    while (book->first != NULL) {
        struct sth_plan_entry *next = book->first->next;

        free(book->first);
        book->first = next;
    }
    book->last = &book->first;
}

static size_t words(size_t bytes)
{
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

void *sth_plan_entry_plan(struct sth_plan_entry *e)
{
    return e->bytes;
}

void *sth_plan_entry_shape(struct sth_plan_entry *e)
{
    return e->bytes + words(e->plan_bytes);
}

struct sth_plan_entry *sth_plan_book_find(const struct sth_plan_book *book,
                                          const struct sth_plan_key *key)
{
    for (struct sth_plan_entry *e = book->first; e != NULL; e = e->next)
        if (strcmp(e->kernel, key->kernel) == 0 &&
            e->shape_bytes == key->bytes &&
            memcmp(sth_plan_entry_shape(e), key->shape, key->bytes) == 0)
            return e;
    return NULL;
}

struct sth_plan_entry *sth_plan_book_add(struct sth_plan_book *book,
                                         const struct sth_plan_key *key,
                                         const void *plan, size_t plan_bytes)
{
    struct sth_plan_entry *e =
        calloc(1, sizeof *e + sizeof(uint64_t) *
                                  (words(plan_bytes) + words(key->bytes)));

    if (e == NULL)
        return NULL;
    e->kernel = key->kernel;
    e->shape_bytes = key->bytes;
    e->plan_bytes = plan_bytes;
    memcpy(sth_plan_entry_plan(e), plan, plan_bytes);
    memcpy(sth_plan_entry_shape(e), key->shape, key->bytes);
    *book->last = e;
    book->last = &e->next;
    return e;
}

void sth_plan_entry_name(struct sth_plan_entry *e, const char *op)
{
    size_t length = strlen(e->ops), more = strlen(op) + 1;
    const char *at = e->ops;

    /* Not twice. */
    while ((at = strstr(at, op)) != NULL) {
        if ((at == e->ops || at[-1] == ' ') &&
            (at[more - 1] == ' ' || at[more - 1] == '\0'))
            return;
        at += more - 1;
    }
    if (length + more < sizeof e->ops)
        snprintf(e->ops + length, sizeof e->ops - length, "%s%s",
                 length ? " " : "", op);
}
