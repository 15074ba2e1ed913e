/* Gaps of a calendar. */
#include "sth_dram_calendar.h"

static struct sth_dram_gap *gap_of(struct sth_dram_calendar *c, uint32_t i)
{
    return &c->gap[(c->first_gap + i) % STH_DRAM_GAPS];
}

/* Forgets gap i. */
static void close_gap(struct sth_dram_calendar *c, uint32_t i)
{
    c->gaps--;
    for (; i < c->gaps; i++)
        *gap_of(c, i) = *gap_of(c, i + 1);
}

/* Before gap i; of 16 the first is forgotten. */
static void open_gap(struct sth_dram_calendar *c, uint32_t i,
                     const struct sth_dram_gap *gap)
{
    if (c->gaps == STH_DRAM_GAPS) {
        c->first_gap++;
        c->gaps--;
        i--;
    }
    for (uint32_t k = c->gaps++; k > i; k--)
        *gap_of(c, k) = *gap_of(c, k - 1);
    *gap_of(c, i) = *gap;
}

static void forget_gaps(struct sth_dram_calendar *c, int64_t soonest,
                        int64_t burst)
{
    for (; c->gaps > 0 && gap_of(c, 0)->to < soonest + burst; c->gaps--)
        c->first_gap++;
    c->gap_room = 0;
    for (uint32_t i = 0; i < c->gaps; i++) {
        const struct sth_dram_gap *gap = gap_of(c, i);

        c->gap_room = sth_dram_later(
            c->gap_room, gap->to - sth_dram_later(gap->from, soonest));
    }
}

int64_t sth_dram_calendar_fill(struct sth_dram_calendar *calendar,
                               const struct sth_dram_rules *rules,
                               const struct sth_dram_transfer *data,
                               int64_t soonest, int64_t t)
{
    struct sth_dram_calendar *c = calendar;
    const int64_t more = rules->ccd_l - rules->burst;
    uint32_t i = c->gaps;

    /* Those before end too early. */
    while (i > 0 && gap_of(c, i - 1)->to >= t + data->length)
        i--;
    for (; i < c->gaps; i++) {
        struct sth_dram_gap gap = *gap_of(c, i);
        int64_t from = gap.from, to = gap.to, at;

        if (!data->any_order && data->first == gap.before)
            from += more;
        if (!data->any_order && data->last == gap.after)
            to -= more;
        at = sth_dram_later(t, from);
        if (gap.write != data->write || at + data->length > to)
            continue;
        gap.from = at + data->length;
        gap.before = data->any_order ? STH_DRAM_NO_GROUP : data->last;
        gap_of(c, i)->to = at;
        gap_of(c, i)->after = data->any_order ? STH_DRAM_NO_GROUP : data->first;
        if (at - gap_of(c, i)->from < rules->burst)
            close_gap(c, i--);
        if (gap.to - gap.from >= rules->burst)
            open_gap(c, i + 1, &gap);
        return at;
    }
    forget_gaps(c, soonest, rules->burst);
    return -1;
}
