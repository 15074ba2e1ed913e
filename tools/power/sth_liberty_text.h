/* A Liberty file as a tree of groups; what it means is sth_liberty.h's. */
#ifndef STH_LIBERTY_TEXT_H
#define STH_LIBERTY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* `name : value;` or `name (value, ...);`, the list as one text. */
struct sth_liberty_attribute {
    char *name, *value;
    struct sth_liberty_attribute *next;
};

/* `kind (name) { ... }`; lists are in the order of the file. */
struct sth_liberty_group {
    char *kind, *name;
    struct sth_liberty_attribute *attribute, **last_attribute;
    struct sth_liberty_group *child, **last_child, *next;
};

/* NULL with a message when it cannot be read. */
struct sth_liberty_group *sth_liberty_parse(const char *path, char *error,
                                            size_t error_size)
    __attribute__((warn_unused_result));

void sth_liberty_free(struct sth_liberty_group *group);

/* The first attribute of that name, or NULL. */
const char *sth_liberty_value(const struct sth_liberty_group *group,
                              const char *name);

/* The first child of that kind from `child` on, or NULL. */
const struct sth_liberty_group *
sth_liberty_next(const struct sth_liberty_group *child, const char *kind);

#endif
