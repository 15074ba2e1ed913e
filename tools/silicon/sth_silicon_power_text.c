/* The tables of a chip's power, for a terminal and for a page. */
#include "sth_silicon_report.h"

#include <inttypes.h>
#include <string.h>

/* How a table is drawn. */
struct form {
    const char *head, *name, *cell, *end;
};

static const struct form text = {"%-26s", "%-26s", "%9s", "\n"};
static const struct form page = {"| %s |", "| `%s` |", " %s |", "\n"};
static const struct form page_sum = {"| %s |", "| %s |", " %s |", "\n"};

static void cell(FILE *out, const struct form *f, const char *format,
                 double value)
{
    char number[32];

    snprintf(number, sizeof(number), format, value);
    fprintf(out, f->cell, number);
}

static void say_head(FILE *out, const struct form *f,
                     const struct sth_silicon_power *p, const char *first)
{
    fprintf(out, f->head, first);
    for (uint32_t i = 0; i < p->stretches; i++)
        fprintf(out, f->cell, p->stretch[i].name);
    fputs(f->end, out);
    if (f == &text)
        return;
    fputs("|---|", out);
    for (uint32_t i = 0; i < p->stretches; i++)
        fputs("--:|", out);
    fputs(f->end, out);
}

/* A block, or all cells: -1; milliwatt. */
static void say_block(FILE *out, const struct form *f,
                      const struct sth_silicon_power *p, int block, double ns)
{
    fprintf(out, f->name, block < 0 ? "all cells" : p->block[block].name);
    for (uint32_t i = 0; i < p->stretches; i++)
        cell(out, f, "%.2f", sth_silicon_cells(p, &p->stretch[i], block) / ns);
    fputs(f->end, out);
}

/* One part of what all cells spend, or the macros. */
static void say_part(FILE *out, const struct form *f,
                     const struct sth_silicon_power *p, double ns,
                     const char *name, size_t part)
{
    fprintf(out, f->name, name);
    for (uint32_t i = 0; i < p->stretches; i++) {
        const struct sth_silicon_stretch *s = &p->stretch[i];
        const struct sth_silicon_spent spent = sth_silicon_spent(p, s);
        double value;

        memcpy(&value, (const char *)&spent + part, sizeof(value));
        cell(out, f, "%.2f", value / (double)s->cycles / ns);
    }
    fputs(f->end, out);
}

static void say_milliwatts(FILE *out, const struct form *blocks,
                           const struct form *sums,
                           const struct sth_silicon_power *p, double ns)
{
    static const struct {
        const char *name;
        size_t part;
    } parts[] = {
        {"of them clock pins", offsetof(struct sth_silicon_spent, clock)},
        {"of them flip-flops", offsetof(struct sth_silicon_spent, registers)},
        {"of them gates", offsetof(struct sth_silicon_spent, gates)},
        {"of them glitches", offsetof(struct sth_silicon_spent, glitches)},
        {"memory macros, derived",
         offsetof(struct sth_silicon_spent, memories)},
    };

    say_head(out, sums, p, "mW");
    for (uint32_t i = 0; i < p->blocks; i++)
        say_block(out, blocks, p, (int)i, ns);
    say_block(out, sums, p, -1, ns);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        say_part(out, sums, p, ns, parts[i].name, parts[i].part);
}

static void say_source(FILE *out, const struct sth_silicon_power *p, double ns)
{
    double leakage = 0;

    for (uint32_t i = 0; i < p->blocks; i++)
        leakage += p->block[i].leakage;
    fprintf(out,
            "power at %.2f ns (%.0f MHz): %s, %s; no "
            "wires, no clock tree; leakage of %.2f uW in no figure; %s, %s\n",
            ns, 1000 / ns, p->library, p->corner, leakage / 1000, p->commit,
            p->date);
}

static void say_events(FILE *out, const char *format,
                       const struct sth_silicon_power *p)
{
    for (int e = 0; e < STH_SILICON_EVENTS; e++) {
        double cells, memories;

        if (sth_silicon_event(p, e, &cells, &memories))
            fprintf(out, format, sth_silicon_event_name(e), cells, memories);
    }
}

/* Events added up, beside what was measured; microjoule of the cells. */
static void say_sums(FILE *out, const struct sth_silicon_power *p)
{
    static const char *const names[STH_SILICON_SUM_PARTS] = {
        [STH_SILICON_SUM_IDLE] = "cycles at idle power",
        [STH_SILICON_SUM_MACS] = "MACs",
        [STH_SILICON_SUM_LANES] = "lane operations",
        [STH_SILICON_SUM_SRAM] = "scratchpad bytes",
        [STH_SILICON_SUM_BUS] = "bytes on the bus",
        [STH_SILICON_SUM_COMMANDS] = "commands",
    };
    double part[STH_SILICON_STRETCHES][STH_SILICON_SUM_PARTS];
    double sum[STH_SILICON_STRETCHES] = {0};

    for (uint32_t i = 0; i < p->stretches; i++) {
        sth_silicon_sum(p, &p->stretch[i], part[i]);
        for (int k = 0; k < STH_SILICON_SUM_PARTS; k++)
            sum[i] += part[i][k];
    }
    say_head(out, &page_sum, p, "µJ of the cells");
    for (int k = 0; k < STH_SILICON_SUM_PARTS; k++) {
        fprintf(out, page_sum.name, names[k]);
        for (uint32_t i = 0; i < p->stretches; i++)
            cell(out, &page_sum, "%.2f", part[i][k] / 1e6);
        fputs(page_sum.end, out);
    }
    fprintf(out, page_sum.name, "sum");
    for (uint32_t i = 0; i < p->stretches; i++)
        cell(out, &page_sum, "%.2f", sum[i] / 1e6);
    fputs(page_sum.end, out);
    fprintf(out, page_sum.name, "measured");
    for (uint32_t i = 0; i < p->stretches; i++)
        cell(out, &page_sum, "%.2f",
             (double)p->stretch[i].cycles *
                 sth_silicon_cells(p, &p->stretch[i], -1) / 1e6);
    fputs(page_sum.end, out);
}

bool sth_silicon_power_text(FILE *out, const struct sth_silicon_power *p,
                            double ns)
{
    say_source(out, p, ns);
    say_milliwatts(out, &text, &text, p, ns);
    fprintf(out, "%-26s%9s%9s\n", "pJ over idle", "cells", "macros");
    say_events(out, "%-26s%9.2f%9.2f\n", p);
    return !ferror(out);
}

bool sth_silicon_power_markdown(FILE *out, const struct sth_silicon_power *p,
                                double ns)
{
    fputc('\n', out);
    say_source(out, p, ns);
    fputc('\n', out);
    say_milliwatts(out, &page, &page_sum, p, ns);
    fprintf(out, "\n| pJ over idle | cells | memory macros, derived |\n"
                 "|---|--:|--:|\n");
    say_events(out, "| %s | %.2f | %.2f |\n", p);
    fputc('\n', out);
    say_sums(out, p);
    return !ferror(out);
}
