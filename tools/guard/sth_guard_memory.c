#include "sth_guard_memory.h"

#include <stdlib.h>
#include <string.h>

#include "sth_math.h"

enum { PAGE = 4096, SLOTS_LEAST = 64 };

struct sth_guard_page {
    uint64_t number;
    uint8_t written[PAGE / 8]; /* a bit for each byte */
};

void sth_guard_memory_fini(struct sth_guard_memory *m)
{
    for (size_t i = 0; i < m->slots; i++)
        free(m->page[i]);
    free(m->page);
    *m = (struct sth_guard_memory){0};
}

/* Where the page stands, or would. */
static size_t slot_of(const struct sth_guard_memory *m, uint64_t number)
{
    size_t slot = (size_t)((number * 0x9e3779b97f4a7c15ull) >> 20);

    for (slot &= m->slots - 1;
         m->page[slot] != NULL && m->page[slot]->number != number;
         slot = (slot + 1) & (m->slots - 1))
        ;
    return slot;
}

/* At most half of the slots are in use. */
static bool grow(struct sth_guard_memory *m)
{
    struct sth_guard_memory more = {.slots = m->slots * 2, .pages = m->pages};

    if (m->slots != 0 && m->pages < m->slots / 2)
        return true;
    if (more.slots == 0)
        more.slots = SLOTS_LEAST;
    more.page = calloc(more.slots, sizeof(*more.page));
    if (more.page == NULL)
        return false;
    for (size_t i = 0; i < m->slots; i++)
        if (m->page[i] != NULL)
            more.page[slot_of(&more, m->page[i]->number)] = m->page[i];
    free(m->page);
    *m = more;
    return true;
}

static struct sth_guard_page *make(struct sth_guard_memory *m, uint64_t number)
{
    struct sth_guard_page **slot;

    if (!grow(m))
        return NULL;
    slot = &m->page[slot_of(m, number)];
    if (*slot == NULL) {
        *slot = calloc(1, sizeof(**slot));
        if (*slot == NULL)
            return NULL;
        (*slot)->number = number;
        m->pages++;
    }
    return *slot;
}

static void set(uint8_t *bit, uint64_t first, uint64_t end)
{
    for (; first % 8 != 0 && first < end; first++)
        bit[first / 8] |= (uint8_t)(1u << first % 8);
    for (; first + 8 <= end; first += 8)
        bit[first / 8] = 0xff;
    for (; first < end; first++)
        bit[first / 8] |= (uint8_t)(1u << first % 8);
}

void sth_guard_memory_write(struct sth_guard_memory *m, uint64_t addr,
                            uint64_t bytes)
{
    while (bytes != 0 && !m->failed) {
        const uint64_t first = addr % PAGE;
        const uint64_t part = sth_min64(PAGE - first, bytes);
        struct sth_guard_page *page = make(m, addr / PAGE);

        m->failed = page == NULL;
        if (page != NULL)
            set(page->written, first, first + part);
        addr += part;
        bytes -= part;
    }
}

bool sth_guard_memory_is_written(const struct sth_guard_memory *m,
                                 uint64_t addr, uint64_t bytes, uint64_t *first)
{
    const struct sth_guard_page *page = NULL;

    for (uint64_t at = addr; at != addr + bytes && !m->failed; at++) {
        if (page == NULL || page->number != at / PAGE)
            page = m->slots != 0 ? m->page[slot_of(m, at / PAGE)] : NULL;
        if (page == NULL ||
            !((uint32_t)page->written[at % PAGE / 8] >> at % 8 & 1u)) {
            *first = at;
            return false;
        }
    }
    return true;
}
