/* When weights are read; see sth_weight_loader.h. */
#include "sth_weight_loader.h"

#include <string.h>

void sth_weight_loader_reset(struct sth_weight_loader *loader)
{
    memset(loader->key, 0, sizeof(loader->key));
    memset(loader->in_use, 0, sizeof(loader->in_use));
    memset(loader->end, 0, sizeof(loader->end));
}

uint32_t sth_weight_loader_find(const struct sth_banks *banks,
                                const struct sth_weight_tile *tile,
                                const struct sth_weight_tile *streamed,
                                uint32_t *read)
{
    uint32_t wrap = sth_banks_sp_period(banks);
    bool a_stays = (streamed->a_row & (wrap - 1)) == 0;
    uint64_t cycle = tile->first_step;
    uint32_t step, i = 0;

    for (; i < tile->reads && cycle <= streamed->last_row; i++, cycle++) {
        uint32_t bank = sth_banks_sp(banks, tile->w + i * tile->w_row);

        while (cycle >= streamed->first_row && cycle <= streamed->last_row &&
               sth_banks_sp(banks, streamed->a +
                                       (uint32_t)(cycle - streamed->first_row) *
                                           streamed->a_row) == bank)
            cycle = a_stays ? streamed->last_row + 1 : cycle + 1;
        read[i] = (uint32_t)(cycle - tile->first_step);
    }
    /* Behind the last row: one a cycle. */
    step = (uint32_t)(cycle - tile->first_step);
    for (; i < tile->reads; i++)
        read[i] = step++;
    return step;
}
