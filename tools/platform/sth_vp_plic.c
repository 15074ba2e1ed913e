#include "sth_vp_plic.h"

#include "sth_platform.h"

#include <assert.h>
#include <string.h>

void sth_vp_plic_reset(struct sth_vp_plic *plic)
{
    const uint32_t level = plic->level;

    memset(plic, 0, sizeof(*plic));
    plic->level = level;
}

void sth_vp_plic_set(struct sth_vp_plic *plic, uint32_t source, bool level)
{
    assert(source > 0 && source < STH_VP_SOURCES);
    if (level)
        plic->level |= 1u << source;
    else
        plic->level &= ~(1u << source);
}

uint32_t sth_vp_plic_best(const struct sth_vp_plic *plic)
{
    const uint32_t asking = plic->level & plic->enabled & ~plic->claimed;
    uint32_t best = 0, priority = plic->threshold;

    for (uint32_t i = 1; asking && i < STH_VP_SOURCES; i++)
        if (asking >> i & 1 && plic->priority[i] > priority) {
            best = i;
            priority = plic->priority[i];
        }
    return best;
}

static uint32_t claim(struct sth_vp_plic *plic)
{
    const uint32_t source = sth_vp_plic_best(plic);

    if (source)
        plic->claimed |= 1u << source;
    return source;
}

/* Of which source a word is the priority; 0: it is none. */
static uint32_t priority_of(uint32_t offset)
{
    const uint32_t source = (offset - STH_PLATFORM_PLIC_PRIORITY) / 4;

    return source < STH_VP_SOURCES ? source : 0;
}

uint32_t sth_vp_plic_read(struct sth_vp_plic *plic, uint32_t offset)
{
    switch (offset) {
    case STH_PLATFORM_PLIC_ENABLE:
        return plic->enabled;
    case STH_PLATFORM_PLIC_THRESHOLD:
        return plic->threshold;
    case STH_PLATFORM_PLIC_CLAIM:
        return claim(plic);
    default:
        return plic->priority[priority_of(offset)];
    }
}

void sth_vp_plic_write(struct sth_vp_plic *plic, uint32_t offset,
                       uint32_t value)
{
    switch (offset) {
    case STH_PLATFORM_PLIC_ENABLE:
        plic->enabled = value & ~1u;
        break;
    case STH_PLATFORM_PLIC_THRESHOLD:
        plic->threshold = value;
        break;
    case STH_PLATFORM_PLIC_CLAIM:
        if (value < STH_VP_SOURCES)
            plic->claimed &= ~(1u << value);
        break;
    default:
        if (priority_of(offset))
            plic->priority[priority_of(offset)] = value;
        break;
    }
}
