/*
 * The values of a trace's tensors: where a SOURCE says they come from, in any
 * order and any piece, so that neither a device nor the reference needs a
 * whole model in host memory.
 */
#ifndef STH_TENSOR_DATA_H
#define STH_TENSOR_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum sth_source_kind {
    STH_SOURCE_ZERO,
    STH_SOURCE_SEED,   /* offset + scale * g, g approximately normal */
    STH_SOURCE_ROPE,   /* cosine or sine of rotary position angles */
    STH_SOURCE_ANGLES, /* the same with a rate for each column */
    STH_SOURCE_ALIBI,  /* biases of heads and keys */
    STH_SOURCE_FILE    /* raw little-endian elements */
};

struct sth_source {
    enum sth_source_kind kind;
    uint64_t seed;
    double scale, offset;
    bool sine;
    double theta;
    uint32_t *past, pasts; /* of each sequence, in turns */
    uint32_t seq, repeat;
    double factor, *rate; /* of ANGLES; factor of ALIBI too */
    double steepness;     /* of ALIBI: -log2 of the last head's slope */
    uint32_t rates;
    FILE *file;
    uint64_t file_offset;
    uint32_t dtype; /* enum of the table DTYPE */
    uint32_t rows, cols;
};

/* The file that a SOURCE names, if it does. */
bool sth_source_path(const char *text, const char *directory, char *path,
                     size_t size);

/*
 * Parses SOURCE (docs/trace.md) for a tensor of the given element type and
 * shape; a file path is relative to `directory`.  On failure returns false
 * with a sentence in error.  sth_source_close() releases what it holds.
 */
bool sth_source_open(struct sth_source *source, const char *text,
                     uint32_t dtype, uint32_t rows, uint32_t cols,
                     const char *directory, char *error, size_t error_size);
void sth_source_close(struct sth_source *source);

/*
 * Writes elements [first, first + count) as they lie in memory.  Returns false
 * when the file is too short or cannot be read.
 */
bool sth_source_encode(struct sth_source *source, uint64_t first, size_t count,
                       void *to);

/* The numbers that `count` elements in memory stand for. */
void sth_tensor_decode(uint32_t dtype, const void *from, size_t count,
                       double *to);

#endif
