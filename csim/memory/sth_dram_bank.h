/*
 * The banks of a channel: rows, and the turns in which they are opened.
 *
 * Banks of one number in all groups are one set.  Where all of them have the
 * same row open they are treated alike.
 */
#ifndef STH_DRAM_BANK_H
#define STH_DRAM_BANK_H

#include "sth_dram_rules.h"

enum {
    STH_DRAM_PAST = 4, /* rows that a set remembers, a power of two */
    STH_DRAM_HITS = 4  /* with which a row lets another in that waits */
};

#define STH_DRAM_LONG_AGO (INT64_C(1) << 61)
#define STH_DRAM_NO_ROW (-1)
#define STH_DRAM_ROWS_DIFFER (-2)

/* A row that was open in all banks of a set before another. */
struct sth_dram_past {
    int64_t activate;
    int64_t close; /* when its first bank is precharged */
    uint32_t hits; /* commands of a bank to it */
};

struct sth_dram_set {
    int64_t row;          /* of all its banks, or one of the two above */
    int64_t activate;     /* of the last bank */
    int64_t precharge_ok; /* of the last, tRTP and tWR */
    int64_t ahead;        /* of that is the first */
    uint32_t hits;        /* commands of a bank to the row */
    uint32_t pasts;       /* number of the next past row, modulo 2^32 */
    int64_t past_row[STH_DRAM_PAST]; /* modulo their number, or none */
    struct sth_dram_past past[STH_DRAM_PAST];
};

/* A bank of a set whose rows differ. */
struct sth_dram_bank {
    int64_t row, activate, precharge_ok;
};

struct sth_dram_banks {
    int64_t last_turn; /* of activation */
    int64_t turn[4];   /* the last four, unless they are those of a set */
    bool turns_of_set; /* which follow each other by tRRD_S */
    uint32_t turns;    /* so far, modulo 2^32 */
    uint32_t turn_group;
    struct sth_dram_set *set;
    struct sth_dram_bank *bank; /* of set 0 in all groups, of set 1 ... */
};

/* No turn was taken; all rows are closed. */
void sth_dram_banks_reset(struct sth_dram_banks *banks,
                          const struct sth_dram_rules *rules);
/* Closes all rows. */
void sth_dram_banks_close(struct sth_dram_banks *banks,
                          const struct sth_dram_rules *rules);

/*
 * Whether `count` banks of a set whose rows differ have that of a place open,
 * from that of group index `first` on; then *active is when the last of them is
 * active.
 */
static inline bool sth_dram_banks_have(const struct sth_dram_banks *banks,
                                       const struct sth_dram_rules *rules,
                                       const struct sth_dram_place *place,
                                       uint32_t first, uint32_t count,
                                       int64_t *active)
{
    const struct sth_dram_bank *bank = &banks->bank[place->set * rules->groups];

    *active = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t g = sth_dram_group_of(place, first + i, rules->groups);

        if (bank[g].row != place->row)
            return false;
        *active = sth_dram_later(*active, bank[g].activate);
    }
    return true;
}

/*
 * Opens the same row in `count` banks of a set which have different ones or
 * will have, from that of group index `first` on.  Returns when the last of
 * them is active, and in *opened how many did not have it open.
 */
int64_t sth_dram_banks_open(struct sth_dram_banks *banks,
                            const struct sth_dram_rules *rules,
                            const struct sth_dram_place *place, uint32_t first,
                            uint32_t count, int64_t now, uint32_t *opened);

/* The turns of all banks of a set where those before are not a set's. */
int64_t sth_dram_banks_take_turns(struct sth_dram_banks *banks,
                                  const struct sth_dram_rules *rules,
                                  int64_t now);

/* When a bank can activate that was activated and can be precharged then. */
static inline int64_t sth_dram_precharged(const struct sth_dram_rules *rules,
                                          int64_t activate,
                                          int64_t precharge_ok, int64_t now)
{
    int64_t t = sth_dram_later(activate + rules->ras, precharge_ok);

    return sth_dram_later(t, now) + rules->rp;
}

/* Opens a row in all banks of a set, which have the same open or none. */
static inline void sth_dram_banks_open_set(struct sth_dram_banks *banks,
                                           const struct sth_dram_rules *rules,
                                           struct sth_dram_set *set,
                                           int64_t row, int64_t now)
{
    int64_t turn, last = now + rules->set_ahead;

    if (banks->turns_of_set) {
        turn = sth_dram_later(now, banks->last_turn + rules->set_after) +
               rules->set_turns;
        banks->last_turn = turn;
    } else {
        turn = sth_dram_banks_take_turns(banks, rules, now);
    }
    if (set->row != STH_DRAM_NO_ROW) {
        const uint32_t i = set->pasts++ % STH_DRAM_PAST;

        last = sth_dram_later(set->activate + rules->set_ras,
                              set->precharge_ok - set->ahead);
        last = sth_dram_later(last, now) + rules->set_rp;
        last = sth_dram_later(last, turn);
        set->past_row[i] = set->row;
        set->past[i].activate = set->activate;
        set->past[i].close = last - rules->set_rp;
        set->past[i].hits = set->hits;
    }
    set->activate = sth_dram_later(last, turn);
    set->row = row;
    set->hits = 0;
}

/*
 * A past row of a set, the last of that number, if it is open still at time now
 * and few commands went to it, or in any case; or NULL.
 */
struct sth_dram_past *sth_dram_set_find(struct sth_dram_set *set, int64_t row,
                                        int64_t now, bool any);

/* The same, quickly where there is none. */
static inline struct sth_dram_past *
sth_dram_set_past(struct sth_dram_set *set, const struct sth_dram_rules *rules,
                  int64_t row, int64_t now, bool any)
{
    bool known = false;

    if (!any && set->activate - rules->set_rp <= now)
        return NULL;
    for (int i = 0; i < STH_DRAM_PAST; i++)
        known |= set->past_row[i] == row;
    return known ? sth_dram_set_find(set, row, now, any) : NULL;
}

#endif
