#include "sth_store_kernel.h"

#include "sth_copy.h"
#include "sth_digest.h"

uint32_t sth_kernel_store(const struct sth_onchip *chip,
                          const struct sth_command *command,
                          struct sth_mem *mem)
{
    struct sth_copy copy = sth_copy_fields(command);
    struct sth_digest digest;
    uint64_t to;
    uint32_t from;

    sth_digest_init(&digest);
    while (sth_copy_next(&copy, &to, &from)) {
        sth_mem_write(mem, to, chip->sp + from, copy.bytes);
        sth_digest_add_bytes(&digest, (uint32_t)to, chip->sp + from,
                             copy.bytes);
    }
    return sth_digest_value(&digest);
}
