/* The roofline as a picture: log-log, roofs as lines, operations as dots. */
#include "sth_roofline.h"

#include "sth_groups.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 960,
    HEIGHT = 600,
    LEFT = 84,
    RIGHT = 28,
    TOP = 84,
    BOTTOM = 66,
    DOTS_MAX = 512,
    TAKEN_MAX = 2 * DOTS_MAX,
    PLACES = 60 /* of a label on a side of its dot */
};

/* A dot, whose label is that of the dot `first`. */
struct dot {
    const struct sth_trace_op *op;
    double x, y;
    const char *fill, *rim;
    int first, more; /* more: names that share its label */
    bool numbers;    /* it stands for several, as of e3.up */
};

struct plot {
    FILE *out;
    double x0, x1, y0, y1; /* logarithms to the base of ten */
    double roof;           /* of the array: where no label goes */
    struct dot dot[DOTS_MAX];
    int dots;
    double taken_x[TAKEN_MAX], taken_y[TAKEN_MAX], taken_width[TAKEN_MAX];
    int taken; /* places of dots and labels */
};

static const char *const colours[STH_BOUND_COUNT] = {
    [STH_BOUND_ARRAY] = "#1f77b4",     [STH_BOUND_WEIGHTS] = "#17becf",
    [STH_BOUND_FILL] = "#6b8fb3",      [STH_BOUND_VECTOR] = "#2ca02c",
    [STH_BOUND_FUNCTION] = "#8fd175",  [STH_BOUND_OPERANDS] = "#bcbd22",
    [STH_BOUND_LOAD] = "#d62728",      [STH_BOUND_STORE] = "#9467bd",
    [STH_BOUND_BEATS] = "#ff9896",     [STH_BOUND_MEMORY] = "#e377c2",
    [STH_BOUND_LATENCY] = "#ff7f0e",   [STH_BOUND_ISSUE] = "#8c564b",
    [STH_BOUND_DEPENDENCY] = "#7f7f7f"};

static const char *colour_of(const struct sth_roofline_point *point,
                             enum sth_bound bound)
{
    return point->critical ? colours[bound] : "#cbd2d9";
}

static double at_x(const struct plot *p, double value)
{
    return LEFT +
           (log10(value) - p->x0) / (p->x1 - p->x0) * (WIDTH - LEFT - RIGHT);
}

static double at_y(const struct plot *p, double value)
{
    return HEIGHT - BOTTOM -
           (log10(value) - p->y0) / (p->y1 - p->y0) * (HEIGHT - TOP - BOTTOM);
}

static void text(FILE *out, double x, double y, const char *anchor,
                 const char *style, const char *words)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>", x, y,
            anchor, style);
    for (; *words; words++) {
        if (*words == '<')
            fputs("&lt;", out);
        else if (*words == '>')
            fputs("&gt;", out);
        else if (*words == '&')
            fputs("&amp;", out);
        else if ((unsigned char)*words >= ' ')
            fputc(*words, out);
    }
    fputs("</text>\n", out);
}

static void line(FILE *out, double x1, double y1, double x2, double y2,
                 const char *style)
{
    fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n",
            x1, y1, x2, y2, style);
}

/* What an operation counts: products, or elements when it has none. */
static double height_of(const struct sth_roofline_point *point)
{
    return point->macs_attained > 0 ? point->macs_attained
                                    : point->lanes_attained;
}

static void include(struct plot *p, double x, double y)
{
    p->x0 = fmin(p->x0, floor(log10(x)));
    p->x1 = fmax(p->x1, ceil(log10(x)));
    p->y0 = fmin(p->y0, floor(log10(y)));
    p->y1 = fmax(p->y1, ceil(log10(y)));
}

static void draw_grid(const struct plot *p)
{
    static const char thin[] = "stroke=\"#e4e7eb\" stroke-width=\"1\"";
    static const char small[] = "font-size=\"12\" fill=\"#52606d\"";
    char number[32];

    for (double e = p->x0; e <= p->x1; e++) {
        double x = at_x(p, pow(10, e));

        line(p->out, x, TOP, x, HEIGHT - BOTTOM, thin);
        snprintf(number, sizeof(number), "%g", pow(10, e));
        text(p->out, x, HEIGHT - BOTTOM + 20, "middle", small, number);
    }
    for (double e = p->y0; e <= p->y1; e++) {
        double y = at_y(p, pow(10, e));

        line(p->out, LEFT, y, WIDTH - RIGHT, y, thin);
        snprintf(number, sizeof(number), "%g", pow(10, e));
        text(p->out, LEFT - 10, y + 4, "end", small, number);
    }
    text(p->out, (WIDTH + LEFT - RIGHT) / 2.0, HEIGHT - 18, "middle",
         "font-size=\"13\" fill=\"#323f4b\"",
         "MACs (or vector elements) per byte of the busier bus direction");
    fprintf(p->out, "<g transform=\"translate(24 %.1f) rotate(-90)\">",
            (HEIGHT + TOP - BOTTOM) / 2.0);
    text(p->out, 0, 0, "middle", "font-size=\"13\" fill=\"#323f4b\"",
         "MACs (or vector elements) per cycle");
    fputs("</g>\n", p->out);
}

/* Where on the slope no dot is near: an intensity. */
static double label_at(const struct plot *p, double bytes, double low,
                       double ridge)
{
    double best = sqrt(low * ridge), widest = 0;

    for (int i = 20; i <= 80; i += 5) {
        const double at = low * pow(ridge / low, i / 100.0);
        double nearest = 110; /* farther is no better; the middle goes first */

        for (int j = 0; j < p->dots; j++)
            nearest = fmin(nearest, hypot(p->dot[j].x - at_x(p, at),
                                          p->dot[j].y - at_y(p, at * bytes)));
        nearest -= abs(i - 50) / 10.0;
        if (nearest > widest) {
            widest = nearest;
            best = at;
        }
    }
    return best;
}

static void draw_roofs(const struct plot *p,
                       const struct sth_roofline_peaks *peaks)
{
    static const char roof[] =
        "stroke=\"#1f2933\" stroke-width=\"2.5\" stroke-linecap=\"round\"";
    static const char dashed[] =
        "stroke=\"#616e7c\" stroke-width=\"1.5\" stroke-dasharray=\"6 5\"";
    static const char words[] = "font-size=\"12\" fill=\"#1f2933\"";
    double ridge = peaks->macs / peaks->bytes;
    double low = fmax(pow(10, p->x0), pow(10, p->y0) / peaks->bytes);
    double slope = atan2(at_y(p, low * peaks->bytes) - at_y(p, peaks->macs),
                         at_x(p, ridge) - at_x(p, low));
    double middle = label_at(p, peaks->bytes, low, ridge);
    char label[96];

    line(p->out, at_x(p, low), at_y(p, low * peaks->bytes), at_x(p, ridge),
         at_y(p, peaks->macs), roof);
    line(p->out, at_x(p, ridge), at_y(p, peaks->macs), WIDTH - RIGHT,
         at_y(p, peaks->macs), roof);
    line(p->out, at_x(p, peaks->lanes / peaks->bytes), at_y(p, peaks->lanes),
         WIDTH - RIGHT, at_y(p, peaks->lanes), dashed);
    snprintf(label, sizeof(label), "array: %.0f MAC/cycle", peaks->macs);
    text(p->out, WIDTH - RIGHT - 6, at_y(p, peaks->macs) - 8, "end", words,
         label);
    snprintf(label, sizeof(label), "vector: %.0f elements/cycle", peaks->lanes);
    text(p->out, WIDTH - RIGHT - 6, at_y(p, peaks->lanes) - 6, "end", words,
         label);
    snprintf(label, sizeof(label), "%s: %.1f byte/cycle",
             peaks->bytes < peaks->bus_bytes ? "memory" : "bus", peaks->bytes);
    fprintf(p->out, "<g transform=\"translate(%.1f %.1f) rotate(%.1f)\">",
            at_x(p, middle), at_y(p, middle * peaks->bytes) - 8,
            -slope * 180 / acos(-1.0));
    text(p->out, 0, 0, "middle", words, label);
    fputs("</g>\n", p->out);
}

static bool is_taken(const struct plot *p, double x, double y, double width)
{
    if (x < LEFT || x + width > WIDTH - RIGHT || y < TOP ||
        y > HEIGHT - BOTTOM - 4 || fabs(y - p->roof) < 9)
        return true;
    for (int i = 0; i < p->taken; i++)
        if (x < p->taken_x[i] + p->taken_width[i] &&
            p->taken_x[i] < x + width && fabs(p->taken_y[i] - y) < 13)
            return true;
    return false;
}

static void take(struct plot *p, double x, double y, double width)
{
    if (p->taken == TAKEN_MAX)
        return;
    p->taken_x[p->taken] = x;
    p->taken_width[p->taken] = width;
    p->taken_y[p->taken++] = y;
}

/* Beside the dot, or with a line to it further down or up, on its right if
 * there is a place near; where nothing is free there is no label. */
static void draw_label(struct plot *p, double x, double y, const char *name)
{
    const double width = 7 * (double)strlen(name) + 4;

    for (int i = 0; i < 2 * PLACES; i++) {
        const bool right = i < PLACES;
        const int step = i % PLACES / 2;
        const double left = right ? x + 9 : x - 9 - width;
        const double at = y + (i % 2 ? -3 : 3) * (double)step;

        if (is_taken(p, left, at, width))
            continue;
        if (fabs(at - y) > 9)
            line(p->out, x, y, right ? left - 1 : left + width, at,
                 "stroke=\"#9aa5b1\" stroke-width=\"1\"");
        take(p, left, at, width);
        text(p->out, right ? left : left + width, at + 4,
             right ? "start" : "end",
             "font-size=\"12\" fill=\"#323f4b\" paint-order=\"stroke\" "
             "stroke=\"#fff\" stroke-width=\"3\"",
             name);
        return;
    }
}

/* Whether it has a dot: it moves bytes and computes. */
static bool is_drawn(const struct sth_roofline_point *point)
{
    return point->intensity > 0 && height_of(point) > 0;
}

/* The dot whose label serves for a new one: of the same name if there is one,
 * or else near; -1: it has a label of its own. */
static int label_for(struct plot *p, const struct dot *new)
{
    const double near = 7;
    int found = -1;

    for (int j = 0; j < p->dots; j++) {
        struct dot *d = &p->dot[j];

        if (sth_group_has(d->op, new->op)) {
            d->numbers |= strcmp(sth_trace_op_name(d->op),
                                 sth_trace_op_name(new->op)) != 0;
            return d->first;
        }
        if (found < 0 && d->first == j && fabs(d->x - new->x) < near &&
            fabs(d->y - new->y) < near)
            found = j;
    }
    if (found >= 0)
        p->dot[found].more++;
    return found;
}

/* Operations of one name share a label, and a dot unless they differ; those of
 * several names at one place share the label of the first. */
static void find_dots(struct plot *p, const struct sth_session *s,
                      const struct sth_roofline_peaks *peaks)
{
    for (uint32_t i = 0; i < s->phases && p->dots < DOTS_MAX; i++) {
        struct sth_roofline_point point = sth_roofline_of(peaks, &s->phase[i]);
        struct dot *dot = &p->dot[p->dots];
        int first, j = 0;

        if (!is_drawn(&point))
            continue;
        *dot = (struct dot){.op = s->phase[i].op,
                            .x = at_x(p, point.intensity),
                            .y = at_y(p, height_of(&point)),
                            .rim = colour_of(&point, point.with)};
        dot->fill =
            point.macs_attained > 0 ? colour_of(&point, point.bound) : "#fff";
        first = label_for(p, dot);
        dot->first = first < 0 ? p->dots : first;
        while (j < p->dots && (!sth_group_has(p->dot[j].op, dot->op) ||
                               fabs(p->dot[j].x - dot->x) > 2 ||
                               fabs(p->dot[j].y - dot->y) > 2))
            j++;
        p->dots += j == p->dots;
    }
}

static void draw_dots(struct plot *p)
{
    for (int j = 0; j < p->dots; j++) {
        const struct dot *d = &p->dot[j];

        take(p, d->x - 6, d->y, 12);
        fprintf(p->out,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" "
                "stroke=\"%s\" stroke-width=\"2\"/>\n",
                d->x, d->y, d->fill, d->rim);
    }
    for (int j = 0; j < p->dots; j++) {
        const struct dot *d = &p->dot[j];
        char name[STH_GROUP_NAME], words[160];

        if (d->first != j)
            continue;
        snprintf(words, sizeof(words), d->more ? "%s and %d more" : "%s",
                 sth_group_name(d->op, d->numbers, name), d->more);
        draw_label(p, d->x, d->y, words);
    }
}

/* One entry of the legend; returns where the next begins. */
static double draw_key(const struct plot *p, double x, const char *colour,
                       const char *name)
{
    fprintf(p->out, "<circle cx=\"%.1f\" cy=\"62\" r=\"5\" fill=\"%s\"/>\n",
            x + 5, colour);
    text(p->out, x + 15, 66, "start", "font-size=\"12\" fill=\"#323f4b\"",
         name);
    return x + 40 + 6.6 * (double)strlen(name);
}

/* The bounds that the operations have. */
static void draw_legend(const struct plot *p, const struct sth_session *s,
                        const struct sth_roofline_peaks *peaks)
{
    bool seen[STH_BOUND_COUNT] = {false}, hidden = false;
    double x = LEFT;

    for (uint32_t i = 0; i < s->phases; i++) {
        struct sth_roofline_point point = sth_roofline_of(peaks, &s->phase[i]);

        if (!is_drawn(&point))
            continue;
        if (point.critical)
            seen[point.bound] = seen[point.with] = true;
        else
            hidden = true;
    }
    for (int b = 0; b < STH_BOUND_COUNT; b++)
        if (seen[b])
            x = draw_key(p, x, colours[b], sth_bound_name((enum sth_bound)b));
    if (hidden)
        draw_key(p, x, "#cbd2d9", "hidden");
    text(p->out, WIDTH - RIGHT, 28, "end", "font-size=\"12\" fill=\"#52606d\"",
         "fill and rim: bound by; hollow: no products");
}

/* The last part of a path. */
static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool sth_roofline_svg(FILE *out, const struct sth_session *session)
{
    struct plot p = {.out = out, .x0 = 0, .x1 = 1, .y0 = 0, .y1 = 1};
    struct sth_roofline_peaks peaks;
    char title[256], memory[STH_MEM_TEXT_MAX];

    sth_roofline_peaks(session, &peaks);
    p.x0 = p.x1 = log10(peaks.lanes / peaks.bytes);
    p.y0 = p.y1 = log10(peaks.macs);
    include(&p, peaks.lanes / peaks.bytes / 4, peaks.lanes / 2);
    include(&p, peaks.macs / peaks.bytes * 4, peaks.macs * 1.5);
    for (uint32_t i = 0; i < session->phases; i++) {
        struct sth_roofline_point point =
            sth_roofline_of(&peaks, &session->phase[i]);

        if (is_drawn(&point))
            include(&p, point.intensity, height_of(&point));
    }
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "font-family=\"system-ui, sans-serif\">\n"
            "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    snprintf(title, sizeof(title), "Roofline of %.80s",
             base_of(session->request.trace_path));
    text(out, LEFT, 28, "start",
         "font-size=\"17\" font-weight=\"600\" fill=\"#1f2933\"", title);
    sth_mem_config_text(&peaks.memory, memory, sizeof(memory));
    snprintf(title, sizeof(title),
             "on %.80s, memory %.80s, %" PRIu64 " cycles at %" PRIu32 " MHz",
             session->request.config.name, memory, session->csim.cycles,
             peaks.memory.clock_mhz);
    text(out, LEFT, 46, "start", "font-size=\"13\" fill=\"#52606d\"", title);
    draw_legend(&p, session, &peaks);
    draw_grid(&p);
    p.roof = at_y(&p, peaks.macs);
    find_dots(&p, session, &peaks);
    draw_roofs(&p, &peaks);
    draw_dots(&p);
    fputs("</svg>\n", out);
    return !ferror(out);
}
