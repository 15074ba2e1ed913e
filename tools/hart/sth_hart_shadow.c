#include "sth_hart_shadow.h"

#include "sth_hart_window.h"

#include <stdlib.h>
#include <string.h>

bool sth_hart_shadow(struct sth_hart *hart)
{
    uint8_t *written[STH_HART_WINDOWS] = {0};
    bool good = true;

    for (uint32_t i = 0; i < hart->config.windows; i++)
        if (!hart->config.window[i].read_only) {
            written[i] = calloc(hart->config.window[i].bytes / 8, 1);
            good = good && written[i];
        }
    for (uint32_t i = 0; i < hart->config.windows; i++) {
        if (good) {
            free(hart->side[i].written);
            hart->side[i].written = written[i];
        } else {
            free(written[i]);
        }
    }
    if (good)
        sth_hart_window_close(hart);
    return good;
}

static uint8_t mask(uint32_t offset, uint32_t bytes)
{
    return (uint8_t)(((1u << bytes) - 1) << offset % 8);
}

bool sth_hart_shadow_is_written(const struct sth_hart_side *side,
                                uint32_t offset, uint32_t bytes)
{
    return !(mask(offset, bytes) & ~side->written[offset / 8]);
}

void sth_hart_shadow_write(const struct sth_hart_side *side, uint32_t offset,
                           uint32_t bytes)
{
    side->written[offset / 8] |= mask(offset, bytes);
}

/* Bits from `first` to before `end`. */
static void set_bits(uint8_t *written, uint32_t first, uint32_t end)
{
    for (; first % 8 != 0 && first < end; first++)
        written[first / 8] |= (uint8_t)(1u << first % 8);
    if (first >= end)
        return;
    memset(written + first / 8, 0xff, (end - first) / 8);
    for (first += (end - first) / 8 * 8; first < end; first++)
        written[first / 8] |= (uint8_t)(1u << first % 8);
}

void sth_hart_shadow_fill(struct sth_hart *hart, uint32_t addr, uint32_t bytes)
{
    const uint64_t end = (uint64_t)addr + bytes;

    for (uint32_t i = 0; i < hart->config.windows; i++) {
        const struct sth_hart_window *window = &hart->config.window[i];
        const uint64_t last = (uint64_t)window->base + window->bytes;
        const uint64_t from = addr > window->base ? addr : window->base;
        const uint64_t to = end < last ? end : last;

        if (hart->side[i].written && from < to)
            set_bits(hart->side[i].written, (uint32_t)(from - window->base),
                     (uint32_t)(to - window->base));
    }
}

/* The first bit from `first` to before `end` that is zero; `end`: none. */
static uint32_t find_zero(const uint8_t *written, uint32_t first, uint32_t end)
{
    while (first < end) {
        uint64_t eight = 0;

        if (first % 64 == 0 && end - first >= 64)
            memcpy(&eight, written + first / 8, sizeof(eight));
        if (eight == UINT64_MAX)
            first += 64;
        else if (first % 8 == 0 && written[first / 8] == 0xff)
            first += 8;
        else if (written[first / 8] >> first % 8 & 1)
            first++;
        else
            return first;
    }
    return end;
}

bool sth_hart_is_written(const struct sth_hart *hart, uint32_t addr,
                         uint32_t bytes, uint32_t *first)
{
    const uint64_t end = (uint64_t)addr + bytes;

    for (uint32_t i = 0; i < hart->config.windows; i++) {
        const struct sth_hart_window *window = &hart->config.window[i];
        const uint64_t last = (uint64_t)window->base + window->bytes;
        const uint64_t from = addr > window->base ? addr : window->base;
        const uint64_t to = end < last ? end : last;
        uint32_t zero;

        if (!hart->side[i].written || from >= to)
            continue;
        zero = find_zero(hart->side[i].written, (uint32_t)(from - window->base),
                         (uint32_t)(to - window->base));
        if (zero < to - window->base) {
            *first = window->base + zero;
            return false;
        }
    }
    return true;
}
