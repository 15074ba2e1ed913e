/*
 * Scalar reference of the matrix engine: what each command writes, its digest,
 * and the cycles in which it loads, streams and retires.  Written from the
 * definition of MATMUL, one element at a time; nothing here is fast.
 */
#ifndef STH_MATRIX_REF_H
#define STH_MATRIX_REF_H

#include <stdbool.h>
#include <stdint.h>

#define STH_MATRIX_REF_SP_BYTES 65536u
#define STH_MATRIX_REF_ACC_LANES 65536u

/* Fields of a MATMUL; sync: a SYNC_MATRIX instead, the rest unused. */
struct sth_matrix_ref_cmd {
    bool sync;
    bool bf16;
    bool west;
    bool accumulate;
    uint32_t m, n, k;
    uint32_t a, a_row, a_k;
    uint32_t w, w_row, w_k, w_n;
    uint32_t acc, acc_n;
    uint32_t halves;
};

/* Cycles of a command; counters of its tiles. */
struct sth_matrix_ref_times {
    uint64_t accept_next; /* first cycle in which its successor may enter */
    uint64_t retire;
    uint64_t stall; /* cycles that its tiles waited to start */
};

struct sth_matrix_ref {
    uint32_t rows, cols;
    uint8_t sp[STH_MATRIX_REF_SP_BYTES];
    uint32_t acc[STH_MATRIX_REF_ACC_LANES];
    /* Last busy cycle of each stage, and the last rows of the last two tiles.
     */
    uint64_t load_end;
    uint64_t row_end;
    uint32_t fall; /* of the sums of the last tile, through the rows */
    uint64_t sum_end;
    uint64_t tile_end[2];
    /* Of the last tile: its first row, and the sums that it writes. */
    uint64_t tile_first;
    uint32_t tile_acc, tile_m;
};

/* Ready for the first command; memories keep what the caller put there. */
void sth_matrix_ref_init(struct sth_matrix_ref *ref, uint32_t rows,
                         uint32_t cols);

/* Tiles in the direction of depth. */
uint32_t sth_matrix_ref_depth_tiles(const struct sth_matrix_ref *ref,
                                    const struct sth_matrix_ref_cmd *cmd);

/* Executes a command on the memories and returns its digest. */
uint32_t sth_matrix_ref_run(struct sth_matrix_ref *ref,
                            const struct sth_matrix_ref_cmd *cmd);

/*
 * Times a command granted in cycle `grant`; denied(cycle) tells whether a
 * weight read asked for in that cycle is denied.  Call once a command in order.
 */
struct sth_matrix_ref_times
sth_matrix_ref_time(struct sth_matrix_ref *ref,
                    const struct sth_matrix_ref_cmd *cmd, uint64_t grant,
                    bool (*denied)(uint64_t cycle));

#endif
