/* The platform: its header, its rules and its tables in the manual. */
#include "sth_specgen.h"

#include <string.h>

void sth_specgen_platform(FILE *out)
{
    fprintf(out, "/* DO NOT EDIT: generated from spec/platform.def by "
                 "tools/specgen. */\n"
                 "#ifndef STH_PLATFORM_H\n#define STH_PLATFORM_H\n");
    for (const struct sth_row_region *r = sth_rows_regions; r->name; r++)
        fprintf(out,
                "#define STH_PLATFORM_%s_BASE 0x%08x\n"
                "#define STH_PLATFORM_%s_BYTES 0x%08x\n",
                r->name, r->base, r->name, r->bytes);
    for (const struct sth_row_value *v = sth_rows_platform_regs; v->name; v++)
        fprintf(out, "#define STH_PLATFORM_%s_%s 0x%x /* offset */\n", v->table,
                v->name, v->value);
    for (const struct sth_row_value *v = sth_rows_platform_values; v->name; v++)
        fprintf(out, "#define STH_PLATFORM_%s 0x%x\n", v->name, v->value);
    fprintf(out, "#endif\n");
}

static unsigned fail(FILE *log, const char *name, const char *what)
{
    fprintf(log, "spec/platform.def: %s: %s\n", name, what);
    return 1;
}

static uint64_t end_of(const struct sth_row_region *r)
{
    return (uint64_t)r->base + r->bytes;
}

static unsigned check_register(FILE *log, const struct sth_row_value *v)
{
    const struct sth_row_region *r = sth_rows_regions;
    unsigned bad = 0;

    while (r->name && strcmp(r->name, v->table))
        r++;
    if (!r->name)
        return fail(log, v->name, "register of no region");
    if (v->value % 4 || v->value > r->bytes - 4)
        bad += fail(log, v->name, "not aligned, or outside of its region");
    for (const struct sth_row_value *o = v + 1; o->name; o++)
        if (!strcmp(o->table, v->table) &&
            (o->value == v->value || !strcmp(o->name, v->name)))
            bad += fail(log, v->name, "offset or name twice");
    return bad;
}

unsigned sth_specgen_check_platform(FILE *log)
{
    unsigned bad = 0;

    for (const struct sth_row_region *r = sth_rows_regions; r->name; r++) {
        if (r->base % 4096 || r->bytes % 4096 || r->bytes == 0 ||
            end_of(r) > (uint64_t)1 << 32)
            bad += fail(log, r->name, "no whole pages of 32-bit addresses");
        for (const struct sth_row_region *o = r + 1; o->name; o++)
            if (!strcmp(o->name, r->name) ||
                (o->base < end_of(r) && r->base < end_of(o)))
                bad += fail(log, r->name, "region or name twice");
    }
    for (const struct sth_row_value *v = sth_rows_platform_regs; v->name; v++)
        bad += check_register(log, v);
    return bad;
}

void sth_specgen_page_platform(FILE *out)
{
    fprintf(out, "| from | to | region | what is there |\n|---|---|---|---|\n");
    for (const struct sth_row_region *r = sth_rows_regions; r->name; r++)
        fprintf(out, "| `0x%08x` | `0x%08x` | `%s` | %s |\n", r->base,
                r->base + (r->bytes - 1), r->name, r->doc);
    fprintf(out,
            "\n| region | offset | register | meaning |\n|---|---|---|---|\n");
    for (const struct sth_row_value *v = sth_rows_platform_regs; v->name; v++)
        fprintf(out, "| `%s` | `0x%x` | `%s` | %s |\n", v->table, v->value,
                v->name, v->doc);
    fprintf(out, "\n| value | name | meaning |\n|---|---|---|\n");
    for (const struct sth_row_value *v = sth_rows_platform_values; v->name; v++)
        fprintf(out, "| `0x%x` | `%s` | %s |\n", v->value, v->name, v->doc);
}
