/* Reading from four neighbouring channels at a time, with AVX2. */
#include "sth_dram_wide.h"

#include "sth_dram_chunk.h"

#include <assert.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TARGET_WIDE __attribute__((target("avx2")))

/* Four neighbouring channels. */
typedef int64_t vec __attribute__((vector_size(32)));

typedef long long vec_test __attribute__((vector_size(32)));

typedef int64_t vec_in_array
    __attribute__((vector_size(32), aligned(8), may_alias));

TARGET_WIDE static inline vec load_vec(const int64_t *from)
{
    return *(const vec_in_array *)from;
}

/* Each lane of a where the mask is all ones, of b where it is zero. */
TARGET_WIDE static inline vec choose_vec(vec mask, vec a, vec b)
{
    return (mask & a) | (~mask & b);
}

TARGET_WIDE static inline vec later_vec(vec a, vec b)
{
    return choose_vec(a > b, a, b);
}

TARGET_WIDE static inline void store_vec(int64_t *to, vec mask, vec value)
{
    vec_in_array *at = (vec_in_array *)to;

    *at = choose_vec(mask, value, *at);
}

TARGET_WIDE static inline bool any(vec mask)
{
    return !__builtin_ia32_ptestz256((vec_test)mask, (vec_test)mask);
}

TARGET_WIDE static inline vec splat(int64_t value)
{
    return (vec){value, value, value, value};
}

/* Units from that place on in its group of four channels, one row. */
static inline uint32_t units_in_group(struct sth_dram_place p)
{
    return 4 - ((p.channel ^ p.flip) & 3);
}

/*
 * sth_dram_chunk() for a read of `units` neighbouring units from p on, no more
 * than units_in_group(); ready[i] is when the data of unit i comes, which takes
 * lasts[i].
 */
TARGET_WIDE static inline void dram_units(struct sth_dram *dram, int64_t now,
                                          struct sth_dram_place p,
                                          uint32_t units, const int64_t *lasts,
                                          int64_t *ready)
{
    const struct sth_dram_times *t = &dram->t;
    const uint32_t c = p.channel & ~3u;
    int64_t *bus_free_of = sth_dram_array(dram, STH_DRAM_BUS_FREE, 0) + c;
    int64_t *writes_of = sth_dram_array(dram, STH_DRAM_WRITES, 0) + c;
    int64_t *row_of = sth_dram_array(dram, STH_DRAM_ROW, p.bank) + c;
    int64_t *column_of = sth_dram_array(dram, STH_DRAM_COLUMN_OK, p.bank) + c;
    int64_t *precharge_of =
        sth_dram_array(dram, STH_DRAM_PRECHARGE_OK, p.bank) + c;
    const int64_t flip = p.flip & 3;
    const vec count = {0, 1, 2, 3};
    /* The unit in each lane, and the lane of each unit. */
    const vec unit = (count ^ flip) - (4 - (int64_t)units_in_group(p));
    const vec lane = ((count + (4 - (int64_t)units_in_group(p))) & 3) ^ flip;
    const vec mask = (unit >= 0) & (unit < (int64_t)units);
    const vec bus_free = load_vec(bus_free_of);
    const vec busy = later_vec(splat(now), bus_free);
    const vec due =
        (busy >= load_vec(sth_dram_array(dram, STH_DRAM_REFRESH, 0) + c)) &
        mask;
    vec start, row, hit, precharge_ok, column_ok, activate, data, end;

    if (any(due))
        for (uint32_t i = 0; i < 4; i++)
            if (due[i])
                sth_dram_refresh(dram, c + i, busy[i]);
    start =
        later_vec(splat(now),
                  load_vec(sth_dram_array(dram, STH_DRAM_REFRESH_END, 0) + c));
    row = load_vec(row_of);
    hit = row == p.row;
    precharge_ok = load_vec(precharge_of);
    column_ok = load_vec(column_of);
    activate = choose_vec(row == STH_NO_ROW, start,
                          later_vec(start, precharge_ok) + t->rp);
    column_ok = choose_vec(hit, column_ok, activate + t->rcd);
    precharge_ok = choose_vec(hit, precharge_ok, activate + t->ras);
    data = bus_free + (load_vec(writes_of) & t->turn);
    activate = later_vec(start, column_ok) + t->cl;
    data = later_vec(data, activate);
    end = data + __builtin_shuffle(load_vec(lasts), unit & 3);
    activate = end - t->burst - t->cl + t->rtp;
    precharge_ok = later_vec(precharge_ok, activate);
    store_vec(bus_free_of, mask, end);
    store_vec(writes_of, mask, splat(0));
    store_vec(row_of, mask, splat(p.row));
    store_vec(column_of, mask, column_ok);
    store_vec(precharge_of, mask, precharge_ok);
    *(vec_in_array *)ready = __builtin_shuffle(data + t->ctrl, lane);
}

/* The place of addr, a unit or some behind one of its page at p: up to the last
 * channel they differ in that alone. */
static inline struct sth_dram_place place_behind(const struct sth_dram *dram,
                                                 struct sth_dram_place p,
                                                 uint64_t addr)
{
    uint32_t unit = (uint32_t)(addr >> dram->shift.unit) & (dram->channels - 1);

    if (unit == 0)
        return sth_dram_place_of(dram, addr);
    p.channel = unit ^ p.flip;
    return p;
}

/* sth_dram_read_wide() where every beat is a unit of interleaving. */
TARGET_WIDE static uint64_t read_units(struct sth_dram *dram,
                                       struct sth_mem_port *port, uint64_t now,
                                       uint64_t addr, uint32_t beats,
                                       uint64_t *beat_cycle)
{
    const uint64_t cycle = dram->clock.cycle;
    const int64_t each = dram->t.burst
                         << (dram->shift.unit - dram->shift.access);
    const int64_t lasts[4] = {each, each, each, each};
    const uint64_t whole = (uint64_t)each + cycle - 1;
    const int64_t time = sth_dram_time(dram, now);
    uint64_t next = port->next;
    uint64_t behind = (next + 1) * cycle; /* when the cycle of it ends */
    struct sth_dram_place p = sth_dram_place_of(dram, addr);
    int64_t ready[4];

    for (;;) {
        uint32_t units = units_in_group(p);

        units = units < beats ? units : beats;
        dram_units(dram, time, p, units, lasts, ready);
        for (uint32_t i = 0; i < units; i++) {
            uint64_t all = (uint64_t)ready[i] + whole;

            /* Mostly the bus is behind, and that spares a division. */
            if (all >= behind) {
                next = sth_dram_cycle(&dram->clock, all);
                behind = (next + 1) * cycle;
            }
            if (beat_cycle)
                *beat_cycle++ = next;
            next++;
            behind += cycle;
        }
        beats -= units;
        if (beats == 0)
            break;
        addr += (uint64_t)units << dram->shift.unit;
        p = place_behind(dram, p, addr);
    }
    port->next = next;
    return next - 1;
}

TARGET_WIDE uint64_t sth_dram_read_wide(struct sth_dram *dram,
                                        struct sth_mem_port *port, uint64_t now,
                                        uint64_t addr, uint32_t beats,
                                        uint64_t *beat_cycle)
{
    const unsigned access = dram->shift.access;
    const uint64_t finish = addr + ((uint64_t)beats << dram->shift.bus);
    uint64_t begin = addr, beat_end = addr + (UINT64_C(1) << dram->shift.bus),
             cycle = 0;

    if (dram->shift.bus == dram->shift.unit && !port->stall_percent)
        return read_units(dram, port, now, addr, beats, beat_cycle);
    while (begin < finish) {
        const struct sth_dram_place p = sth_dram_place_of(dram, begin);
        uint64_t at[5] = {begin};
        int64_t lasts[4] = {0}, ready[4];
        uint32_t units = 0;

        while (units < units_in_group(p) && at[units] < finish) {
            uint64_t end = at[units] + sth_dram_chunk_bytes(dram, at[units],
                                                            finish - at[units]);

            lasts[units] =
                (int64_t)(((end - 1) >> access) - (at[units] >> access) + 1) *
                dram->t.burst;
            at[++units] = end;
        }
        dram_units(dram, sth_dram_time(dram, now), p, units, lasts, ready);
        for (uint32_t i = 0; i < units; i++)
            cycle = sth_dram_chunk_beats(dram, port, at[i], at[i + 1],
                                         (uint64_t)ready[i], &beat_end,
                                         &beat_cycle);
        begin = at[units];
    }
    return cycle;
}

bool sth_dram_can_read_wide(const struct sth_dram *dram)
{
    return dram->channels >= 4 && __builtin_cpu_supports("avx2");
}
#else
bool sth_dram_can_read_wide(const struct sth_dram *dram)
{
    (void)dram;
    return false;
}

uint64_t sth_dram_read_wide(struct sth_dram *dram, struct sth_mem_port *port,
                            uint64_t now, uint64_t addr, uint32_t beats,
                            uint64_t *beat_cycle)
{
    (void)dram, (void)port, (void)now, (void)addr, (void)beats;
    (void)beat_cycle;
    assert(false);
    return 0;
}
#endif
