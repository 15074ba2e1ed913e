/* The memories that --memory names, and the texts of its options. */
#include "sth_dram.h"
#include "sth_mem.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
#define MEMORY(id, text, doc) MEMORY_##id,
#define FIGURE(id, field, value, doc)
#include "memory.def"
#undef MEMORY
#undef FIGURE
    MEMORY_COUNT
};

static const struct sth_dram_figures presets[MEMORY_COUNT] = {
#define MEMORY(id, text, doc) [MEMORY_##id].name = (text),
#define FIGURE(id, field, value, doc) [MEMORY_##id].field = (value),
#include "memory.def"
#undef MEMORY
#undef FIGURE
};

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

const struct sth_dram_figures *sth_dram_find(const char *name)
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

struct sth_mem_peak sth_mem_peak(const struct sth_mem_config *config)
{
    const struct sth_dram_figures *d = sth_dram_find(config->name);

    if (!d)
        return (struct sth_mem_peak){.bytes = config->bytes_per_cycle};
    return (struct sth_mem_peak){.bytes = (double)d->channels *
                                          d->access_bytes * STH_PS_PER_CYCLE /
                                          d->t_burst,
                                 .shared = true};
}

double sth_mem_cycles(const struct sth_mem_config *config, uint32_t bus_bytes,
                      uint64_t read, uint64_t written)
{
    const struct sth_mem_peak peak = sth_mem_peak(config);
    double busier = (double)(read > written ? read : written);
    double bytes = peak.shared ? (double)read + (double)written : busier;
    double bus = busier / bus_bytes;
    double memory = peak.bytes > 0 ? bytes / peak.bytes : 0;

    return bus > memory ? bus : memory;
}
