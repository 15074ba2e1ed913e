// The one generator of all benches: what a bench does is a function of its
// seed.
#ifndef STH_BENCH_RANDOM_H
#define STH_BENCH_RANDOM_H

#include <cstddef>
#include <cstdint>

namespace bench
{

// xorshift64*, which never stays at zero because the state begins odd.
class Random
{
  public:
    explicit Random(uint64_t seed) : state_(seed * 2 + 1)
    {
        for (int i = 0; i < 8; i++)
            next();
    }

    uint64_t next()
    {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545f4914f6cdd1dull;
    }

    uint32_t bits()
    {
        return static_cast<uint32_t>(next() >> 32);
    }

    // Uniform in [0, n), n > 0.
    uint64_t below(uint64_t n)
    {
        return (next() >> 11) % n;
    }

    // Uniform in [low, high].
    uint64_t range(uint64_t low, uint64_t high)
    {
        return low + below(high - low + 1);
    }

    // True in p of a hundred cases.
    bool percent(uint32_t p)
    {
        return below(100) < p;
    }

    template <typename T, size_t N> T pick(const T (&list)[N])
    {
        return list[below(N)];
    }

    void fill(void *to, size_t bytes)
    {
        auto *out = static_cast<uint8_t *>(to);

        for (size_t i = 0; i < bytes; i++)
            out[i] = static_cast<uint8_t>(bits());
    }

  private:
    uint64_t state_;
};

} // namespace bench

#endif
