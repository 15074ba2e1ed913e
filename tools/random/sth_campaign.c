#include "sth_campaign.h"

#include "sth_report_head.h"

#include <inttypes.h>

void sth_campaign_add(struct sth_campaign *c, uint64_t seed,
                      const struct sth_random_result *r)
{
    c->commands += r->commands;
    c->rtl_cycles += r->rtl_cycles;
    c->passed += r->passed;
    c->failed += !r->passed;
    if (!r->timed)
        return;
    if (!sth_fidelity_inexact(&c->fidelity))
        c->inexact_seed = seed;
    sth_fidelity_add(&c->fidelity, &r->fidelity);
    sth_lateness_add(&c->timed, r->csim_cycles, r->rtl_cycles);
}

bool sth_campaign_passed(const struct sth_campaign *c)
{
    return !c->failed && sth_fidelity_allows(&c->fidelity);
}

bool sth_campaign_text(FILE *out, const struct sth_campaign *c)
{
    const uint64_t programs = c->passed + c->failed;
    char first[STH_FIDELITY_TEXT];

    fprintf(out,
            "%s: %" PRIu64 " programs, %" PRIu64 " commands, %" PRIu64
            " RTL cycles: %" PRIu64 " passed, %" PRIu64 " failed\n",
            c->config->name, programs, c->commands, c->rtl_cycles, c->passed,
            c->failed);
    if (!c->in_step)
        return !ferror(out);
    fprintf(out,
            "cycles of the %" PRIu64 " on an orderly bus: %.3f %% of %" PRIu64
            " commands exact; error mean %.3f %%, worst %.2f %%\n"
            "cycles of the other %" PRIu64 " are not judged\n",
            c->timed.programs, sth_fidelity_share_pct(&c->fidelity),
            sth_fidelity_commands(&c->fidelity),
            100 * sth_lateness_mean(&c->timed), 100 * c->timed.worst,
            programs - c->timed.programs);
    sth_fidelity_print(&c->fidelity, first, sizeof(first));
    if (*first)
        fprintf(out, "seed %" PRIu64 ": %s", c->inexact_seed, first);
    if (!sth_fidelity_allows(&c->fidelity))
        fprintf(out, "FAILED: %s\n", STH_FIDELITY_FAILURE);
    return !ferror(out);
}

bool sth_campaign_json(FILE *out, const struct sth_campaign *c)
{
    json_t *root = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o}", "passed",
        (json_int_t)c->passed, "failed", (json_int_t)c->failed, "commands",
        (json_int_t)c->commands, "rtl_cycles", (json_int_t)c->rtl_cycles,
        "timed", (json_int_t)c->timed.programs, "mean_error_pct",
        100 * sth_lateness_mean(&c->timed), "worst_error_pct",
        100 * c->timed.worst, "exact", sth_fidelity_json(&c->fidelity),
        "inexact_seed",
        sth_fidelity_inexact(&c->fidelity)
            ? json_integer((json_int_t)c->inexact_seed)
            : json_null());

    if (!root)
        return false;
    sth_report_head(root, c->config);
    return sth_report_write(out, root);
}
