// The front end with a ring in memory and four engines that do nothing but
// take their time; registers are accessed as software does.
#ifndef STH_FRONT_DUT_H
#define STH_FRONT_DUT_H

#include <deque>
#include <vector>

#include "Vsth_front.h"
#include "sth_bench_report.h"
#include "sth_bench_top.h"
#include "sth_spec.h"

constexpr uint64_t kRingBase = 0x12345000;
constexpr uint64_t kErrorAddr = 0xab12345678; // of a load that fails
constexpr unsigned kRingLog2 = 6;
constexpr uint32_t kRingMask = (1u << kRingLog2) - 1;
constexpr uint32_t kBus = STH_BUILD_BusBytes;

// The parameters that this model was built with.
constexpr sth_params kParams = {
#define PARAM(c, v, ...) STH_BUILD_##v,
#include "params.def"
#undef PARAM
};

class Front
{
  public:
    Front(bench::Report &report, uint64_t seed);

    void tick();
    void ticks(unsigned count);

    // One register access; a write takes effect in write_cycle.
    void write(uint32_t offset, uint32_t value, uint8_t strobes = 0xf);
    uint32_t read(uint32_t offset);
    uint64_t counter(unsigned number);
    void soft_reset();

    // Resets the core and this bench's knobs, and starts the front end.
    void begin();

    // A command behind the last one; software sees it after ring_doorbell().
    void put(const sth_command &c);
    void ring_doorbell();
    // The same for one command, once the ring has room for it.
    void put_when_there_is_room(const sth_command &c);

    // Lets time pass until a fault is reported or nothing is left to do, which
    // is expected.
    void settle();
    // Lets time pass until the interrupt, which is expected.
    void wait_interrupt();

    bench::Report &report;
    bench::Top<Vsth_front> top;

    // Memory: cycles from address to first beat; a read whose last beat fails.
    unsigned read_latency;
    int64_t failing_read;
    bool bus_hangs;
    // Engines: cycles from start to retirement, 0 never retires; a load that
    // fails.
    unsigned latency[STH_ENGINE_COUNT];
    bool ready[STH_ENGINE_COUNT];
    int64_t failing_load;
    bool engines_idle;

    // What was seen since begin().
    struct Start {
        uint32_t index;
        unsigned engine;
        uint64_t cycle;
    };
    std::vector<Start> starts;
    std::vector<uint64_t> reads, last_beats, retirements;
    uint32_t tail = 0;
    uint64_t write_cycle = 0;

  private:
    struct Beat {
        uint64_t cycle, addr;
        bool last, error;
    };
    struct Held {
        uint32_t index;
        uint16_t post;
        bool irq;
        uint64_t start;
    };

    void set_knobs();
    void drive_bus();
    void drive_engine(unsigned e);
    void observe_bus();
    void observe_engine(unsigned e);
    void start(unsigned e);

    sth_command ring_[1u << kRingLog2] = {};
    std::deque<Beat> beats_;
    std::deque<Held> held_[STH_ENGINE_COUNT];
};

#endif
