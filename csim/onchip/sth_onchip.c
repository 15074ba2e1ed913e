/* The choice of a kernel's path. */
#include "sth_onchip.h"

uint32_t sth_onchip_run(sth_kernel *const path[STH_ISA_COUNT],
                        const struct sth_onchip *chip,
                        const struct sth_command *command)
{
    enum sth_isa isa = sth_isa_fit(chip->isa, chip->params->array_cols);
    unsigned mode = sth_isa_enter_float_mode();
    uint32_t digest = path[isa](chip, command);

    sth_isa_leave_float_mode(mode);
    return digest;
}
