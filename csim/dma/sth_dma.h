/*
 * What load and store have in common: the bursts of a command in the order of
 * their addresses, and the slots that hold them until they are answered.
 */
#ifndef STH_DMA_H
#define STH_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"
#include "sth_time.h"

enum {
    STH_SLOTS_MAX = (int)STH_MAX_LoadSlots > (int)STH_MAX_StoreSlots
                        ? (int)STH_MAX_LoadSlots
                        : (int)STH_MAX_StoreSlots
};

/* Walks the bursts of LOAD and STORE in issue order. */
struct sth_cursor {
    uint64_t plane;                /* address of repetition i2 */
    uint64_t run;                  /* address of run i1 of it */
    uint64_t addr;                 /* next byte */
    uint32_t left;                 /* bytes of the run from addr */
    uint32_t sp_plane, sp_run, sp; /* the same in the scratchpad */
    uint32_t sp_s1, sp_s2;
    uint32_t length, n1, s1, s2;
    uint32_t runs;     /* after this one, of this repetition */
    uint32_t planes;   /* repetitions after this one */
    uint32_t bus_log2; /* of bus_bytes */
    bool alike;        /* each run is one burst like the first */
};

struct sth_burst {
    uint64_t addr;  /* bus-aligned */
    uint32_t beats; /* of bus_bytes */
    uint32_t bytes; /* that belong to the command */
    uint32_t sp;    /* scratchpad address of the first of them */
    uint32_t skip;  /* bytes of the first bus word before that */
};

/* The command whose bursts are being issued. */
struct sth_dma {
    struct sth_cursor cursor;
    struct sth_burst burst;       /* the next one, if pending */
    bool pending;                 /* the newest command still issues bursts */
    uint64_t issue;               /* cycle in which the next one can go out */
    uint64_t slot[STH_SLOTS_MAX]; /* ring: cycle in which each gets free */
    uint32_t slots;               /* of them, at least 2 */
    uint32_t slot_next;
};

/* No command, all slots free. */
void sth_dma_reset(struct sth_dma *dma, uint32_t slots);

/* Prepares the first burst of a command, which may go out from cycle issue. */
void sth_dma_begin(struct sth_dma *dma, const struct sth_command *command,
                   uint32_t bus_bytes, uint64_t issue);

/* The burst went out in cycle now and holds its slot until before slot_free:
 * prepares the next one.  pending is false after the last. */
void sth_dma_advance(struct sth_dma *dma, uint64_t now, uint64_t slot_free);

/* Bursts that have not gone out yet, at least. */
uint32_t sth_dma_left(const struct sth_dma *dma);

/* Of runs that are alike, the next one and others went out, `bursts` in all, no
 * more than cursor.runs: prepares the one after them. */
void sth_dma_skip(struct sth_dma *dma, uint32_t bursts);

/* The place after a slot's. */
static inline uint32_t sth_dma_next_place(const struct sth_dma *dma,
                                          uint32_t place)
{
    return place + 1 == dma->slots ? 0 : place + 1;
}

/* The slot of the burst that went out as the `back`-th from the end; back is
 * from 1 to the number of slots. */
static inline uint64_t *sth_dma_slot(struct sth_dma *dma, uint32_t back)
{
    uint32_t turn = back <= dma->slot_next ? 0 : dma->slots;

    return &dma->slot[dma->slot_next + turn - back];
}

#endif
