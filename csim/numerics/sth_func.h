/*
 * The chip's function unit on bit patterns: the strict definition, by the same
 * tables and in the same steps as the RTL.
 */
#ifndef STH_FUNC_H
#define STH_FUNC_H

#include <stdint.h>

/* Constants of spec/functions.def: STH_FCONST_LOG2E, ... */
enum sth_fconst {
#define FCONST(name, bits, doc) STH_FCONST_##name = (bits),
#define FUNC_ROW(table, row, c0, c1, c2)
#include "functions.def"
#undef FCONST
#undef FUNC_ROW
};

/* One polynomial segment: c0 + d * (c1 + d * c2). */
struct sth_func_row {
    uint32_t c0;
    uint32_t c1;
    uint32_t c2;
};

#define STH_FUNC_ROWS 544
#define STH_FUNC_ROW_TANH 0       /* 8 rows in each octave from 2^-10 */
#define STH_FUNC_ROW_TANH_HIGH 64 /* 32 rows in each octave from 2^-2 */
#define STH_FUNC_ROW_EXP 224
#define STH_FUNC_ROW_RSQRT 256
#define STH_FUNC_ROW_RECIP 384
#define STH_FUNC_ROW_ERF 448         /* 32 rows in 0 .. 1 */
#define STH_FUNC_ROW_ERF_1 480       /* 16 rows in each of 1 .. 4 */
#define STH_FUNC_ROW_ERF_HIGH 528    /* 8 rows in each of 4 .. 6 */
#define STH_FUNC_ERF_END 0x40c00000u /* 6: erf is 1 from here on */

/* All tables of spec/functions.def, in the order of their row numbers. */
extern const struct sth_func_row sth_func_rows[STH_FUNC_ROWS];

/* The function STH_FUNC_* of v; codes outside the table act as NONE. */
uint32_t sth_func_eval(unsigned func, uint32_t v);

#endif
