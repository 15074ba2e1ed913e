#include "sth_list.h"

#include <stdlib.h>

bool sth_list_grow(void *at, uint32_t count, uint32_t *room, size_t size)
{
    void **list = at;
    uint32_t wanted = *room ? 2 * *room : 16;
    void *more;

    if (count < *room)
        return true;
    more = realloc(*list, wanted * size);
    if (!more)
        return false;
    *list = more;
    *room = wanted;
    return true;
}
