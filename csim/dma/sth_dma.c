/* What load and store have in common: runs, bursts, slots. */
#include "sth_dma.h"

#include <string.h>

/*
 * Whether each run is one burst with as many beats and skipped bytes as the
 * first.  It is if nothing that addresses are made of is less aligned than a
 * run is long; otherwise it may be.
 */
static bool runs_are_alike(const struct sth_cursor *cursor)
{
    uint64_t bits = cursor->plane | cursor->s1 | cursor->s2;
    uint64_t alignment = bits & -bits;

    return cursor->length <= sth_burst_block(1u << cursor->bus_log2) &&
           (bits == 0 || cursor->length <= alignment) &&
           (bits & ((UINT64_C(1) << cursor->bus_log2) - 1)) == 0;
}

static void cursor_init(struct sth_cursor *cursor, const struct sth_command *c,
                        uint32_t bus_bytes)
{
    *cursor = (struct sth_cursor){
        .plane = sth_command_memory(c),
        .length = STH_GET(c, LOAD_LEN),
        .n1 = STH_GET(c, LOAD_N1),
        .s1 = STH_GET(c, LOAD_MEM_S1),
        .s2 = STH_GET(c, LOAD_MEM_S2),
        .runs = STH_GET(c, LOAD_N1) - 1,
        .planes = STH_GET(c, LOAD_N2) - 1,
        .sp_plane = STH_GET(c, LOAD_SP),
        .sp_s1 = STH_GET(c, LOAD_SP_S1),
        .sp_s2 = STH_GET(c, LOAD_SP_S2),
    };
    while (1u << cursor->bus_log2 < bus_bytes)
        cursor->bus_log2++;
    cursor->run = cursor->plane;
    cursor->addr = cursor->plane;
    cursor->sp_run = cursor->sp_plane;
    cursor->sp = cursor->sp_plane;
    cursor->left = cursor->length;
    cursor->alike = runs_are_alike(cursor);
}

static void next_run(struct sth_cursor *cursor)
{
    if (cursor->runs > 0) {
        cursor->runs--;
        cursor->run += cursor->s1;
        cursor->sp_run += cursor->sp_s1;
    } else {
        cursor->planes--;
        cursor->plane += cursor->s2;
        cursor->run = cursor->plane;
        cursor->sp_plane += cursor->sp_s2;
        cursor->sp_run = cursor->sp_plane;
        cursor->runs = cursor->n1 - 1;
    }
    cursor->addr = cursor->run;
    cursor->sp = cursor->sp_run;
    cursor->left = cursor->length;
}

/* The next burst; false: there is none left. */
static bool cursor_next(struct sth_cursor *cursor, struct sth_burst *burst)
{
    uint64_t word = UINT64_C(1) << cursor->bus_log2;
    uint64_t block = sth_burst_block((uint32_t)word);
    uint64_t aligned;
    uint64_t limit;

    if (cursor->left == 0) {
        if (cursor->runs == 0 && cursor->planes == 0)
            return false;
        next_run(cursor);
        if (cursor->alike) {
            burst->addr = cursor->addr;
            burst->sp = cursor->sp;
            cursor->left = 0;
            return true;
        }
    }
    aligned = cursor->addr & ~(word - 1);
    limit = (cursor->addr | (block - 1)) + 1;
    burst->addr = aligned;
    burst->sp = cursor->sp;
    burst->skip = (uint32_t)(cursor->addr - aligned);
    burst->bytes = (uint32_t)sth_min64(limit - cursor->addr, cursor->left);
    burst->beats =
        (uint32_t)((cursor->addr + burst->bytes - aligned + word - 1) >>
                   cursor->bus_log2);
    cursor->addr += burst->bytes;
    cursor->sp += burst->bytes;
    cursor->left -= burst->bytes;
    return true;
}

void sth_dma_reset(struct sth_dma *dma, uint32_t slots)
{
    memset(dma, 0, sizeof(*dma));
    dma->slots = slots;
}

void sth_dma_begin(struct sth_dma *dma, const struct sth_command *command,
                   uint32_t bus_bytes, uint64_t issue)
{
    cursor_init(&dma->cursor, command, bus_bytes);
    dma->pending = cursor_next(&dma->cursor, &dma->burst);
    dma->issue = sth_max64(issue, dma->slot[dma->slot_next]);
}

void sth_dma_advance(struct sth_dma *dma, uint64_t now, uint64_t slot_free)
{
    dma->slot[dma->slot_next] = slot_free;
    dma->slot_next = sth_dma_next_place(dma, dma->slot_next);
    dma->pending = cursor_next(&dma->cursor, &dma->burst);
    dma->issue = sth_max64(now + 1, dma->slot[dma->slot_next]);
}

uint32_t sth_dma_left(const struct sth_dma *dma)
{
    const struct sth_cursor *cursor = &dma->cursor;

    if (!dma->pending)
        return 0;
    return 1 + (cursor->left > 0 ? 1u : 0u) + cursor->runs +
           cursor->planes * cursor->n1;
}

void sth_dma_skip(struct sth_dma *dma, uint32_t bursts)
{
    struct sth_cursor *cursor = &dma->cursor;

    cursor->runs -= bursts;
    cursor->run += (uint64_t)bursts * cursor->s1;
    cursor->sp_run += bursts * cursor->sp_s1;
    dma->burst.addr = cursor->run;
    dma->burst.sp = cursor->sp_run;
}
