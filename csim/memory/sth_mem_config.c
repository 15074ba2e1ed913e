/* What the texts of a memory, its stalls and its clock mean. */
#include "sth_mem_config.h"

#include "sth_key_file.h"
#include "sth_mem_table.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

uint32_t sth_mem_preset_count(void)
{
    uint32_t count = 0;

    while (sth_mem_presets[count].name)
        count++;
    return count;
}

const char *sth_mem_preset_name(uint32_t preset)
{
    assert(preset < sth_mem_preset_count());
    return sth_mem_presets[preset].name;
}

const char *sth_mem_preset_meaning(uint32_t preset)
{
    assert(preset < sth_mem_preset_count());
    return sth_mem_presets[preset].meaning;
}

void sth_mem_config_default(struct sth_mem_config *config)
{
    *config = (struct sth_mem_config){.name = "fixed",
                                      .clock_mhz = STH_CLOCK_MHZ_DEFAULT,
                                      .count = 1,
                                      .latency = 100};
}

static void set_memory(struct sth_mem_config *config,
                       const struct sth_mem_config *memory)
{
    uint32_t clock_mhz = config->clock_mhz;
    uint32_t stall_percent = config->stall_percent, seed = config->seed;

    *config = *memory;
    config->clock_mhz = clock_mhz;
    config->stall_percent = stall_percent;
    config->seed = seed;
}

static void set_figures(struct sth_mem_config *config,
                        const uint32_t value[STH_DRAM_FIELDS])
{
    config->dram = (struct sth_dram_figures){
#define DRAM(field, ...) .field = value[STH_DRAM_##field],
#include "dram.def"
#undef DRAM
    };
}

static void worsen(enum sth_standing *standing, enum sth_standing by)
{
    if (*standing < by)
        *standing = by;
}

void sth_mem_config_preset(struct sth_mem_config *config, uint32_t preset,
                           uint32_t count)
{
    const struct sth_mem_preset *p = &sth_mem_presets[preset];
    struct sth_mem_config memory = {.count = count};
    uint32_t value[STH_DRAM_FIELDS];

    for (int i = 0; i < STH_DRAM_FIELDS; i++) {
        value[i] = p->figure[i].value;
        worsen(&memory.standing, p->figure[i].standing);
    }
    snprintf(memory.name, sizeof memory.name, "%s", p->name);
    set_figures(&memory, value);
    set_memory(config, &memory);
}

bool sth_mem_config_fits(const struct sth_mem_config *config)
{
    return (uint64_t)config->dram.channels * config->count <=
           STH_MEM_CHANNELS_MAX;
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

static bool parse_fixed(struct sth_mem_config *config, const char *text,
                        char *error, size_t error_size)
{
    struct sth_mem_config memory = {.name = "fixed", .count = 1};
    const char *p = text + strlen("fixed:");
    bool good;

    if (!parse_u32(&p, 1000000, &memory.latency) || memory.latency < 1 ||
        (*p && *p != ':')) {
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
    good = parse_u32(&p, 65536, &memory.bytes_per_cycle);
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
    set_memory(config, &memory);
    return true;
}

/* Cuts " xCOUNT" off the end of text; COUNT is 1 if there is none. */
static bool cut_count(char *text, uint32_t *count)
{
    char *space = strrchr(text, ' ');
    const char *digits = space ? space + 2 : "";

    *count = 1;
    if (!space || space[1] != 'x' || !isdigit((unsigned char)*digits))
        return true;
    if (!parse_u32(&digits, STH_MEM_CHANNELS_MAX, count) || *digits ||
        *count == 0 || (*count & (*count - 1)) != 0)
        return false;
    while (space > text && space[-1] == ' ')
        space--;
    *space = 0;
    return true;
}

static bool is_file(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && !strcmp(name + length - 4, ".mem");
}

static int find_preset(const char *name)
{
    for (int i = 0; sth_mem_presets[i].name; i++)
        if (!strcmp(name, sth_mem_presets[i].name))
            return i;
    return -1;
}

static void list_presets(const char *text, char *error, size_t error_size)
{
    int n = snprintf(error, error_size,
                     "memory '%s' is neither fixed:LATENCY:BYTES_PER_CYCLE nor "
                     "a FILE.mem nor one of",
                     text);

    for (int i = 0; sth_mem_presets[i].name && n >= 0 && (size_t)n < error_size;
         i++)
        n += snprintf(error + n, error_size - (size_t)n, " %s",
                      sth_mem_presets[i].name);
}

bool sth_mem_config_parse(struct sth_mem_config *config, const char *text,
                          char *error, size_t error_size)
{
    struct sth_mem_config memory = *config;
    struct sth_mem_source source[STH_DRAM_FIELDS];
    uint32_t value[STH_DRAM_FIELDS], count;
    char name[STH_MEM_NAME_MAX];
    int preset;

    if (!strncmp(text, "fixed:", 6))
        return parse_fixed(config, text, error, error_size);
    snprintf(name, sizeof name, "%s", text);
    if (!cut_count(name, &count)) {
        snprintf(error, error_size,
                 "memory '%s': the count must be a power of two up to %d", text,
                 STH_MEM_CHANNELS_MAX);
        return false;
    }
    preset = find_preset(name);
    if (preset >= 0) {
        sth_mem_config_preset(&memory, (uint32_t)preset, count);
    } else if (is_file(name)) {
        if (!sth_mem_file_read(name, value, source, error, error_size))
            return false;
        memory.count = count;
        memory.latency = memory.bytes_per_cycle = 0;
        memory.standing = STH_STANDING_PUBLISHED;
        for (int i = 0; i < STH_DRAM_FIELDS; i++)
            worsen(&memory.standing, source[i].standing);
        memset(memory.name, 0, sizeof memory.name);
        memcpy(memory.name, name, strlen(name));
        set_figures(&memory, value);
    } else {
        list_presets(text, error, error_size);
        return false;
    }
    if (!sth_mem_config_fits(&memory)) {
        snprintf(error, error_size,
                 "memory '%s': %u times %u channels are more than %d", text,
                 count, memory.dram.channels, STH_MEM_CHANNELS_MAX);
        return false;
    }
    *config = memory;
    return true;
}

bool sth_mem_sources(const char *text,
                     struct sth_mem_source source[STH_DRAM_FIELDS], char *error,
                     size_t error_size)
{
    uint32_t value[STH_DRAM_FIELDS], count;
    char name[STH_MEM_NAME_MAX];
    int preset;

    snprintf(name, sizeof name, "%s", text);
    preset = cut_count(name, &count) ? find_preset(name) : -1;
    if (preset < 0 && is_file(name))
        return sth_mem_file_read(name, value, source, error, error_size);
    if (preset < 0) {
        snprintf(error, error_size, "memory '%s' has no figures", text);
        return false;
    }
    for (int i = 0; i < STH_DRAM_FIELDS; i++) {
        const struct sth_mem_figure *f = &sth_mem_presets[preset].figure[i];

        source[i].standing = f->standing;
        snprintf(source[i].text, sizeof source[i].text, "%s", f->source);
    }
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

bool sth_mem_config_parse_clock(struct sth_mem_config *config, const char *text,
                                char *error, size_t error_size)
{
    uint64_t mhz;

    if (!sth_key_file_number(text, &mhz) || mhz < 1 ||
        mhz > STH_CLOCK_MHZ_MAX) {
        snprintf(error, error_size, "clock '%.40s' is not 1 to %d MHz", text,
                 STH_CLOCK_MHZ_MAX);
        return false;
    }
    config->clock_mhz = (uint32_t)mhz;
    return true;
}

const char *sth_mem_config_file(const struct sth_mem_config *config)
{
    return is_file(config->name) ? config->name : NULL;
}

void sth_mem_config_text(const struct sth_mem_config *config, char *text,
                         size_t size)
{
    if (!config->dram.channels)
        snprintf(text, size, "fixed:%u:%u", config->latency,
                 config->bytes_per_cycle);
    else if (config->count > 1)
        snprintf(text, size, "%s x%u", config->name, config->count);
    else
        snprintf(text, size, "%s", config->name);
}

uint32_t sth_mem_config_hash(const struct sth_mem_config *config, uint32_t hash)
{
    const uint32_t word[] = {
        config->clock_mhz,
        config->count,
        config->latency,
        config->bytes_per_cycle,
#define DRAM(field, ...) config->dram.field,
#include "dram.def"
#undef DRAM
    };

    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        for (int bit = 0; bit < 32; bit += 8)
            hash = (hash ^ (word[i] >> bit & 0xffu)) * 16777619u;
    return hash;
}

struct sth_mem_peak sth_mem_config_peak(const struct sth_mem_config *config)
{
    const struct sth_dram_figures *d = &config->dram;

    if (!d->channels)
        return (struct sth_mem_peak){.bytes = config->bytes_per_cycle};
    return (struct sth_mem_peak){
        .bytes = (double)d->channels * config->count * d->access_bytes * 1e6 /
                 ((double)config->clock_mhz * d->t_burst),
        .shared = true};
}

double sth_mem_cycles(const struct sth_mem_config *config, uint32_t bus_bytes,
                      uint64_t read, uint64_t written)
{
    const struct sth_mem_peak peak = sth_mem_config_peak(config);
    double busier = (double)(read > written ? read : written);
    double bytes = peak.shared ? (double)read + (double)written : busier;
    double bus = busier / bus_bytes;
    double memory = peak.bytes > 0 ? bytes / peak.bytes : 0;

    return bus > memory ? bus : memory;
}
