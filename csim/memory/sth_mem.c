/* The memory behind the bus: storage, fixed timing; DRAM is sth_dram.c's. */
#include "sth_mem_timing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sth_dram.h"
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

enum direction { READ, WRITE, DIRECTIONS };

struct sth_mem {
    struct sth_mem_config config;
    bool is_dram;
    uint32_t bus_bytes;
    bool timing_only;
    struct sth_mem_store store; /* if it has functions */
    bool failed;                /* the host was out of memory */
    bool has_error_range;
    uint64_t error_first, error_last;
    struct sth_mem_port port[DIRECTIONS];
    struct sth_dram dram; /* if it is */
    struct page_table *table[TABLE_ENTRIES];
};

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
    assert(config->clock_mhz > 0 && sth_mem_config_fits(config));
    mem->config = *config;
    mem->is_dram = config->dram.channels > 0;
    if (mem->is_dram && !sth_dram_init(&mem->dram, config, bus_bytes)) {
        free(mem);
        return NULL;
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
    if (mem->is_dram)
        sth_dram_fini(&mem->dram);
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

void sth_mem_set_store(struct sth_mem *mem, const struct sth_mem_store *store)
{
    mem->store = store ? *store : (struct sth_mem_store){NULL, NULL, NULL};
}

void sth_mem_read(struct sth_mem *mem, uint64_t addr, void *to, size_t bytes)
{
    uint8_t *out = to;

    if (mem->store.read) {
        mem->store.read(mem->store.user, addr & ADDR_MASK, to, bytes);
        return;
    }
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
    if (mem->store.write) {
        mem->store.write(mem->store.user, addr & ADDR_MASK, from, bytes);
        return;
    }
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
        mem->port[i] = (struct sth_mem_port){
            .channel = fixed_channel(&mem->config, mem->bus_bytes),
            .stall_percent = mem->config.stall_percent,
            .stall_key = ((uint64_t)mem->config.seed << 1 | (uint64_t)i) *
                         STH_RANDOM_STEP};
    if (mem->is_dram)
        sth_dram_reset(&mem->dram);
}

/* Fixed timing with stalls, or with the cycle of each beat. */
static uint64_t fixed_beats(struct sth_mem_port *port, uint64_t first,
                            uint32_t beats, uint64_t *beat_cycle)
{
    struct sth_mem_channel *channel = &port->channel;
    uint64_t from = first * channel->rate;
    uint64_t cycle = first;

    if (!port->stall_percent && !beat_cycle)
        return sth_mem_channel_beats(channel, first, beats);
    if (channel->free < from)
        channel->free = from;
    for (uint32_t i = 0; i < beats; i++) {
        channel->free += sth_mem_port_stall(port) * channel->rate;
        cycle = sth_mem_channel_beats(channel, 0, 1);
        if (beat_cycle)
            beat_cycle[i] = cycle;
    }
    return cycle;
}

uint64_t sth_mem_read_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                            uint32_t beats, uint64_t *beat_cycle)
{
    struct sth_mem_port *port = &mem->port[READ];

    if (mem->is_dram)
        return sth_dram_read(&mem->dram, port, now, addr, beats, beat_cycle);
    return fixed_beats(port, now + mem->config.latency, beats, beat_cycle);
}

struct sth_mem_channel *sth_mem_read_channel(struct sth_mem *mem)
{
    return sth_mem_beat_cycles(mem) > 0 ? &mem->port[READ].channel : NULL;
}

uint64_t sth_mem_write_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                             uint32_t beats, uint64_t *beat_cycle,
                             uint64_t *last_beat)
{
    struct sth_mem_port *port = &mem->port[WRITE];

    if (mem->is_dram)
        return sth_dram_write(&mem->dram, port, now, addr, beats, beat_cycle,
                              last_beat);
    *last_beat = fixed_beats(port, now, beats, beat_cycle);
    return *last_beat + mem->config.latency;
}

uint64_t sth_mem_address_period(const struct sth_mem *mem)
{
    return mem->is_dram ? sth_dram_address_period(&mem->dram) : STH_BURST_BYTES;
}

uint64_t sth_mem_cycle_period(const struct sth_mem *mem)
{
    return mem->is_dram ? sth_dram_cycle_period(&mem->dram) : 1;
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
    return !mem->is_dram || sth_dram_is_at_rest(&mem->dram, now);
}

uint32_t sth_mem_beat_cycles(const struct sth_mem *mem)
{
    const struct sth_mem_channel *channel = &mem->port[READ].channel;

    if (mem->is_dram || mem->config.stall_percent ||
        mem->bus_bytes % channel->rate != 0)
        return 0;
    return mem->bus_bytes / channel->rate;
}

const struct sth_mem_ops sth_mem_ops = {
    .read = sth_mem_read,
    .write = sth_mem_write,
    .is_error = sth_mem_is_error,
    .read_burst = sth_mem_read_burst,
    .write_burst = sth_mem_write_burst,
};
