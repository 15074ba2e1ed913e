/* A channel: chunks that are not whole, writes, refresh and rest. */
#include "sth_dram_channel.h"

void sth_dram_channel_reset(struct sth_dram_channel *channel,
                            const struct sth_dram_rules *rules)
{
    struct sth_dram_channel c = {.calendar = {.last_data = -STH_DRAM_LONG_AGO,
                                              .last_group = STH_DRAM_NO_GROUP,
                                              .write_end = -STH_DRAM_LONG_AGO},
                                 .refresh = rules->refi,
                                 .calm = rules->refi,
                                 .banks = channel->banks,
                                 .posted = channel->posted};

    *channel = c;
    sth_dram_banks_reset(&channel->banks, rules);
}

struct sth_dram_run sth_dram_run_of(const struct sth_dram_rules *rules,
                                    uint32_t accesses)
{
    const int64_t length = accesses * rules->burst;

    return (struct sth_dram_run){
        .accesses = accesses,
        .hits = (accesses + rules->groups - 1) >> rules->group_bits,
        .whole = rules->striped && accesses >= rules->groups,
        .length = length,
        /* The last group's last access is the last of all. */
        .lag = rules->rcd + rules->burst - length +
               ((accesses - 1) >> rules->group_bits) * rules->ccd_l};
}

/*
 * Less than all groups, in turn, `first` being the index of the first's: the
 * begin of their data, which comes in a row.
 */
static int64_t put_part(struct sth_dram_channel *c,
                        const struct sth_dram_rules *rules,
                        const struct sth_dram_place *place, uint32_t first,
                        uint32_t accesses, bool write, int64_t now)
{
    const int64_t latency = write ? rules->cwl : rules->cl;
    const struct sth_dram_transfer data = {
        .length = accesses * rules->burst,
        .first = sth_dram_group_of(place, first, rules->groups),
        .last = sth_dram_group_of(place, first + accesses - 1, rules->groups),
        /* Up to half of them can be turned round. */
        .any_order = accesses > 1 && 2 * accesses <= rules->groups,
        .write = write};
    struct sth_dram_calendar *calendar = &c->calendar;
    struct sth_dram_set *set = &c->banks.set[place->set];
    int64_t begin = set->activate, last, free;
    uint32_t opened = 0;

    if (set->row != place->row &&
        (set->row != STH_DRAM_ROWS_DIFFER ||
         !sth_dram_banks_have(&c->banks, rules, place, first, accesses,
                              &begin)))
        begin = sth_dram_banks_open(&c->banks, rules, place, first, accesses,
                                    now, &opened);
    sth_dram_calendar_lose(calendar, opened * rules->ck);
    begin += rules->rcd + rules->burst - data.length;
    begin = sth_dram_later(now, begin) + latency;
    last = begin;
    if (!data.any_order && data.first == calendar->last_group)
        last = sth_dram_later(last, calendar->last_data + rules->ccd_l);
    for (uint32_t i = 0; i < accesses && !write; i++)
        if (sth_dram_group_of(place, first + i, rules->groups) ==
            calendar->write_group)
            last = sth_dram_later(last, calendar->write_end + rules->wtr_l +
                                            latency - i * rules->burst);
    begin = sth_dram_calendar_put(calendar, rules, data, now + latency, begin,
                                  last);
    free = sth_dram_data_left(rules, write, begin, data.length);
    set->precharge_ok = sth_dram_later(set->precharge_ok, free);
    for (uint32_t i = 0; i < accesses && set->row == STH_DRAM_ROWS_DIFFER;
         i++) {
        struct sth_dram_bank *bank =
            &c->banks.bank[place->set * rules->groups +
                           sth_dram_group_of(place, first + i, rules->groups)];

        bank->precharge_ok = sth_dram_later(bank->precharge_ok, free);
    }
    return begin;
}

int64_t sth_dram_channel_put_parts(struct sth_dram_channel *channel,
                                   const struct sth_dram_rules *rules,
                                   const struct sth_dram_map *map,
                                   const struct sth_dram_place *place,
                                   uint32_t accesses, bool write, int64_t now,
                                   int64_t *ends)
{
    int64_t last = 0;

    if (rules->striped)
        return put_part(channel, rules, place, place->local >> map->group,
                        accesses, write, now);
    for (uint32_t i = 0; i < accesses; i++) {
        ends[i] = put_part(channel, rules, place,
                           (place->local + i) >> map->group, 1, write, now) +
                  rules->burst;
        last = sth_dram_later(last, ends[i]);
    }
    return last - accesses * rules->burst;
}

int64_t sth_dram_channel_write(struct sth_dram_channel *channel,
                               const struct sth_dram_rules *rules,
                               const struct sth_dram_map *map,
                               const struct sth_dram_place *place,
                               uint32_t accesses, bool joins, int64_t now,
                               int64_t *ends)
{
    const struct sth_dram_run run = sth_dram_run_of(rules, accesses);
    const int64_t t =
        sth_dram_later(now, channel->calendar.ready[true] - rules->cwl);

    if (t >= channel->refresh)
        sth_dram_channel_refresh(channel, rules, t);
    now = sth_dram_later(now, channel->refresh_end);
    if (run.whole)
        return sth_dram_channel_put_whole(channel, rules, place, &run, true,
                                          joins, now);
    return sth_dram_channel_put_parts(channel, rules, map, place, accesses,
                                      true, now, ends);
}

/* ---- Refresh and rest ---- */

void sth_dram_channel_refresh(struct sth_dram_channel *channel,
                              const struct sth_dram_rules *rules, int64_t t)
{
    int64_t begin = t / rules->refi * rules->refi, free;

    channel->refresh = begin + rules->refi;
    if (channel->waiting == 0)
        channel->calm = channel->refresh;
    /* All banks are precharged when the last access allows it. */
    free = sth_dram_later(channel->calendar.last_command + rules->rtp,
                          channel->calendar.write_end + rules->wr);
    free = sth_dram_later(free, channel->banks.last_turn + rules->ras);
    channel->refresh_end = sth_dram_later(begin, free) + rules->rp + rules->rfc;
    channel->calendar.gaps = 0;
    sth_dram_banks_close(&channel->banks, rules);
}

/* What one write takes at most in a channel that does nothing else. */
static int64_t longest_write(const struct sth_dram_rules *rules)
{
    return rules->ras + rules->rp + rules->rcd + rules->cwl + rules->burst +
           rules->wr + rules->faw + rules->wtr_l;
}

bool sth_dram_channel_is_at_rest(const struct sth_dram_channel *channel,
                                 const struct sth_dram_rules *rules, int64_t t)
{
    const struct sth_dram_channel *c = channel;
    const struct sth_dram_calendar *calendar = &c->calendar;
    int64_t soonest = rules->cl < rules->cwl ? rules->cl : rules->cwl;

    /* An idle channel has long begun with the writes that wait, and ended. */
    if (c->waiting &&
        sth_dram_later(sth_dram_later(calendar->last_command, c->refresh_end),
                       c->since) +
                c->patience + c->waiting * longest_write(rules) >
            t)
        return false;
    if (c->refresh > t || c->refresh_end > t || c->front > t ||
        calendar->ready[0] > t + soonest || calendar->ready[1] > t + soonest ||
        calendar->write_end + rules->wtr_l > t || calendar->last_command > t)
        return false;
    if (c->banks.last_turn + sth_dram_later(rules->faw, rules->rrd_l) > t)
        return false;
    for (uint32_t i = c->first; i != c->drained; i++)
        if (c->posted[i & (rules->places - 1)].leave > t)
            return false;
    return true;
}
