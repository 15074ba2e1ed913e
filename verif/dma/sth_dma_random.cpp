#include "sth_dma_command.h"

#include <algorithm>

using bench::Random;

namespace
{

// A block without overlap of at most `span` bytes: len, counts and strides.
struct Shape {
    uint32_t len, n1, n2, s1, s2;
    uint64_t span;
};

Shape random_shape(Random &rnd, uint64_t span)
{
    Shape s;

    for (;;) {
        uint32_t kind = uint32_t(rnd.below(8));

        s.len = uint32_t(kind == 0   ? rnd.range(1, 12000)
                         : kind == 1 ? rnd.range(1, 3)
                         : kind < 5  ? rnd.range(1, 4 * kBus)
                                     : rnd.range(1, 700));
        s.n1 = uint32_t(rnd.percent(30) ? 1 : rnd.range(1, 12));
        s.n2 = uint32_t(rnd.percent(50) ? 1 : rnd.range(1, 6));
        uint64_t gap = rnd.percent(50) ? 0 : rnd.below(2 * kBus);
        uint64_t gap2 = rnd.percent(50) ? 0 : rnd.below(300);

        if (rnd.percent(75)) {
            s.s1 = uint32_t(s.len + gap);
            s.s2 = uint32_t(uint64_t(s.s1) * s.n1 + gap2);
        } else {
            s.s2 = uint32_t(s.len + gap);
            s.s1 = uint32_t(uint64_t(s.s2) * s.n2 + gap2);
        }
        s.span = uint64_t(s.n2 - 1) * s.s2 + uint64_t(s.n1 - 1) * s.s1 + s.len;
        if (s.span <= span)
            return s;
    }
}

// A memory address: any alignment, often near a 4096-byte boundary, below
// the end of the given 2^32-byte region.
uint64_t random_mem(Random &rnd, uint64_t region, uint64_t span)
{
    uint64_t at = rnd.below((1ull << 32) - span);

    if (rnd.percent(50)) {
        at = at / kPage * kPage + rnd.range(0, 3 * kBus);
        at -= std::min(at, rnd.below(6 * kBus));
        at = std::min<uint64_t>(at, (1ull << 32) - span);
    }
    if (rnd.percent(20))
        at = at / kBus * kBus;
    return region + at;
}

} // namespace

std::vector<Command> random_loads(Random &rnd, size_t count)
{
    std::vector<Command> list;
    uint64_t room = kSp / 2;
    uint32_t at = 0;

    for (size_t i = 0; i < count; i++) {
        Command c = empty_command(rnd);

        c.sync = rnd.percent(10);
        if (!c.sync) {
            at += uint32_t(rnd.below(kWord));
            if (room < at + 64)
                break;
            Shape s = random_shape(rnd, std::min<uint64_t>(room - at, 16000));

            c.sp = at;
            c.len = s.len;
            c.n1 = s.n1;
            c.n2 = s.n2;
            c.sp_s1 = s.s1;
            c.sp_s2 = s.s2;
            at += uint32_t(s.span);
            // Strides of any size that keep the last byte below 2^40.
            uint64_t wide = rnd.percent(20) ? 0xffffffffu : 3 * kPage;

            c.mem_s1 = uint32_t(rnd.percent(20) ? 0 : rnd.range(0, wide));
            c.mem_s2 = uint32_t(rnd.percent(20) ? 0 : rnd.range(0, wide));
            uint64_t span = uint64_t(c.n2 - 1) * c.mem_s2 +
                            uint64_t(c.n1 - 1) * c.mem_s1 + c.len;
            uint64_t region = rnd.below(8) << 32;

            c.mem = span < 1ull << 31 ? random_mem(rnd, region, span)
                                      : region + rnd.below(1 << 20);
            if (rnd.percent(5))
                c.mem = (1ull << 40) - span;
        }
        list.push_back(c);
    }
    return list;
}

std::vector<Command> random_stores(Random &rnd, size_t count)
{
    std::vector<Command> list;

    for (size_t i = 0; i < count; i++) {
        Command c = empty_command(rnd);

        c.sync = rnd.percent(10);
        if (!c.sync) {
            Shape s = random_shape(rnd, 16000);
            uint64_t wide = rnd.percent(20) ? 0x07ffffffu : 0;

            c.len = s.len;
            c.n1 = s.n1;
            c.n2 = s.n2;
            // A huge stride for the outer one of the two keeps runs apart.
            if (wide && s.s2 >= s.s1)
                s.s2 += uint32_t(rnd.below(wide));
            c.mem_s1 = s.s1;
            c.mem_s2 = s.s2;
            s.span =
                uint64_t(s.n2 - 1) * s.s2 + uint64_t(s.n1 - 1) * s.s1 + s.len;
            c.mem = random_mem(rnd, (0x80 + i) << 32, s.span);
            for (;;) {
                c.sp_s1 = uint32_t(rnd.percent(20) ? 0 : rnd.below(3000));
                c.sp_s2 = uint32_t(rnd.percent(20) ? 0 : rnd.below(3000));
                uint64_t span = uint64_t(c.n2 - 1) * c.sp_s2 +
                                uint64_t(c.n1 - 1) * c.sp_s1 + c.len;

                if (span > kSp / 2)
                    continue;
                c.sp = uint32_t(kSp / 2 + rnd.below(kSp / 2 - span + 1));
                if (rnd.percent(10))
                    c.sp = uint32_t(kSp - span);
                break;
            }
        }
        list.push_back(c);
    }
    return list;
}
