/*
 * Within the store engine: its state, and its reader, which fetches bus words
 * from the scratchpad behind the addresses, in order, one a cycle while its
 * banks are free, and may be some words ahead of the bus.  Like vector, the
 * reader is followed in arrears.
 */
#ifndef STH_STORE_READ_H
#define STH_STORE_READ_H

#include "sth_banks.h"
#include "sth_bus.h"
#include "sth_dma.h"
#include "sth_engine.h"

enum {
    STH_BURST_QUEUE = STH_DEPTH_STORE_BURSTS,
    STH_SENT = 2 * STH_BURST_QUEUE, /* bursts whose data is to come */
    STH_READ_AHEAD = STH_DEPTH_STORE_WORDS + 1 /* and one on the bus */
};

_Static_assert((STH_BURST_QUEUE & (STH_BURST_QUEUE - 1)) == 0,
               "its place follows from a count");

/* A burst whose address is out and whose data is not. */
struct sth_sent {
    uint64_t address;   /* cycle of its address */
    uint64_t scheduled; /* memory: its last beat at the earliest */
    uint64_t response;  /* memory: its response then */
    uint32_t beats;
    uint32_t bytes;
    uint32_t sp;   /* scratchpad address of its first byte */
    uint32_t skip; /* bytes of the first bus word before that */
    uint32_t slot;
    uint32_t flight; /* place among the engine's flights */
    bool last;       /* of its command */
};

struct sth_reader {
    struct sth_sent sent[STH_SENT]; /* ring, the oldest being read */
    uint32_t first;
    uint32_t count;
    uint32_t word;                 /* of the oldest: the next to read */
    uint64_t cycle;                /* in which it can be at the earliest */
    uint64_t last_data;            /* cycle of the last beat on the bus */
    uint64_t beat[STH_READ_AHEAD]; /* ring: cycles of the last beats */
    uint32_t beat_next;
    uint64_t taken[STH_BURST_QUEUE]; /* ring: the reader took the burst */
    uint32_t bursts_taken;
    uint32_t bursts_sent;
    struct sth_tile_hints hints;
    /* Beside sent, where beats are uneven: memory accepts each then. */
    uint64_t accepts[STH_SENT][STH_BURST_BEATS];
};

struct sth_store {
    struct sth_engine_state engine; /* first */
    struct sth_bus *bus;
    struct sth_banks *banks;
    struct sth_dma dma;
    struct sth_reader reader;
    struct {
        bool sent;             /* all data is on the bus */
        uint64_t response;     /* when the last one lets it retire */
    } flight[STH_FLIGHTS_MAX]; /* beside the engine's */
};

/* The reader turns to the oldest burst. */
void sth_store_take_burst(struct sth_store *store);

/* The cycle in which the burst queue has room for one more; STH_NEVER: not
 * before the reader takes another burst. */
uint64_t sth_store_room(const struct sth_reader *reader);

/*
 * Reads words of the oldest burst and offers them, if that happens before
 * `until`, for as long as anything can be in the way.
 */
void sth_store_read_words(struct sth_store *store, uint64_t until);

/* Undisturbed, the last word of the oldest burst is read then. */
uint64_t sth_store_reads_end(const struct sth_store *store);

/* The rest of the oldest burst, undisturbed. */
void sth_store_read_rest(struct sth_store *store);

static inline struct sth_sent *sth_store_oldest(struct sth_reader *reader)
{
    return &reader->sent[reader->first];
}

#endif
