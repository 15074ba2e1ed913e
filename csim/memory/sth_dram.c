/* DRAM timing, one chunk of an interleave unit at a time; times in ps. */
#include "sth_dram.h"

#include <assert.h>
#include <string.h>

#define NO_ROW (-1)

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* One bit of choice without a jump: these are as good as random. */
static inline int64_t choose(bool first, int64_t a, int64_t b)
{
    return b ^ ((a ^ b) & -(int64_t)first);
}

static inline int64_t later(int64_t a, int64_t b)
{
    return choose(a > b, a, b);
}

/* A refresh of all banks was due before `busy`; the last one counts. */
static void refresh(const struct sth_dram_figures *d,
                    struct sth_dram_channels *s, uint32_t channel, int64_t busy)
{
    int64_t begun = busy / d->t_refi * d->t_refi;

    s->refresh[channel] = begun + d->t_refi;
    s->refresh_end[channel] = begun + d->t_rfc;
    for (uint32_t b = 0; b < d->banks; b++)
        s->bank[b].row[channel] = NO_ROW;
}

/* Where a unit of interleaving lies. */
struct place {
    uint32_t channel, bank;
    int64_t row;
    uint32_t flip; /* what its channel's number is XORed with */
};

/*
 * The bits above those of the channel are folded into it, so that accesses a
 * power of two apart do not all meet in a few channels.
 */
static inline struct place place_of(const struct sth_dram *dram, uint64_t addr)
{
    const struct sth_dram_figures *d = dram->figures;
    const struct sth_dram_shifts shift = dram->shift;
    uint64_t unit = addr >> shift.unit;
    uint64_t above = unit >> shift.channel;
    uint64_t page = above >> shift.column;
    uint64_t row = page >> shift.bank;
    uint32_t flip = (uint32_t)above & shift.fold_mask;

    flip ^= flip >> shift.channel;
    flip ^= flip >> 2 * shift.channel;
    flip ^= flip >> 4 * shift.channel;
    flip &= d->channels - 1;
    return (struct place){.channel =
                              ((uint32_t)unit & (d->channels - 1)) ^ flip,
                          .bank = (uint32_t)(page ^ row) & (d->banks - 1),
                          .row = (int64_t)row,
                          .flip = flip};
}

/*
 * Accesses `bytes` (all in one interleave unit) from time `now` in ps, with
 * the row buffer left open.  Returns when the first byte is transferred and
 * lets *end be when the last has been.
 */
static inline uint64_t dram_chunk(struct sth_dram *dram, int64_t now,
                                  uint64_t addr, uint32_t bytes, bool write,
                                  uint64_t *end)
{
    const struct sth_dram_figures *d = dram->figures;
    const struct place p = place_of(dram, addr);
    const unsigned access = dram->shift.access;
    struct sth_dram_channels *s = &dram->channels;
    int64_t *row = &s->bank[p.bank].row[p.channel];
    int64_t *column_ok = &s->bank[p.bank].column_ok[p.channel];
    int64_t *precharge_ok = &s->bank[p.bank].precharge_ok[p.channel];
    int64_t accesses =
        (int64_t)(((addr + bytes - 1) >> access) - (addr >> access) + 1);
    int64_t bus_free = s->bus_free[p.channel];
    int64_t busy = later(now, bus_free);
    int64_t latency = write ? d->t_cwl : d->t_cl;
    int64_t direction = -(int64_t)write;
    int64_t activate, data, kept;
    bool hit;

    if (busy >= s->refresh[p.channel])
        refresh(d, s, p.channel, busy);
    now = later(now, s->refresh_end[p.channel]);
    hit = *row == p.row;
    activate = choose(*row == NO_ROW, now, later(now, *precharge_ok) + d->t_rp);
    *row = p.row;
    *column_ok = choose(hit, *column_ok, activate + d->t_rcd);
    kept = choose(hit, *precharge_ok, activate + d->t_ras);
    data = bus_free + (d->t_turn & (s->writes[p.channel] ^ direction));
    data = later(data, later(now, *column_ok) + latency);
    bus_free = data + accesses * d->t_burst;
    s->bus_free[p.channel] = bus_free;
    s->writes[p.channel] = direction;
    *precharge_ok =
        later(kept, write ? bus_free + d->t_wr
                          : bus_free - d->t_burst - latency + d->t_rtp);
    *end = (uint64_t)bus_free;
    return (uint64_t)data;
}

/* Bytes from addr to the end of its interleave unit, at most `bytes`. */
static uint32_t chunk_bytes(const struct sth_dram_figures *d, uint64_t addr,
                            uint64_t bytes)
{
    uint64_t left = d->interleave_bytes - (addr & (d->interleave_bytes - 1));

    return (uint32_t)(left < bytes ? left : bytes);
}

/*
 * Puts `count` beats on the bus whose data is there at time ps.  Returns the
 * cycle of the last, and that of each in cycles unless it is NULL.
 */
static uint64_t dram_beats(struct sth_mem_port *port, uint64_t ps,
                           uint64_t count, uint64_t *cycles)
{
    uint64_t cycle =
        max_u64((ps + STH_PS_PER_CYCLE - 1) / STH_PS_PER_CYCLE, port->next);

    if (!port->stall_percent && !cycles) {
        port->next = cycle + count;
        return cycle + count - 1;
    }
    for (uint64_t i = 0; i < count; i++) {
        cycle += sth_mem_port_stall(port);
        if (cycles)
            cycles[i] = cycle;
        cycle++;
    }
    port->next = cycle;
    return cycle - 1;
}

/*
 * Beats whose last byte a chunk [begin, end) brings, access by access from
 * time ready on; *beat_end is behind the next beat.
 */
static inline uint64_t chunk_beats(const struct sth_dram *dram,
                                   struct sth_mem_port *port, uint64_t begin,
                                   uint64_t end, uint64_t ready,
                                   uint64_t *beat_end, uint64_t **beat_cycle)
{
    const struct sth_dram_shifts shift = dram->shift;
    uint64_t cycle = 0;

    while (*beat_end <= end) {
        uint64_t access = (*beat_end - 1) >> shift.access;
        uint64_t access_end = (access + 1) << shift.access;
        uint64_t accesses = access - (begin >> shift.access) + 1;
        uint64_t count =
            (((access_end < end ? access_end : end) - *beat_end) >> shift.bus) +
            1;

        cycle = dram_beats(port, ready + accesses * dram->figures->t_burst,
                           count, *beat_cycle);
        if (*beat_cycle)
            *beat_cycle += count;
        *beat_end += count << shift.bus;
    }
    return cycle;
}

static uint64_t read_beats(struct sth_dram *dram, struct sth_mem_port *port,
                           uint64_t now, uint64_t addr, uint32_t beats,
                           uint64_t *beat_cycle)
{
    const struct sth_dram_figures *d = dram->figures;
    uint64_t begin = addr;
    uint64_t finish = addr + ((uint64_t)beats << dram->shift.bus);
    uint64_t beat_end = addr + (UINT64_C(1) << dram->shift.bus), cycle = 0;

    while (begin < finish) {
        uint32_t bytes = chunk_bytes(d, begin, finish - begin);
        uint64_t end = begin + bytes, unused;
        uint64_t ready =
            d->t_ctrl + dram_chunk(dram, (int64_t)(now * STH_PS_PER_CYCLE),
                                   begin, bytes, false, &unused);

        cycle =
            chunk_beats(dram, port, begin, end, ready, &beat_end, &beat_cycle);
        begin = end;
    }
    return cycle;
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define HAS_WIDE 1
#define TARGET_WIDE __attribute__((target("avx2")))

/* Four neighbouring channels. */
typedef int64_t vec __attribute__((vector_size(32)));

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

TARGET_WIDE static inline vec splat(int64_t value)
{
    return (vec){value, value, value, value};
}

/* Units from that place on in its group of four channels, one row. */
static inline uint32_t units_in_group(struct place p)
{
    return 4 - ((p.channel ^ p.flip) & 3);
}

/*
 * dram_chunk() for a read of `units` neighbouring units from p on, no more
 * than units_in_group(); ready[i] is when the data of unit i comes.
 */
TARGET_WIDE static inline void dram_units(struct sth_dram *dram, int64_t now,
                                          struct place p, uint32_t units,
                                          const int64_t *accesses,
                                          int64_t *ready)
{
    const struct sth_dram_figures *d = dram->figures;
    struct sth_dram_channels *s = &dram->channels;
    const uint32_t c = p.channel & ~3u;
    const int64_t flip = p.flip & 3;
    const vec count = {0, 1, 2, 3};
    /* The unit in each lane, and the lane of each unit. */
    const vec unit = (count ^ flip) - (4 - (int64_t)units_in_group(p));
    const vec lane = ((count + (4 - (int64_t)units_in_group(p))) & 3) ^ flip;
    const vec mask = (unit >= 0) & (unit < (int64_t)units);
    const vec bus_free = load_vec(&s->bus_free[c]);
    const vec busy = later_vec(splat(now), bus_free);
    const vec due = (busy >= load_vec(&s->refresh[c])) & mask;
    vec start, row, hit, precharge_ok, column_ok, activate, data, end;

    if (due[0] | due[1] | due[2] | due[3])
        for (uint32_t i = 0; i < 4; i++)
            if (due[i])
                refresh(d, s, c + i, busy[i]);
    start = later_vec(splat(now), load_vec(&s->refresh_end[c]));
    row = load_vec(&s->bank[p.bank].row[c]);
    hit = row == p.row;
    precharge_ok = load_vec(&s->bank[p.bank].precharge_ok[c]);
    column_ok = load_vec(&s->bank[p.bank].column_ok[c]);
    activate = choose_vec(row == NO_ROW, start,
                          later_vec(start, precharge_ok) + d->t_rp);
    column_ok = choose_vec(hit, column_ok, activate + d->t_rcd);
    precharge_ok = choose_vec(hit, precharge_ok, activate + d->t_ras);
    data = bus_free + (load_vec(&s->writes[c]) & (int64_t)d->t_turn);
    activate = later_vec(start, column_ok) + d->t_cl;
    data = later_vec(data, activate);
    end = data + __builtin_shuffle(load_vec(accesses), unit & 3) * d->t_burst;
    activate = end - (int64_t)d->t_burst - (int64_t)d->t_cl + d->t_rtp;
    precharge_ok = later_vec(precharge_ok, activate);
    store_vec(&s->bus_free[c], mask, end);
    store_vec(&s->writes[c], mask, splat(0));
    store_vec(&s->bank[p.bank].row[c], mask, splat(p.row));
    store_vec(&s->bank[p.bank].column_ok[c], mask, column_ok);
    store_vec(&s->bank[p.bank].precharge_ok[c], mask, precharge_ok);
    *(vec_in_array *)ready = __builtin_shuffle(data + d->t_ctrl, lane);
}

/* read_wide() where every beat is a unit of interleaving. */
TARGET_WIDE static uint64_t read_units(struct sth_dram *dram,
                                       struct sth_mem_port *port, uint64_t now,
                                       uint64_t addr, uint32_t beats,
                                       uint64_t *beat_cycle)
{
    const struct sth_dram_figures *d = dram->figures;
    const int64_t each = 1 << (dram->shift.unit - dram->shift.access);
    const int64_t accesses[4] = {each, each, each, each};
    const uint64_t whole = (uint64_t)each * d->t_burst + STH_PS_PER_CYCLE - 1;
    uint64_t next = port->next;
    int64_t ready[4];

    while (beats > 0) {
        const struct place p = place_of(dram, addr);
        uint32_t units = units_in_group(p);

        units = units < beats ? units : beats;
        dram_units(dram, (int64_t)(now * STH_PS_PER_CYCLE), p, units, accesses,
                   ready);
        for (uint32_t i = 0; i < units; i++) {
            uint64_t all = (uint64_t)ready[i] + whole;

            /* Mostly the bus is behind, and that spares a division. */
            if (all >= (next + 1) * STH_PS_PER_CYCLE)
                next = all / STH_PS_PER_CYCLE;
            if (beat_cycle)
                *beat_cycle++ = next;
            next++;
        }
        beats -= units;
        addr += (uint64_t)units << dram->shift.unit;
    }
    port->next = next;
    return next - 1;
}

/* read_beats(), four channels at a time. */
TARGET_WIDE static uint64_t read_wide(struct sth_dram *dram,
                                      struct sth_mem_port *port, uint64_t now,
                                      uint64_t addr, uint32_t beats,
                                      uint64_t *beat_cycle)
{
    const struct sth_dram_figures *d = dram->figures;
    const unsigned access = dram->shift.access;
    const uint64_t finish = addr + ((uint64_t)beats << dram->shift.bus);
    uint64_t begin = addr, beat_end = addr + (UINT64_C(1) << dram->shift.bus),
             cycle = 0;

    if (dram->shift.bus == dram->shift.unit && !port->stall_percent)
        return read_units(dram, port, now, addr, beats, beat_cycle);
    while (begin < finish) {
        const struct place p = place_of(dram, begin);
        uint64_t at[5] = {begin};
        int64_t accesses[4] = {0}, ready[4];
        uint32_t units = 0;

        while (units < units_in_group(p) && at[units] < finish) {
            uint64_t end =
                at[units] + chunk_bytes(d, at[units], finish - at[units]);

            accesses[units] =
                (int64_t)(((end - 1) >> access) - (at[units] >> access) + 1);
            at[++units] = end;
        }
        dram_units(dram, (int64_t)(now * STH_PS_PER_CYCLE), p, units, accesses,
                   ready);
        for (uint32_t i = 0; i < units; i++)
            cycle = chunk_beats(dram, port, at[i], at[i + 1],
                                (uint64_t)ready[i], &beat_end, &beat_cycle);
        begin = at[units];
    }
    return cycle;
}
#else
#define HAS_WIDE 0
#define read_wide read_beats
#endif

static bool can_read_wide(const struct sth_dram_figures *d)
{
#if HAS_WIDE
    return d->channels >= 4 && __builtin_cpu_supports("avx2");
#else
    (void)d;
    return false;
#endif
}

uint64_t sth_dram_read(struct sth_dram *dram, struct sth_mem_port *port,
                       uint64_t now, uint64_t addr, uint32_t beats,
                       uint64_t *beat_cycle)
{
    if (dram->wide)
        return read_wide(dram, port, now, addr, beats, beat_cycle);
    return read_beats(dram, port, now, addr, beats, beat_cycle);
}

/*
 * Writes are posted: a beat is accepted as soon as the controller has room for
 * the chunk that it begins, and the chunk goes to the device when it is whole.
 */
uint64_t sth_dram_write(struct sth_dram *dram, struct sth_mem_port *port,
                        uint64_t now, uint64_t addr, uint32_t beats,
                        uint64_t *beat_cycle)
{
    const struct sth_dram_figures *d = dram->figures;
    const struct sth_dram_shifts shift = dram->shift;
    uint64_t begin = addr, finish = addr + ((uint64_t)beats << shift.bus);
    uint64_t beat_addr = addr, cycle = now;

    while (begin < finish) {
        uint32_t bytes = chunk_bytes(d, begin, finish - begin);
        uint64_t *done =
            &dram->write_done[dram->write_count++ & (d->write_chunks - 1)];
        uint64_t room = max_u64(now * STH_PS_PER_CYCLE, *done);
        uint64_t end = begin + bytes;

        /* Beats whose first byte lies in this chunk. */
        if (beat_addr < end) {
            uint64_t count = ((end - beat_addr - 1) >> shift.bus) + 1;

            cycle = dram_beats(port, room, count, beat_cycle);
            if (beat_cycle)
                beat_cycle += count;
            beat_addr += count << shift.bus;
        }
        dram_chunk(dram, (int64_t)(cycle * STH_PS_PER_CYCLE), begin, bytes,
                   true, done);
        begin = end;
    }
    return cycle;
}

/* ---- The whole --------------------------------------------------------- */

static unsigned log2_of(uint32_t value)
{
    unsigned log2 = 0;

    while (1u << log2 < value)
        log2++;
    assert(1u << log2 == value);
    return log2;
}

static struct sth_dram_shifts shifts_of(const struct sth_dram_figures *d,
                                        uint32_t bus_bytes)
{
    return (struct sth_dram_shifts){
        .bus = log2_of(bus_bytes),
        .unit = log2_of(d->interleave_bytes),
        .access = log2_of(d->access_bytes),
        .channel = log2_of(d->channels),
        .column = log2_of(d->row_bytes / d->interleave_bytes),
        .bank = log2_of(d->banks),
        .fold_mask = (1u << (log2_of(d->row_bytes / d->interleave_bytes) +
                             2 * log2_of(d->banks))) -
                     1,
    };
}

void sth_dram_init(struct sth_dram *dram,
                   const struct sth_dram_figures *figures, uint32_t bus_bytes)
{
    assert(figures->channels <= STH_DRAM_CHANNELS_MAX &&
           figures->banks <= STH_DRAM_BANKS_MAX &&
           figures->write_chunks <= STH_DRAM_WRITE_CHUNKS_MAX);
    /* place_of() folds eight pieces. */
    assert(figures->channels == 1 ||
           8 * log2_of(figures->channels) >=
               log2_of(figures->row_bytes / figures->interleave_bytes) +
                   2 * log2_of(figures->banks));
    dram->figures = figures;
    dram->shift = shifts_of(figures, bus_bytes);
    dram->wide = can_read_wide(figures);
}

void sth_dram_reset(struct sth_dram *dram)
{
    memset(&dram->channels, 0, sizeof dram->channels);
    memset(dram->write_done, 0, sizeof dram->write_done);
    dram->write_count = 0;
    for (uint32_t c = 0; c < dram->figures->channels; c++) {
        dram->channels.refresh[c] = dram->figures->t_refi;
        for (uint32_t b = 0; b < dram->figures->banks; b++)
            dram->channels.bank[b].row[c] = NO_ROW;
    }
}

uint64_t sth_dram_address_period(const struct sth_dram *dram)
{
    const struct sth_dram_shifts *s = &dram->shift;

    /* The row counts twice: its low bits are added to the bank. */
    return UINT64_C(1) << (s->unit + s->channel + s->column + 2 * s->bank);
}

uint64_t sth_dram_cycle_period(const struct sth_dram *dram)
{
    uint64_t cycles = 1;

    while (cycles * STH_PS_PER_CYCLE % dram->figures->t_refi != 0)
        cycles++;
    return cycles;
}

/*
 * A refresh is due in every channel, which closes all rows, and their buses
 * are free before the first data that a command from now on can bring.
 */
bool sth_dram_is_at_rest(const struct sth_dram *dram, uint64_t ps)
{
    const struct sth_dram_figures *d = dram->figures;
    const struct sth_dram_channels *s = &dram->channels;
    int64_t soonest = d->t_cl < d->t_cwl ? d->t_cl : d->t_cwl;
    int64_t at = (int64_t)ps;

    for (uint32_t c = 0; c < d->channels; c++) {
        if (s->refresh[c] > at || s->refresh_end[c] > at ||
            s->bus_free[c] > at || s->bus_free[c] + d->t_turn > at + soonest)
            return false;
    }
    for (uint32_t i = 0; i < d->write_chunks; i++) {
        if (dram->write_done[i] > ps)
            return false;
    }
    return true;
}
