/* The members of shapes and plans by name. */
#ifndef STH_PLAN_FIELDS_H
#define STH_PLAN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_spec.h"

struct sth_plan_field {
    const char *name;
    size_t offset, bytes; /* an unsigned number of so many bytes */
};

/* How plans of one kind are written. */
struct sth_plan_kind_text {
    size_t shape_bytes, plan_bytes;
    const struct sth_plan_field *shape, *free;
    size_t shapes, frees;
    /*
     * Derives what is not free.  NULL, or the name of a free member that does
     * not fit the shape and the chip.
     */
    const char *(*complete)(void *plan, const struct sth_params *params,
                            const void *shape);
};

struct sth_plan_kernel {
    const char *name;
    const struct sth_plan_kind_text *kind;
};

/* The kernel of a name of so many characters; NULL: none that has plans. */
const struct sth_plan_kernel *sth_plan_kernel_find(const char *name,
                                                   size_t length);

uint64_t sth_plan_field_get(const struct sth_plan_field *field,
                            const void *from);

/* False: the member does not hold such a number. */
bool sth_plan_field_set(const struct sth_plan_field *field, void *to,
                        uint64_t value);

#endif
