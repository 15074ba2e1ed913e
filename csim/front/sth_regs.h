/* The register file: what each offset reads and what a write does. */
#ifndef STH_REGS_H
#define STH_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct sth_front;

/* Whether it belongs to a performance counter. */
bool sth_regs_is_counter(uint32_t offset);

/* The value now. */
uint32_t sth_regs_read(struct sth_front *front, uint32_t offset);

/* A write takes effect now; a soft reset under way swallows it. */
void sth_regs_write(struct sth_front *front, uint32_t offset, uint32_t value);

#endif
