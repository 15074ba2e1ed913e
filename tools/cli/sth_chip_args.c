#include "sth_chip_args.h"

#include "sth_cmd.h"

bool sth_chip_args_take(const struct sth_chip_args *args,
                        struct sth_config *config, struct sth_mem_config *own)
{
    char error[4600];

    if (!sth_config_find(args->config, sth_cmd_home(), config, error,
                         sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    *own = config->memory;
    if (args->memory && !sth_mem_config_parse(&config->memory, args->memory,
                                              error, sizeof(error))) {
        sth_cmd_error("option --memory: %s", error);
        return false;
    }
    if (args->clock_mhz)
        config->memory.clock_mhz = args->clock_mhz;
    if (args->stalls &&
        !sth_mem_config_parse_stalls(&config->memory, args->stalls, error,
                                     sizeof(error))) {
        sth_cmd_error("option --stalls: %s", error);
        return false;
    }
    return true;
}
