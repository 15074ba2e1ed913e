#include "sth_parity_alone.h"

#include <inttypes.h>
#include <math.h>

/* Whether the cycles of one case are those on record; says so if not. */
static bool judge(FILE *out, const struct sth_parity_case *c,
                  struct sth_parity_result *r)
{
    r->golden_bad = r->inexact_bad = false;
    if (!r->ran) {
        fprintf(out, "%s: FAILED: %s\n", c->name,
                *r->message ? r->message : "it did not end");
        return false;
    }
    if (!r->golden) {
        fprintf(out, "%s: NEW: RTL cycles are not on record\n", c->name);
        r->ran = false;
        return false;
    }
    r->rtl.cycles = r->golden;
    r->error_pct = 100 * ((double)r->csim.cycles / (double)r->golden - 1);
    if (r->csim.cycles == r->golden ||
        (r->golden_inexact && fabs(r->error_pct) <= c->tolerance))
        return true;
    r->tolerance_bad = true;
    fprintf(out,
            "%s: ERROR: csim takes %" PRIu64
            " cycles, the RTL on record %" PRIu64 " (%+.3f %%)\n",
            c->name, r->csim.cycles, r->golden, r->error_pct);
    return false;
}

uint32_t sth_parity_alone(FILE *out, const struct sth_parity_cases *cases,
                          struct sth_parity_result *result)
{
    uint32_t passed = 0, failed = 0;

    for (uint32_t i = 0; i < cases->count; i++) {
        if (!result[i].selected)
            continue;
        if (judge(out, &cases->list[i], &result[i]))
            passed++;
        else
            failed++;
    }
    fprintf(out, "model against the record: %u passed, %u failed\n", passed,
            failed);
    return failed;
}
