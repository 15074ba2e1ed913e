/* The fields of an address, from the figures of a DRAM. */
#include "sth_dram_map.h"

#include <assert.h>

unsigned sth_dram_log2(uint32_t value)
{
    unsigned log2 = 0;

    while (1u << log2 < value)
        log2++;
    assert(1u << log2 == value);
    return log2;
}

/* The place of bank, group and column in each mapping, from the low end. */
static const struct {
    unsigned bank, group, column;
} places[] = {
#define MAPPING(id, name, bank, group, column) {bank, group, column},
#include "mapping.def"
#undef MAPPING
};

/* The longest run of accesses that is one chunk. */
enum { CHUNK_ACCESSES_LOG2 = 6 };

struct sth_dram_map sth_dram_map_of(const struct sth_dram_figures *figures,
                                    uint32_t channels)
{
    const unsigned place[] = {places[figures->mapping].bank,
                              places[figures->mapping].group,
                              places[figures->mapping].column};
    const unsigned group_bits = sth_dram_log2(figures->groups);
    const unsigned bits[] = {
        sth_dram_log2(figures->banks) - group_bits, group_bits,
        sth_dram_log2(figures->row_bytes / figures->access_bytes)};
    unsigned low[3] = {0}, unit_bits;
    struct sth_dram_map map = {.access = sth_dram_log2(figures->access_bytes),
                               .unit = sth_dram_log2(figures->interleave_bytes),
                               .channel = sth_dram_log2(channels),
                               .row = bits[0] + bits[1] + bits[2]};

    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            if (place[k] < place[i])
                low[i] += bits[k];
    unit_bits = map.unit - map.access;
    map.bank = low[0];
    map.group = low[1];
    map.column = low[2];
    map.group_bits = group_bits;
    map.bank_mask = (1u << bits[0]) - 1;
    map.group_mask = (1u << group_bits) - 1;
    map.channel_mask = channels - 1;
    if (map.group == 0 && unit_bits > group_bits)
        map.unit_columns = unit_bits - group_bits;
    if (map.group == 0 && unit_bits >= group_bits && map.column == group_bits &&
        group_bits > 0)
        map.fold_column =
            ((1u << bits[2]) - 1) & ~((1u << map.unit_columns) - 1);
    map.fold8 = 8 * map.channel < 63 ? 8 * map.channel : 63;
    map.fold_row = bits[0] + bits[1];
    map.fold_mask = (UINT64_C(1) << (map.row - unit_bits + map.fold_row)) - 1;
    /* A chunk lies in one set of banks and one row. */
    map.chunk = map.access + CHUNK_ACCESSES_LOG2;
    if (map.chunk > map.unit)
        map.chunk = map.unit;
    if (map.chunk > map.access + map.bank)
        map.chunk = map.access + map.bank;
    return map;
}
