#include "sth_matmul.h"

#include "sth_matmul_impl.h"

uint32_t sth_kernel_matmul(const struct sth_onchip *chip,
                           const struct sth_command *command)
{
    static sth_kernel *const path[STH_ISA_COUNT] = {
#define ISA(name, suffix, lanes) sth_matmul_##suffix,
        STH_ISA_TABLE(ISA)
#undef ISA
    };

    return sth_onchip_run(path, chip, command);
}
