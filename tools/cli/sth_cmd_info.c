/* systolith info: a configuration and what follows from it. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_config.h"
#include "sth_report_head.h"

#include <inttypes.h>
#include <stdio.h>

/* Multiply-accumulates a cycle; 0: the array has not the type. */
static uint64_t peak(const struct sth_params *p, uint32_t bf16)
{
    uint32_t type = bf16 != 0 ? STH_DATA_TYPE_BF16 : STH_DATA_TYPE_INT8;

    return (p->data_types & type) == 0
               ? 0
               : (uint64_t)p->array_rows * p->array_cols *
                     sth_pe_products(bf16);
}

static void print_config(const struct sth_config *c)
{
    const struct sth_params *p = &c->params;
    const uint64_t int8 = peak(p, 0), bf16 = peak(p, 1);
    char memory[STH_MEM_TEXT_MAX];

    sth_mem_config_text(&c->memory, memory, sizeof(memory));
    printf("%s, hash 0x%08" PRIx32 "\n", c->name, sth_config_hash(c));
#define PARAM(key, v, def, min, max, rule, doc)                                \
    printf("  %-12s %10" PRIu32 "  %s\n", #key, p->key, doc);
#include "params.def"
#undef PARAM
    printf("  %-12s %10" PRIu32 "  of the core\n"
           "  %-12s %10s  behind the bus\n",
           "clock_mhz", c->memory.clock_mhz, "memory", memory);
    printf("derived\n");
    if (bf16 != 0)
        printf("  %-12s %10" PRIu64 "  multiply-accumulates of bf16 a cycle\n",
               "peak", bf16);
    if (int8 != 0)
        printf("  %-12s %10" PRIu64 "  multiply-accumulates of int8 a cycle\n",
               "peak", int8);
    printf("  %-12s %10" PRIu32 "  bytes of a scratchpad word\n", "sp_word",
           sth_sp_word_bytes(p));
    printf("  %-12s %10" PRIu32 "  accumulator rows\n", "acc_rows",
           p->acc_bytes / sth_acc_row_bytes(p));
    printf("  %-12s %10.2f  products a byte at which the bus keeps up\n",
           "balance", (double)(bf16 != 0 ? bf16 : int8) / p->bus_bytes);
    printf("  %-12s 0x%08" PRIx32 "  of the parameters, register CFG_HASH\n",
           "cfg_hash", sth_params_hash(p));
}

static void print_peak(const struct sth_mem_config *m)
{
    const struct sth_mem_peak peak = sth_mem_config_peak(m);

    if (peak.bytes > 0)
        printf("  peak %.1f bytes a cycle at %" PRIu32 " MHz%s: %.1f GB/s\n",
               peak.bytes, m->clock_mhz,
               peak.shared ? ", both directions together" : " each way",
               peak.bytes * m->clock_mhz / 1000);
    else
        printf("  peak: the bus width each way\n");
}

/* False, with a message, if `text` is no memory. */
static bool print_memory(const char *text, const struct sth_mem_config *m)
{
    struct sth_mem_source source[STH_DRAM_FIELDS];
    const uint32_t value[STH_DRAM_FIELDS] = {
#define DRAM(field, ...) m->dram.field,
#include "dram.def"
#undef DRAM
    };
    static const struct {
        const char *name, *unit;
    } fields[STH_DRAM_FIELDS] = {
#define DRAM(field, min, max, rule, unit, meaning) {#field, unit},
#include "dram.def"
#undef DRAM
    };
    char error[4600], name[STH_MEM_TEXT_MAX];

    sth_mem_config_text(m, name, sizeof(name));
    if (!m->dram.channels) {
        printf("%s: first data %" PRIu32 " cycles behind the address\n", name,
               m->latency);
        print_peak(m);
        return true;
    }
    if (!sth_mem_sources(text, source, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    printf("%s: every figure is %s or better\n", name,
           sth_standing_name(m->standing));
    print_peak(m);
    for (int i = 0; i < STH_DRAM_FIELDS; i++) {
        char number[24];

        snprintf(number, sizeof(number), "%" PRIu32, value[i]);
        printf("  %-16s %8s %-2s %-9s  %s\n", fields[i].name,
               i == STH_DRAM_mapping ? sth_mapping_name(value[i]) : number,
               fields[i].unit, sth_standing_name(source[i].standing),
               source[i].text);
    }
    return true;
}

static int print_json(const struct sth_config *c)
{
    const struct sth_params *p = &c->params;
    json_t *root = json_object();
    bool good;

    sth_report_head(root, c);
    json_object_set_new(root, "peak_macs_per_cycle",
                        json_pack("{s:I, s:I}", "int8", (json_int_t)peak(p, 0),
                                  "bf16", (json_int_t)peak(p, 1)));
    good = sth_report_write(stdout, root);
    return good ? 0 : 1;
}

/* A memory without a configuration. */
static int print_memory_json(const struct sth_mem_config *m)
{
    json_t *root = json_object();
    char text[STH_MEM_TEXT_MAX];

    sth_mem_config_text(m, text, sizeof(text));
    json_object_set_new(root, "version", sth_report_version());
    json_object_set_new(root, "memory", sth_report_string(text));
    json_object_set_new(root, "clock_mhz", json_integer(m->clock_mhz));
    json_object_set_new(root, "peak_bytes_per_cycle",
                        json_real(sth_mem_config_peak(m).bytes));
    if (!m->dram.channels)
        return sth_report_write(stdout, root) ? 0 : 1;
    json_object_set_new(root, "standing",
                        json_string(sth_standing_name(m->standing)));
#define DRAM(field, ...)                                                       \
    json_object_set_new(root, #field, json_integer(m->dram.field));
#include "dram.def"
#undef DRAM
    json_object_set_new(root, "mapping",
                        json_string(sth_mapping_name(m->dram.mapping)));
    return sth_report_write(stdout, root) ? 0 : 1;
}

int sth_cmd_info(int argc, char **argv)
{
    struct sth_config config;
    struct sth_args args;
    const char *name, *memory;
    char error[4600];
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_INFO, argc, argv, &status))
        return status;
    name = args.operand[0];
    memory = args.text[STH_OPT_INFO_MEMORY];
    if (!name && !memory)
        return sth_cmd_error("name a configuration or a memory; see --help");
    sth_mem_config_default(&config.memory);
    if (name &&
        !sth_config_find(name, sth_cmd_home(), &config, error, sizeof(error)))
        return sth_cmd_error("%s", error);
    if (memory &&
        !sth_mem_config_parse(&config.memory, memory, error, sizeof(error)))
        return sth_cmd_error("option --memory: %s", error);
    if (args.given[STH_OPT_INFO_CLOCK])
        config.memory.clock_mhz = (uint32_t)args.number[STH_OPT_INFO_CLOCK];
    if (args.given[STH_OPT_INFO_JSON])
        return name ? print_json(&config) : print_memory_json(&config.memory);
    if (name)
        print_config(&config);
    return !memory || print_memory(memory, &config.memory) ? 0 : 1;
}
