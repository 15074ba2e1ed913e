#include "sth_fault_campaign.h"

#include "sth_disasm.h"
#include "sth_fault_run.h"
#include "sth_progress.h"

#include <inttypes.h>
#include <stdio.h>

/* From so many programs on, every fault code must have been among them. */
enum { COMPLETE = 200 };

/* How often each code was expected; false when one that must be never was. */
static bool print_coverage(const uint64_t seen[STH_FAULT_COUNT], uint64_t count)
{
    bool complete = true;

    for (uint32_t code = 1; code < STH_FAULT_COUNT; code++) {
        printf("  %-14s %8" PRIu64 "\n", sth_fault_name(code), seen[code]);
        complete = complete && seen[code] > 0;
    }
    if (!complete && count >= COMPLETE)
        printf("FAILED: a fault code never occurred\n");
    return complete || count < COMPLETE;
}

int sth_fault_campaign(const struct sth_fault_campaign *c)
{
    uint64_t seen[STH_FAULT_COUNT] = {0}, passed = 0, commands = 0;
    struct sth_progress progress;
    bool complete;

    sth_progress_begin(&progress, "faults");
    for (uint64_t i = 0; i < c->count; i++) {
        struct sth_fault_result r;

        sth_fault_run(c->backend, &c->config->params, c->seed + i, c->length,
                      &r);
        commands += r.commands;
        passed += r.passed;
        seen[r.code] += r.passed;
        sth_progress_update(&progress, (double)i / (double)c->count);
        if (!r.passed) {
            sth_progress_end(&progress);
            printf("FAILED: systolith random --faults --config %s --seed "
                   "%" PRIu64 " --count 1 --commands %" PRIu32 "%s\n%s",
                   c->config_name, c->seed + i, c->length,
                   c->backend ? "" : " --csim-only", r.text);
        }
    }
    sth_progress_end(&progress);
    puts(c->backend ? "faults reported alike:"
                    : "faults reported by the C model; without RTL nothing "
                      "compares them:");
    complete = print_coverage(seen, c->count);
    printf("%s: %" PRIu64 " programs with a fault, %" PRIu64
           " commands: %" PRIu64 " passed, %" PRIu64 " failed\n",
           c->config->name, c->count, commands, passed, c->count - passed);
    return passed == c->count && complete ? 0 : 1;
}
