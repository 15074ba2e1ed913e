/* Turns of activation, and sets whose rows differ. */
#include "sth_dram_bank.h"

static void forget_past(struct sth_dram_set *set)
{
    for (int i = 0; i < STH_DRAM_PAST; i++)
        set->past_row[i] = STH_DRAM_NO_ROW;
}

void sth_dram_banks_reset(struct sth_dram_banks *banks,
                          const struct sth_dram_rules *rules)
{
    banks->last_turn = -STH_DRAM_LONG_AGO;
    for (int i = 0; i < 4; i++)
        banks->turn[i] = banks->last_turn;
    banks->turns_of_set = false;
    banks->turns = banks->turn_group = 0;
    sth_dram_banks_close(banks, rules);
}

void sth_dram_banks_close(struct sth_dram_banks *banks,
                          const struct sth_dram_rules *rules)
{
    for (uint32_t s = 0; s < rules->sets; s++) {
        banks->set[s] = (struct sth_dram_set){.row = STH_DRAM_NO_ROW};
        forget_past(&banks->set[s]);
    }
}

struct sth_dram_past *sth_dram_set_find(struct sth_dram_set *set, int64_t row,
                                        int64_t now, bool any)
{
    for (uint32_t i = 1; i <= STH_DRAM_PAST; i++) {
        const uint32_t k = (set->pasts - i) % STH_DRAM_PAST;
        struct sth_dram_past *p = &set->past[k];

        if (set->past_row[k] == row)
            return any || (p->close > now && p->hits < STH_DRAM_HITS) ? p
                                                                      : NULL;
    }
    return NULL;
}

/*
 * The turn of one more activation, no earlier than now: tRRD and tFAW hold from
 * turn to turn.  A bank that is not ready takes its turn and activates later,
 * without holding up the others.
 */
static int64_t take_turn(struct sth_dram_banks *b,
                         const struct sth_dram_rules *rules, int64_t rrd,
                         uint32_t group, int64_t now)
{
    int64_t *four_before;
    int64_t t;

    for (uint32_t i = 0; b->turns_of_set && i < 4; i++)
        b->turn[(b->turns - 1 - i) % 4] = b->last_turn - i * rules->rrd_s;
    b->turns_of_set = false;
    four_before = &b->turn[b->turns++ % 4];
    t = sth_dram_later(now, *four_before + rules->faw);
    t = sth_dram_later(t, b->last_turn + rrd);
    b->last_turn = *four_before = t;
    b->turn_group = group;
    return t;
}

int64_t sth_dram_banks_take_turns(struct sth_dram_banks *banks,
                                  const struct sth_dram_rules *rules,
                                  int64_t now)
{
    struct sth_dram_banks *b = banks;
    bool even = rules->groups % 4 == 0;

    for (uint32_t g = 0; g < rules->groups; g++)
        now = take_turn(b, rules, rules->rrd_s, g, now);
    for (uint32_t i = 1; i < 4; i++)
        even =
            even && b->turn[(b->turns - 1 - i) % 4] == now - i * rules->rrd_s;
    b->turns_of_set = even;
    return now;
}

static void open_bank(struct sth_dram_banks *b,
                      const struct sth_dram_rules *rules,
                      struct sth_dram_bank *bank, uint32_t group, int64_t row,
                      int64_t now)
{
    const int64_t rrd = group == b->turn_group ? rules->rrd_l : rules->rrd_s;
    int64_t t = now;

    if (bank->row != STH_DRAM_NO_ROW)
        t = sth_dram_precharged(rules, bank->activate, bank->precharge_ok, now);
    bank->activate = sth_dram_later(t, take_turn(b, rules, rrd, group, now));
    bank->row = row;
}

int64_t sth_dram_banks_open(struct sth_dram_banks *banks,
                            const struct sth_dram_rules *rules,
                            const struct sth_dram_place *place, uint32_t first,
                            uint32_t count, int64_t now, uint32_t *opened)
{
    struct sth_dram_set *set = &banks->set[place->set];
    struct sth_dram_bank *bank = &banks->bank[place->set * rules->groups];
    int64_t active = 0, last = 0, free = 0;
    bool same = true;

    if (set->row != STH_DRAM_ROWS_DIFFER)
        for (uint32_t g = 0; g < rules->groups; g++)
            bank[g] = (struct sth_dram_bank){set->row, set->activate,
                                             set->precharge_ok};
    *opened = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t g = sth_dram_group_of(place, first + i, rules->groups);

        if (bank[g].row != place->row) {
            open_bank(banks, rules, &bank[g], g, place->row, now);
            ++*opened;
        }
        active = sth_dram_later(active, bank[g].activate);
    }
    for (uint32_t g = 0; g < rules->groups; g++) {
        same = same && bank[g].row == place->row;
        last = sth_dram_later(last, bank[g].activate);
        free = sth_dram_later(free, bank[g].precharge_ok);
    }
    set->row = same ? place->row : STH_DRAM_ROWS_DIFFER;
    set->activate = last;
    set->precharge_ok = free;
    set->ahead = 0;
    set->hits = 0;
    forget_past(set);
    return active;
}
