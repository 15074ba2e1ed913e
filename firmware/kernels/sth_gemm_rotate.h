/*
 * Rotation of the halves of heads in the epilogue of a matrix product.  A block
 * has a part of the first halves and, in the same lanes, one of the second.
 */
#ifndef STH_GEMM_ROTATE_H
#define STH_GEMM_ROTATE_H

#include "sth_gemm_epilogue.h"

/*
 * Columns of cos and sin on chip for parts of part_cols columns, rows of them:
 * one tile where heads repeat from tile to tile, else as many as make commands
 * long.  Whole tiles; 0 when nothing is rotated.
 */
uint32_t sth_gemm_angle_cols(const struct sth_params *params, uint32_t half,
                             uint32_t part_cols, uint32_t rows);

/* Vector commands that a pass over half of a block is cut into. */
uint32_t sth_gemm_rotate_chunks(const struct sth_params *params, uint32_t half,
                                uint32_t part_cols, uint32_t angle_cols);

/* A row vector in the order of the block's columns on chip. */
void sth_gemm_rotate_load_row(struct sth_gemm_epilogue *e,
                              const struct sth_gemm_block *block,
                              const struct sth_operand *operand,
                              struct sth_buffer *buffer);

void sth_gemm_rotate_load(struct sth_gemm_epilogue *e,
                          struct sth_gemm_block *block);

/* From sums to `out` on chip, and from there to memory. */
void sth_gemm_rotate_emit(struct sth_gemm_epilogue *e,
                          const struct sth_gemm_block *block,
                          const struct sth_block *store);

#endif
