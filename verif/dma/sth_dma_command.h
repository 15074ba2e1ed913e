// Copies of the load and store engines: what each one does, byte by byte, and
// random ones.
#ifndef STH_DMA_COMMAND_H
#define STH_DMA_COMMAND_H

#include <cstdint>
#include <vector>

#include "sth_bench_random.h"
#include "sth_spec.h"

#ifndef BUS_BYTES
#error                                                                         \
    "BUS_BYTES, WORD_BYTES, LOAD_SLOTS and STORE_SLOTS come from the Makefile"
#endif

constexpr uint32_t kBus = BUS_BYTES;
constexpr uint32_t kWord = WORD_BYTES;
constexpr uint32_t kSp = 65536;
constexpr uint32_t kPage = STH_BURST_BYTES;
constexpr uint64_t kAddrMask = (1ull << STH_ADDR_BITS) - 1;

// Which engine: an index of most arrays.
enum { kLoad, kStore, kEngines };

struct Command {
    bool sync;
    uint64_t mem;
    uint32_t sp, len, n1, n2;
    uint32_t mem_s1, mem_s2, sp_s1, sp_s2;
    uint32_t index;
    uint16_t post;
    bool irq;
    // Filled while it runs.
    sth_command word;
    uint64_t start;
    bool failed;
    uint64_t failed_seq;
    uint64_t failed_addr;

    uint64_t mem_at(uint32_t i2, uint32_t i1, uint32_t b) const
    {
        return (mem + uint64_t(i2) * mem_s2 + uint64_t(i1) * mem_s1 + b) &
               kAddrMask;
    }

    uint32_t sp_at(uint32_t i2, uint32_t i1, uint32_t b) const
    {
        return sp + i2 * sp_s2 + i1 * sp_s1 + b;
    }

    uint64_t bytes() const
    {
        return sync ? 0 : uint64_t(len) * n1 * n2;
    }

    // f(memory address, scratchpad address) for every byte, in order.
    template <typename F> void each_byte(F f) const
    {
        for (uint32_t i2 = 0; !sync && i2 < n2; i2++)
            for (uint32_t i1 = 0; i1 < n1; i1++)
                for (uint32_t b = 0; b < len; b++)
                    f(mem_at(i2, i1, b), sp_at(i2, i1, b));
    }
};

// One expected burst.
struct Burst {
    size_t command;
    uint64_t seq;  // in the command
    uint64_t addr; // bus-aligned
    uint32_t beats;
    uint32_t sp;    // of the first byte
    uint32_t first; // offset of the first byte in the burst
    uint32_t bytes;

    // The scratchpad address of a byte of the burst, counted from its address;
    // or -1: it belongs to the bus word, not to the copy.
    int64_t sp_of(uint32_t position) const
    {
        return position >= first && position < first + bytes
                   ? int64_t(sp + position - first)
                   : -1;
    }
};

// The bursts of a command, split byte by byte from the text of the contract.
std::vector<Burst> split(const Command &command, size_t number);

// The words of a command, random in all bits that its engine must not look at.
sth_command encode(const Command &command, int engine, bench::Random &random);

// What a correct engine reports for the bytes of `sp`.
uint32_t digest(const Command &command, int engine,
                const std::vector<uint8_t> &sp);

// A command without a copy; one that copies `len` bytes in one piece.
Command empty_command(bench::Random &random);
Command plain_copy(bench::Random &random, uint64_t mem, uint32_t sp,
                   uint32_t len);

// Loads write disjoint parts of the lower half of the scratchpad from
// anywhere; some sources overlap themselves.  Stores read anywhere in the
// upper half and write regions of their own.
std::vector<Command> random_loads(bench::Random &random, size_t count);
std::vector<Command> random_stores(bench::Random &random, size_t count);

#endif
