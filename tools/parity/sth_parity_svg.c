/* The plot: csim's cycles over the RTL's on the left; on the right errors, if
 * there are any. */
#include "sth_parity_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 400, TOP = 70, LEFT = 80, GAP = 100, LABELS = 2 };

static const char *const colours[] = {"#1f5fa8", "#c2571a", "#2f7d32",
                                      "#7b3fa0"};
static const char *const shapes[] = {"circle", "square", "diamond", "triangle"};

/* The whole decades that hold every cycle count, and the errors' range. */
struct scale {
    double low, high; /* log10 of cycles */
    double error;     /* percent, either way */
};

static struct scale make_scale(const struct sth_parity_cases *cases,
                               const struct sth_parity_result *result)
{
    struct scale s = {9, 1, 1.5};

    for (uint32_t i = 0; i < cases->count; i++) {
        double cycles;

        if (!result[i].ran)
            continue;
        cycles = log10((double)result[i].rtl.cycles);
        s.low = fmin(s.low, floor(cycles));
        s.high = fmax(s.high, ceil(cycles));
        s.error = fmax(s.error, 1.15 * fabs(result[i].error_pct));
    }
    if (s.low >= s.high)
        s.high = s.low + 1;
    return s;
}

static double x_of(const struct scale *s, double cycles)
{
    return SIDE * (log10(cycles) - s->low) / (s->high - s->low);
}

static double error_y(const struct scale *s, double error)
{
    return SIDE / 2.0 - SIDE / 2.0 * error / s->error;
}

static void text(FILE *out, double x, double y, const char *style,
                 const char *what)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, style,
            what);
}

/* Grid, ticks and, if there is one, title of the cycles axis, common to both
 * panels. */
static void draw_frame(FILE *out, const struct scale *s, const char *title)
{
    char label[64];

    fprintf(out,
            "<rect width=\"%d\" height=\"%d\" fill=\"none\" "
            "stroke=\"#444\"/>\n",
            SIDE, SIDE);
    for (double d = s->low; d <= s->high; d++) {
        double x = SIDE * (d - s->low) / (s->high - s->low);

        fprintf(out,
                "<line x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" y2=\"%d\" "
                "stroke=\"#ddd\"/>\n",
                x, x, SIDE);
        snprintf(label, sizeof(label),
                 "10<tspan dy=\"-5\" font-size=\"9\">%.0f</tspan>", d);
        text(out, x, SIDE + 18, "text-anchor=\"middle\"", label);
    }
    text(out, SIDE / 2.0, SIDE + 42, "text-anchor=\"middle\"",
         "RTL cycles (logarithmic)");
    if (title)
        text(out, SIDE / 2.0, -12,
             "text-anchor=\"middle\" font-weight=\"bold\"", title);
}

static uint32_t config_of(const struct sth_parity_cases *cases, uint32_t which,
                          uint32_t first[4])
{
    uint32_t kinds = 0;

    for (uint32_t i = 0; i < cases->count; i++) {
        uint32_t k = 0;

        while (k < kinds && strcmp(cases->list[first[k]].config.name,
                                   cases->list[i].config.name))
            k++;
        if (k == kinds && kinds < 4)
            first[kinds++] = i;
        if (i == which)
            return k < 4 ? k : 3;
    }
    return kinds;
}

static void draw_mark(FILE *out, double x, double y, uint32_t kind,
                      const char *title)
{
    static const char *const paths[] = {
        "", "m-3.5 -3.5h7v7h-7z", "m0 -5l5 5l-5 5l-5 -5z", "m0 -5l5 8.5h-10z"};

    if (!strcmp(shapes[kind], "circle"))
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"", x, y);
    else
        fprintf(out, "<path transform=\"translate(%.1f %.1f)\" d=\"%s\"", x, y,
                paths[kind]);
    fprintf(out,
            " fill=\"%s\" fill-opacity=\"0.65\" stroke=\"%s\"><title>%s"
            "</title></%s>\n",
            colours[kind], colours[kind], title, kind ? "path" : "circle");
}

static void mark_case(FILE *out, const struct sth_parity_cases *cases,
                      const struct sth_parity_result *result, uint32_t i,
                      double x, double y)
{
    uint32_t first[4];
    char title[256];

    snprintf(title, sizeof(title),
             "%s on %s, %s: RTL %" PRIu64 ", csim %" PRIu64 ", %+.3f %%",
             cases->list[i].name, cases->list[i].config.name,
             cases->list[i].memory_text, result[i].rtl.cycles,
             result[i].csim.cycles, result[i].error_pct);
    draw_mark(out, x, y, config_of(cases, i, first), title);
}

static void draw_cycles(FILE *out, const struct scale *s,
                        const struct sth_parity_cases *cases,
                        const struct sth_parity_result *result, bool errors)
{
    double band = SIDE * log10(1.01) / (s->high - s->low);
    char label[64];

    draw_frame(out, s, errors ? "Cycles" : NULL);
    for (double d = s->low; d <= s->high; d++) {
        double y = SIDE - SIDE * (d - s->low) / (s->high - s->low);

        fprintf(out,
                "<line x1=\"0\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" "
                "stroke=\"#ddd\"/>\n",
                y, SIDE, y);
        snprintf(label, sizeof(label),
                 "10<tspan dy=\"-5\" font-size=\"9\">%.0f</tspan>", d);
        text(out, -8, y + 4, "text-anchor=\"end\"", label);
    }
    text(out, -SIDE / 2.0, -45,
         "text-anchor=\"middle\" transform=\"rotate(-90)\"",
         "csim cycles (logarithmic)");
    if (errors)
        fprintf(out,
                "<path d=\"M0 %.2fL%d %.2fL%d %.2fL0 %.2fz\" "
                "fill=\"#9cc69c\"/>\n",
                SIDE - band, SIDE, -band, SIDE, band, SIDE + band);
    fprintf(out,
            "<line x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"0\" stroke=\"#555\" "
            "stroke-width=\"0.6\"/>\n",
            SIDE, SIDE);
    for (uint32_t i = 0; i < cases->count; i++)
        if (result[i].ran)
            mark_case(out, cases, result, i,
                      x_of(s, (double)result[i].rtl.cycles),
                      SIDE - x_of(s, (double)result[i].csim.cycles));
}

/* Names the cases with the largest errors beside their marks. */
static void label_worst(FILE *out, const struct scale *s,
                        const struct sth_parity_cases *cases,
                        const struct sth_parity_result *result)
{
    double below = INFINITY;

    for (int n = 0; n < LABELS; n++) {
        uint32_t which = cases->count;
        double x;

        for (uint32_t i = 0; i < cases->count; i++) {
            double error = fabs(result[i].error_pct);

            if (result[i].ran && error < below &&
                (which == cases->count ||
                 error > fabs(result[which].error_pct)))
                which = i;
        }
        if (which == cases->count)
            return;
        below = fabs(result[which].error_pct);
        x = x_of(s, (double)result[which].rtl.cycles);
        text(out, x + (x > SIDE / 2.0 ? -8 : 8),
             error_y(s, result[which].error_pct) + 4,
             x > SIDE / 2.0 ? "text-anchor=\"end\" font-size=\"10\""
                            : "font-size=\"10\"",
             cases->list[which].name);
    }
}

static void draw_errors(FILE *out, const struct scale *s,
                        const struct sth_parity_cases *cases,
                        const struct sth_parity_result *result)
{
    double step = s->error <= 3 ? 0.5 : ceil(s->error / 5);
    char label[32];

    fprintf(out,
            "<rect y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"#9cc69c\" "
            "fill-opacity=\"0.45\"/>\n",
            error_y(s, 1), SIDE, error_y(s, -1) - error_y(s, 1));
    draw_frame(out, s, "Error of csim");
    for (double e = -floor(s->error / step) * step; e <= s->error; e += step) {
        fprintf(out,
                "<line x1=\"0\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" "
                "stroke=\"%s\"/>\n",
                error_y(s, e), SIDE, error_y(s, e),
                fabs(e) < 1e-9 ? "#555" : "#ddd");
        snprintf(label, sizeof(label), "%+.1f", e);
        text(out, -8, error_y(s, e) + 4, "text-anchor=\"end\"", label);
    }
    text(out, -SIDE / 2.0, -48,
         "text-anchor=\"middle\" transform=\"rotate(-90)\"",
         "(csim - RTL) / RTL, percent");
    for (uint32_t i = 0; i < cases->count; i++)
        if (result[i].ran)
            mark_case(out, cases, result, i,
                      x_of(s, (double)result[i].rtl.cycles),
                      error_y(s, result[i].error_pct));
    label_worst(out, s, cases, result);
}

/* The band of a percent is seen among errors alone. */
static void draw_legend(FILE *out, const struct sth_parity_cases *cases,
                        bool errors)
{
    uint32_t first[4], kinds = config_of(cases, cases->count, first);
    double x = 0;

    for (uint32_t k = 0; k < kinds; k++, x += 90) {
        draw_mark(out, x, -4, k, cases->list[first[k]].config.name);
        text(out, x + 10, 0, "", cases->list[first[k]].config.name);
    }
    if (!errors)
        return;
    fprintf(out,
            "<rect x=\"%.0f\" y=\"-10\" width=\"16\" height=\"11\" "
            "fill=\"#9cc69c\"/>\n",
            x);
    text(out, x + 22, 0, "", "within 1 %");
}

bool sth_parity_svg(FILE *out, const struct sth_parity_cases *cases,
                    const struct sth_parity_result *result)
{
    struct scale s = make_scale(cases, result);
    struct sth_parity_summary sum;
    char title[160];
    int width;

    sth_parity_summarize(cases, result, &sum);
    width = sum.worst_pct > 0 ? 2 * SIDE + GAP : SIDE;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            LEFT + width + 30, TOP + SIDE + 90);
    if (sum.worst_pct > 0)
        snprintf(title, sizeof(title),
                 "csim against RTL in %u cases: mean error %.2f %%, worst "
                 "%.2f %%",
                 sum.ran, sum.mean_pct, sum.worst_pct);
    else
        snprintf(title, sizeof(title),
                 "csim and RTL: the same cycles in %u cases", sum.ran);
    text(out, LEFT + width / 2.0, 28, "text-anchor=\"middle\" font-size=\"17\"",
         title);
    fprintf(out, "<g transform=\"translate(%d %d)\">\n", LEFT, TOP);
    draw_cycles(out, &s, cases, result, sum.worst_pct > 0);
    fputs("</g>\n", out);
    if (sum.worst_pct > 0) {
        fprintf(out, "<g transform=\"translate(%d %d)\">\n", LEFT + SIDE + GAP,
                TOP);
        draw_errors(out, &s, cases, result);
        fputs("</g>\n", out);
    }
    fprintf(out, "<g transform=\"translate(%d %d)\">\n", LEFT, TOP + SIDE + 75);
    draw_legend(out, cases, sum.worst_pct > 0);
    fputs("</g>\n</svg>\n", out);
    return !ferror(out);
}
