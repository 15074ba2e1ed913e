/* From the figures of a DRAM to its rules. */
#include "sth_dram_rules.h"

/* Whole clocks; as it is where there is none. */
static int64_t clocks(uint32_t t, uint32_t t_ck)
{
    return t_ck == 0 ? t : ((int64_t)t + t_ck - 1) / t_ck * t_ck;
}

struct sth_dram_rules sth_dram_rules_of(const struct sth_dram_figures *figures,
                                        const struct sth_dram_map *map,
                                        uint64_t ps)
{
    const struct sth_dram_figures *d = figures;
    const int64_t tick = (int64_t)ps;
    const uint32_t ck = d->t_ck;
    struct sth_dram_rules rules = {
        .burst = d->t_burst * tick,
        .ccd_l = clocks(d->t_ccd_l, ck) * tick,
        .rcd = clocks(d->t_rcd, ck) * tick,
        .rp = clocks(d->t_rp, ck) * tick,
        .cl = clocks(d->t_cl, ck) * tick,
        .cwl = clocks(d->t_cwl, ck) * tick,
        .ras = clocks(d->t_ras, ck) * tick,
        .rtp = clocks(d->t_rtp, ck) * tick,
        .wr = clocks(d->t_wr, ck) * tick,
        .rrd_s = clocks(d->t_rrd_s, ck) * tick,
        .rrd_l = clocks(d->t_rrd_l, ck) * tick,
        .faw = clocks(d->t_faw, ck) * tick,
        .wtr_s = clocks(d->t_wtr_s, ck) * tick,
        .wtr_l = clocks(d->t_wtr_l, ck) * tick,
        .rtw = clocks(d->t_rtw, ck) * tick,
        .ck = ck * tick,
        .rfc = d->t_rfc * tick,
        .refi = d->t_refi * tick,
        .ctrl = d->t_ctrl * tick,
        .groups = d->groups,
        .group_bits = map->group_bits,
        .sets = d->banks / d->groups,
        .write_queue = d->write_queue,
        .write_batch = d->write_batch,
        .places = 1,
    };
    const int64_t four = sth_dram_later(rules.faw, 4 * rules.rrd_s);
    const int64_t others = rules.groups - 1;

    while (rules.places < d->write_queue)
        rules.places *= 2;
    rules.striped = map->group == 0 && d->groups * rules.burst >= rules.ccd_l;
    rules.set_after = four - 3 * rules.rrd_s;
    rules.set_ahead = others * rules.rrd_s;
    rules.set_turns = (others / 4) * four + 3 * rules.rrd_s;
    rules.set_ras = rules.ras - rules.set_ahead;
    rules.set_rp = rules.rp + rules.set_ahead;
    rules.read_left = rules.rtp - rules.burst - rules.cl;
    rules.set_lost = rules.groups * rules.ck;
    rules.ahead_bus = others * rules.burst;
    rules.ahead_ready = others * sth_dram_later(rules.burst, rules.rrd_s);
    return rules;
}
