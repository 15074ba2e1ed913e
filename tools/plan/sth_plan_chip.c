/* What plans know of a chip's memory, and the chips that are worse. */
#include "sth_plan_chip.h"

#include "sth_param_rule.h"

/*
 * A DRAM's channels work side by side on short runs.  Of the time that a bank
 * takes to open a row, about an eighth is not hidden behind the other banks.
 */
static struct sth_plan_memory dram_of(const struct sth_mem_config *m)
{
    const struct sth_dram_figures *d = &m->dram;
    const double cycle = 1e6 / m->clock_mhz; /* ps */
    const double channels = (double)d->channels * m->count;
    const double unit = STH_PLAN_MEMORY_UNIT;

    return (struct sth_plan_memory){
        .latency = (uint32_t)((d->t_ctrl + d->t_rcd + d->t_cl) / cycle),
        /* A write waits for half of those that go out with it. */
        .write_latency = (uint32_t)((d->t_ctrl + d->t_rcd + d->t_cl +
                                     d->write_batch * d->t_burst / 2) /
                                    cycle),
        .byte_cost = (uint32_t)(unit * d->t_burst / cycle /
                                    (d->access_bytes * channels) +
                                0.5),
        .run_cost =
            (uint32_t)(unit * (d->t_ras + d->t_rp) / cycle / channels / 8),
        .chunk = d->access_bytes,
        .shared = 1,
    };
}

struct sth_plan_memory sth_plan_memory_of(const struct sth_config *config)
{
    const struct sth_mem_config *m = &config->memory;

    if (m->dram.channels != 0)
        return dram_of(m);
    return (struct sth_plan_memory){
        .latency = m->latency,
        .write_latency = m->latency,
        .byte_cost = m->bytes_per_cycle == 0
                         ? 0
                         : STH_PLAN_MEMORY_UNIT / m->bytes_per_cycle,
        .chunk = 1,
    };
}

/* Values of which twice as much is better. */
static uint32_t *halved(struct sth_config *c, uint32_t i)
{
    struct sth_params *p = &c->params;
    struct sth_mem_config *m = &c->memory;
    uint32_t *const values[] = {
        &p->load_slots,
        &p->store_slots,
        &p->bus_bytes,
        &p->sp_bytes,
        &p->acc_bytes,
        &p->sp_banks,
        &p->acc_banks,
        &p->queue_depth,
        &p->fetch_depth,
        &p->vector_lanes,
        m->dram.channels > 0 ? &m->count : &m->bytes_per_cycle,
    };

    return i < sizeof values / sizeof *values ? values[i] : NULL;
}

bool sth_plan_lesser(struct sth_config *lesser, const struct sth_config *config,
                     uint32_t i)
{
    uint32_t *value;

    *lesser = *config;
    value = halved(lesser, i);
    if (value != NULL) {
        if (*value % 2 != 0)
            return false;
        *value /= 2;
        return *value != 0 && sth_params_bad(&lesser->params) < 0;
    }
    if (i == STH_PLAN_LESSERS - 1) {
        lesser->params.vector_share *= 2;
        return sth_params_bad(&lesser->params) < 0;
    }
    lesser->memory.latency *= 2;
    return config->memory.dram.channels == 0;
}
