/*
 * Control and status registers.
 *
 * False: there is none of that number, or it cannot be written.  The cycles and
 * instructions that a write leaves are what the next instruction reads.
 */
#ifndef STH_HART_CSR_H
#define STH_HART_CSR_H

#include "sth_hart.h"

enum { STH_HART_CSR_MEPC = 0x341 };

bool sth_hart_csr_read(const struct sth_hart *hart, uint32_t number,
                       uint32_t *value);
bool sth_hart_csr_write(struct sth_hart *hart, uint32_t number, uint32_t value);

#endif
