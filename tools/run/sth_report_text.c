#include "sth_groups.h"
#include "sth_report.h"

#include "sth_disasm.h"
#include "sth_roofline.h"

#include <inttypes.h>
#include <string.h>

enum { BAR = 40 };

/* `count` characters of a bar whose full width stands for `whole`. */
static int bar_cells(uint64_t part, uint64_t whole)
{
    return whole ? (int)((part * BAR + whole / 2) / whole) : 0;
}

static void print_bar(FILE *out, const struct sth_session_side *side,
                      uint32_t engine)
{
    uint64_t busy = side->counter[STH_CNT_LOAD_BUSY + engine];
    uint64_t waits = side->counter[STH_CNT_LOAD_SEM + engine];
    uint64_t all = side->cycles;
    int busy_cells = bar_cells(busy, all);
    int wait_cells = bar_cells(busy + waits, all) - busy_cells;
    double scale = all ? 100.0 / (double)all : 0;

    fprintf(out, "  %-7s |", sth_engine_name(engine));
    for (int i = 0; i < BAR; i++)
        fputc(i < busy_cells                ? '#'
              : i < busy_cells + wait_cells ? '-'
                                            : ' ',
              out);
    fprintf(out, "| busy %5.1f %%  semaphore %5.1f %%  idle %5.1f %%\n",
            (double)busy * scale, (double)waits * scale,
            (double)(all - busy - waits) * scale);
}

/* Where the cycles went; the parts add up to all of them. */
static void print_parts(FILE *out, const struct sth_session_side *side)
{
    uint64_t part[STH_PART_COUNT];

    sth_work_parts(side->counter, part);
    fputs("  cycles:", out);
    for (int i = 0; i < STH_PART_COUNT; i++)
        fprintf(out, "%s %s %" PRIu64,
                i == 0   ? ""
                : i == 4 ? ",\n   "
                         : ",",
                sth_work_part_name((enum sth_part)i), part[i]);
    fputc('\n', out);
}

static void print_side(FILE *out, const char *name,
                       const struct sth_session_side *side)
{
    if (!side->present)
        return;
    fprintf(out,
            "\n%s, %" PRIu64 " cycles   # busy   - waits for a semaphore\n",
            name, side->cycles);
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        print_bar(out, side, e);
    fprintf(out,
            "  array rows %" PRIu64 ", weight stalls %" PRIu64
            ", bank stalls: vector %" PRIu64 " load %" PRIu64 " store %" PRIu64
            "\n",
            side->counter[STH_CNT_ARRAY_STREAM],
            side->counter[STH_CNT_ARRAY_WEIGHT_STALL],
            side->counter[STH_CNT_VECTOR_BANK_STALL],
            side->counter[STH_CNT_LOAD_BANK_STALL],
            side->counter[STH_CNT_STORE_BANK_STALL]);
    print_parts(out, side);
    fprintf(out, "  bytes loaded %" PRIu64 ", stored %" PRIu64 "\n",
            side->counter[STH_CNT_LOAD_BYTES],
            side->counter[STH_CNT_STORE_BYTES]);
}

/* One column of cycles for each side that ran, and their error. */
static void print_phase_cycles(FILE *out, const struct sth_session *s,
                               const struct sth_group *g)
{
    if (s->csim.present)
        fprintf(out, " %12" PRIu64, g->csim);
    if (s->rtl.present)
        fprintf(out, " %12" PRIu64, g->rtl);
    if (s->in_step)
        fprintf(out, " %+8.2f %%",
                g->csim && g->rtl
                    ? 100 * ((double)g->csim - (double)g->rtl) / (double)g->rtl
                    : 0);
}

static void print_group(FILE *out, const struct sth_session *s,
                        const struct sth_group *g)
{
    const struct sth_params *p = &s->request.config.params;
    const uint64_t cycles = s->csim.present ? g->csim : g->rtl;
    char name[STH_GROUP_NAME];

    fprintf(out, "  %-20s %5" PRIu32,
            sth_group_name(g->first->op, g->numbers, name), g->times);
    if (!g->commands) {
        fprintf(out, " %10s\n", "in the next");
        return;
    }
    fprintf(out, " %10" PRIu64 " %14" PRIu64, g->commands, g->macs);
    print_phase_cycles(out, s, g);
    if (g->macs && cycles)
        fprintf(out, " %6.1f %%",
                100 * (double)g->macs /
                    ((double)cycles * g->first->products * p->array_rows *
                     p->array_cols));
    fputc('\n', out);
}

static void print_phases(FILE *out, const struct sth_session *s)
{
    struct sth_groups groups;

    if (!sth_groups_init(&groups, s))
        return;
    fprintf(out, "\n  %-20s %5s %10s %14s", "operation", "times", "commands",
            "MACs");
    if (s->csim.present)
        fprintf(out, " %12s", "csim cycles");
    if (s->rtl.present)
        fprintf(out, " %12s", "rtl cycles");
    if (s->in_step)
        fprintf(out, " %10s", "error");
    fprintf(out, " %8s\n", "array");
    for (uint32_t i = 0; i < groups.count; i++)
        print_group(out, s, &groups.group[i]);
    sth_groups_fini(&groups);
}

/* From the start of its first command to the end of its last. */
static uint64_t step_cycles(const struct sth_session *s, uint32_t step)
{
    uint64_t start = UINT64_MAX, end = 0;

    for (uint32_t i = 0; i < s->trace.ops; i++) {
        const struct sth_session_span *span = sth_session_phase_main(
            s, &s->phase[(size_t)step * s->trace.ops + i]);

        if (span->end && span->start < start)
            start = span->start;
        end = span->end > end ? span->end : end;
    }
    return end ? end - start : 0;
}

static void print_steps(FILE *out, const struct sth_session *s)
{
    const uint32_t done = s->trace.ops ? s->phases / s->trace.ops : 0;

    if (s->steps > 1 && done)
        fprintf(out,
                "\nsteps: %" PRIu32 " of %" PRIu32
                "; operations are their sums; cycles of the first %" PRIu64
                ", of the last %" PRIu64 "\n",
                done, s->steps, step_cycles(s, 0), step_cycles(s, done - 1));
}

static void print_outputs(FILE *out, const struct sth_session *s)
{
    if (!s->compared)
        return;
    if (!s->finite)
        fputs("against double precision: outputs are not finite\n", out);
    else
        fprintf(out,
                "against double precision: maximum error %.4g, cosine "
                "%.7f\n",
                s->max_abs_error, s->cosine);
    for (uint32_t i = 0; i < s->outputs && s->outputs > 1; i++) {
        const struct sth_session_output *t = &s->output[i];

        if (t->finite)
            fprintf(out, "  %-20s maximum error %.4g, cosine %.7f\n",
                    t->tensor->name, t->max_abs_error, t->cosine);
        else
            fprintf(out, "  %-20s is not finite\n", t->tensor->name);
    }
}

void sth_report_text(FILE *out, const struct sth_session *session)
{
    const struct sth_session *s = session;
    const struct sth_session_side *side = sth_session_main(s);
    struct sth_session_bound bound = sth_session_bound(s);

    fprintf(out,
            "%s on %s: %" PRIu64 " commands, %" PRIu64 " MACs (%" PRIu64
            " needed), array utilisation %.1f %%\n"
            "bound by %s: %.0f cycles at least, %.1f %% attained\n",
            s->request.trace_path, s->request.config.name, s->commands, s->macs,
            sth_session_needed(s), 100 * sth_session_utilization(s), bound.name,
            bound.cycles,
            side->cycles ? 100 * bound.cycles / (double)side->cycles : 0);
    if (s->request.by_layer)
        fprintf(out,
                "layers: %" PRIu32 ", one after another; %" PRIu32
                " simulated, %" PRIu32 " equal to one of those\n",
                s->layers.layers, s->layers.simulated,
                s->layers.layers - s->layers.simulated);
    print_side(out, "csim", &s->csim);
    print_side(out, "rtl", &s->rtl);
    print_phases(out, s);
    print_steps(out, s);
    if (s->request.roofline)
        sth_roofline_text(out, s);
    fputc('\n', out);
    for (size_t i = 0; i < s->diagnostics; i++)
        fprintf(out, "diagnostic: %s\n", s->diagnostic[i].text);
    print_outputs(out, s);
    if (s->in_step) {
        fprintf(out, "cycles: csim %+.2f %% against rtl\n",
                sth_session_cycle_error_pct(s));
        fputs(s->bit_exact ? "bit-exact: yes, every command\n"
                           : "bit-exact: NO\n",
              out);
        if (!s->bit_exact) {
            fputs(s->difference, out);
            if (s->request.wave_path)
                fprintf(out, "  waveform: %s\n", s->request.wave_path);
        }
    }
    fprintf(out, "%.2f s of host time", s->seconds);
    if (s->planning.choices)
        fprintf(out, ", %.4f s of it for %" PRIu32 " plans",
                s->planning.seconds, s->planning.choices);
    fputc('\n', out);
}

void sth_report_events(FILE *out, const struct sth_session *session)
{
    char text[STH_DISASM_BYTES];

    fputs("# index engine start end digest command\n", out);
    for (size_t i = 0; i < session->event_count; i++) {
        const struct sth_event *e = &session->events[i];

        text[0] = 0;
        if (session->csim.present)
            sth_disasm(&session->commands_seen[i], text, sizeof(text));
        fprintf(out,
                "%" PRIu32 " %s %" PRIu64 " %" PRIu64 " %08" PRIx32 "%s%s\n",
                e->index, sth_engine_name(e->engine), e->start, e->end,
                e->digest, *text ? " " : "", text);
    }
}
