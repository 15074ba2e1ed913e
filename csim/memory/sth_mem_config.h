/*
 * Which memory is behind the bus, and the clock of the core in front of it:
 * what a configuration's `memory` and `clock_mhz`, --memory and --stalls say.
 */
#ifndef STH_MEM_CONFIG_H
#define STH_MEM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The figures of a DRAM: units and meanings are dram.def's. */
struct sth_dram_figures {
#define DRAM(field, min, max, rule, unit, meaning) uint32_t field;
#include "dram.def"
#undef DRAM
};

enum sth_dram_field {
#define DRAM(field, min, max, rule, unit, meaning) STH_DRAM_##field,
#include "dram.def"
#undef DRAM
    STH_DRAM_FIELDS
};

/* The orders of mapping.def. */
enum sth_mapping {
#define MAPPING(id, name, bank, group, column) STH_MAPPING_##id,
#include "mapping.def"
#undef MAPPING
    STH_MAPPINGS
};

/* The worth of a figure, the best first: memory.def says what each means. */
enum sth_standing {
    STH_STANDING_PUBLISHED = 1,
    STH_STANDING_DERIVED,
    STH_STANDING_ASSUMED
};

enum {
    STH_CLOCK_MHZ_DEFAULT = 1000,
    STH_CLOCK_MHZ_MAX = 10000,
    STH_MEM_CHANNELS_MAX = 256, /* of all memories side by side */
    STH_MEM_NAME_MAX = 4096,    /* bytes, the final zero included */
    STH_MEM_TEXT_MAX = STH_MEM_NAME_MAX + 16
};

struct sth_mem_config {
    /* "fixed", a preset of memory.def, or the path of a FILE.mem. */
    char name[STH_MEM_NAME_MAX];
    uint32_t clock_mhz; /* of the core: turns times into cycles */
    uint32_t count;     /* memories side by side; a power of two */
    /* Fixed timing: cycles from address to first beat, and bytes in each
     * direction; 0 = full bus width. */
    uint32_t latency, bytes_per_cycle;
    struct sth_dram_figures dram; /* of one; channels = 0: fixed timing */
    enum sth_standing standing;   /* DRAM: the worst of its figures */
    uint32_t stall_percent;       /* 0..95: chance that a beat waits one cycle,
                                     drawn again each cycle */
    uint32_t seed;                /* of the stall sequence */
};

/*
 * The default: fixed latency of 100 cycles at full bus width, no stalls,
 * behind a core at STH_CLOCK_MHZ_DEFAULT.
 */
void sth_mem_config_default(struct sth_mem_config *config);

/*
 * Sets the memory and leaves clock and stalls: "fixed:LATENCY:BYTES_PER_CYCLE",
 * or a preset or a FILE.mem, either followed by " xCOUNT" if there are several.
 * Returns false, leaves *config as it was and writes a sentence that names the
 * offending part into error if that is no memory.
 */
bool sth_mem_config_parse(struct sth_mem_config *config, const char *text,
                          char *error, size_t error_size);

/* Sets the stalls, "PERCENT:SEED"; otherwise alike. */
bool sth_mem_config_parse_stalls(struct sth_mem_config *config,
                                 const char *text, char *error,
                                 size_t error_size);

/* Sets the clock, decimal MHz from 1 to STH_CLOCK_MHZ_MAX; otherwise alike. */
bool sth_mem_config_parse_clock(struct sth_mem_config *config, const char *text,
                                char *error, size_t error_size);

/* The file that the figures are from; NULL: none. */
const char *sth_mem_config_file(const struct sth_mem_config *config);

/* Writes what parses to the same memory; at most STH_MEM_TEXT_MAX bytes. */
void sth_mem_config_text(const struct sth_mem_config *config, char *text,
                         size_t size);

/* Continues an FNV-1a hash with clock and memory, not with names or stalls. */
uint32_t sth_mem_config_hash(const struct sth_mem_config *config,
                             uint32_t hash);

/* The presets of memory.def, by number from zero, below the count; their texts
 * last as long as the program. */
uint32_t sth_mem_preset_count(void);
const char *sth_mem_preset_name(uint32_t preset);
const char *sth_mem_preset_meaning(uint32_t preset);

/* Sets the memory to `count` of a preset; leaves clock and stalls. */
void sth_mem_config_preset(struct sth_mem_config *config, uint32_t preset,
                           uint32_t count);

/* Whether all channels of the memory are no more than can be modelled. */
bool sth_mem_config_fits(const struct sth_mem_config *config);

/* Where a figure comes from. */
struct sth_mem_source {
    enum sth_standing standing;
    char text[160];
};

/*
 * The sources of a memory's figures; `text` is as for sth_mem_config_parse().
 * False, with a sentence in error, where there are none.
 */
bool sth_mem_sources(const char *text,
                     struct sth_mem_source source[STH_DRAM_FIELDS], char *error,
                     size_t error_size);

/* A mapping's name in mapping.def. */
const char *sth_mapping_name(uint32_t mapping);

/* "published", "derived" or "assumed". */
const char *sth_standing_name(enum sth_standing standing);

/* What memory carries in a cycle at most. */
struct sth_mem_peak {
    double bytes; /* 0: as much as any bus */
    bool shared;  /* both directions together; otherwise each */
};

struct sth_mem_peak sth_mem_config_peak(const struct sth_mem_config *config);

/* The least cycles in which bus and memory carry these bytes. */
double sth_mem_cycles(const struct sth_mem_config *config, uint32_t bus_bytes,
                      uint64_t read, uint64_t written);

#ifdef __cplusplus
}
#endif

#endif
