/*
 * The chip that options name, with the memory and the clock that they say.
 */
#ifndef STH_CHIP_ARGS_H
#define STH_CHIP_ARGS_H

#include "sth_config.h"

struct sth_chip_args {
    const char *config;
    const char *memory, *stalls; /* NULL: the configuration's, none */
    uint32_t clock_mhz;          /* 0: the configuration's */
};

/*
 * What is said about memory and clock goes before the configuration's, whose
 * own memory is also written to own.  False: a message has been printed.
 */
bool sth_chip_args_take(const struct sth_chip_args *args,
                        struct sth_config *config, struct sth_mem_config *own);

#endif
