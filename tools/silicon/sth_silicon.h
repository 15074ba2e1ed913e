/*
 * What synthesis and timing analysis measured of a chip: the file chip.txt that
 * `make silicon` writes, and what follows from it.
 *
 * Areas are in square micrometres, times in nanoseconds.  Memory macros count
 * by their bits; their area is not known and is in no sum.
 */
#ifndef STH_SILICON_H
#define STH_SILICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STH_SILICON_ROWS = 256, STH_SILICON_TEXT = 160 };

/* A block, synthesised once; all but `instances` is of one instance. */
struct sth_silicon_block {
    char name[64];
    char mapping[32]; /* the ABC script */
    uint32_t instances;
    double area;
    uint64_t cells, flops;
    uint64_t memory_bits; /* of the flip-flops, those of memories */
    double worst;         /* its slowest register to register, by itself */
};

/* A memory macro: SRAM or register file. */
struct sth_silicon_memory {
    char name[64];
    uint64_t words, width;
    uint32_t instances;
};

/* A path of the whole chip; the period that it allows. */
struct sth_silicon_path {
    char kind[16]; /* "reg-reg", "in-reg", "reg-out", "in-out" */
    double ns;
    char from[STH_SILICON_TEXT], to[STH_SILICON_TEXT];
    uint32_t gates;
};

struct sth_silicon {
    char config[64];
    uint32_t hash; /* sth_params_hash() of what was synthesised */
    char library[64], corner[64];
    char yosys[64], abc[64], opensta[64];
    char date[16], commit[64];
    struct sth_silicon_block block[STH_SILICON_ROWS];
    uint32_t blocks; /* largest total area first */
    struct sth_silicon_memory memory[STH_SILICON_ROWS];
    uint32_t memories;
    struct sth_silicon_path path[STH_SILICON_ROWS];
    uint32_t paths; /* reg-reg, in-reg, reg-out, in-out, each slowest first */
};

struct sth_silicon_sum {
    double area;
    uint64_t cells, flops, memory_bits;
    uint64_t macros, macro_bits;
    double period; /* of the slowest path from register to register */
};

/*
 * Reads a file.  On failure returns false with a message in `error`, which
 * names the line where there is one; *chip is then undefined.
 */
bool sth_silicon_load(const char *path, struct sth_silicon *chip, char *error,
                      size_t error_size) __attribute__((warn_unused_result));

/* The whole chip. */
void sth_silicon_total(const struct sth_silicon *chip,
                       struct sth_silicon_sum *sum);

/* NULL if there is none of that name. */
const struct sth_silicon_block *sth_silicon_find(const struct sth_silicon *chip,
                                                 const char *name);
const struct sth_silicon_memory *
sth_silicon_find_memory(const struct sth_silicon *chip, const char *name);

#endif
