/*
 * The data bus of a channel as a calendar: what was promised, and the gaps that
 * are left in it.
 */
#ifndef STH_DRAM_CALENDAR_H
#define STH_DRAM_CALENDAR_H

#include "sth_dram_rules.h"

enum { STH_DRAM_GAPS = 16 }; /* that a channel remembers, a power of two */

/* A group of which no access has to keep away. */
#define STH_DRAM_NO_GROUP UINT32_MAX

/* A part of the calendar that is free for one direction. */
struct sth_dram_gap {
    int64_t from, to;       /* a burst apart at least */
    uint32_t before, after; /* groups of the accesses beside it */
    bool write;
};

struct sth_dram_calendar {
    int64_t ready[2];     /* its end, for reads and for writes */
    int64_t last_command; /* of what is in it */
    int64_t last_data;    /* begin of the last access, if it has a group */
    int64_t write_end;    /* of the last write's data */
    int64_t gap_end;      /* of the last gap, or later */
    int64_t gap_room;     /* of the longest, or more */
    uint32_t last_group;  /* of the last access */
    uint32_t write_group; /* of the last write */
    uint32_t first_gap, gaps;
    struct sth_dram_gap gap[STH_DRAM_GAPS]; /* a ring in order of time */
};

/* Data on its way to the bus. */
struct sth_dram_transfer {
    int64_t length;
    uint32_t first, last; /* groups */
    bool any_order;       /* of groups: it keeps away from none */
    bool write;
};

/*
 * Takes the first place in a gap from time t on, and returns its begin.  -1:
 * there is none; then what is too late for any data from `soonest` on is
 * forgotten.
 */
int64_t sth_dram_calendar_fill(struct sth_dram_calendar *calendar,
                               const struct sth_dram_rules *rules,
                               const struct sth_dram_transfer *data,
                               int64_t soonest, int64_t t);

/* Another gap behind all others; of 16 the first is forgotten. */
static inline void sth_dram_calendar_skip(struct sth_dram_calendar *calendar,
                                          struct sth_dram_gap gap)
{
    const uint32_t next = calendar->first_gap + calendar->gaps;
    const uint32_t full = calendar->gaps / STH_DRAM_GAPS;

    calendar->gap[next % STH_DRAM_GAPS] = gap;
    calendar->first_gap += full;
    calendar->gaps += 1 - full;
    calendar->gap_end = gap.to;
    calendar->gap_room = sth_dram_later(calendar->gap_room, gap.to - gap.from);
}

/*
 * The place of data no earlier than t, nor than t_last if it is the last in the
 * calendar; soonest is when a command from now on could bring any.  Returns its
 * begin.
 */
static inline int64_t sth_dram_calendar_put(struct sth_dram_calendar *calendar,
                                            const struct sth_dram_rules *rules,
                                            struct sth_dram_transfer data,
                                            int64_t soonest, int64_t t,
                                            int64_t t_last)
{
    const bool write = data.write;
    const int64_t ready = calendar->ready[write];
    const int64_t begin = sth_dram_later(t_last, ready);
    const int64_t end = begin + data.length;

    if (calendar->gap_end >= t + data.length &&
        calendar->gap_room >= data.length) {
        const struct sth_dram_transfer copy = data;
        int64_t at = sth_dram_calendar_fill(calendar, rules, &copy, soonest, t);

        if (at >= 0)
            return at;
    }
    if (begin - sth_dram_later(ready, soonest) >= rules->burst)
        sth_dram_calendar_skip(
            calendar,
            (struct sth_dram_gap){.from = sth_dram_later(ready, soonest),
                                  .to = begin,
                                  .before = calendar->last_group,
                                  .after = data.any_order ? STH_DRAM_NO_GROUP
                                                          : data.first,
                                  .write = write});
    calendar->ready[write] = end;
    calendar->ready[!write] =
        write ? end + rules->wtr_s + rules->cl : end + rules->rtw;
    calendar->last_command =
        end - rules->burst - (write ? rules->cwl : rules->cl);
    calendar->last_group = data.any_order ? STH_DRAM_NO_GROUP : data.last;
    if (!data.any_order)
        calendar->last_data = end - rules->burst;
    if (write) {
        calendar->write_end = end;
        calendar->write_group = data.last;
    }
    return begin;
}

/* Columns wait for commands of rows. */
static inline void sth_dram_calendar_lose(struct sth_dram_calendar *calendar,
                                          int64_t time)
{
    calendar->ready[false] += time;
    calendar->ready[true] += time;
}

/* Whether at time t its end is writes, which hold up reads. */
static inline bool
sth_dram_calendar_writes(const struct sth_dram_calendar *calendar,
                         const struct sth_dram_rules *rules, int64_t t)
{
    return calendar->ready[false] > calendar->ready[true] &&
           calendar->write_end + rules->wtr_s > t;
}

/*
 * Leaves no more of the writes at its end than their time; write_end is of
 * those before.
 */
static inline void
sth_dram_calendar_forget_writes(struct sth_dram_calendar *calendar,
                                const struct sth_dram_rules *rules,
                                int64_t write_end)
{
    calendar->ready[false] = calendar->write_end;
    calendar->ready[true] = calendar->write_end + rules->rtw;
    calendar->write_end = write_end;
}

#endif
