/* A flame graph: a bar for each call, as wide as its cycles, below its caller.
 */
#include "sth_vp_profile.h"

#include <inttypes.h>
#include <stdlib.h>

enum { WIDTH = 1200, ROW = 17, LETTER = 7 }; /* pixels */

struct flame {
    FILE *out;
    const struct sth_vp_profile *profile;
    uint64_t *total; /* of each call, with those below */
};

/* Callers come before those they call. */
static uint32_t deepest(const struct sth_vp_profile *p)
{
    uint32_t most = 0;

    for (uint32_t i = 1; i < p->calls; i++) {
        uint32_t depth = 0;

        for (uint32_t at = i; at; at = p->call[at].parent)
            depth++;
        if (depth > most)
            most = depth;
    }
    return most;
}

static void put_name(FILE *out, const char *name, size_t most)
{
    for (size_t i = 0; i < most && name[i]; i++)
        if (name[i] == '<')
            fputs("&lt;", out);
        else if (name[i] == '&')
            fputs("&amp;", out);
        else
            fputc(name[i], out);
}

/* Warm, and the same for a function wherever it is; sleep is blue. */
static void put_colour(FILE *out, const char *name)
{
    uint32_t hash = 2166136261u;

    for (const char *c = name; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    if (*name == '(')
        fputs("#9db8d9", out);
    else
        fprintf(out, "hsl(%" PRIu32 ",%" PRIu32 "%%,70%%)", hash % 45,
                60 + hash / 64 % 30);
}

static void put_bar(const struct flame *f, uint32_t i, double x, uint32_t depth)
{
    const char *name = f->profile->call[i].function;
    const double all = (double)(f->total[0] ? f->total[0] : 1);
    const double width = WIDTH * (double)f->total[i] / all;

    if (width < 0.2)
        return;
    fputs("<g><title>", f->out);
    put_name(f->out, name, SIZE_MAX);
    fprintf(f->out,
            ": %" PRIu64 " cycles, %.2f %%</title>"
            "<rect x=\"%.1f\" y=\"%" PRIu32 "\" width=\"%.1f\" height=\"%d\" "
            "fill=\"",
            f->total[i], 100 * (double)f->total[i] / all, x, depth * ROW, width,
            ROW - 1);
    put_colour(f->out, name);
    fprintf(f->out, "\"/><text x=\"%.1f\" y=\"%" PRIu32 "\">", x + 3,
            depth * ROW + ROW - 5);
    if (width > 3 * LETTER)
        put_name(f->out, name, (size_t)(width - 4) / LETTER);
    fputs("</text></g>\n", f->out);
    for (uint32_t c = f->profile->call[i].child; c;
         c = f->profile->call[c].next) {
        put_bar(f, c, x, depth + 1);
        x += WIDTH * (double)f->total[c] / all;
    }
}

void sth_vp_profile_flame(FILE *out, const struct sth_vp_profile *p)
{
    const struct flame f = {out, p, calloc(p->calls + 1, sizeof(*f.total))};

    if (!f.total)
        return;
    for (uint32_t i = p->calls; i--;) {
        f.total[i] += p->call[i].cycles;
        if (i)
            f.total[p->call[i].parent] += f.total[i];
    }
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
            "height=\"%" PRIu32
            "\" font-family=\"monospace\" font-size=\"11\">\n",
            WIDTH, (deepest(p) + 1) * ROW);
    put_bar(&f, 0, 0, 0);
    fputs("</svg>\n", out);
    free(f.total);
}
