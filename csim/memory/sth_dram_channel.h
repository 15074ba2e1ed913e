/*
 * One channel of a DRAM: its banks, its data bus as a calendar, and the writes
 * that wait.
 *
 * A chunk is given its place when it is asked for, and keeps it.  Reads go to
 * the first place on the data bus that they fit in, be it before what was asked
 * for earlier: so a bank that is not ready holds up no other, which is what a
 * controller's window does.  Within a bank the order is that of asking.
 * Writes wait until write_batch accesses have gathered, or the channel has
 * nothing else to do, and go out together.
 */
#ifndef STH_DRAM_CHANNEL_H
#define STH_DRAM_CHANNEL_H

#include "sth_dram_map.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    STH_DRAM_CHUNK_MAX = 64, /* accesses in a chunk */
    STH_DRAM_GAPS = 16       /* that a channel remembers */
};

/* The times of dram.def in ticks, and what else all channels share. */
struct sth_dram_rules {
    int64_t burst, ccd_l, rcd, rp, cl, cwl, ras, rtp, wr, rrd_s, rrd_l, faw,
        wtr_s, wtr_l, rtw, open, rfc, refi, ctrl;
    uint32_t groups, sets, write_queue, write_batch;
    unsigned group_bits; /* log2 of groups */
    uint32_t places;     /* for chunks in the queue, a power of two */
    bool striped;        /* neighbouring accesses never wait for tCCD_L */
};

/*
 * Banks of the same number in all groups.  Where the row is not
 * STH_DRAM_ROWS_DIFFER it is open in all of them, and they are treated alike:
 * each is as late as the last.
 */
struct sth_dram_set {
    int64_t row;
    int64_t activate;     /* of the last */
    int64_t precharge_ok; /* tRTP and tWR */
};

/* A bank of a set whose rows differ. */
struct sth_dram_bank {
    int64_t row, activate, precharge_ok;
};

/* A part of the calendar that is free for one direction. */
struct sth_dram_gap {
    int64_t from, to;
    uint32_t before, after; /* groups of the accesses beside it */
    bool write;
};

/* Writes that wait or are under way. */
struct sth_dram_posted {
    struct sth_dram_place place;
    uint32_t accesses;
    int64_t leave; /* when they have made room */
};

struct sth_dram_channel {
    int64_t ready[2];     /* end of the calendar, for reads and for writes */
    int64_t last_command; /* of what is in the calendar */
    int64_t refresh;      /* start of the next */
    int64_t refresh_end;  /* of the last */
    int64_t write_end;    /* of the last write's data */
    uint32_t last_group;  /* of the last access in the calendar */
    uint32_t write_group; /* of the last write in it */
    int64_t last_data;    /* begin of the last access */
    int64_t turn[4];      /* of activation, the last four */
    int64_t last_turn;
    uint32_t turns; /* so far, modulo 2^32 */
    uint32_t turn_group;
    int64_t gap_end;  /* of the last gap, or later */
    int64_t gap_room; /* of the longest, or more */
    uint32_t gaps;
    struct sth_dram_gap gap[STH_DRAM_GAPS]; /* in order of time */
    /* Posted writes: those before `drained` are in the calendar. */
    uint32_t first, drained, last; /* numbers, modulo its places */
    uint32_t held, waiting;        /* accesses */
    int64_t patience; /* how long those that wait do in an idle channel */
    int64_t front;    /* end of the last batch, see drain() */
    int64_t since;    /* the last but a few came */
    struct sth_dram_posted *posted;
    struct sth_dram_set *set;
    struct sth_dram_bank *bank; /* of set 0 in all groups, of set 1 ... */
};

#define STH_DRAM_LONG_AGO (INT64_C(1) << 61)
#define STH_DRAM_NO_ROW (-1)
#define STH_DRAM_ROWS_DIFFER (-2)

/* All rows closed, the bus free, no write waiting. */
void sth_dram_channel_reset(struct sth_dram_channel *channel,
                            const struct sth_dram_rules *rules);

/*
 * Puts a chunk into the calendar, asked for at time now.  Returns the begin of
 * its data, if it comes in a row, with which its end agrees in any case; where
 * rules->striped does not hold, ends[] receives the end of each access.
 */
int64_t sth_dram_channel_schedule(struct sth_dram_channel *channel,
                                  const struct sth_dram_rules *rules,
                                  const struct sth_dram_map *map,
                                  const struct sth_dram_place *place,
                                  uint32_t accesses, bool write, int64_t now,
                                  int64_t *ends);

/* Refreshes that are due at time t, one at least. */
void sth_dram_channel_refresh(struct sth_dram_channel *channel,
                              const struct sth_dram_rules *rules, int64_t t);

/* The writes with which it has begun, if sth_dram_channel_turns_to_writes(). */
void sth_dram_channel_settle(struct sth_dram_channel *channel,
                             const struct sth_dram_rules *rules,
                             const struct sth_dram_map *map, int64_t now);

/* When there is room for so many accesses to write, time now or later. */
int64_t sth_dram_channel_room(struct sth_dram_channel *channel,
                              const struct sth_dram_rules *rules,
                              const struct sth_dram_map *map, uint32_t accesses,
                              int64_t now);

/* Takes a chunk to write at time now, for which there is room. */
void sth_dram_channel_post(struct sth_dram_channel *channel,
                           const struct sth_dram_rules *rules,
                           const struct sth_dram_map *map,
                           const struct sth_dram_place *place,
                           uint32_t accesses, int64_t now);

/* Whether nothing before time t has an effect after it. */
bool sth_dram_channel_is_at_rest(const struct sth_dram_channel *channel,
                                 const struct sth_dram_rules *rules, int64_t t);

static inline int64_t sth_dram_later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Whether an idle channel has begun with what waits before time now. */
static inline bool
sth_dram_channel_turns_to_writes(const struct sth_dram_channel *channel,
                                 int64_t now)
{
    return channel->last_command + channel->patience < now;
}

/*
 * A chunk whose rows are open and ready by the time that the bus is free: as
 * sth_dram_channel_schedule().  -1: it is none.
 */
static inline int64_t sth_dram_channel_stream(
    struct sth_dram_channel *channel, const struct sth_dram_rules *rules,
    const struct sth_dram_place *place, uint32_t accesses, int64_t now)
{
    struct sth_dram_set *set = &channel->set[place->set];
    int64_t command = sth_dram_later(channel->ready[false] - rules->cl, now);
    int64_t column = sth_dram_later(set->activate + rules->rcd, now);
    int64_t data = command + rules->cl;
    int64_t end = data + accesses * rules->burst;

    if (set->row != place->row || column > command ||
        command >= channel->refresh || channel->refresh_end > command ||
        sth_dram_channel_turns_to_writes(channel, now) || !rules->striped ||
        (column < command && channel->gap_room >= end - data &&
         channel->gap_end >= column + rules->cl + (end - data)))
        return -1;
    if (accesses < rules->groups) {
        const uint32_t mask = rules->groups - 1;
        uint32_t first = (place->local ^ place->flip) & mask;

        if (channel->write_end + rules->wtr_l > command ||
            (first == channel->last_group &&
             channel->last_data + rules->ccd_l > data))
            return -1;
        channel->last_group =
            ((place->local + accesses - 1) ^ place->flip) & mask;
        channel->last_data = end - rules->burst;
    }
    channel->ready[false] = end;
    channel->ready[true] = end + rules->rtw;
    channel->last_command = end - rules->burst - rules->cl;
    set->precharge_ok =
        sth_dram_later(set->precharge_ok, channel->last_command + rules->rtp);
    return data;
}

#endif
