/* The calendar of a channel: banks, activation, data bus, refresh. */
#include "sth_dram_channel.h"

#include <string.h>

void sth_dram_channel_reset(struct sth_dram_channel *channel,
                            const struct sth_dram_rules *rules)
{
    struct sth_dram_channel c = {.refresh = rules->refi,
                                 .last_turn = -STH_DRAM_LONG_AGO,
                                 .last_data = -STH_DRAM_LONG_AGO,
                                 .write_end = -STH_DRAM_LONG_AGO,
                                 .patience = STH_DRAM_LONG_AGO,
                                 .posted = channel->posted,
                                 .set = channel->set,
                                 .bank = channel->bank};

    for (int i = 0; i < 4; i++)
        c.turn[i] = c.last_turn;
    *channel = c;
    for (uint32_t s = 0; s < rules->sets; s++)
        c.set[s] = (struct sth_dram_set){.row = STH_DRAM_NO_ROW};
}

/* ---- Activation ---- */

/*
 * The turn of one more activation, no earlier than now: tRRD and tFAW hold from
 * turn to turn.  A bank that is not ready takes its turn and activates later,
 * without holding up the others.
 */
static int64_t take_turn(struct sth_dram_channel *c,
                         const struct sth_dram_rules *rules, int64_t rrd,
                         uint32_t group, int64_t now)
{
    int64_t *four_before = &c->turn[c->turns++ % 4];
    int64_t t = sth_dram_later(now, *four_before + rules->faw);

    t = sth_dram_later(t, c->last_turn + rrd);
    c->last_turn = *four_before = t;
    c->turn_group = group;
    return t;
}

/* When a bank can activate that was activated and can be precharged then. */
static int64_t precharged(const struct sth_dram_rules *rules, int64_t activate,
                          int64_t precharge_ok, int64_t now)
{
    int64_t t = sth_dram_later(activate + rules->ras, precharge_ok);

    return sth_dram_later(t, now) + rules->rp;
}

/* ---- The data bus ---- */

/* Forgets gap i. */
static void close_gap(struct sth_dram_channel *c, uint32_t i)
{
    c->gaps--;
    memmove(c->gap + i, c->gap + i + 1, (c->gaps - i) * sizeof *c->gap);
}

/* Before gap i. */
static void open_gap(struct sth_dram_channel *c, uint32_t i,
                     const struct sth_dram_gap *gap)
{
    if (c->gaps == STH_DRAM_GAPS) {
        close_gap(c, 0);
        i -= i > 0;
    }
    memmove(c->gap + i + 1, c->gap + i, (c->gaps - i) * sizeof *c->gap);
    c->gap[i] = *gap;
    c->gap_end = sth_dram_later(c->gap_end, gap->to);
    c->gap_room = sth_dram_later(c->gap_room, gap->to - gap->from);
    c->gaps++;
}

/* Forgets what is too late or too short for any data from `soonest` on. */
static void forget_gaps(struct sth_dram_channel *c, int64_t soonest,
                        int64_t burst)
{
    uint32_t kept = 0;

    c->gap_room = 0;
    for (uint32_t i = 0; i < c->gaps; i++) {
        struct sth_dram_gap *gap = &c->gap[i];
        int64_t from = sth_dram_later(gap->from, soonest);

        if (gap->to - from < burst)
            continue;
        c->gap_room = sth_dram_later(c->gap_room, gap->to - from);
        c->gap[kept++] = *gap;
    }
    c->gaps = kept;
}

/* Data on its way to the bus. */
struct transfer {
    int64_t length;
    uint32_t first, last; /* groups */
    bool whole;           /* of all groups, so that their order is free */
    bool write;
};

/* The first place for data in a gap from time t on; -1: none. */
static int64_t fill_gap(struct sth_dram_channel *c,
                        const struct sth_dram_rules *rules,
                        const struct transfer *data, int64_t t)
{
    const int64_t more = rules->ccd_l - rules->burst;

    for (uint32_t i = 0; i < c->gaps; i++) {
        struct sth_dram_gap gap = c->gap[i];
        int64_t from = gap.from, to = gap.to, at;

        if (!data->whole && data->first == gap.before)
            from += more;
        if (!data->whole && data->last == gap.after)
            to -= more;
        at = sth_dram_later(t, from);
        if (gap.write != data->write || at + data->length > to)
            continue;
        c->gap[i].to = at;
        c->gap[i].after = data->first;
        gap.from = at + data->length;
        gap.before = data->last;
        if (gap.to - gap.from >= rules->burst)
            open_gap(c, i + 1, &gap);
        if (c->gap[i].to - c->gap[i].from < rules->burst)
            close_gap(c, i);
        return at;
    }
    return -1;
}

/*
 * A place for data of that length, no earlier than t, nor than t_last if it is
 * the last in the calendar; soonest is when a command from now on could bring
 * any.
 */
static int64_t transfer(struct sth_dram_channel *c,
                        const struct sth_dram_rules *rules,
                        const struct transfer *data, int64_t soonest, int64_t t,
                        int64_t t_last)
{
    const bool write = data->write;
    struct sth_dram_gap gap = {
        .before = c->last_group, .after = data->first, .write = write};
    int64_t end;

    if (c->gap_end >= t + data->length && c->gap_room >= data->length) {
        int64_t at = fill_gap(c, rules, data, t);

        if (at >= 0)
            return at;
        forget_gaps(c, soonest, rules->burst);
    } else if (c->gap_end < soonest + rules->burst) {
        c->gaps = 0;
        c->gap_room = 0;
    }
    gap.to = sth_dram_later(t_last, c->ready[write]);
    gap.from = sth_dram_later(c->ready[write], soonest);
    if (gap.to - gap.from >= rules->burst)
        open_gap(c, c->gaps, &gap);
    end = gap.to + data->length;
    c->ready[write] = end;
    c->ready[!write] =
        write ? end + rules->wtr_s + rules->cl : end + rules->rtw;
    c->last_command = end - rules->burst - (write ? rules->cwl : rules->cl);
    c->last_data = end - rules->burst;
    c->last_group = data->last;
    if (write) {
        c->write_end = end;
        c->write_group = data->last;
    }
    return gap.to;
}

/* ---- Banks ---- */

/* Opens a row in all banks of a set that have the same open. */
static void open_set(struct sth_dram_channel *c,
                     const struct sth_dram_rules *rules,
                     struct sth_dram_set *set, int64_t row, int64_t now)
{
    const uint32_t others = rules->groups - 1;
    int64_t t = now;

    /* The first is so much ahead of the last. */
    if (set->row != STH_DRAM_NO_ROW)
        t = precharged(rules, set->activate - others * rules->rrd_s,
                       set->precharge_ok - others * rules->burst, now);
    for (uint32_t g = 0; g <= others; g++)
        now = take_turn(c, rules, rules->rrd_s, g, now);
    set->activate = sth_dram_later(t + others * rules->rrd_s, now);
    set->row = row;
    c->ready[false] += rules->groups * rules->open;
    c->ready[true] += rules->groups * rules->open;
}

/* Opens a row in one bank. */
static void open_bank(struct sth_dram_channel *c,
                      const struct sth_dram_rules *rules,
                      struct sth_dram_bank *bank, uint32_t group, int64_t row,
                      int64_t now)
{
    const int64_t rrd = group == c->turn_group ? rules->rrd_l : rules->rrd_s;
    int64_t t = now;

    if (bank->row != STH_DRAM_NO_ROW)
        t = precharged(rules, bank->activate, bank->precharge_ok, now);
    bank->activate = sth_dram_later(t, take_turn(c, rules, rrd, group, now));
    bank->row = row;
    c->ready[false] += rules->open;
    c->ready[true] += rules->open;
}

/*
 * The same row is opened in some banks of a set, which have different ones or
 * will have.  Returns when the last of them is active.
 */
static int64_t open_banks(struct sth_dram_channel *c,
                          const struct sth_dram_rules *rules,
                          const struct sth_dram_place *place, uint32_t first,
                          uint32_t banks, int64_t now)
{
    struct sth_dram_set *set = &c->set[place->set];
    struct sth_dram_bank *bank = &c->bank[place->set * rules->groups];
    int64_t active = 0, last = 0, free = 0;
    bool same = true;

    if (set->row != STH_DRAM_ROWS_DIFFER)
        for (uint32_t g = 0; g < rules->groups; g++)
            bank[g] = (struct sth_dram_bank){set->row, set->activate,
                                             set->precharge_ok};
    for (uint32_t i = 0; i < banks; i++) {
        uint32_t g = ((first + i) ^ place->flip) & (rules->groups - 1);

        if (bank[g].row != place->row)
            open_bank(c, rules, &bank[g], g, place->row, now);
        active = sth_dram_later(active, bank[g].activate);
    }
    for (uint32_t g = 0; g < rules->groups; g++) {
        same = same && bank[g].row == place->row;
        last = sth_dram_later(last, bank[g].activate);
        free = sth_dram_later(free, bank[g].precharge_ok);
    }
    *set =
        (struct sth_dram_set){.row = same ? place->row : STH_DRAM_ROWS_DIFFER,
                              .activate = last,
                              .precharge_ok = free};
    return active;
}

/*
 * Accesses that go round the groups, `first` being the index of the first's:
 * the begin of their data, which comes in a row.
 */
static int64_t schedule_row(struct sth_dram_channel *c,
                            const struct sth_dram_rules *rules,
                            const struct sth_dram_place *place, uint32_t first,
                            uint32_t accesses, bool write, int64_t now)
{
    const int64_t latency = write ? rules->cwl : rules->cl;
    const int64_t length = accesses * rules->burst;
    const uint32_t mask = rules->groups - 1;
    const bool whole = accesses >= rules->groups;
    const struct transfer data = {
        .length = length,
        .first = (first ^ place->flip) & mask,
        .last = ((first + accesses - 1) ^ place->flip) & mask,
        .whole = whole,
        .write = write};
    struct sth_dram_set *set = &c->set[place->set];
    int64_t active, begin, last, free;

    if (set->row == place->row) {
        active = set->activate;
    } else if (whole && set->row != STH_DRAM_ROWS_DIFFER) {
        open_set(c, rules, set, place->row, now);
        active = set->activate;
    } else {
        active = open_banks(c, rules, place, first,
                            whole ? rules->groups : accesses, now);
    }
    /* The last group's last access is the last of all. */
    active += rules->rcd + ((accesses - 1) >> rules->group_bits) * rules->ccd_l;
    begin = sth_dram_later(now, active + rules->burst - length) + latency;
    last = begin;
    if (!whole) {
        if (data.first == c->last_group)
            last = sth_dram_later(last, c->last_data + rules->ccd_l);
        for (uint32_t i = 0; i < accesses && !write; i++)
            if ((((first + i) ^ place->flip) & mask) == c->write_group)
                last = sth_dram_later(last, c->write_end + rules->wtr_l +
                                                latency - i * rules->burst);
    }
    begin = transfer(c, rules, &data, now + latency, begin, last);
    free = write ? begin + length + rules->wr
                 : begin + length - rules->burst - latency + rules->rtp;
    set->precharge_ok = sth_dram_later(set->precharge_ok, free);
    for (uint32_t i = 0; i < accesses && set->row == STH_DRAM_ROWS_DIFFER;
         i++) {
        struct sth_dram_bank *bank =
            &c->bank[place->set * rules->groups +
                     (((first + i) ^ place->flip) & mask)];

        bank->precharge_ok = sth_dram_later(bank->precharge_ok, free);
    }
    return begin;
}

int64_t sth_dram_channel_schedule(struct sth_dram_channel *channel,
                                  const struct sth_dram_rules *rules,
                                  const struct sth_dram_map *map,
                                  const struct sth_dram_place *place,
                                  uint32_t accesses, bool write, int64_t now,
                                  int64_t *ends)
{
    const int64_t latency = write ? rules->cwl : rules->cl;
    const int64_t t = sth_dram_later(now, channel->ready[write] - latency);
    int64_t last = 0;

    if (t >= channel->refresh)
        sth_dram_channel_refresh(channel, rules, t);
    now = sth_dram_later(now, channel->refresh_end);
    if (rules->striped)
        return schedule_row(channel, rules, place, place->local >> map->group,
                            accesses, write, now);
    for (uint32_t i = 0; i < accesses; i++) {
        ends[i] =
            schedule_row(channel, rules, place,
                         (place->local + i) >> map->group, 1, write, now) +
            rules->burst;
        last = sth_dram_later(last, ends[i]);
    }
    return last - accesses * rules->burst;
}

/* ---- Refresh and rest ---- */

void sth_dram_channel_refresh(struct sth_dram_channel *channel,
                              const struct sth_dram_rules *rules, int64_t t)
{
    int64_t begin, free;

    begin = t / rules->refi * rules->refi;
    channel->refresh = begin + rules->refi;
    /* All banks are precharged when the last access allows it. */
    free = sth_dram_later(channel->last_command + rules->rtp,
                          channel->write_end + rules->wr);
    free = sth_dram_later(free, channel->last_turn + rules->ras);
    channel->refresh_end = sth_dram_later(begin, free) + rules->rp + rules->rfc;
    channel->gaps = 0;
    for (uint32_t s = 0; s < rules->sets; s++)
        channel->set[s] = (struct sth_dram_set){.row = STH_DRAM_NO_ROW};
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
    int64_t soonest = rules->cl < rules->cwl ? rules->cl : rules->cwl;

    /* An idle channel has long begun with the writes that wait, and ended. */
    if (c->waiting &&
        sth_dram_later(sth_dram_later(c->last_command, c->refresh_end),
                       c->since) +
                c->patience + c->waiting * longest_write(rules) >
            t)
        return false;
    if (c->refresh > t || c->refresh_end > t || c->ready[0] > t + soonest ||
        c->ready[1] > t + soonest || c->write_end + rules->wtr_l > t ||
        c->last_command > t)
        return false;
    if (c->last_turn + sth_dram_later(rules->faw, rules->rrd_l) > t)
        return false;
    for (uint32_t i = c->first; i != c->drained; i++)
        if (c->posted[i & (rules->places - 1)].leave > t)
            return false;
    return true;
}
