/*
 * A compiled program: the commands of a layer trace for one configuration, cut
 * and scheduled beforehand, with addresses relative to the regions of memory
 * that the trace's tensors are.
 *
 * In each step an operation's commands are those of one of its pieces: commands
 * that lie together in the file, with words to which something is added.  A
 * piece serves from its step to that of the next piece of the operation; what
 * it adds to a word grows by the same in each of them.  What ends a step, the
 * command that is the last to retire, is one more operation behind the others.
 *
 * A program is a file in memory, little-endian, that is checked once and then
 * played as it lies there, any number of times, with its regions anywhere:
 *
 *   struct sth_compiled_header
 *   struct sth_command  commands of them, LOAD and STORE with addresses from
 *                       the start of their region
 *   uint64_t            regions of them: bytes
 *   uint32_t            commands of them: the region, or STH_COMPILED_NOWHERE
 *   struct sth_compiled_piece  pieces of them, by operation and step
 *   struct sth_compiled_patch  patches of them, by piece and place
 *   uint32_t            operations + 2 of them: the first piece, and pieces
 *   char                text_bytes of them: the layer trace
 */
#ifndef STH_COMPILED_H
#define STH_COMPILED_H

#include <stddef.h>
#include <stdint.h>

#include "sth_driver.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STH_COMPILED_MAGIC "STHPROG"
#define STH_COMPILED_FORMAT 2u
#define STH_COMPILED_NOWHERE 0xffffffffu
#define STH_COMPILED_CONFIG_MAX 64

struct sth_compiled_header {
    char magic[8];     /* STH_COMPILED_MAGIC */
    uint32_t format;   /* STH_COMPILED_FORMAT */
    uint32_t contract; /* register VERSION of the devices it is for */
    uint32_t hash;     /* CFG_HASH of the devices it is for */
    uint32_t commands;
    uint32_t regions;
    uint32_t operations; /* of the trace */
    uint32_t steps;
    uint32_t pieces;
    uint32_t patches;
    uint32_t reserved; /* 0 */
    uint64_t text_bytes;
    uint64_t bytes;                       /* of all */
    char config[STH_COMPILED_CONFIG_MAX]; /* name, for messages; ends with 0 */
    uint32_t body_sum;                    /* CRC-32 of what follows */
    uint32_t sum;                         /* CRC-32 of the header up to here */
};

struct sth_compiled_piece {
    uint32_t step;  /* from which on it serves */
    uint32_t first; /* command */
    uint32_t commands;
    uint32_t patch; /* the first; they end where those of the next begin */
};

/* In step s of a piece that serves from step t: word += add + grow * (s - t),
 * modulo 2^32. */
struct sth_compiled_patch {
    uint32_t at; /* byte of the piece's commands, where a word begins */
    uint32_t add;
    uint32_t grow;
};

/* A program that was checked: it points into the file. */
struct sth_compiled {
    const struct sth_compiled_header *header;
    const struct sth_command *command;
    const uint64_t *region_bytes;
    const uint32_t *region;
    const struct sth_compiled_piece *piece;
    const struct sth_compiled_patch *patch;
    const uint32_t *first; /* piece of each operation */
    const char *text;
};

/* Where a file is wrong. */
struct sth_compiled_error {
    uint64_t offset; /* byte of the file */
    const char *what;
};

/* Whether a file calls itself a program. */
bool sth_compiled_is(const void *file, size_t bytes);

/*
 * Checks everything: sizes, sums, that each command stays in its region.
 * PROGRAM and *error when something is wrong.  The file must be aligned for
 * uint64_t and outlive the program.  Whether it is for a device is up to
 * sth_compiled_play().
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_compiled_open(struct sth_compiled *program, const void *file, size_t bytes,
                  struct sth_compiled_error *error);

/* The piece that an operation is in a step. */
uint32_t sth_compiled_find(const struct sth_compiled *program, uint32_t step,
                           uint32_t operation);

/* Its patches end before that one. */
uint32_t sth_compiled_patch_end(const struct sth_compiled *program,
                                uint32_t piece);

/*
 * Puts the commands of an operation in a step into the ring, region r at
 * base[r].  EXPECTED_HASH: the program is for another configuration.  ARGUMENT:
 * it has no such step or operation.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_compiled_play(const struct sth_compiled *program, struct sth_driver *driver,
                  const uint64_t *base, uint32_t step, uint32_t operation);

/* CRC-32 of IEEE 802.3, of bytes behind those of `sum`; 0 of none. */
uint32_t sth_compiled_sum(uint32_t sum, const void *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
