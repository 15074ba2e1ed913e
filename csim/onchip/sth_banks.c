/* The banks at rest; see sth_banks.h. */
#include "sth_banks.h"

#include <string.h>

void sth_banks_init(struct sth_banks *banks, const struct sth_params *params,
                    uint32_t *patterns)
{
    uint32_t rows = params->array_rows;
    uint32_t cols = params->array_cols;

    banks->sp_word_log2 = 0;
    banks->sp_word = sth_sp_word_bytes(params);
    while (1u << banks->sp_word_log2 < banks->sp_word)
        banks->sp_word_log2++;
    banks->sp_wrap = banks->sp_word * params->sp_banks;
    banks->sp_mask = params->sp_banks - 1;
    banks->acc_mask = params->acc_banks - 1;
    banks->pattern_places = rows > cols ? rows : cols;
    banks->read = patterns;
    /* Written in the cycle before retirement, and found in the next. */
    banks->sum_write_delay = (uint64_t)cols + STH_LAT_MATRIX_RETIRE - 1;
    banks->sum_read_delay = banks->sum_write_delay + 1 - STH_LAT_MATRIX_SUM;
    sth_banks_reset(banks);
}

void sth_banks_reset(struct sth_banks *banks)
{
    memset(banks->tile, 0, sizeof(banks->tile));
    banks->tiles = 0;
    memset(&banks->vector_reads, 0, sizeof(banks->vector_reads));
    memset(&banks->vector_writes, 0, sizeof(banks->vector_writes));
    banks->vector_active = false;
    banks->vector_reads_sp = false;
}
