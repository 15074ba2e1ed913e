/* systolith info: a configuration and what follows from it. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_config.h"
#include "sth_report_head.h"

#include <inttypes.h>
#include <stdio.h>

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

static int print_json(const struct sth_config *c)
{
    const struct sth_params *p = &c->params;
    json_t *root = json_object();
    bool good;

    sth_report_head(root, c);
    json_object_set_new(
        root, "peak_macs_per_cycle",
        json_integer((json_int_t)p->array_rows * (json_int_t)p->array_cols));
    good = sth_report_write(stdout, root);
    return good ? 0 : 1;
}

int sth_cmd_info(int argc, char **argv)
{
    struct sth_config config;
    struct sth_args args;
    char error[512];
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_INFO, argc, argv, &status))
        return status;
    if (!sth_config_find(args.operand[0], sth_cmd_home(), &config, error,
                         sizeof(error)))
        return sth_cmd_error("%s", error);
    if (args.given[STH_OPT_INFO_JSON])
        return print_json(&config);
    print_text(&config);
    return 0;
}
