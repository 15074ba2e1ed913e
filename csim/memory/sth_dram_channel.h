/*
 * One channel of a DRAM: its banks, its data bus as a calendar, and the writes
 * that wait.
 *
 * A chunk is given its place when it is asked for, and keeps it.  Reads go to
 * the first place on the data bus that they fit in, be it before what was asked
 * for earlier: so a bank that is not ready holds up no other, which is what a
 * controller's window does.  A read goes to a row that is still open before the
 * row that was asked for in between.  Writes wait until write_batch accesses
 * have gathered, or the channel has nothing else to do, and go out together
 * with those that come until the batch ends.
 */
#ifndef STH_DRAM_CHANNEL_H
#define STH_DRAM_CHANNEL_H

#include "sth_dram_bank.h"
#include "sth_dram_calendar.h"

enum { STH_DRAM_CHUNK_MAX = 64 }; /* accesses in a chunk */

/* Accesses of a chunk, and what follows from their number. */
struct sth_dram_run {
    uint32_t accesses;
    uint32_t hits;  /* commands of a bank */
    bool whole;     /* of all groups, in a row */
    int64_t length; /* of their data */
    int64_t lag;    /* from the last bank's activation to the first command */
};

/* Writes that wait or are under way. */
struct sth_dram_posted {
    struct sth_dram_place place;
    uint32_t accesses;
    int64_t leave; /* when they have made room */
};

struct sth_dram_channel {
    struct sth_dram_calendar calendar;
    int64_t refresh;     /* start of the next */
    int64_t calm;        /* the same, or long ago while writes wait */
    int64_t refresh_end; /* of the last */
    struct sth_dram_banks banks;
    /* Posted writes: those before `drained` are in the calendar. */
    uint32_t first, drained, last; /* numbers, modulo its places */
    uint32_t held, waiting;        /* accesses */
    uint32_t batch;                /* accesses of the last */
    int64_t patience; /* how long those that wait do in an idle channel */
    int64_t front;    /* end of the last batch, see drain() */
    int64_t since;    /* the last but a few came */
    struct sth_dram_posted *posted;
};

/* All rows closed, the bus free, no write waiting. */
void sth_dram_channel_reset(struct sth_dram_channel *channel,
                            const struct sth_dram_rules *rules);

struct sth_dram_run sth_dram_run_of(const struct sth_dram_rules *rules,
                                    uint32_t accesses);

/* Refreshes that are due at time t, one at least. */
void sth_dram_channel_refresh(struct sth_dram_channel *channel,
                              const struct sth_dram_rules *rules, int64_t t);

/* The writes with which an idle channel has begun before time now. */
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

/*
 * Puts a posted chunk into the calendar, from time now on; with a batch that
 * is under way if it joins one.  Returns when its data begins, if it comes in a
 * row, with which its end agrees in any case; ends[] as
 * sth_dram_channel_read().
 */
int64_t sth_dram_channel_write(struct sth_dram_channel *channel,
                               const struct sth_dram_rules *rules,
                               const struct sth_dram_map *map,
                               const struct sth_dram_place *place,
                               uint32_t accesses, bool joins, int64_t now,
                               int64_t *ends);

/* A run that is not whole, from time now on; as sth_dram_channel_read(). */
int64_t sth_dram_channel_put_parts(struct sth_dram_channel *channel,
                                   const struct sth_dram_rules *rules,
                                   const struct sth_dram_map *map,
                                   const struct sth_dram_place *place,
                                   uint32_t accesses, bool write, int64_t now,
                                   int64_t *ends);

/* What a read that is asked for at time now meets: writes, a refresh. */
void sth_dram_channel_wake(struct sth_dram_channel *channel,
                           const struct sth_dram_rules *rules,
                           const struct sth_dram_map *map, int64_t now);

/* When a bank can be precharged behind data in it. */
static inline int64_t sth_dram_data_left(const struct sth_dram_rules *rules,
                                         bool write, int64_t begin,
                                         int64_t length)
{
    return begin + length + (write ? rules->wr : rules->read_left);
}

/* Accesses in all groups of a set, in what order they like; their begin. */
static inline int64_t sth_dram_channel_put_whole(
    struct sth_dram_channel *channel, const struct sth_dram_rules *rules,
    const struct sth_dram_place *place, const struct sth_dram_run *run,
    bool write, bool joins, int64_t now)
{
    const int64_t latency = write ? rules->cwl : rules->cl;
    const struct sth_dram_transfer data = {
        .length = run->length,
        .last = write
                    ? sth_dram_group_of(place, place->local + run->accesses - 1,
                                        rules->groups)
                    : 0,
        .any_order = true,
        .write = write};
    struct sth_dram_calendar *calendar = &channel->calendar;
    struct sth_dram_set *set = &channel->banks.set[place->set];
    struct sth_dram_past *past = NULL;
    int64_t ready, begin;

    if (set->row != place->row) {
        past = sth_dram_set_past(set, rules, place->row, now, joins);
        if (past) {
            past->hits += run->hits;
        } else {
            int64_t lost = rules->set_lost;

            if (set->row == STH_DRAM_ROWS_DIFFER) {
                uint32_t opened;

                sth_dram_banks_open(&channel->banks, rules, place, 0,
                                    rules->groups, now, &opened);
                lost = opened * rules->ck;
            } else {
                sth_dram_banks_open_set(&channel->banks, rules, set, place->row,
                                        now);
            }
            sth_dram_calendar_lose(calendar, lost);
        }
    }
    ready = (past ? past->activate : set->activate) + run->lag;
    ready = sth_dram_later(now, ready) + latency;
    begin = sth_dram_calendar_put(calendar, rules, data, now + latency, ready,
                                  ready);
    if (!past) {
        set->hits += run->hits;
        set->ahead = begin == ready ? rules->ahead_ready : rules->ahead_bus;
        set->precharge_ok = sth_dram_later(
            set->precharge_ok,
            sth_dram_data_left(rules, write, begin, run->length));
    }
    return begin;
}

/* The start of a read that is asked for at time now, but for its bank. */
static inline int64_t
sth_dram_channel_start_read(struct sth_dram_channel *channel,
                            const struct sth_dram_rules *rules,
                            const struct sth_dram_map *map, int64_t now)
{
    if (sth_dram_later(now, channel->calendar.ready[false] - rules->cl) >=
        channel->calm)
        sth_dram_channel_wake(channel, rules, map, now);
    return sth_dram_later(now, channel->refresh_end);
}

/*
 * Puts what is read into the calendar, asked for at time now.  Returns when its
 * data begins, if it comes in a row, with which its end agrees in any case;
 * where rules->striped does not hold, ends[] receives the end of each access.
 */
static inline int64_t sth_dram_channel_read(struct sth_dram_channel *channel,
                                            const struct sth_dram_rules *rules,
                                            const struct sth_dram_map *map,
                                            const struct sth_dram_place *place,
                                            const struct sth_dram_run *run,
                                            int64_t now, int64_t *ends)
{
    now = sth_dram_channel_start_read(channel, rules, map, now);
    if (run->whole)
        return sth_dram_channel_put_whole(channel, rules, place, run, false,
                                          false, now);
    return sth_dram_channel_put_parts(channel, rules, map, place, run->accesses,
                                      false, now, ends);
}

#endif
