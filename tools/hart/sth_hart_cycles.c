#include "sth_hart.h"

#define CYCLES(name, cycles, standing, text)                                   \
    _Static_assert((cycles) >= 1, #name ": time passes");
#include "hart.def"
#undef CYCLES

void sth_hart_print_cycles(FILE *out)
{
    static const struct {
        const char *name;
        unsigned cycles;
        const char *standing, *text;
    } row[] = {
#define CYCLES(name, cycles, standing, text) {#name, cycles, #standing, text},
#include "hart.def"
#undef CYCLES
    };

    fputs("class     cycles  standing   what takes them\n", out);
    for (unsigned i = 0; i < sizeof(row) / sizeof(*row); i++)
        fprintf(out, "%-9s %6u  %-9s  %s\n", row[i].name, row[i].cycles,
                row[i].standing, row[i].text);
}
