#include "sth_parity_report.h"

#include "sth_disasm.h"
#include "sth_report_head.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *sth_parity_verdict(const struct sth_parity_result *result)
{
    if (!result->ran)
        return "FAILED";
    if (!result->bit_exact)
        return "BITS";
    if (result->tolerance_bad)
        return "ERROR";
    if (result->golden_bad)
        return result->golden ? "GOLDEN" : "NEW";
    if (result->inexact_bad)
        return "TIMES";
    return "ok";
}

void sth_parity_summarize(const struct sth_parity_cases *cases,
                          const struct sth_parity_result *result,
                          struct sth_parity_summary *summary)
{
    memset(summary, 0, sizeof(*summary));
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct sth_parity_result *r = &result[i];
        double error = fabs(r->error_pct);

        if (!r->selected)
            continue;
        summary->selected++;
        summary->bad += strcmp(sth_parity_verdict(r), "ok") != 0;
        if (!r->ran)
            continue;
        summary->ran++;
        summary->rtl_cycles += r->rtl.cycles;
        if (!summary->inexact && sth_fidelity_inexact(&r->fidelity))
            summary->inexact = &cases->list[i];
        sth_fidelity_add(&summary->fidelity, &r->fidelity);
        summary->mean_pct += error;
        if (error > summary->worst_pct)
            summary->worst_pct = error;
    }
    if (summary->ran)
        summary->mean_pct /= summary->ran;
}

bool sth_parity_passed(const struct sth_parity_summary *summary)
{
    return !summary->bad && sth_fidelity_allows(&summary->fidelity);
}

struct row {
    const struct sth_parity_case *c;
    const struct sth_parity_result *r;
};

/* What did not run comes first, then the largest error, the least exact. */
static int compare_rows(const void *a, const void *b)
{
    const struct sth_parity_result *x = ((const struct row *)a)->r;
    const struct sth_parity_result *y = ((const struct row *)b)->r;
    double ex = x->ran ? fabs(x->error_pct) : INFINITY;
    double ey = y->ran ? fabs(y->error_pct) : INFINITY;

    if (ex != ey)
        return ex < ey ? 1 : -1;
    ex = sth_fidelity_share_pct(&x->fidelity);
    ey = sth_fidelity_share_pct(&y->fidelity);
    if (ex != ey)
        return ex < ey ? -1 : 1;
    return x < y ? -1 : 1;
}

static struct row *sort_rows(const struct sth_parity_cases *cases,
                             const struct sth_parity_result *result,
                             uint32_t *count)
{
    struct row *row = calloc(cases->count + 1, sizeof(*row));

    *count = 0;
    for (uint32_t i = 0; row && i < cases->count; i++)
        if (result[i].selected)
            row[(*count)++] = (struct row){&cases->list[i], &result[i]};
    if (row)
        qsort(row, *count, sizeof(*row), compare_rows);
    return row;
}

static void print_row(FILE *out, const struct row *row)
{
    const struct sth_parity_result *r = row->r;
    const struct sth_parity_phase *worst = sth_parity_worst_phase(r);
    uint32_t engine = sth_parity_residual_engine(r);
    struct sth_parity_residual d = sth_parity_residual(r, engine);
    char memory[80], phase[96] = "-", residual[96] = "-";

    snprintf(memory, sizeof(memory), "%s%s%s", row->c->memory_text,
             *row->c->stalls_text == '-' ? "" : " stalls ",
             *row->c->stalls_text == '-' ? "" : row->c->stalls_text);
    if (worst)
        snprintf(phase, sizeof(phase), "%.20s %+.2f %%", worst->name,
                 worst->error_pct);
    if (d.busy || d.semaphore || d.idle)
        snprintf(residual, sizeof(residual),
                 "%s %+" PRId64 " / %+" PRId64 " / %+" PRId64,
                 sth_engine_name(engine), d.busy, d.semaphore, d.idle);
    fprintf(out,
            "| %-28s | %-6s | %-22s | %10" PRIu64 " | %11" PRIu64
            " | %+7.3f %% | %7.3f %% | %-30s | %-32s | %-6s |\n",
            row->c->name, row->c->config.name, memory, r->rtl.cycles,
            r->csim.cycles, r->error_pct, sth_fidelity_share_pct(&r->fidelity),
            phase, residual, sth_parity_verdict(r));
}

static void print_trouble(FILE *out, const struct row *row)
{
    const struct sth_parity_result *r = row->r;
    const char *verdict = sth_parity_verdict(r);

    if (!strcmp(verdict, "ok"))
        return;
    fprintf(out, "%s: %s: ", row->c->name, verdict);
    if (!r->ran)
        fprintf(out, "%s\n", *r->message ? r->message : "it did not end");
    else if (!r->bit_exact)
        fprintf(out, "csim and RTL differ\n%s", r->message);
    else if (r->tolerance_bad)
        fprintf(out, "csim is off by %+.3f %%, allowed are %g %%\n",
                r->error_pct, row->c->tolerance);
    else if (r->golden_bad && r->golden)
        fprintf(out,
                "%" PRIu64 " RTL cycles, on record are %" PRIu64
                " (%+.2f %%); --record accepts them\n",
                r->rtl.cycles, r->golden,
                100 * ((double)r->rtl.cycles / (double)r->golden - 1));
    else if (r->golden_bad)
        fputs("RTL cycles are not on record; --record adds them\n", out);
    else
        fprintf(out,
                "%" PRIu64 " commands are not exact, on record are %" PRIu64
                "\n",
                sth_fidelity_inexact(&r->fidelity), r->golden_inexact);
}

static void print_share(FILE *out, const struct sth_parity_summary *sum)
{
    char first[STH_FIDELITY_TEXT];

    fprintf(out, "%.3f %% of %" PRIu64 " commands exact\n",
            sth_fidelity_share_pct(&sum->fidelity),
            sth_fidelity_commands(&sum->fidelity));
    sth_fidelity_print(&sum->fidelity, first, sizeof(first));
    if (sum->inexact)
        fprintf(out, "%s: %s", sum->inexact->name, first);
    if (!sth_fidelity_allows(&sum->fidelity))
        fprintf(out, "FAILED: %s\n", STH_FIDELITY_FAILURE);
}

bool sth_parity_text(FILE *out, const struct sth_parity_cases *cases,
                     const struct sth_parity_result *result)
{
    struct sth_parity_summary sum;
    uint32_t count;
    struct row *row = sort_rows(cases, result, &count);

    if (!row)
        return false;
    fprintf(out,
            "| %-28s | config | %-22s | RTL cycles | csim cycles |   error   "
            "|   exact   | %-30s | %-32s | result |\n"
            "|---|---|---|--:|--:|--:|--:|---|---|---|\n",
            "case", "memory", "worst operation",
            "engine busy / semaphore / idle");
    for (uint32_t i = 0; i < count; i++)
        print_row(out, &row[i]);
    sth_parity_summarize(cases, result, &sum);
    fprintf(out,
            "\n%u cases, %" PRIu64
            " RTL cycles: mean error %.3f %%, worst %.3f %%\n",
            sum.ran, sum.rtl_cycles, sum.mean_pct, sum.worst_pct);
    print_share(out, &sum);
    for (uint32_t i = 0; i < count; i++)
        print_trouble(out, &row[i]);
    fprintf(out, "parity: %u passed, %u failed\n", sum.selected - sum.bad,
            sum.bad);
    free(row);
    return !ferror(out);
}

static json_t *span_object(const struct sth_session_span *span)
{
    json_t *ends = json_object();

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        json_object_set_new(ends, sth_engine_name(e),
                            json_integer((json_int_t)span->engine_end[e]));
    return ends;
}

static json_t *phases_array(const struct sth_parity_result *r)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < r->phases; i++) {
        const struct sth_parity_phase *p = &r->phase[i];

        json_array_append_new(
            array, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:o, s:o}",
                             "name", p->name, "kind", p->kind, "csim_start",
                             (json_int_t)p->csim.start, "csim_end",
                             (json_int_t)p->csim.end, "rtl_start",
                             (json_int_t)p->rtl.start, "rtl_end",
                             (json_int_t)p->rtl.end, "error_pct", p->error_pct,
                             "csim_engine_end", span_object(&p->csim),
                             "rtl_engine_end", span_object(&p->rtl)));
    }
    return array;
}

static json_t *residuals_object(const struct sth_parity_result *r)
{
    json_t *object = json_object();

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        struct sth_parity_residual d = sth_parity_residual(r, e);

        json_object_set_new(object, sth_engine_name(e),
                            json_pack("{s:I, s:I, s:I}", "busy",
                                      (json_int_t)d.busy, "semaphore",
                                      (json_int_t)d.semaphore, "idle",
                                      (json_int_t)d.idle));
    }
    return object;
}

static json_t *case_object(const struct row *row)
{
    const struct sth_parity_case *c = row->c;
    const struct sth_parity_result *r = row->r;

    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:b, s:I, s:I, s:I, s:I, s:f, "
        "s:o, s:f, s:s, s:o, s:o, s:s#}",
        "name", c->name, "workload", c->text, "config", c->config.name,
        "memory", c->memory_text, "stalls", c->stalls_text, "tolerance_pct",
        c->tolerance, "result", sth_parity_verdict(r), "bit_exact",
        r->ran && r->bit_exact, "commands", (json_int_t)r->commands,
        "rtl_cycles", (json_int_t)r->rtl.cycles, "csim_cycles",
        (json_int_t)r->csim.cycles, "golden_cycles", (json_int_t)r->golden,
        "error_pct", r->error_pct, "exact", sth_fidelity_json(&r->fidelity),
        "wall_seconds", r->seconds, "residual_engine",
        sth_engine_name(sth_parity_residual_engine(r)), "residuals",
        residuals_object(r), "phases", phases_array(r), "message", r->message,
        (int)strlen(r->message));
}

bool sth_parity_json(FILE *out, const struct sth_parity_cases *cases,
                     const struct sth_parity_result *result)
{
    struct sth_parity_summary sum;
    uint32_t count;
    struct row *row = sort_rows(cases, result, &count);
    json_t *array = json_array(), *configs = json_object();

    if (!row)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        json_array_append_new(array, case_object(&row[i]));
        sth_report_add_config(configs, &row[i].c->config);
    }
    free(row);
    sth_parity_summarize(cases, result, &sum);
    return sth_report_write(
        out, json_pack("{s:o, s:o, s:i, s:i, s:i, s:I, s:f, s:f, s:o, s:o}",
                       "version", sth_report_version(), "configurations",
                       configs, "cases", (int)sum.selected, "ran", (int)sum.ran,
                       "failed", (int)sum.bad, "rtl_cycles",
                       (json_int_t)sum.rtl_cycles, "mean_error_pct",
                       sum.mean_pct, "worst_error_pct", sum.worst_pct, "exact",
                       sth_fidelity_json(&sum.fidelity), "list", array));
}
