/*
 * The pieces of a program under construction (sth_compiled.h): takes the
 * commands of each operation step by step and keeps what is new in them.
 */
#ifndef STH_PIECES_H
#define STH_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "sth_compiled.h"

/* An array that grows; `size` bytes an element. */
struct sth_pieces_array {
    uint8_t *byte;
    size_t size;
    uint32_t count, room;
};

struct sth_pieces_operation;

struct sth_pieces {
    struct sth_pieces_array command, region;
    struct sth_pieces_operation *operation;
    uint32_t operations;
    bool full; /* memory was short */
};

/* False when out of memory. */
bool sth_pieces_init(struct sth_pieces *pieces, uint32_t operations);
void sth_pieces_fini(struct sth_pieces *pieces);

/*
 * The commands of an operation in a step, relative to their regions; steps of
 * an operation ascend from 0 without a gap.
 */
void sth_pieces_add(struct sth_pieces *pieces, uint32_t operation,
                    uint32_t step, const struct sth_command *command,
                    const uint32_t *region, uint32_t commands);

/* After the last step. */
void sth_pieces_end(struct sth_pieces *pieces);

/*
 * What the file holds of them: counts; then, with room for those, the pieces,
 * patches and first pieces themselves.
 */
void sth_pieces_count(const struct sth_pieces *p, uint32_t *pieces,
                      uint32_t *patches);
void sth_pieces_write(const struct sth_pieces *pieces,
                      struct sth_compiled_piece *piece,
                      struct sth_compiled_patch *patch, uint32_t *first);

#endif
