#include "sth_shadow.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_CELLS = 64, SLOTS = 1024 };

struct sth_shadow_page {
    uint64_t number;
    struct sth_cell cell[PAGE_CELLS];
};

bool sth_shadow_init(struct sth_shadow *s, uint32_t granule)
{
    *s = (struct sth_shadow){.granule = granule, .slots = SLOTS};
    s->page = calloc(s->slots, sizeof(struct sth_shadow_page *));
    return s->page != NULL;
}

void sth_shadow_fini(struct sth_shadow *s)
{
    if (s->page != NULL)
        sth_shadow_clear(s);
    free(s->page);
    s->page = NULL;
}

void sth_shadow_clear(struct sth_shadow *s)
{
    for (size_t i = 0; i < s->slots; i++) {
        free(s->page[i]);
        s->page[i] = NULL;
    }
    s->pages = 0;
    s->last = NULL;
}

static void forget(struct sth_shadow_page *page)
{
    for (int i = 0; i < PAGE_CELLS; i++)
        page->cell[i] = (struct sth_cell){.written = page->cell[i].written};
}

void sth_shadow_forget_accesses(struct sth_shadow *s)
{
    for (size_t i = 0; i < s->slots; i++) {
        if (s->page[i] != NULL)
            forget(s->page[i]);
    }
}

/* Where a page is, or would go. */
static size_t slot_of(const struct sth_shadow *s, uint64_t number)
{
    size_t slot =
        (size_t)((number * 0x9e3779b97f4a7c15ull) >> 32) & (s->slots - 1);

    while (s->page[slot] != NULL && s->page[slot]->number != number)
        slot = (slot + 1) & (s->slots - 1);
    return slot;
}

/* Doubles the table; on lack of memory it stays as it is. */
static void grow(struct sth_shadow *s)
{
    struct sth_shadow_page **old = s->page;
    size_t slots = s->slots;
    struct sth_shadow_page **page =
        calloc(2 * slots, sizeof(struct sth_shadow_page *));

    if (page == NULL)
        return;
    s->page = page;
    s->slots = 2 * slots;
    for (size_t i = 0; i < slots; i++) {
        if (old[i] != NULL)
            s->page[slot_of(s, old[i]->number)] = old[i];
    }
    free(old);
}

/* The page, new if need be; NULL when memory is short. */
static struct sth_shadow_page *find_page(struct sth_shadow *s, uint64_t number)
{
    size_t slot;

    if (2 * (s->pages + 1) > s->slots)
        grow(s);
    slot = slot_of(s, number);
    if (s->page[slot] == NULL && s->pages + 1 < s->slots) {
        s->page[slot] = calloc(1, sizeof(struct sth_shadow_page));
        if (s->page[slot] != NULL) {
            s->page[slot]->number = number;
            s->pages++;
        }
    }
    return s->page[slot];
}

struct sth_cell *sth_shadow_cell(struct sth_shadow *s, uint64_t granule)
{
    uint64_t number = granule / PAGE_CELLS;

    if (s->last == NULL || s->last->number != number)
        s->last = find_page(s, number);
    return s->last == NULL ? NULL : &s->last->cell[granule % PAGE_CELLS];
}
