/* The drawing: a bar for the area of each block, one for each slowest path. */
#include "sth_silicon_report.h"

#include <math.h>
#include <string.h>

enum { LABEL = 210, BAR = 420, ROW = 22, TOP = 66, GAP = 44 };
enum { ESCAPED = 6 * STH_SILICON_TEXT, PATHS = 10, WIDTH = LABEL + BAR + 150 };

/* A text with what XML would read as its own in its place. */
static const char *escape(const char *text, char to[ESCAPED])
{
    size_t used = 0;

    for (; *text && used + sizeof("&quot;") <= ESCAPED; text++) {
        const char *as = *text == '<'   ? "&lt;"
                         : *text == '>' ? "&gt;"
                         : *text == '&' ? "&amp;"
                                        : NULL;

        if (as)
            used += (size_t)sprintf(to + used, "%s", as);
        else
            to[used++] = *text;
    }
    to[used] = 0;
    return to;
}

static void title(FILE *out, int y, const char *words)
{
    fprintf(out, "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n",
            LABEL, y, words);
}

/* A row: what it is, a bar as long as its share of the longest, a figure. */
static void bar(FILE *out, int y, const char *label, double share,
                const char *colour, const char *figure)
{
    double length = BAR * fmin(share, 1);
    char escaped[ESCAPED];

    fprintf(out,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" "
            "fill=\"%s\"/>\n"
            "<text x=\"%.1f\" y=\"%d\">%s</text>\n",
            LABEL - 8, y + 13, escape(label, escaped), LABEL, y, length,
            ROW - 5, colour, LABEL + length + 6, y + 13, figure);
}

/* The colours of the scripts; of another the last. */
static const struct {
    const char *script, *colour;
} scripts[] = {{"area", "#1f5fa8"},
               {"delay", "#c2571a"},
               {"once", "#e3a06f"},
               {"another", "#777"}};
enum { SCRIPTS = sizeof(scripts) / sizeof(*scripts) };

static size_t script_of(const struct sth_silicon_block *block)
{
    size_t i = 0;

    while (i + 1 < SCRIPTS && strcmp(block->mapping, scripts[i].script) != 0)
        i++;
    return i;
}

/* The scripts that occur, each in its colour. */
static void draw_legend(FILE *out, const struct sth_silicon *chip, int y)
{
    bool occurs[SCRIPTS] = {false};

    for (uint32_t i = 0; i < chip->blocks; i++)
        occurs[script_of(&chip->block[i])] = true;
    fprintf(out,
            "<text x=\"%d\" y=\"%d\"><tspan font-weight=\"bold\">Area"
            "</tspan>, mapped by",
            LABEL, y);
    for (size_t i = 0; i < SCRIPTS; i++)
        if (occurs[i])
            fprintf(out, " <tspan fill=\"%s\" font-weight=\"bold\">%s</tspan>",
                    scripts[i].colour, scripts[i].script);
    fputs("</text>\n", out);
}

static int draw_blocks(FILE *out, const struct sth_silicon *chip, int y)
{
    struct sth_silicon_sum sum;
    double longest = chip->block[0].area * chip->block[0].instances;

    sth_silicon_total(chip, &sum);
    for (uint32_t i = 0; i < chip->blocks; i++, y += ROW) {
        const struct sth_silicon_block *b = &chip->block[i];
        double area = b->area * b->instances;
        char label[96], figure[64];

        snprintf(label, sizeof(label), b->instances > 1 ? "%s × %u" : "%s",
                 b->name, b->instances);
        snprintf(figure, sizeof(figure), "%.3f mm², %.1f %%", area / 1e6,
                 sum.area > 0 ? 100 * area / sum.area : 0);
        bar(out, y, label, longest > 0 ? area / longest : 0,
            scripts[script_of(b)].colour, figure);
    }
    return y;
}

/* The two ends of a path, under its bar, from the left edge: they are long. */
static void draw_path(FILE *out, int y, const struct sth_silicon_path *p,
                      double longest)
{
    char label[32], figure[64], from[ESCAPED], to[ESCAPED];

    snprintf(label, sizeof(label), "%.2f ns", p->ns);
    snprintf(figure, sizeof(figure), "%u gates", p->gates);
    bar(out, y, label, p->ns / longest, "#2f7d32", figure);
    fprintf(out,
            "<text x=\"%d\" y=\"%d\" font-size=\"10\" fill=\"#555\">%s → "
            "%s</text>\n",
            ROW, y + ROW + 6, escape(p->from, from), escape(p->to, to));
}

bool sth_silicon_svg(FILE *out, const struct sth_silicon *chip)
{
    const int height =
        TOP + (int)chip->blocks * ROW + GAP + PATHS * 2 * ROW + 20;
    char config[ESCAPED], library[ESCAPED];
    struct sth_silicon_sum sum;
    int y, drawn = 0;

    sth_silicon_total(chip, &sum);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
            "<text x=\"%d\" y=\"28\" text-anchor=\"middle\" "
            "font-size=\"17\">%s: %.2f mm² of cells, %.2f ns (%.0f MHz), "
            "%s</text>\n",
            WIDTH, height, WIDTH / 2, escape(chip->config, config),
            sum.area / 1e6, sum.period, sum.period > 0 ? 1000 / sum.period : 0,
            escape(chip->library, library));
    draw_legend(out, chip, TOP - 12);
    y = draw_blocks(out, chip, TOP) + GAP;
    title(out, y - 12, "Slowest paths from register to register");
    for (uint32_t i = 0; i < chip->paths && drawn < PATHS; i++) {
        if (strcmp(chip->path[i].kind, "reg-reg"))
            continue;
        draw_path(out, y, &chip->path[i], sum.period);
        y += 2 * ROW;
        drawn++;
    }
    fputs("</svg>\n", out);
    return !ferror(out);
}
