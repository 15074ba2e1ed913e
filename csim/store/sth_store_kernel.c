#include "sth_store_kernel.h"

#include "sth_runs.h"
#include "sth_digest.h"

uint32_t sth_kernel_store(const struct sth_onchip *chip,
                          const struct sth_command *command,
                          struct sth_mem *mem)
{
    struct sth_runs runs = sth_runs_fields(command);
    struct sth_digest digest;
    uint64_t to;
    uint32_t from;

    sth_digest_init(&digest);
    while (sth_runs_next(&runs, &to, &from)) {
        sth_mem_write(mem, to, chip->sp + from, runs.bytes);
        sth_digest_add_bytes(&digest, (uint32_t)to, chip->sp + from,
                             runs.bytes);
    }
    return sth_digest_value(&digest);
}
