#include "sth_cmd.h"
#include "sth_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: systolith info [--json] CONFIG\n"
    "\n"
    "Describes a configuration: a file, or a name of configs/.\n";

static void print_text(const struct sth_config *c)
{
    const struct sth_params *p = &c->params;
    uint64_t macs = (uint64_t)p->array_rows * p->array_cols;

    printf("%s, hash 0x%08" PRIx32 "\n", c->name, sth_params_hash(p));
#define PARAM(key, v, def, min, max, rule, doc)                                \
    printf("  %-12s %10" PRIu32 "  %s\n", #key, p->key, doc);
#include "params.def"
#undef PARAM
    printf("derived\n");
    printf("  %-12s %10" PRIu64 "  multiply-accumulates a cycle\n", "peak",
           macs);
    printf("  %-12s %10" PRIu32 "  bytes of a scratchpad word\n", "sp_word",
           sth_sp_word_bytes(p));
    printf("  %-12s %10" PRIu32 "  accumulator rows\n", "acc_rows",
           p->acc_bytes / sth_acc_row_bytes(p));
    printf("  %-12s %10.2f  products a byte at which the bus keeps up\n",
           "balance", (double)macs / p->bus_bytes);
}

static void print_json(const struct sth_config *c)
{
    const struct sth_params *p = &c->params;

    printf("{\n  \"config\": \"%s\",\n", c->name);
#define PARAM(key, ...) printf("  \"" #key "\": %" PRIu32 ",\n", p->key);
#include "params.def"
#undef PARAM
    printf("  \"peak_macs_per_cycle\": %" PRIu64 ",\n",
           (uint64_t)p->array_rows * p->array_cols);
    printf("  \"hash\": \"0x%08" PRIx32 "\"\n}\n", sth_params_hash(p));
}

int sth_cmd_info(int argc, char **argv)
{
    struct sth_config config;
    const char *name = NULL;
    bool json = false;
    char error[512];

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(help, stdout);
            return 0;
        }
        if (!strcmp(argv[i], "--json"))
            json = true;
        else if (*argv[i] == '-' || name)
            return sth_cmd_error("unexpected argument '%s'", argv[i]);
        else
            name = argv[i];
    }
    if (!name)
        return sth_cmd_error("name a configuration; see --help");
    if (!sth_config_find(name, sth_cmd_home(), &config, error, sizeof(error)))
        return sth_cmd_error("%s", error);
    if (json)
        print_json(&config);
    else
        print_text(&config);
    return 0;
}
