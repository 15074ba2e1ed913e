/*
 * Plans by kernel and shape, for one chip and memory: what a judge has decided,
 * what a file gave.
 */
#ifndef STH_PLAN_BOOK_H
#define STH_PLAN_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "sth_judge.h"

struct sth_plan_entry {
    struct sth_plan_entry *next;
    const char *kernel; /* of sth_plan_kernel_find() */
    size_t shape_bytes, plan_bytes;
    unsigned line;    /* of the file that gave it; 0: decided here */
    bool used;        /* an operation took it again */
    char ops[232];    /* names of operations that took it, as far as they fit */
    uint64_t bytes[]; /* the plan, then the shape: aligned for any member */
};

struct sth_plan_book {
    struct sth_plan_entry *first, **last; /* in order */
};

void sth_plan_book_init(struct sth_plan_book *book);
void sth_plan_book_fini(struct sth_plan_book *book);

/* The entry of a key; NULL: there is none. */
struct sth_plan_entry *sth_plan_book_find(const struct sth_plan_book *book,
                                          const struct sth_plan_key *key);

/* Adds a plan under a key that the book lacks; NULL: out of memory. */
struct sth_plan_entry *sth_plan_book_add(struct sth_plan_book *book,
                                         const struct sth_plan_key *key,
                                         const void *plan, size_t plan_bytes);

void *sth_plan_entry_plan(struct sth_plan_entry *entry);
void *sth_plan_entry_shape(struct sth_plan_entry *entry);

/* An operation takes that plan. */
void sth_plan_entry_name(struct sth_plan_entry *entry, const char *op);

#endif
