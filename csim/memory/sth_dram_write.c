/* Posted writes of a channel: room, batches, and what an idle channel does. */
#include "sth_dram_channel.h"

/* More than so many that wait are worth turning the bus round for. */
enum { FEW = 8 };

static struct sth_dram_posted *posted(struct sth_dram_channel *c,
                                      const struct sth_dram_rules *rules,
                                      uint32_t number)
{
    return &c->posted[number & (rules->places - 1)];
}

/* Whether a batch is under way at time t and takes in more. */
static bool can_join(const struct sth_dram_channel *c,
                     const struct sth_dram_rules *rules, int64_t t)
{
    return c->front > t && c->batch < rules->write_queue + rules->write_batch;
}

/*
 * All that waits goes into the calendar, from time `from` on.  Reads that are
 * in the calendar were promised; a controller would make all but a window of
 * them wait for the batch.  So the batch leaves as if it went before them, and
 * the reads that are asked for next wait instead.  Likewise what joins a batch
 * behind which there are reads already: it takes the time of its data, and
 * turns the bus round no more.
 */
static void drain(struct sth_dram_channel *c,
                  const struct sth_dram_rules *rules,
                  const struct sth_dram_map *map, int64_t from)
{
    const int64_t window = rules->write_queue / 2 * rules->burst;
    struct sth_dram_calendar *calendar = &c->calendar;
    const int64_t write_end = calendar->write_end;
    const int64_t behind = sth_dram_later(
        0, calendar->ready[true] - sth_dram_later(from + window, c->front));
    const bool joins = !sth_dram_calendar_writes(calendar, rules, from) &&
                       can_join(c, rules, from);
    int64_t ends[STH_DRAM_CHUNK_MAX];

    c->batch = c->waiting + (joins ? c->batch : 0);
    for (; c->drained != c->last; c->drained++) {
        struct sth_dram_posted *p = posted(c, rules, c->drained);
        int64_t end = sth_dram_channel_write(c, rules, map, &p->place,
                                             p->accesses, joins, from, ends) +
                      p->accesses * rules->burst;

        c->front = sth_dram_later(c->front, end - behind);
        p->leave = end - behind - rules->burst - rules->cwl;
    }
    if (joins && calendar->write_end != write_end)
        sth_dram_calendar_forget_writes(calendar, rules, write_end);
    c->waiting = 0;
    c->calm = c->refresh;
}

void sth_dram_channel_settle(struct sth_dram_channel *channel,
                             const struct sth_dram_rules *rules,
                             const struct sth_dram_map *map, int64_t now)
{
    struct sth_dram_channel *c = channel;
    int64_t idle = sth_dram_later(c->calendar.last_command, c->refresh_end);

    idle = sth_dram_later(idle, c->since) + c->patience;
    if (c->waiting > 0 && idle < now)
        drain(c, rules, map, idle);
}

void sth_dram_channel_wake(struct sth_dram_channel *channel,
                           const struct sth_dram_rules *rules,
                           const struct sth_dram_map *map, int64_t now)
{
    int64_t t;

    sth_dram_channel_settle(channel, rules, map, now);
    t = sth_dram_later(now, channel->calendar.ready[false] - rules->cl);
    if (t >= channel->refresh)
        sth_dram_channel_refresh(channel, rules, t);
}

/*
 * Room is where fewer wait than a batch has, and where writes go out anyway for
 * as many as there are under way at most.
 */
static bool has_room(const struct sth_dram_channel *c,
                     const struct sth_dram_rules *rules, uint32_t accesses,
                     int64_t now)
{
    return c->held + accesses <= rules->write_queue &&
           (c->held <= rules->write_batch ||
            sth_dram_calendar_writes(&c->calendar, rules, now));
}

int64_t sth_dram_channel_room(struct sth_dram_channel *channel,
                              const struct sth_dram_rules *rules,
                              const struct sth_dram_map *map, uint32_t accesses,
                              int64_t now)
{
    struct sth_dram_channel *c = channel;

    while (c->held > 0) {
        const struct sth_dram_posted *p = posted(c, rules, c->first);
        const bool gone = c->first != c->drained && p->leave <= now;

        if (!gone && has_room(c, rules, accesses, now))
            break;
        if (c->first == c->drained)
            drain(c, rules, map, now);
        now = sth_dram_later(now, p->leave);
        c->held -= p->accesses;
        c->first++;
    }
    return now;
}

void sth_dram_channel_post(struct sth_dram_channel *channel,
                           const struct sth_dram_rules *rules,
                           const struct sth_dram_map *map,
                           const struct sth_dram_place *place,
                           uint32_t accesses, int64_t now)
{
    struct sth_dram_channel *c = channel;

    *posted(c, rules, c->last++) =
        (struct sth_dram_posted){.place = *place, .accesses = accesses};
    c->held += accesses;
    if (c->waiting <= FEW)
        c->since = now;
    c->waiting += accesses;
    c->calm = -STH_DRAM_LONG_AGO;
    c->patience = c->waiting > FEW ? 0 : rules->rfc;
    if (c->waiting >= rules->write_batch || can_join(c, rules, now))
        drain(c, rules, map, now);
}
