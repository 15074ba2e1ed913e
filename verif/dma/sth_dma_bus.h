// The memory behind load, store and fetch: it reorders, interleaves, stalls
// and fails, knows the exact burst, beat and strobe that has to come next, and
// keeps what a correct engine has moved.
#ifndef STH_DMA_BUS_H
#define STH_DMA_BUS_H

#include <deque>
#include <vector>

#include "Vsth_dma_tb.h"
#include "sth_axi_rules.h"
#include "sth_bench_memory.h"
#include "sth_bench_report.h"
#include "sth_bench_top.h"
#include "sth_dma_command.h"

// How the surroundings behave in one batch; percentages a cycle.
struct Conditions {
    uint32_t latency_min, latency_max;
    bool in_order;
    uint32_t ready, valid, deny, fetch, error, command;
};

constexpr Conditions kCalm = {100, 100, true, 100, 100, 0, 0, 0, 100};

// What one engine is to do in a batch, and how far it is.
struct Work {
    std::vector<Command> commands;
    std::vector<Burst> bursts;
    size_t taken = 0, retired = 0; // commands
    size_t issued = 0;             // bursts
};

// Cycles that a batch was seen to use.
struct Trace {
    std::vector<uint64_t> accept[kEngines], retire[kEngines];
    std::vector<uint64_t> ar, aw, r, w, b, w_offer, fetch, fetch_ar;
};

struct Counts {
    uint64_t commands, syncs, bursts, beats, errors, stalls, drains;
};

class Bus
{
  public:
    Bus(bench::Report &report, bench::Random &random,
        bench::Top<Vsth_dma_tb> &top, Work (&work)[kEngines])
        : report_(report), random_(random), top_(top), work_(work)
    {
    }

    // Before a batch.
    void begin(const Conditions &conditions);

    // Inputs and outputs of one cycle.  While draining, two addresses of each
    // kind may still come, no more.
    void drive(bool draining);
    void observe();

    // Nothing that is outstanding belongs to an engine.
    void expect_drained();

    // After a reset: nothing is outstanding, memory is as it began.
    void reset();

    bool fetching() const
    {
        return !fetches_.empty() || !asked_.empty() || fetch_valid_;
    }

    // No engine's burst is left over.
    void expect_complete();

    bench::Memory memory;
    std::vector<uint8_t> sp = std::vector<uint8_t>(kSp); // the reference
    Trace trace;
    Counts counts = {};

  private:
    struct Read {
        uint8_t id;
        uint64_t addr;
        uint32_t beats, sent;
        uint64_t ready_at;
        size_t burst; // of the load
        bool erring;
    };

    struct Write {
        uint8_t id;
        size_t burst;
        bool complete; // all its data is here
        uint64_t ready_at;
        bool erring;
    };

    void drive_fetch();
    void drive_read_data();
    void drive_answers();
    void sample();
    void observe_ar();
    void observe_fetch_address();
    void observe_load_address();
    void observe_r();
    void observe_aw();
    void observe_w();
    void observe_beat(const Burst &burst);
    void observe_b();
    void expect_burst(const char *addr_what, const char *beats_what,
                      const Burst &want, uint64_t addr, uint32_t beats);
    void deliver(const Burst &burst, uint32_t beat);
    void note_error(int engine, const Burst &burst);
    void judge(int engine, const Burst &burst);

    bench::Report &report_;
    bench::Random &random_;
    bench::Top<Vsth_dma_tb> &top_;
    Work (&work_)[kEngines];
    Conditions conditions_ = kCalm;
    sth_axi_master master_ = {};
    sth_axi_held held_ = {};
    bool w_offered_ = false; // and waits

    std::vector<Read> reads_;
    std::vector<Write> writes_;
    std::deque<uint64_t> asked_, fetches_; // taken by the mux; on the bus
    bool fetch_valid_ = false;
    uint64_t fetch_addr_ = 0;
    // What is offered to the engines, and stays until it is taken.
    bool holding_read_ = false, holding_write_ = false, read_error_ = false;
    size_t read_ = 0, write_ = 0;
    // The data that comes next.
    size_t write_burst_ = 0;
    uint32_t write_beat_ = 0;
    bool draining_ = false;
    uint32_t drain_ar_ = 0, drain_aw_ = 0; // addresses taken since
};

#endif
