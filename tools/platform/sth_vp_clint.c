#include "sth_vp_clint.h"

#include "sth_platform.h"

void sth_vp_clint_reset(struct sth_vp_clint *clint)
{
    clint->mtimecmp = UINT64_MAX;
}

uint32_t sth_vp_clint_read(const struct sth_vp_clint *clint, uint32_t offset,
                           uint64_t now)
{
    const uint32_t shift = offset % 8 * 8;

    switch (offset - offset % 8) {
    case STH_PLATFORM_CLINT_MTIMECMP:
        return (uint32_t)(clint->mtimecmp >> shift);
    case STH_PLATFORM_CLINT_MTIME:
        return (uint32_t)(now >> shift);
    default:
        return 0;
    }
}

void sth_vp_clint_write(struct sth_vp_clint *clint, uint32_t offset,
                        uint32_t value)
{
    const uint32_t shift = offset % 8 * 8;

    if (offset - offset % 8 == STH_PLATFORM_CLINT_MTIMECMP)
        clint->mtimecmp = (clint->mtimecmp & ~(UINT64_C(0xffffffff) << shift)) |
                          (uint64_t)value << shift;
}
