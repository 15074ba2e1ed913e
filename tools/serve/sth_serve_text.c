/* A model that answers, as text. */
#include "sth_serve_spread.h"

#include <inttypes.h>
#include <string.h>

static bool is_embedding(const struct sth_serve_part *part)
{
    return !strcmp(part->name, "embed");
}

static bool is_head(const struct sth_serve_part *part)
{
    return !strcmp(part->name, "head");
}

/* One line: the figures divided by `count`, which they are the sum of. */
static void print_sum(FILE *out, const struct sth_serve *s, const char *name,
                      const struct sth_serve_sum *sum, double count)
{
    const struct sth_traffic *t = &sum->traffic;
    const double cycles = (double)sum->cycles / count, mega = 1e6 * count;

    fprintf(
        out, "  %-22s %14.0f %12.4f %17.0f %10.2f %9.2f %9.2f %9.2f %9.2f\n",
        name, cycles, 1e3 * sth_serve_seconds(s, cycles),
        (double)sum->macs / count, (double)t->read[STH_TRAFFIC_WEIGHTS] / mega,
        (double)t->read[STH_TRAFFIC_CACHE] / mega,
        (double)t->read[STH_TRAFFIC_ACTIVATIONS] / mega,
        (double)t->written[STH_TRAFFIC_CACHE] / mega,
        (double)t->written[STH_TRAFFIC_ACTIVATIONS] / mega);
}

/* Adds up the parts of a pass that are of one kind. */
static void add_parts(struct sth_serve_sum *sum,
                      const struct sth_serve_tally *tally,
                      bool (*is)(const struct sth_serve_part *part))
{
    for (uint32_t i = 0; i < tally->parts; i++)
        if (is(&tally->part[i]))
            sth_serve_add(sum, &tally->part[i].sum);
}

/* The parts of passes that stand behind each other, of all draws. */
static void print_passes(FILE *out, const struct sth_serve *s, bool steps)
{
    static const struct {
        const char *name;
        bool (*is)(const struct sth_serve_part *part);
    } kinds[] = {{"  embedding", is_embedding},
                 {"  layers", sth_serve_is_layer},
                 {"  vocabulary", is_head}};
    struct sth_serve_sum all = {.cycles = 0}, sum[3] = {{.cycles = 0}};
    uint32_t count = 0;

    for (uint32_t d = 0; d < s->runs; d++) {
        const struct sth_serve_run *run = &s->run[d];
        const uint32_t passes = steps ? run->steps : run->has_prefill;

        for (uint32_t i = 0; i < passes; i++, count++) {
            const struct sth_serve_tally *tally =
                steps ? &run->step[i] : &run->prefill;

            sth_serve_add(&all, &tally->sum);
            for (int k = 0; k < 3; k++)
                add_parts(&sum[k], tally, kinds[k].is);
        }
    }
    if (!count)
        return;
    print_sum(out, s, steps ? "step" : "prefill", &all, count);
    for (int k = 0; k < 3; k++)
        if (sum[k].cycles)
            print_sum(out, s, kinds[k].name, &sum[k], count);
}

static void print_head(FILE *out, const struct sth_serve *s)
{
    const struct sth_serve_request *r = &s->request;
    const struct sth_mem_config *memory = &r->session.config.memory;
    char text[STH_MEM_TEXT_MAX];

    sth_mem_config_text(memory, text, sizeof(text));
    fprintf(out,
            "%s on %s: %" PRIu32 " layer%s%s, %s\n"
            "clock %" PRIu32 " MHz, memory %s\n"
            "%" PRIu32 " sequence%s",
            r->name, r->session.config.name, r->work.layers,
            r->work.layers > 1 ? "s" : "",
            r->work.whole ? ", embedding and vocabulary" : "",
            r->work.int8 ? "int8" : "bf16", memory->clock_mhz, text,
            r->work.batch, r->work.batch > 1 ? "s" : "");
    if (r->work.past && r->work.pasts)
        fprintf(out, " behind %" PRIu32 " to %" PRIu32 " tokens",
                r->work.pasts[0], r->work.past);
    else if (r->work.past)
        fprintf(out, " behind %" PRIu32 " tokens", r->work.past);
    if (r->work.seq)
        fprintf(out, ", prompts of %" PRIu32, r->work.seq);
    fprintf(out, ", %" PRIu32 " step%s\n", sth_serve_steps(r),
            sth_serve_steps(r) == 1 ? "" : "s");
    if (r->draws > 1)
        fprintf(out, "means over %" PRIu32 " draws of the experts\n", r->draws);
    fprintf(out,
            "parts one after another: %" PRIu32 ", of which %" PRIu32
            " simulated and %" PRIu32 " equal to one of those\n\n",
            s->parts, s->simulated, s->parts - s->simulated);
}

static void print_rates(FILE *out, const struct sth_serve *s,
                        const struct sth_serve_rates *r)
{
    const struct sth_trace_request *w = &s->request.work;
    const char *const prefill = w->whole ? "time to first token" : "prefill";
    const char *const step = w->whole ? "time per output token" : "step";

    fputc('\n', out);
    if (r->first > 0)
        fprintf(out, "%-24s %.6g ms, %.6g prompt tokens a second\n", prefill,
                1e3 * r->first, (double)w->batch * w->seq / r->first);
    if (r->each > 0)
        fprintf(out,
                "%-24s %.6g ms\n%-24s %.6g of the batch, %.6g of a sequence\n",
                step, 1e3 * r->each, "tokens a second", r->batch, r->sequence);
    if (r->first > 0 && r->each > 0)
        fprintf(out, "%-24s %.6g ms for %" PRIu32 " tokens of a sequence\n",
                "in all", 1e3 * r->all, s->request.generate);
}

/* Of a token that a step makes. */
static void print_token(FILE *out, const struct sth_serve_rates *r)
{
    double read = 0, written = 0;

    for (int c = 0; c < STH_TRAFFIC_CLASSES; c++) {
        read += r->read[c];
        written += r->written[c];
    }
    if (r->each > 0)
        fprintf(out, "%-24s %.0f MACs, %.0f bytes read, %.0f bytes written\n",
                "a token of a step", r->macs, read, written);
}

static void print_spreads(FILE *out, const struct sth_serve *s)
{
    struct sth_serve_spread spread;

    fprintf(out, "\n  %-24s %7s %12s %10s %10s %10s %10s %10s %10s\n",
            "cycles over the draws", "values", "mean", "deviation", "least",
            "5 %", "median", "95 %", "most");
    for (int m = 0; m < STH_SERVE_MEASURES; m++) {
        const enum sth_serve_measure measure = (enum sth_serve_measure)m;

        if (!sth_serve_spread(&spread, s, measure) || !spread.count)
            continue;
        fprintf(out,
                "  %-24s %7" PRIu64 " %12.0f %10.0f %10" PRIu64 " %10" PRIu64
                " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
                sth_serve_measure_name(measure), spread.count, spread.mean,
                spread.deviation, spread.least, spread.p5, spread.median,
                spread.p95, spread.most);
    }
}

void sth_serve_text(FILE *out, const struct sth_serve *serve)
{
    const struct sth_serve_rates rates = sth_serve_rates(serve);

    print_head(out, serve);
    fprintf(out, "  %-22s %14s %12s %17s %30s %19s\n", "", "", "", "",
            "MB read", "MB written");
    fprintf(out, "  %-22s %14s %12s %17s %10s %9s %9s %9s %9s\n", "", "cycles",
            "ms", "MACs", "weights", "cache", "activ.", "cache", "activ.");
    print_passes(out, serve, false);
    print_passes(out, serve, true);
    print_rates(out, serve, &rates);
    print_token(out, &rates);
    if (serve->request.draws > 1)
        print_spreads(out, serve);
    fprintf(out, "\n%.2f s of host time\n", serve->seconds);
}
