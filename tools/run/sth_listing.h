/* The commands of a program as text and as JSON. */
#ifndef STH_LISTING_H
#define STH_LISTING_H

#include <stdio.h>

#include "sth_compiled.h"
#include "sth_trace.h"

struct sth_listing {
    const char *path;
    struct sth_compiled program;
    struct sth_trace trace; /* that it was compiled from */
    void *owned;
};

/*
 * Opens a program in memory, which must outlive the listing.  False with a
 * sentence in error when it is damaged.
 */
bool sth_listing_open(struct sth_listing *listing, const char *path,
                      const void *file, size_t bytes, char *error,
                      size_t error_size);
void sth_listing_close(struct sth_listing *listing);

/*
 * Prints the steps from `first` to before `last`: each operation, its commands,
 * tensors by name.  False when out of memory.
 */
bool sth_listing_text(FILE *out, struct sth_listing *listing, uint32_t first,
                      uint32_t last);
bool sth_listing_json(FILE *out, struct sth_listing *listing, uint32_t first,
                      uint32_t last);

#endif
