/* Random configurations. */
#include "sth_random_config.h"

#include "sth_param_rule.h"
#include "sth_random.h"

#include <inttypes.h>

static uint32_t below(uint64_t *random, uint32_t n)
{
    return (uint32_t)(sth_random_next(random) >> 16) % n;
}

static bool chance(uint64_t *random, uint32_t percent)
{
    return below(random, 100) < percent;
}

/* From 1 to 2^bits, as likely small as large. */
static uint32_t spread(uint64_t *random, uint32_t bits)
{
    return 1 + below(random, 1u << (1 + below(random, bits)));
}

/* A count from 2 to max: often one of the ends. */
static uint32_t draw_count(uint64_t *random, uint32_t max)
{
    switch (below(random, 4)) {
    case 0:
        return 2 + below(random, 3);
    case 1:
        return max - below(random, 3);
    default:
        return 2 + below(random, max - 1);
    }
}

/* Rows and columns of the array. */
static void draw_array(uint64_t *random, bool large, struct sth_params *p)
{
    static const struct {
        uint16_t rows, cols;
    } small[] = {
        {4, 4},  {4, 4},   {4, 8},  {8, 4},  {8, 8},  {16, 4},
        {4, 16}, {16, 16}, {32, 4}, {4, 32}, {64, 4}, {4, 64},
    };
    uint32_t i = below(random, sizeof small / sizeof *small);

    p->array_rows = large ? 4u << below(random, 8) : small[i].rows;
    p->array_cols = large ? 4u << below(random, 8) : small[i].cols;
}

/* A capacity: a few rows of banks, some, or many. */
static uint32_t draw_bytes(uint64_t *random, bool large,
                           const struct sth_params *p, enum sth_param i)
{
    const uint32_t row = sth_param_range(p, i).step;
    uint32_t most = large ? UINT32_C(1) << 28 : UINT32_C(1) << 18;
    uint32_t rows =
        chance(random, 15) ? 2 + below(random, 3) : spread(random, 28);

    /* Room for a few tiles, and no more than most. */
    if (rows > 4 && rows < 24u * sth_sp_word_bytes(p) / row)
        rows += 24u * sth_sp_word_bytes(p) / row;
    if (chance(random, 3))
        most = UINT32_C(1) << (large ? 28 : 25);
    if (rows > most / row)
        rows = 2 + below(random, most / row);
    return sth_config_nearest(p, i, rows * row);
}

void sth_random_config(uint64_t seed, bool large, struct sth_config *config)
{
    static const char *const memories[] = {
        "fixed:100:0", "fixed:7:0",    "hbm2e",       "hbm3 x2",
        "ddr5-4800",   "lpddr5x-8533", "gddr6-16000", "hbm3e",
    };
    uint64_t random = seed * UINT64_C(0xd1342543de82ef95) + large;
    struct sth_params *p = &config->params;
    uint32_t word;
    char error[256];

    draw_array(&random, large, p);
    word = sth_sp_word_bytes(p);
    p->sp_banks = 2u << below(&random, 6);
    p->acc_banks = 2u << below(&random, 6);
    p->bus_bytes = 4;
    while (2 * p->bus_bytes <= word && chance(&random, 75))
        p->bus_bytes *= 2;
    p->sp_bytes = draw_bytes(&random, large, p, STH_PARAM_SpBytes);
    p->acc_bytes = draw_bytes(&random, large, p, STH_PARAM_AccBytes);
    p->queue_depth = draw_count(&random, STH_MAX_QueueDepth);
    p->fetch_depth = draw_count(&random, STH_MAX_FetchDepth);
    p->load_slots = draw_count(&random, STH_MAX_LoadSlots);
    p->store_slots = draw_count(&random, STH_MAX_StoreSlots);
    p->vector_lanes = p->array_cols >> below(&random, 3);
    p->data_types = chance(&random, 60)
                        ? STH_DATA_TYPE_INT8 | STH_DATA_TYPE_BF16
                        : 1 + below(&random, 2);
    p->vector_share = 1u << below(&random, 3);
    sth_mem_config_default(&config->memory);
    sth_mem_config_parse(
        &config->memory,
        memories[below(&random, sizeof memories / sizeof *memories)], error,
        sizeof error);
    config->memory.clock_mhz =
        chance(&random, 30) ? STH_CLOCK_MHZ_DEFAULT : 1 + below(&random, 3000);
    snprintf(config->name, sizeof config->name, "random-%" PRIu64, seed);
}

void sth_random_config_print(FILE *out, const struct sth_config *config)
{
    char memory[STH_MEM_TEXT_MAX];

    sth_mem_config_text(&config->memory, memory, sizeof memory);
    fprintf(out, "# %s\n", config->name);
#define PARAM(key, ...)                                                        \
    fprintf(out, #key " = %" PRIu32 "\n", config->params.key);
#include "params.def"
#undef PARAM
    fprintf(out, "clock_mhz = %" PRIu32 "\nmemory = %s\n",
            config->memory.clock_mhz, memory);
}
