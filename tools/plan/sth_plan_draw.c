/* Draws for the property of plans. */
#include "sth_plan_draw.h"

#include <stdio.h>

#include "sth_param_rule.h"

static uint32_t draw_bytes(uint64_t *random, const struct sth_params *p,
                           enum sth_param i, uint32_t least)
{
    uint32_t min = sth_param_range(p, i).min;

    while (min < least)
        min *= 2;
    return min << (sth_plan_chance(random, 80) ? 2 : 0)
               << sth_plan_below(random, 6);
}

void sth_plan_draw_chip(struct sth_config *config, uint64_t *random)
{
    static const char *const memories[] = {
        "fixed:100:0", "fixed:100:0",  "fixed:100:0", "fixed:40:0",
        "hbm2e",       "hbm3",         "hbm3e",       "ddr4-3200",
        "ddr5-4800",   "lpddr5x-8533", "gddr6-16000",
    };
    struct sth_params *p = &config->params;
    uint32_t tile;
    char error[256];

    p->array_rows = 4u << sth_plan_below(random, 7);
    p->array_cols = sth_plan_chance(random, 60)
                        ? p->array_rows
                        : 4u << sth_plan_below(random, 7);
    p->sp_banks = 2u << sth_plan_below(random, 4);
    p->acc_banks = 2u << sth_plan_below(random, 4);
    p->bus_bytes = 4;
    while (2 * p->bus_bytes <= sth_sp_word_bytes(p) &&
           sth_plan_chance(random, 85))
        p->bus_bytes *= 2;
    tile = p->array_rows * p->array_cols * 2;
    p->sp_bytes = draw_bytes(random, p, STH_PARAM_SpBytes, 4 * tile);
    p->acc_bytes = draw_bytes(random, p, STH_PARAM_AccBytes, 2 * tile);
    p->queue_depth = 2u << sth_plan_below(random, 4);
    p->fetch_depth = 4u << sth_plan_below(random, 4);
    p->load_slots = 4u << sth_plan_below(random, 5);
    p->store_slots = 4u << sth_plan_below(random, 5);
    p->vector_lanes = p->array_cols >> sth_plan_below(random, 3);
    p->data_types = STH_DATA_TYPE_INT8 | STH_DATA_TYPE_BF16;
    p->vector_share = 1u << sth_plan_below(random, 3);
    sth_mem_config_default(&config->memory);
    sth_mem_config_parse(
        &config->memory,
        memories[sth_plan_below(random, sizeof memories / sizeof *memories)],
        error, sizeof error);
    snprintf(config->name, sizeof config->name, "drawn");
}
