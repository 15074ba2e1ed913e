/* STORE: copies from the scratchpad to memory.  Bus errors are not seen. */
#ifndef STH_STORE_KERNEL_H
#define STH_STORE_KERNEL_H

#include "sth_mem.h"
#include "sth_onchip.h"

/* Like a sth_kernel, beside a memory. */
uint32_t sth_kernel_store(const struct sth_onchip *chip,
                          const struct sth_command *command,
                          struct sth_mem *mem);

#endif
