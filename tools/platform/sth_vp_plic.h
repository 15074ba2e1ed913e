/*
 * The interrupt controller: lines of sources to one line of the processor.
 * Sources are levels; one that was claimed interrupts again when it is
 * completed and its line is still high.
 */
#ifndef STH_VP_PLIC_H
#define STH_VP_PLIC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STH_VP_SOURCES = 32 }; /* source 0 is none */

struct sth_vp_plic {
    uint32_t level, claimed, enabled; /* by source */
    uint32_t priority[STH_VP_SOURCES], threshold;
};

void sth_vp_plic_reset(struct sth_vp_plic *plic);

/* The line of a source, 1 to STH_VP_SOURCES - 1. */
void sth_vp_plic_set(struct sth_vp_plic *plic, uint32_t source, bool level);

/* The source that a claim would get: the highest priority, then the lowest
 * number; 0: none. */
uint32_t sth_vp_plic_best(const struct sth_vp_plic *plic);

/* A word at an aligned offset; reading CLAIM claims.  What is not there reads
 * as zero and takes no write. */
uint32_t sth_vp_plic_read(struct sth_vp_plic *plic, uint32_t offset);
void sth_vp_plic_write(struct sth_vp_plic *plic, uint32_t offset,
                       uint32_t value);

#ifdef __cplusplus
}
#endif

#endif
