/*
 * What the gates of a chip spent on stretches of work: the file power.txt that
 * `make silicon-power` writes, and what follows from it.
 *
 * Picojoule, over all instances of a block and all cycles of a stretch.
 */
#ifndef STH_SILICON_POWER_H
#define STH_SILICON_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STH_SILICON_STRETCHES = 16, STH_SILICON_POWER_BLOCKS = 256 };

enum sth_silicon_event {
#define POWER_EVENT(name, what, stretch, count, blocks)                        \
    STH_SILICON_EVENT_##name,
#include "sth_silicon_power.def"
#undef POWER_EVENT
    STH_SILICON_EVENTS
};

struct sth_silicon_spent {
    double clock;     /* at clock pins */
    double registers; /* in flip-flops and what they drive */
    double gates;     /* in gates and what they drive */
    double glitches;  /* of either, where a cycle took a change back */
    double memories;  /* in memory macros, by another model */
};

struct sth_silicon_stretch {
    char name[32];
    uint64_t cycles, bus_bytes, sram_bytes;
    uint64_t commands, macs, lanes, bytes;
    struct sth_silicon_spent spent[STH_SILICON_POWER_BLOCKS];
};

struct sth_silicon_power {
    char config[64];
    uint32_t hash;
    char library[64], corner[64], date[16], commit[64];
    uint32_t blocks, stretches;
    struct {
        char name[64];
        double leakage; /* nanowatt */
    } block[STH_SILICON_POWER_BLOCKS];
    struct sth_silicon_stretch stretch[STH_SILICON_STRETCHES];
};

/*
 * Reads a file.  On failure returns false with a message in `error`, which
 * names the line where there is one; *power is then undefined.
 */
bool sth_silicon_power_load(const char *path, struct sth_silicon_power *power,
                            char *error, size_t error_size)
    __attribute__((warn_unused_result));

/* NULL if there is none of that name. */
const struct sth_silicon_stretch *
sth_silicon_stretch(const struct sth_silicon_power *power, const char *name);

/* The index of a block, or -1. */
int sth_silicon_power_block(const struct sth_silicon_power *power,
                            const char *name);

/* Of the cells of a block, or of the chip: block -1; picojoule a cycle. */
double sth_silicon_cells(const struct sth_silicon_power *power,
                         const struct sth_silicon_stretch *stretch, int block);

/* All blocks together, over the whole stretch. */
struct sth_silicon_spent
sth_silicon_spent(const struct sth_silicon_power *power,
                  const struct sth_silicon_stretch *stretch);

const char *sth_silicon_event_name(enum sth_silicon_event event);

/*
 * Picojoule of one event, in cells and in memory macros.  False when there is
 * no such stretch, no idle one or nothing was counted.
 */
bool sth_silicon_event(const struct sth_silicon_power *power,
                       enum sth_silicon_event event, double *cells,
                       double *memories) __attribute__((warn_unused_result));

/*
 * What a stretch should take by its events: its cycles at idle power, then for
 * each count of it that many events, by the one measured in this stretch or
 * else the first of that count; picojoule of the cells.
 */
enum {
    STH_SILICON_SUM_IDLE,
    STH_SILICON_SUM_MACS,
    STH_SILICON_SUM_LANES,
    STH_SILICON_SUM_SRAM,
    STH_SILICON_SUM_BUS,
    STH_SILICON_SUM_COMMANDS,
    STH_SILICON_SUM_PARTS
};

void sth_silicon_sum(const struct sth_silicon_power *power,
                     const struct sth_silicon_stretch *stretch,
                     double part[STH_SILICON_SUM_PARTS]);

#endif
