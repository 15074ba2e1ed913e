#include "sth_load_kernel.h"

#include "sth_runs.h"
#include "sth_digest.h"

uint32_t sth_kernel_load(const struct sth_onchip *chip,
                         const struct sth_command *command, struct sth_mem *mem)
{
    struct sth_runs runs = sth_runs_fields(command);
    struct sth_digest digest;
    uint64_t from;
    uint32_t to;

    sth_digest_init(&digest);
    while (sth_runs_next(&runs, &from, &to)) {
        sth_mem_read(mem, from, chip->sp + to, runs.bytes);
        sth_digest_add_bytes(&digest, to, chip->sp + to, runs.bytes);
    }
    return sth_digest_value(&digest);
}
