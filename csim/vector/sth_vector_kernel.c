#include "sth_vector_kernel.h"

#include "sth_vector_kernel_impl.h"

uint32_t sth_kernel_vector(const struct sth_onchip *chip,
                           const struct sth_command *command)
{
    static sth_kernel *const path[STH_ISA_COUNT] = {
#define ISA(name, suffix, lanes) sth_vector_kernel_##suffix,
        STH_ISA_TABLE(ISA)
#undef ISA
    };

    return sth_onchip_run(path, chip, command);
}
