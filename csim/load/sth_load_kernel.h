/* LOAD: copies from memory to the scratchpad.  Bus errors are not seen. */
#ifndef STH_LOAD_KERNEL_H
#define STH_LOAD_KERNEL_H

#include "sth_mem.h"
#include "sth_onchip.h"

/* Like a sth_kernel, beside a memory. */
uint32_t sth_kernel_load(const struct sth_onchip *chip,
                         const struct sth_command *command,
                         struct sth_mem *mem);

#endif
