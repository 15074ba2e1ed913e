#include "sth_fidelity.h"

#include <inttypes.h>
#include <stdio.h>

/* Of so many commands one may be inexact: 99.9 % are exact. */
enum { COMMANDS_FOR_ONE = 1000 };

void sth_fidelity_note(void *user, const struct sth_event *csim,
                       const struct sth_event *rtl,
                       const struct sth_command *command)
{
    struct sth_fidelity *f = user;
    const bool start = csim->start != rtl->start;
    const uint64_t when = start ? rtl->start : rtl->end;

    f->commands[rtl->engine]++;
    if (!start && csim->end == rtl->end)
        return;
    if (!sth_fidelity_inexact(f) || when < f->when) {
        f->when = when;
        f->csim = *csim;
        f->rtl = *rtl;
        f->command = *command;
    }
    f->inexact[rtl->engine]++;
}

void sth_fidelity_add(struct sth_fidelity *f, const struct sth_fidelity *more)
{
    if (!sth_fidelity_inexact(f)) {
        f->when = more->when;
        f->csim = more->csim;
        f->rtl = more->rtl;
        f->command = more->command;
    }
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        f->commands[e] += more->commands[e];
        f->inexact[e] += more->inexact[e];
    }
}

static uint64_t sum(const uint64_t *list)
{
    uint64_t all = 0;

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        all += list[e];
    return all;
}

uint64_t sth_fidelity_commands(const struct sth_fidelity *f)
{
    return sum(f->commands);
}

uint64_t sth_fidelity_inexact(const struct sth_fidelity *f)
{
    return sum(f->inexact);
}

double sth_fidelity_share_pct(const struct sth_fidelity *f)
{
    const uint64_t commands = sth_fidelity_commands(f);

    return commands ? 100 * (double)(commands - sth_fidelity_inexact(f)) /
                          (double)commands
                    : 100;
}

bool sth_fidelity_allows(const struct sth_fidelity *f)
{
    return sth_fidelity_inexact(f) * COMMANDS_FOR_ONE <=
           sth_fidelity_commands(f);
}

void sth_fidelity_print(const struct sth_fidelity *f, char *text, size_t size)
{
    char command[STH_DISASM_BYTES];

    text[0] = 0;
    if (!sth_fidelity_inexact(f))
        return;
    sth_disasm(&f->command, command, sizeof(command));
    snprintf(text, size,
             "first command that is not exact: %s command %" PRIu32 "\n"
             "  %s\n"
             "  csim: cycles %" PRIu64 "..%" PRIu64 "\n"
             "  rtl:  cycles %" PRIu64 "..%" PRIu64 "\n",
             sth_engine_name(f->rtl.engine), f->rtl.index, command,
             f->csim.start, f->csim.end, f->rtl.start, f->rtl.end);
}

static json_t *first_object(const struct sth_fidelity *f)
{
    char command[STH_DISASM_BYTES];

    if (!sth_fidelity_inexact(f))
        return json_null();
    sth_disasm(&f->command, command, sizeof(command));
    return json_pack(
        "{s:s, s:I, s:s, s:I, s:I, s:I, s:I}", "engine",
        sth_engine_name(f->rtl.engine), "index", (json_int_t)f->rtl.index,
        "command", command, "csim_start", (json_int_t)f->csim.start, "csim_end",
        (json_int_t)f->csim.end, "rtl_start", (json_int_t)f->rtl.start,
        "rtl_end", (json_int_t)f->rtl.end);
}

json_t *sth_fidelity_json(const struct sth_fidelity *f)
{
    json_t *engines = json_object();

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        json_object_set_new(engines, sth_engine_name(e),
                            json_pack("{s:I, s:I}", "commands",
                                      (json_int_t)f->commands[e], "inexact",
                                      (json_int_t)f->inexact[e]));
    return json_pack("{s:I, s:I, s:f, s:o, s:o}", "commands",
                     (json_int_t)sth_fidelity_commands(f), "inexact",
                     (json_int_t)sth_fidelity_inexact(f), "share_pct",
                     sth_fidelity_share_pct(f), "engines", engines, "first",
                     first_object(f));
}
