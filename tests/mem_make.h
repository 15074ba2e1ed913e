/* Memories for tests. */
#ifndef MEM_MAKE_H
#define MEM_MAKE_H

#include "sth_mem.h"
#include "sth_random.h"

/* A memory as --memory and --stalls would make it. */
static inline struct sth_mem *make_mem(const char *text, const char *stalls,
                                       uint32_t bus_bytes)
{
    struct sth_mem_config config;
    struct sth_mem *mem;
    char error[256];

    sth_mem_config_default(&config);
    if (text && !sth_mem_config_parse(&config, text, error, sizeof error))
        fail_msg("%s", error);
    if (stalls &&
        !sth_mem_config_parse_stalls(&config, stalls, error, sizeof error))
        fail_msg("%s", error);
    mem = sth_mem_create(&config, bus_bytes, false);
    assert_non_null(mem);
    return mem;
}

static inline uint32_t random_u32(uint64_t *state)
{
    return (uint32_t)(sth_random_next(state) >> 32);
}

#endif
