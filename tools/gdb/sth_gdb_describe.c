/* What the machine has, told to gdb; see sth_gdb_describe.h. */
#include "sth_gdb_describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The ABI's names, which gdb expects. */
static const char *const general[] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "fp", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "pc",
};

static const struct {
    uint32_t first, count, index;
    const char *name, *end;
} csrs[] = {
#define CSR(number, name) {number, 1, UINT32_MAX, name, ""},
#define CSRS(first, count, index, name, end) {first, count, index, name, end},
#include "sth_gdb_csr.def"
#undef CSR
#undef CSRS
};

void sth_gdb_register_name(uint32_t number, char name[STH_GDB_NAME_BYTES])
{
    name[0] = 0;
    if (number <= STH_GDB_REG_PC)
        snprintf(name, STH_GDB_NAME_BYTES, "%s", general[number]);
    for (size_t i = 0; i < sizeof(csrs) / sizeof(csrs[0]); i++) {
        const uint32_t n = number - STH_GDB_REG_CSR - csrs[i].first;

        if (number < STH_GDB_REG_CSR || n >= csrs[i].count)
            continue;
        if (csrs[i].index == UINT32_MAX)
            snprintf(name, STH_GDB_NAME_BYTES, "%s", csrs[i].name);
        else
            snprintf(name, STH_GDB_NAME_BYTES, "%s%" PRIu32 "%s", csrs[i].name,
                     csrs[i].index + n, csrs[i].end);
    }
}

bool sth_gdb_register_number(const char *name, uint32_t *number)
{
    char other[STH_GDB_NAME_BYTES];
    int end = 0;

    if (sscanf(name, "x%2" SCNu32 "%n", number, &end) == 1 && name[end] == 0 &&
        *number < STH_GDB_REG_PC)
        return true;
    for (*number = 0; *number < STH_GDB_REG_CSR + 4096; ++*number) {
        sth_gdb_register_name(*number, other);
        if (name[0] && strcmp(name, other) == 0)
            return true;
    }
    return false;
}

/* A register as the document has it. */
static void put_register(FILE *out, const struct sth_gdb_target *target,
                         uint32_t number)
{
    char name[STH_GDB_NAME_BYTES];
    uint32_t value;

    sth_gdb_register_name(number, name);
    if (!name[0] || !target->reg_read(target->user, number, &value))
        return;
    fprintf(out, "<reg name=\"%s\" bitsize=\"32\" regnum=\"%" PRIu32 "\"", name,
            number);
    if (number == STH_GDB_REG_PC)
        fputs(" type=\"code_ptr\"", out);
    else if (number < STH_GDB_REG_PC)
        fputs(number == 2 || number == 8 ? " type=\"data_ptr\""
                                         : " type=\"int\"",
              out);
    fputs("/>\n", out);
}

static void put_features(FILE *out, const struct sth_gdb_target *target)
{
    fputs("<?xml version=\"1.0\"?>\n"
          "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
          "<target version=\"1.0\">\n<architecture>riscv:rv32</architecture>\n"
          "<feature name=\"org.gnu.gdb.riscv.cpu\">\n",
          out);
    for (uint32_t i = 0; i <= STH_GDB_REG_PC; i++)
        put_register(out, target, i);
    fputs("</feature>\n<feature name=\"org.gnu.gdb.riscv.csr\">\n", out);
    for (uint32_t i = 0; i < 4096; i++)
        put_register(out, target, STH_GDB_REG_CSR + i);
    fputs("</feature>\n</target>\n", out);
}

static void put_memory(FILE *out, const struct sth_gdb_target *target)
{
    struct sth_gdb_region region;

    fputs("<?xml version=\"1.0\"?>\n"
          "<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map "
          "V1.0//EN\" \"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n"
          "<memory-map>\n",
          out);
    for (uint32_t i = 0; target->region(target->user, i, &region); i++)
        fprintf(out,
                "<memory type=\"%s\" start=\"0x%" PRIx32
                "\" length=\"0x%" PRIx64 "\"/>\n",
                region.read_only ? "rom" : "ram", region.base, region.bytes);
    fputs("</memory-map>\n", out);
}

static char *describe(void (*put)(FILE *, const struct sth_gdb_target *),
                      const struct sth_gdb_target *target)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    if (!out)
        return NULL;
    put(out, target);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

char *sth_gdb_describe_features(const struct sth_gdb_target *target)
{
    return describe(put_features, target);
}

char *sth_gdb_describe_memory(const struct sth_gdb_target *target)
{
    return describe(put_memory, target);
}
