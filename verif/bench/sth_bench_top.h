// A Verilated top with its clock, its reset and the count of its cycles.
#ifndef STH_BENCH_TOP_H
#define STH_BENCH_TOP_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "sth_bench_report.h"
#include "verilated.h"

namespace bench
{

// Of a model with ports clk_i and rst_ni.  A cycle is: set inputs, settle(),
// look at outputs, edge().
template <typename Model> class Top
{
  public:
    // Registers without reset, and everything else before it, begin random.
    Top(Report &report, uint64_t seed) : report_(report)
    {
        context_.randReset(2);
        context_.randSeed(static_cast<int>(seed % 0x7fffffff) + 1);
        // An assertion that fails is reported with its command.
        context_.fatalOnError(false);
        model_ = std::make_unique<Model>(&context_, "top");
    }

    ~Top()
    {
        model_->final();
    }

    Model *operator->()
    {
        return model_.get();
    }

    // Begins a cycle: outputs follow the inputs that are set.
    void settle()
    {
        model_->clk_i = 0;
        model_->eval();
    }

    // Inputs changed after settle(): outputs follow again.
    void follow()
    {
        model_->eval();
    }

    // Ends a cycle.
    void edge()
    {
        model_->clk_i = 1;
        model_->eval();
        report_.at(++cycle_);
        // What holds in every cycle is no check that a test could boast of.
        if (context_.gotError())
            demand(report_.expect_that(
                false, "an assertion of the RTL failed, see above"));
    }

    // Four cycles in reset.
    void reset()
    {
        model_->rst_ni = 0;
        for (int i = 0; i < 4; i++) {
            settle();
            edge();
        }
        model_->rst_ni = 1;
    }

    // Cycles that have ended.
    uint64_t cycle() const
    {
        return cycle_;
    }

  private:
    Report &report_;
    VerilatedContext context_;
    std::unique_ptr<Model> model_;
    uint64_t cycle_ = 0;
};

// The bytes that lie on a port, narrow or wide; little-endian hosts only.
template <typename Port> uint8_t *port_bytes(Port &port)
{
    return reinterpret_cast<uint8_t *>(&port);
}

template <typename Port>
void port_set(Port &port, const void *from, size_t bytes)
{
    std::memcpy(port_bytes(port), from, bytes);
}

template <typename Port> void port_get(const Port &port, void *to, size_t bytes)
{
    std::memcpy(to, &port, bytes);
}

// So many bits from bit `lsb` on, at most 64 and within two words.
template <typename Port>
uint64_t port_bits(const Port &port, uint32_t lsb, uint32_t width)
{
    const auto *bytes = reinterpret_cast<const uint8_t *>(&port);
    uint64_t value = 0;

    for (uint32_t i = 0; i < width; i++)
        value |= uint64_t(bytes[(lsb + i) / 8] >> (lsb + i) % 8 & 1) << i;
    return value;
}

template <typename Port> bool port_bit(const Port &port, uint32_t i)
{
    return reinterpret_cast<const uint8_t *>(&port)[i / 8] >> i % 8 & 1;
}

// Ones in the lowest bits of a port, zeros above them.
template <typename Port> void port_ones(Port &port, uint32_t bits)
{
    std::memset(port_bytes(port), 0, sizeof(port));
    for (uint32_t i = 0; i < bits; i++)
        port_bytes(port)[i / 8] |= uint8_t(1u << i % 8);
}

template <typename Port> void port_clear(Port &port)
{
    std::memset(port_bytes(port), 0, sizeof(port));
}

} // namespace bench

#endif
