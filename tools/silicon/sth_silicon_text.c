/* The tables of a chip, for a terminal and for a page. */
#include "sth_silicon_report.h"

#include <inttypes.h>
#include <string.h>

static void say_summary(FILE *out, const struct sth_silicon *chip,
                        const char *bullet)
{
    struct sth_silicon_sum sum;

    sth_silicon_total(chip, &sum);
    if (!chip->paths) {
        fprintf(out, "%sthese blocks alone\n", bullet);
        return;
    }
    fprintf(out, "%sclock: %.2f ns, %.0f MHz\n", bullet, sum.period,
            sum.period > 0 ? 1000 / sum.period : 0);
    fprintf(out, "%sarea: %.3f mm2 of cells, %" PRIu64 " of them\n", bullet,
            sum.area / 1e6, sum.cells);
    fprintf(out,
            "%sflip-flops: %" PRIu64 ", of which memories are %" PRIu64
            " (%.1f %%)\n",
            bullet, sum.flops, sum.memory_bits,
            sum.flops ? 100.0 * (double)sum.memory_bits / (double)sum.flops
                      : 0);
    fprintf(out,
            "%smemory macros, not in the area: %" PRIu64 " with %" PRIu64
            " bits\n",
            bullet, sum.macros, sum.macro_bits);
}

static void say_source(FILE *out, const struct sth_silicon *chip)
{
    fprintf(out,
            "%s, %s; ideal clock, no wire load; yosys %s, abc %s, opensta %s; "
            "%s, %s\n",
            chip->library, chip->corner, chip->yosys, chip->abc, chip->opensta,
            chip->commit, chip->date);
}

/* A row of the table of blocks, of which the chip has `area` um2. */
static void say_block(FILE *out, bool markdown,
                      const struct sth_silicon_block *b, double area)
{
    const double share = area > 0 ? 100 * b->area * b->instances / area : 0;

    if (markdown)
        fprintf(out,
                "| `%s` | %s | %" PRIu32 " | %.0f | %.1f %% | %" PRIu64
                " | %" PRIu64 " | %.2f |\n",
                b->name, b->mapping, b->instances, b->area, share, b->flops,
                b->memory_bits, b->worst);
    else
        fprintf(out,
                "%-24s %-6s %5" PRIu32 " %12.0f %5.1f%% %10" PRIu64 " %9" PRIu64
                " %8.2f\n",
                b->name, b->mapping, b->instances, b->area, share, b->flops,
                b->memory_bits, b->worst);
}

static void say_paths(FILE *out, const char *format,
                      const struct sth_silicon *chip, bool inside)
{
    for (uint32_t i = 0; i < chip->paths; i++) {
        const struct sth_silicon_path *p = &chip->path[i];

        if (!strcmp(p->kind, "reg-reg") == inside)
            fprintf(out, format, p->ns, p->from, p->to, p->gates, p->kind);
    }
}

bool sth_silicon_text(FILE *out, const struct sth_silicon *chip)
{
    struct sth_silicon_sum sum;

    sth_silicon_total(chip, &sum);
    fprintf(out, "%s: ", chip->config);
    say_source(out, chip);
    say_summary(out, chip, "  ");
    fprintf(out, "%-24s %-6s %5s %12s %6s %10s %9s %8s\n", "block", "script",
            "count", "um2 each", "share", "flops each", "in memory", "own ns");
    for (uint32_t i = 0; i < chip->blocks; i++)
        say_block(out, false, &chip->block[i], sum.area);
    if (!chip->paths)
        return !ferror(out);
    fprintf(out, "slowest paths from register to register, ns\n");
    say_paths(out, "%8.2f  %s -> %s, %" PRIu32 " gates\n", chip, true);
    fprintf(out, "slowest paths at the ports, ns\n");
    say_paths(out, "%8.2f  %s -> %s, %" PRIu32 " gates (%s)\n", chip, false);
    return !ferror(out);
}

bool sth_silicon_markdown(FILE *out, const struct sth_silicon *chip)
{
    struct sth_silicon_sum sum;

    sth_silicon_total(chip, &sum);
    say_source(out, chip);
    fputc('\n', out);
    say_summary(out, chip, "- ");
    fprintf(out,
            "\n| block | script | count | µm² each | share | flip-flops each |"
            " in memories | own ns |\n|---|---|--:|--:|--:|--:|--:|--:|\n");
    for (uint32_t i = 0; i < chip->blocks; i++)
        say_block(out, true, &chip->block[i], sum.area);
    fprintf(out, "\n| ns | from | to | gates |\n|--:|---|---|--:|\n");
    say_paths(out, "| %.2f | `%s` | `%s` | %" PRIu32 " |\n", chip, true);
    return !ferror(out);
}

bool sth_silicon_block_text(FILE *out, const struct sth_silicon *chip,
                            const struct sth_silicon_block *block)
{
    struct sth_silicon_sum sum;

    sth_silicon_total(chip, &sum);
    fprintf(out,
            "%s: %" PRIu32 " in %s, mapped for %s\n"
            "  area        %12.0f um2 each, %.1f %% of the chip\n"
            "  cells       %12" PRIu64 " each\n"
            "  flip-flops  %12" PRIu64 " each, of which memories are %" PRIu64
            "\n"
            "  by itself   %12.2f ns from register to register\n",
            block->name, block->instances, chip->config, block->mapping,
            block->area,
            sum.area > 0 ? 100 * block->area * block->instances / sum.area : 0,
            block->cells, block->flops, block->memory_bits, block->worst);
    return !ferror(out);
}
