/* Names, each kept once: equal names have equal pointers. */
#ifndef STH_NAMES_H
#define STH_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct sth_names {
    char **hash; /* open addressing, NULL where free */
    uint32_t size, count;
};

/* The name of `length` bytes; NULL without memory.  sth_names_fini() releases.
 */
const char *sth_names_keep(struct sth_names *names, const char *text,
                           size_t length);
void sth_names_fini(struct sth_names *names);

#endif
