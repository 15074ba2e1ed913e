// Memory behind a bus: sparse, and full of a pattern, so that no byte is alike
// before it is written and one that lands at the wrong place is found.
#ifndef STH_BENCH_MEMORY_H
#define STH_BENCH_MEMORY_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace bench
{

class Memory
{
  public:
    uint8_t get(uint64_t addr) const
    {
        auto it = pages_.find(addr / kPage);

        return it == pages_.end() ? pattern(addr) : (*it->second)[addr % kPage];
    }

    void set(uint64_t addr, uint8_t value)
    {
        auto &page = pages_[addr / kPage];

        if (!page) {
            page = std::make_unique<Page>();
            for (uint64_t i = 0; i < kPage; i++)
                (*page)[i] = pattern(addr / kPage * kPage + i);
        }
        (*page)[addr % kPage] = value;
    }

    void read(uint64_t addr, void *to, size_t bytes) const
    {
        for (size_t i = 0; i < bytes; i++)
            static_cast<uint8_t *>(to)[i] = get(addr + i);
    }

    void write(uint64_t addr, const void *from, size_t bytes)
    {
        for (size_t i = 0; i < bytes; i++)
            set(addr + i, static_cast<const uint8_t *>(from)[i]);
    }

    // Back to the pattern.
    void clear()
    {
        pages_.clear();
    }

    static constexpr uint64_t kSame = ~uint64_t(0);

    // An address at which the two differ, or kSame.
    static uint64_t compare(const Memory &a, const Memory &b)
    {
        for (const Memory *m : {&a, &b})
            for (const auto &entry : m->pages_)
                for (uint64_t i = 0; i < kPage; i++) {
                    uint64_t addr = entry.first * kPage + i;

                    if (a.get(addr) != b.get(addr))
                        return addr;
                }
        return kSame;
    }

  private:
    static constexpr uint64_t kPage = 4096;
    using Page = std::array<uint8_t, kPage>;

    static uint8_t pattern(uint64_t addr)
    {
        return static_cast<uint8_t>((addr * 0x9e3779b97f4a7c15ull) >> 56);
    }

    std::unordered_map<uint64_t, std::unique_ptr<Page>> pages_;
};

} // namespace bench

#endif
