/* The memory behind the bus: storage, fixed timing, DRAM timing, stalls. */
#include "sth_mem.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sth_random.h"
#include "sth_spec.h"

/* Storage: a two-level table of 64 KiB pages over the 40-bit space. */
#define PAGE_BITS 16
#define TABLE_BITS 12
#define PAGE_BYTES ((size_t)1 << PAGE_BITS)
#define TABLE_ENTRIES ((size_t)1 << TABLE_BITS)
#define ADDR_MASK ((UINT64_C(1) << STH_ADDR_BITS) - 1)

_Static_assert(PAGE_BITS + 2 * TABLE_BITS == STH_ADDR_BITS,
               "the page tables cover the address space");

struct page_table {
    uint8_t *page[TABLE_ENTRIES];
};

/* Figures of spec/memory.def. */
struct dram_figures {
    const char *name;
    uint32_t channels, banks, row_bytes, interleave_bytes, access_bytes;
    uint32_t t_burst, t_rcd, t_rp, t_cl, t_cwl, t_ras, t_rtp, t_wr, t_turn;
    uint32_t t_rfc, t_refi, t_ctrl, write_chunks;
};

enum {
#define MEMORY(id, text, doc) MEMORY_##id,
#define FIGURE(id, field, value, doc)
#include "memory.def"
#undef MEMORY
#undef FIGURE
    MEMORY_COUNT
};

static const struct dram_figures presets[MEMORY_COUNT] = {
#define MEMORY(id, text, doc) [MEMORY_##id].name = (text),
#define FIGURE(id, field, value, doc) [MEMORY_##id].field = (value),
#include "memory.def"
#undef MEMORY
#undef FIGURE
};

#define MAX_CHANNELS 16
#define MAX_BANKS 16
#define MAX_WRITE_CHUNKS 128
#define NO_ROW (-1)
#define PS_PER_CYCLE 1000

/*
 * Each channel's state, in ps; one array a figure, so that neighbours can be
 * treated together.  Comparisons are signed: no time comes near 2^63.
 */
struct channels {
    int64_t bus_free[MAX_CHANNELS];    /* end of the last transfer */
    int64_t refresh[MAX_CHANNELS];     /* start of the next refresh */
    int64_t refresh_end[MAX_CHANNELS]; /* end of the last one */
    int64_t writes[MAX_CHANNELS];      /* last transfer: -1 write, 0 read */
    /* Each bank: its open row and the earliest time of each command. */
    struct {
        int64_t row[MAX_CHANNELS];
        int64_t column_ok[MAX_CHANNELS];    /* after activation */
        int64_t precharge_ok[MAX_CHANNELS]; /* after tRAS, tRTP, tWR */
    } bank[MAX_BANKS];
};

enum direction { READ, WRITE, DIRECTIONS };

struct mem_port {
    struct sth_mem_channel channel; /* fixed */
    uint64_t next;                  /* DRAM: earliest cycle of the next beat */
    uint64_t beat; /* beats so far: counter of the stall sequence */
};

/* Binary logarithms of figures, for a fast address mapping. */
struct dram_shifts {
    unsigned bus;       /* bytes in a beat */
    unsigned unit;      /* bytes in an interleave unit */
    unsigned access;    /* bytes in an access */
    unsigned channel;   /* channels */
    unsigned column;    /* interleave units in a row */
    unsigned bank;      /* banks */
    uint32_t fold_mask; /* of what is folded into the channel */
};

struct sth_mem {
    struct sth_mem_config config;
    const struct dram_figures *dram; /* NULL: fixed timing */
    struct dram_shifts shift;
    uint32_t bus_bytes;
    bool timing_only;
    bool failed; /* the host was out of memory */
    bool has_error_range;
    uint64_t error_first, error_last;
    struct mem_port port[DIRECTIONS];
    struct channels channels;
    bool wide; /* neighbouring channels can be treated together */
    uint64_t write_done[MAX_WRITE_CHUNKS]; /* ring of posted chunks */
    uint64_t write_count;
    struct page_table *table[TABLE_ENTRIES];
};

/* ---- Configuration ---- */

void sth_mem_config_default(struct sth_mem_config *config)
{
    *config = (struct sth_mem_config){.name = "fixed", .latency = 100};
}

/* Reads digits at *text up to max, leaves *text behind them. */
static bool parse_u32(const char **text, uint32_t max, uint32_t *value)
{
    uint64_t v = 0;

    if (!isdigit((unsigned char)**text))
        return false;
    for (; isdigit((unsigned char)**text); (*text)++) {
        v = 10 * v + (uint64_t)(**text - '0');
        if (v > max)
            return false;
    }
    *value = (uint32_t)v;
    return true;
}

bool sth_mem_config_parse(struct sth_mem_config *config, const char *text,
                          char *error, size_t error_size)
{
    uint32_t latency, bytes;
    const char *p = text;
    bool good;
    int n;

    for (int i = 0; i < MEMORY_COUNT; i++) {
        if (!strcmp(text, presets[i].name)) {
            snprintf(config->name, sizeof config->name, "%s", text);
            return true;
        }
    }
    if (strncmp(p, "fixed:", 6)) {
        n = snprintf(error, error_size,
                     "memory '%s' is neither fixed:LATENCY:BYTES_PER_CYCLE "
                     "nor one of",
                     text);
        for (int i = 0; i < MEMORY_COUNT && n >= 0 && (size_t)n < error_size;
             i++)
            n += snprintf(error + n, error_size - (size_t)n, " %s",
                          presets[i].name);
        return false;
    }
    p += 6;
    if (!parse_u32(&p, 1000000, &latency) || latency < 1 || (*p && *p != ':')) {
        snprintf(error, error_size,
                 "memory '%s': the latency must be 1 to 1000000 cycles", text);
        return false;
    }
    if (!*p++) {
        snprintf(error, error_size,
                 "memory '%s': the bytes per cycle are missing; write "
                 "fixed:LATENCY:BYTES_PER_CYCLE",
                 text);
        return false;
    }
    good = parse_u32(&p, 65536, &bytes);
    if (good && *p == ':') {
        snprintf(error, error_size,
                 "memory '%s': '%s' is too much; write "
                 "fixed:LATENCY:BYTES_PER_CYCLE",
                 text, p);
        return false;
    }
    if (!good || *p) {
        snprintf(error, error_size,
                 "memory '%s': bytes per cycle must be 0 (full width) to 65536",
                 text);
        return false;
    }
    snprintf(config->name, sizeof config->name, "fixed");
    config->latency = latency;
    config->bytes_per_cycle = bytes;
    return true;
}

bool sth_mem_config_parse_stalls(struct sth_mem_config *config,
                                 const char *text, char *error,
                                 size_t error_size)
{
    uint32_t percent, seed;
    const char *p = text;

    if (!parse_u32(&p, 95, &percent) || *p != ':') {
        snprintf(error, error_size,
                 "stalls '%s': expected PERCENT:SEED with 0 to 95 percent",
                 text);
        return false;
    }
    p++;
    if (!parse_u32(&p, UINT32_MAX, &seed) || *p) {
        snprintf(error, error_size,
                 "stalls '%s': the seed must be 0 to 4294967295", text);
        return false;
    }
    config->stall_percent = percent;
    config->seed = seed;
    return true;
}

static const struct dram_figures *find_preset(const char *name)
{
    for (int i = 0; i < MEMORY_COUNT; i++)
        if (!strcmp(name, presets[i].name))
            return &presets[i];
    return NULL;
}

uint32_t sth_mem_preset_count(void)
{
    return MEMORY_COUNT;
}

const char *sth_mem_preset_name(uint32_t preset)
{
    return presets[preset].name;
}

double sth_mem_bytes_per_cycle(const struct sth_mem_config *config,
                               uint32_t bus_bytes)
{
    const struct dram_figures *d = find_preset(config->name);
    double memory = config->bytes_per_cycle;

    if (d)
        memory =
            (double)d->channels * d->access_bytes * PS_PER_CYCLE / d->t_burst;
    return memory > 0 && memory < bus_bytes ? memory : bus_bytes;
}

static bool can_read_wide(const struct dram_figures *d);

static unsigned log2_of(uint32_t value)
{
    unsigned log2 = 0;

    while (1u << log2 < value)
        log2++;
    assert(1u << log2 == value);
    return log2;
}

static struct dram_shifts shifts_of(const struct dram_figures *d,
                                    uint32_t bus_bytes)
{
    return (struct dram_shifts){
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

static struct sth_mem_channel fixed_channel(const struct sth_mem_config *config,
                                            uint32_t bus_bytes)
{
    struct sth_mem_channel channel = {.latency = config->latency,
                                      .bus_bytes = bus_bytes,
                                      .rate = config->bytes_per_cycle};

    if (!channel.rate || channel.rate > bus_bytes)
        channel.rate = bus_bytes;
    while (2u << channel.rate_log2 <= channel.rate)
        channel.rate_log2++;
    return channel;
}

struct sth_mem *sth_mem_create(const struct sth_mem_config *config,
                               uint32_t bus_bytes, bool timing_only)
{
    struct sth_mem *mem = calloc(1, sizeof *mem);

    if (!mem)
        return NULL;
    mem->config = *config;
    mem->dram = find_preset(config->name);
    assert(mem->dram || !strcmp(config->name, "fixed"));
    assert(!mem->dram || (mem->dram->channels <= MAX_CHANNELS &&
                          mem->dram->banks <= MAX_BANKS &&
                          mem->dram->write_chunks <= MAX_WRITE_CHUNKS));
    if (mem->dram) {
        mem->shift = shifts_of(mem->dram, bus_bytes);
        mem->wide = can_read_wide(mem->dram);
    }
    mem->bus_bytes = bus_bytes;
    mem->timing_only = timing_only;
    sth_mem_reset_timing(mem);
    return mem;
}

void sth_mem_destroy(struct sth_mem *mem)
{
    if (!mem)
        return;
    for (size_t i = 0; i < TABLE_ENTRIES; i++) {
        if (!mem->table[i])
            continue;
        for (size_t j = 0; j < TABLE_ENTRIES; j++)
            free(mem->table[i]->page[j]);
        free(mem->table[i]);
    }
    free(mem);
}

/* ---- Storage ---- */

static uint8_t *find_page(const struct sth_mem *mem, uint64_t addr)
{
    struct page_table *table = mem->table[addr >> (PAGE_BITS + TABLE_BITS)];

    return table ? table->page[(addr >> PAGE_BITS) & (TABLE_ENTRIES - 1)]
                 : NULL;
}

/* NULL, remembered as a failure, when the host is out of memory. */
static uint8_t *make_page(struct sth_mem *mem, uint64_t addr)
{
    struct page_table **table = &mem->table[addr >> (PAGE_BITS + TABLE_BITS)];
    uint8_t **page = NULL;

    if (!*table)
        *table = calloc(1, sizeof **table);
    if (*table)
        page = &(*table)->page[(addr >> PAGE_BITS) & (TABLE_ENTRIES - 1)];
    if (page && !*page)
        *page = calloc(1, PAGE_BYTES);
    if (!page || !*page) {
        mem->failed = true;
        return NULL;
    }
    return *page;
}

bool sth_mem_failed(const struct sth_mem *mem)
{
    return mem->failed;
}

void sth_mem_read(struct sth_mem *mem, uint64_t addr, void *to, size_t bytes)
{
    uint8_t *out = to;

    while (bytes) {
        size_t offset, n;
        const uint8_t *page;

        addr &= ADDR_MASK;
        offset = addr & (PAGE_BYTES - 1);
        n = PAGE_BYTES - offset < bytes ? PAGE_BYTES - offset : bytes;
        page = find_page(mem, addr);
        if (page)
            memcpy(out, page + offset, n);
        else
            memset(out, 0, n);
        addr += n;
        out += n;
        bytes -= n;
    }
}

void sth_mem_write(struct sth_mem *mem, uint64_t addr, const void *from,
                   size_t bytes)
{
    const uint8_t *in = from;

    if (mem->timing_only)
        return;
    while (bytes) {
        size_t offset, n;
        uint8_t *page;

        addr &= ADDR_MASK;
        offset = addr & (PAGE_BYTES - 1);
        n = PAGE_BYTES - offset < bytes ? PAGE_BYTES - offset : bytes;
        page = make_page(mem, addr);
        if (!page)
            return;
        memcpy(page + offset, in, n);
        addr += n;
        in += n;
        bytes -= n;
    }
}

void sth_mem_set_error_range(struct sth_mem *mem, uint64_t first, uint64_t last)
{
    mem->has_error_range = true;
    mem->error_first = first;
    mem->error_last = last;
}

bool sth_mem_has_errors(const struct sth_mem *mem)
{
    return mem->has_error_range;
}

bool sth_mem_is_error(const struct sth_mem *mem, uint64_t addr, uint64_t bytes)
{
    return mem->has_error_range && bytes && addr <= mem->error_last &&
           addr + bytes - 1 >= mem->error_first;
}

/* ---- Timing ---- */

void sth_mem_reset_timing(struct sth_mem *mem)
{
    for (int i = 0; i < DIRECTIONS; i++)
        mem->port[i] = (struct mem_port){
            .channel = fixed_channel(&mem->config, mem->bus_bytes)};
    memset(&mem->channels, 0, sizeof mem->channels);
    memset(mem->write_done, 0, sizeof mem->write_done);
    mem->write_count = 0;
    for (int c = 0; c < MAX_CHANNELS; c++) {
        mem->channels.refresh[c] = mem->dram ? mem->dram->t_refi : 0;
        for (int b = 0; b < MAX_BANKS; b++)
            mem->channels.bank[b].row[c] = NO_ROW;
    }
}

/*
 * Cycles that the next beat of a direction waits: geometric, from a counter
 * based generator, so that a stall depends on its beat's number alone.
 */
static uint64_t stall(struct sth_mem *mem, enum direction direction)
{
    uint64_t cycles = 0, key;

    if (!mem->config.stall_percent)
        return 0;
    key = ((uint64_t)mem->config.seed << 1 | (uint64_t)direction) *
              STH_RANDOM_STEP +
          mem->port[direction].beat++ * UINT64_C(0xd1342543de82ef95);
    for (;; cycles++) {
        if (((sth_random_next(&key) >> 32) * 100) >> 32 >=
            mem->config.stall_percent)
            return cycles;
    }
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Fixed timing with stalls, or with the cycle of each beat. */
static uint64_t fixed_beats(struct sth_mem *mem, enum direction direction,
                            uint64_t first, uint32_t beats,
                            uint64_t *beat_cycle)
{
    struct sth_mem_channel *channel = &mem->port[direction].channel;
    uint64_t cycle = first;

    if (!mem->config.stall_percent && !beat_cycle)
        return sth_mem_channel_beats(channel, first, beats);
    channel->free = max_u64(channel->free, first * channel->rate);
    for (uint32_t i = 0; i < beats; i++) {
        channel->free += stall(mem, direction) * channel->rate;
        cycle = sth_mem_channel_beats(channel, 0, 1);
        if (beat_cycle)
            beat_cycle[i] = cycle;
    }
    return cycle;
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
static void refresh(const struct dram_figures *d, struct channels *s,
                    uint32_t channel, int64_t busy)
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
static inline struct place place_of(const struct sth_mem *mem, uint64_t addr)
{
    const struct dram_figures *d = mem->dram;
    const struct dram_shifts shift = mem->shift;
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
static inline uint64_t dram_chunk(struct sth_mem *mem, int64_t now,
                                  uint64_t addr, uint32_t bytes, bool write,
                                  uint64_t *end)
{
    const struct dram_figures *d = mem->dram;
    const struct place p = place_of(mem, addr);
    const unsigned access = mem->shift.access;
    struct channels *s = &mem->channels;
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
static uint32_t chunk_bytes(const struct dram_figures *d, uint64_t addr,
                            uint64_t bytes)
{
    uint64_t left = d->interleave_bytes - (addr & (d->interleave_bytes - 1));

    return (uint32_t)(left < bytes ? left : bytes);
}

/*
 * Puts `count` beats on the bus whose data is there at time ps.  Returns the
 * cycle of the last, and that of each in cycles unless it is NULL.
 */
static uint64_t dram_beats(struct sth_mem *mem, enum direction direction,
                           uint64_t ps, uint64_t count, uint64_t *cycles)
{
    struct mem_port *port = &mem->port[direction];
    uint64_t cycle =
        max_u64((ps + PS_PER_CYCLE - 1) / PS_PER_CYCLE, port->next);

    if (!mem->config.stall_percent && !cycles) {
        port->next = cycle + count;
        return cycle + count - 1;
    }
    for (uint64_t i = 0; i < count; i++) {
        cycle += stall(mem, direction);
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
static inline uint64_t chunk_beats(struct sth_mem *mem, uint64_t begin,
                                   uint64_t end, uint64_t ready,
                                   uint64_t *beat_end, uint64_t **beat_cycle)
{
    const struct dram_shifts shift = mem->shift;
    uint64_t cycle = 0;

    while (*beat_end <= end) {
        uint64_t access = (*beat_end - 1) >> shift.access;
        uint64_t access_end = (access + 1) << shift.access;
        uint64_t accesses = access - (begin >> shift.access) + 1;
        uint64_t count =
            (((access_end < end ? access_end : end) - *beat_end) >> shift.bus) +
            1;

        cycle = dram_beats(mem, READ, ready + accesses * mem->dram->t_burst,
                           count, *beat_cycle);
        if (*beat_cycle)
            *beat_cycle += count;
        *beat_end += count << shift.bus;
    }
    return cycle;
}

static uint64_t dram_read(struct sth_mem *mem, uint64_t now, uint64_t addr,
                          uint32_t beats, uint64_t *beat_cycle)
{
    const struct dram_figures *d = mem->dram;
    uint64_t begin = addr;
    uint64_t finish = addr + ((uint64_t)beats << mem->shift.bus);
    uint64_t beat_end = addr + mem->bus_bytes, cycle = 0;

    while (begin < finish) {
        uint32_t bytes = chunk_bytes(d, begin, finish - begin);
        uint64_t end = begin + bytes, unused;
        uint64_t ready =
            d->t_ctrl + dram_chunk(mem, (int64_t)(now * PS_PER_CYCLE), begin,
                                   bytes, false, &unused);

        cycle = chunk_beats(mem, begin, end, ready, &beat_end, &beat_cycle);
        begin = end;
    }
    return cycle;
}

#if defined(__x86_64__) && defined(__GNUC__)
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
TARGET_WIDE static inline void dram_units(struct sth_mem *mem, int64_t now,
                                          struct place p, uint32_t units,
                                          const int64_t *accesses,
                                          int64_t *ready)
{
    const struct dram_figures *d = mem->dram;
    struct channels *s = &mem->channels;
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

/* dram_read_wide() where every beat is a unit of interleaving. */
TARGET_WIDE static uint64_t dram_read_units(struct sth_mem *mem, uint64_t now,
                                            uint64_t addr, uint32_t beats)
{
    const struct dram_figures *d = mem->dram;
    const int64_t each = 1 << (mem->shift.unit - mem->shift.access);
    const int64_t accesses[4] = {each, each, each, each};
    const uint64_t whole = (uint64_t)each * d->t_burst + PS_PER_CYCLE - 1;
    uint64_t next = mem->port[READ].next;
    int64_t ready[4];

    while (beats > 0) {
        const struct place p = place_of(mem, addr);
        uint32_t units = units_in_group(p);

        units = units < beats ? units : beats;
        dram_units(mem, (int64_t)(now * PS_PER_CYCLE), p, units, accesses,
                   ready);
        for (uint32_t i = 0; i < units; i++)
            next = (uint64_t)later(
                       (int64_t)(((uint64_t)ready[i] + whole) / PS_PER_CYCLE),
                       (int64_t)next) +
                   1;
        beats -= units;
        addr += (uint64_t)units << mem->shift.unit;
    }
    mem->port[READ].next = next;
    return next - 1;
}

/* dram_read() without the cycles of the beats, four channels at a time. */
TARGET_WIDE static uint64_t dram_read_wide(struct sth_mem *mem, uint64_t now,
                                           uint64_t addr, uint32_t beats)
{
    const struct dram_figures *d = mem->dram;
    const unsigned access = mem->shift.access;
    const uint64_t finish = addr + ((uint64_t)beats << mem->shift.bus);
    uint64_t begin = addr, beat_end = addr + mem->bus_bytes, cycle = 0;
    uint64_t *no_cycles = NULL;

    if (mem->shift.bus == mem->shift.unit && !mem->config.stall_percent)
        return dram_read_units(mem, now, addr, beats);
    while (begin < finish) {
        const struct place p = place_of(mem, begin);
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
        dram_units(mem, (int64_t)(now * PS_PER_CYCLE), p, units, accesses,
                   ready);
        for (uint32_t i = 0; i < units; i++)
            cycle = chunk_beats(mem, at[i], at[i + 1], (uint64_t)ready[i],
                                &beat_end, &no_cycles);
        begin = at[units];
    }
    return cycle;
}
#else
#define HAS_WIDE 0
#define dram_read_wide(mem, now, addr, beats)                                  \
    dram_read(mem, now, addr, beats, NULL)
#endif

static bool can_read_wide(const struct dram_figures *d)
{
#if HAS_WIDE
    return d->channels >= 4 && __builtin_cpu_supports("avx2");
#else
    (void)d;
    return false;
#endif
}

/*
 * Writes are posted: a beat is accepted as soon as the controller has room for
 * the chunk that it begins, and the chunk goes to the device when it is whole.
 */
static uint64_t dram_write(struct sth_mem *mem, uint64_t now, uint64_t addr,
                           uint32_t beats, uint64_t *beat_cycle)
{
    const struct dram_figures *d = mem->dram;
    const struct dram_shifts shift = mem->shift;
    uint64_t begin = addr, finish = addr + ((uint64_t)beats << shift.bus);
    uint64_t beat_addr = addr, cycle = now;

    while (begin < finish) {
        uint32_t bytes = chunk_bytes(d, begin, finish - begin);
        uint64_t *done =
            &mem->write_done[mem->write_count++ & (d->write_chunks - 1)];
        uint64_t room = max_u64(now * PS_PER_CYCLE, *done);
        uint64_t end = begin + bytes;

        /* Beats whose first byte lies in this chunk. */
        if (beat_addr < end) {
            uint64_t count = ((end - beat_addr - 1) >> shift.bus) + 1;

            cycle = dram_beats(mem, WRITE, room, count, beat_cycle);
            if (beat_cycle)
                beat_cycle += count;
            beat_addr += count << shift.bus;
        }
        dram_chunk(mem, (int64_t)(cycle * PS_PER_CYCLE), begin, bytes, true,
                   done);
        begin = end;
    }
    return cycle;
}

uint64_t sth_mem_read_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                            uint32_t beats, uint64_t *beat_cycle)
{
    if (mem->dram && mem->wide && !beat_cycle)
        return dram_read_wide(mem, now, addr, beats);
    if (mem->dram)
        return dram_read(mem, now, addr, beats, beat_cycle);
    return fixed_beats(mem, READ, now + mem->config.latency, beats, beat_cycle);
}

struct sth_mem_channel *sth_mem_read_channel(struct sth_mem *mem)
{
    if (mem->dram || mem->config.stall_percent)
        return NULL;
    return &mem->port[READ].channel;
}

uint64_t sth_mem_write_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                             uint32_t beats, uint64_t *beat_cycle,
                             uint64_t *last_beat)
{
    if (mem->dram) {
        *last_beat = dram_write(mem, now, addr, beats, beat_cycle);
        return *last_beat +
               (mem->dram->t_ctrl + PS_PER_CYCLE - 1) / PS_PER_CYCLE;
    }
    *last_beat = fixed_beats(mem, WRITE, now, beats, beat_cycle);
    return *last_beat + mem->config.latency;
}

/* ---- Rest ---- */

uint64_t sth_mem_address_period(const struct sth_mem *mem)
{
    const struct dram_shifts *s = &mem->shift;

    if (!mem->dram)
        return STH_BURST_BYTES;
    /* The row counts twice: its low bits are added to the bank. */
    return UINT64_C(1) << (s->unit + s->channel + s->column + 2 * s->bank);
}

uint64_t sth_mem_cycle_period(const struct sth_mem *mem)
{
    uint64_t cycles = 1;

    if (mem->dram)
        while (cycles * PS_PER_CYCLE % mem->dram->t_refi != 0)
            cycles++;
    return cycles;
}

/*
 * A refresh is due in every channel, which closes all rows, and their buses
 * are free before the first data that a command from now on can bring.
 */
static bool channels_at_rest(const struct sth_mem *mem, uint64_t ps)
{
    const struct dram_figures *d = mem->dram;
    const struct channels *s = &mem->channels;
    int64_t soonest = d->t_cl < d->t_cwl ? d->t_cl : d->t_cwl;
    int64_t at = (int64_t)ps;

    for (uint32_t c = 0; c < d->channels; c++) {
        if (s->refresh[c] > at || s->refresh_end[c] > at ||
            s->bus_free[c] > at || s->bus_free[c] + d->t_turn > at + soonest)
            return false;
    }
    for (uint32_t i = 0; i < d->write_chunks; i++) {
        if (mem->write_done[i] > ps)
            return false;
    }
    return true;
}

bool sth_mem_is_at_rest(const struct sth_mem *mem, uint64_t now)
{
    if (mem->config.stall_percent || now % sth_mem_cycle_period(mem) != 0)
        return false;
    for (int i = 0; i < DIRECTIONS; i++) {
        if (mem->port[i].next > now ||
            mem->port[i].channel.free > now * mem->port[i].channel.rate)
            return false;
    }
    return !mem->dram || channels_at_rest(mem, now * PS_PER_CYCLE);
}

bool sth_mem_is_even(const struct sth_mem *mem)
{
    return !mem->dram && !mem->config.stall_percent &&
           mem->bus_bytes % mem->port[READ].channel.rate == 0;
}
