/* Which bytes of a window somebody has written. */
#ifndef STH_HART_SHADOW_H
#define STH_HART_SHADOW_H

#include "sth_hart.h"

/* Offsets from the window's base; bytes are not across a word. */
bool sth_hart_shadow_is_written(const struct sth_hart_side *side,
                                uint32_t offset, uint32_t bytes);
void sth_hart_shadow_write(const struct sth_hart_side *side, uint32_t offset,
                           uint32_t bytes);

/* The same for as many bytes as one likes, by address. */
void sth_hart_shadow_fill(struct sth_hart *hart, uint32_t addr, uint32_t bytes);

#endif
