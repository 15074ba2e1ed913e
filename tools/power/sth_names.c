#include "sth_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static bool grow(struct sth_names *n)
{
    uint32_t size = n->size ? 2 * n->size : 4096;
    char **hash = calloc(size, sizeof(*hash));

    if (!hash)
        return false;
    for (uint32_t i = 0; i < n->size; i++) {
        uint32_t at;

        if (!n->hash[i])
            continue;
        at = hash_of(n->hash[i], strlen(n->hash[i])) & (size - 1);
        while (hash[at])
            at = (at + 1) & (size - 1);
        hash[at] = n->hash[i];
    }
    free(n->hash);
    n->hash = hash;
    n->size = size;
    return true;
}

const char *sth_names_keep(struct sth_names *n, const char *text, size_t length)
{
    uint32_t at;

    if (2 * n->count >= n->size && !grow(n))
        return NULL;
    for (at = hash_of(text, length) & (n->size - 1); n->hash[at];
         at = (at + 1) & (n->size - 1))
        if (!strncmp(n->hash[at], text, length) && !n->hash[at][length])
            return n->hash[at];
    n->hash[at] = strndup(text, length);
    n->count += n->hash[at] != NULL;
    return n->hash[at];
}

void sth_names_fini(struct sth_names *n)
{
    for (uint32_t i = 0; i < n->size; i++)
        free(n->hash[i]);
    free(n->hash);
    *n = (struct sth_names){0};
}
