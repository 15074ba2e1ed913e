/*
 * Within the vector engine: the sequencer's view of a command.  It walks the
 * row-tiles, each of which reads up to four sources and writes at most one
 * chunk; a command undisturbed takes a time in closed form.
 */
#ifndef STH_VECTOR_SEQ_H
#define STH_VECTOR_SEQ_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

enum { STH_VECTOR_SOURCES = 4 };

struct sth_vector_source {
    bool sp, scalar;
    uint32_t row_step, tile_step; /* in rows or bytes */
    uint32_t row_addr, addr;
    bool pending; /* has to be read for the present row-tile */
};

struct sth_vector_seq {
    uint32_t cols;  /* of a row-tile, and rows of a group */
    uint32_t steps; /* of a row-tile through the lanes */
    struct sth_vector_source source[STH_VECTOR_SOURCES]; /* those used of x, y,
                                                            z, carry */
    uint32_t sources;
    bool reads_sp;
    uint32_t rows_left, tile, tiles, lane;
    bool d_sp, write, reduce;
    bool slot; /* sums take a cycle of the port that results take */
    bool function;
    uint32_t turns; /* cycles of a step */
    uint32_t d_row_step, d_tile_step, d_row_addr, d_addr, r_addr;
};

/* Turns to the first row-tile of a command. */
void sth_vector_seq_begin(struct sth_vector_seq *seq,
                          const struct sth_params *params,
                          const struct sth_command *command);

/* Undisturbed cycles of all row-tiles of a command that was just begun. */
uint64_t sth_vector_seq_total(const struct sth_vector_seq *seq);

/* Undisturbed cycles of the present row-tile from its first on; extra: a cycle
 * of them is for the sums. */
uint64_t sth_vector_seq_cost(const struct sth_vector_seq *seq, bool extra);

/* Turns to the next row-tile: addresses, and which chunks it has to read. */
void sth_vector_seq_advance(struct sth_vector_seq *seq);

/* Cycles of the present row-tile without its reads. */
static inline uint64_t sth_vector_seq_least(const struct sth_vector_seq *seq,
                                            bool extra)
{
    uint64_t least = (uint64_t)seq->steps * seq->turns;

    return extra && least < 2 ? 2 : least;
}

/* Whether the present row-tile is the last of its row. */
static inline bool sth_vector_seq_ends_row(const struct sth_vector_seq *seq)
{
    return seq->tile == seq->tiles - 1;
}

/* ... of its group of as many rows as there are columns. */
static inline bool sth_vector_seq_ends_group(const struct sth_vector_seq *seq)
{
    return sth_vector_seq_ends_row(seq) &&
           (seq->rows_left == 1 || seq->lane == seq->cols - 1);
}

#endif
