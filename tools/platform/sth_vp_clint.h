/*
 * The timer of the processor: 64-bit MTIME, which is the platform's cycle, and
 * MTIMECMP.  Software interrupts are not there.
 */
#ifndef STH_VP_CLINT_H
#define STH_VP_CLINT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sth_vp_clint {
    uint64_t mtimecmp;
};

void sth_vp_clint_reset(struct sth_vp_clint *clint);

/* A word at an aligned offset in cycle `now`; what is not there reads as zero,
 * writes to it, and to MTIME, change nothing. */
uint32_t sth_vp_clint_read(const struct sth_vp_clint *clint, uint32_t offset,
                           uint64_t now);
void sth_vp_clint_write(struct sth_vp_clint *clint, uint32_t offset,
                        uint32_t value);

/* Whether the timer interrupts in a cycle. */
static inline bool sth_vp_clint_line(const struct sth_vp_clint *clint,
                                     uint64_t now)
{
    return now >= clint->mtimecmp;
}

#ifdef __cplusplus
}
#endif

#endif
