/* Prints the tables of spec/functions.def for rtl/numerics/sth_func_rom.sv. */
#include "sth_specgen.h"

static const struct {
    const char *name;
    uint32_t bits;
    const char *doc;
} constants[] = {
#define FCONST(name, bits, doc) {#name, bits, doc},
#define FUNC_ROW(table, row, c0, c1, c2)
#include "../../spec/functions.def"
#undef FCONST
#undef FUNC_ROW
};

static const struct {
    const char *table;
    uint32_t row, c0, c1, c2;
} rows[] = {
#define FCONST(name, bits, doc)
#define FUNC_ROW(table, row, c0, c1, c2) {#table, row, c0, c1, c2},
#include "../../spec/functions.def"
#undef FCONST
#undef FUNC_ROW
};

#define ROM_ROWS 1024 /* a power of two: no index is out of range */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void sth_specgen_functions(FILE *out)
{
    fputs("// DO NOT EDIT: generated from spec/functions.def by specgen\n"
          "/* verilator lint_off UNUSEDPARAM */ // each module uses a part\n",
          out);
    for (size_t i = 0; i < COUNT(constants); i++)
        fprintf(out, "localparam [31:0] STH_FCONST_%s = 32'h%08x;  // %s\n",
                constants[i].name, (unsigned)constants[i].bits,
                constants[i].doc);
    fputs("/* verilator lint_on UNUSEDPARAM */\n"
          "\n"
          "// {c0, c1, c2} of each row; a memory that is only ever read.\n"
          "logic [95:0] func_rows[1024];\n"
          "initial begin\n",
          out);
    for (uint32_t i = 0; i < ROM_ROWS; i++) {
        if (i < COUNT(rows))
            fprintf(out, "  func_rows[%u] = 96'h%08x_%08x_%08x;  // %s\n",
                    (unsigned)rows[i].row, (unsigned)rows[i].c0,
                    (unsigned)rows[i].c1, (unsigned)rows[i].c2, rows[i].table);
        else
            fprintf(out, "  func_rows[%u] = 96'd0;\n", (unsigned)i);
    }
    fputs("end\n", out);
}
