/* Lists that grow, of any type. */
#ifndef STH_LIST_H
#define STH_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STH_LIST(type)                                                         \
    struct {                                                                   \
        type *at;                                                              \
        uint32_t count, room;                                                  \
    }

/* Makes room for one more at the end; false without memory. */
bool sth_list_grow(void *at, uint32_t count, uint32_t *room, size_t size)
    __attribute__((warn_unused_result));

/* Appends a value; false without memory. */
#define STH_LIST_PUSH(list, ...)                                               \
    (sth_list_grow((void *)&(list).at, (list).count, &(list).room,             \
                   sizeof(*(list).at)) &&                                      \
     ((list).at[(list).count++] = (__VA_ARGS__), true))

#endif
