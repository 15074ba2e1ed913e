#include "sth_lateness.h"

#include "sth_disasm.h"

#include <inttypes.h>
#include <stdio.h>

static const double WORST = 0.02, MEAN = 0.005;
/* The first commands of a program are so far off before one is named. */
enum { NAMED_CYCLES = 8 };

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

bool sth_lateness_allows(uint64_t csim, uint64_t rtl)
{
    return (double)distance(csim, rtl) <= WORST * (double)rtl;
}

void sth_lateness_add(struct sth_lateness_sum *sum, uint64_t csim, uint64_t rtl)
{
    double error = rtl ? (double)distance(csim, rtl) / (double)rtl : 0;

    sum->programs++;
    sum->error += error;
    if (error > sum->worst)
        sum->worst = error;
}

double sth_lateness_mean(const struct sth_lateness_sum *sum)
{
    return sum->programs ? sum->error / (double)sum->programs : 0;
}

bool sth_lateness_allows_mean(const struct sth_lateness_sum *sum)
{
    return sth_lateness_mean(sum) <= MEAN;
}

/* The earliest that is out of time, or while there is none the farthest off. */
static void consider(struct sth_lateness *l, const struct sth_event *csim,
                     const struct sth_event *rtl, uint64_t ours,
                     uint64_t theirs)
{
    uint64_t off = distance(ours, theirs);
    bool late = off > NAMED_CYCLES && !sth_lateness_allows(ours, theirs);

    if (late ? l->found && theirs >= l->when : l->found || off <= l->off)
        return;
    *l = (struct sth_lateness){late, off, theirs, *csim, *rtl};
}

void sth_lateness_note(void *user, const struct sth_event *csim,
                       const struct sth_event *rtl)
{
    consider(user, csim, rtl, csim->start, rtl->start);
    consider(user, csim, rtl, csim->end, rtl->end);
}

void sth_lateness_print(const struct sth_lateness *l,
                        const struct sth_command *commands, uint32_t count,
                        char *text, size_t size)
{
    char command[STH_DISASM_BYTES];

    text[0] = 0;
    if (!l->off)
        return;
    sth_disasm(&commands[l->rtl.index % count], command, sizeof(command));
    snprintf(text, size,
             "%s: %" PRIu64 " cycles\n"
             "  engine %s\n"
             "  command %" PRIu32 ": %s\n"
             "  csim: cycles %" PRIu64 "..%" PRIu64 "\n"
             "  rtl:  cycles %" PRIu64 "..%" PRIu64 "\n",
             l->found ? "first command out of time" : "command farthest off",
             l->off, sth_engine_name(l->rtl.engine), l->rtl.index, command,
             l->csim.start, l->csim.end, l->rtl.start, l->rtl.end);
}
