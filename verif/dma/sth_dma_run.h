// Load and store engines with their scratchpad: batches of commands, each
// followed to its retirement, and both memories compared whole.
#ifndef STH_DMA_RUN_H
#define STH_DMA_RUN_H

#include <vector>

#include "sth_dma_bus.h"

class Run
{
  public:
    Run(bench::Report &report, uint64_t seed);

    // Fills scratchpad and reference with random bytes.
    void fill_scratchpad();

    // Runs both command lists to their end, or drains after so many cycles (0:
    // never) unless they end first.  Returns whether they ended; then both
    // memories hold what plain loops give.
    bool batch(std::vector<Command> loads, std::vector<Command> stores,
               const Conditions &conditions, uint32_t drain_after);

    bench::Random random;
    Bus bus;

    uint64_t cycles() const
    {
        return top_.cycle();
    }

  private:
    void idle_inputs();
    void cycle(bool draining);
    void drive_commands();
    void drive_scratchpad();
    void observe_commands(bool draining);
    void observe_retirement(int engine, bool draining);
    void expect_retired(int engine, const Command &c);
    void expect_progress(uint64_t limit);
    void finish_drain();
    void expect_memories();
    void expect_scratchpad();

    bench::Report &report_;
    bench::Top<Vsth_dma_tb> top_;
    Work work_[kEngines];
    Conditions conditions_ = kCalm;
    uint32_t next_index_ = 0;
    uint32_t taken_ = 0; // engines that took a command in the last cycle
};

#endif
