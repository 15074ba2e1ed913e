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

/*
 * All that waits goes into the calendar, from time `from` on.  Reads that are
 * in the calendar were promised; a controller would make all but a window of
 * them wait for the batch.  So the batch leaves as if it went before them, and
 * the reads that are asked for next wait instead.
 */
static void drain(struct sth_dram_channel *c,
                  const struct sth_dram_rules *rules,
                  const struct sth_dram_map *map, int64_t from)
{
    const int64_t window = rules->write_batch * rules->burst;
    int64_t ends[STH_DRAM_CHUNK_MAX];
    int64_t behind = sth_dram_later(
        0, c->ready[true] - sth_dram_later(from + window, c->front));

    for (; c->drained != c->last; c->drained++) {
        struct sth_dram_posted *p = posted(c, rules, c->drained);
        int64_t end = sth_dram_channel_schedule(c, rules, map, &p->place,
                                                p->accesses, true, from, ends) +
                      p->accesses * rules->burst;

        c->front = end - behind;
        p->leave = c->front - rules->burst - rules->cwl;
    }
    c->waiting = 0;
    c->patience = STH_DRAM_LONG_AGO;
}

void sth_dram_channel_settle(struct sth_dram_channel *channel,
                             const struct sth_dram_rules *rules,
                             const struct sth_dram_map *map, int64_t now)
{
    struct sth_dram_channel *c = channel;
    int64_t idle = sth_dram_later(c->last_command, c->refresh_end);

    idle = sth_dram_later(idle, c->since) + c->patience;
    if (idle < now)
        drain(c, rules, map, idle);
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

        if (!gone && c->held + accesses <= rules->write_queue)
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
    c->patience = c->waiting > FEW ? 0 : rules->rfc;
    if (c->waiting >= rules->write_batch)
        drain(c, rules, map, now);
}
