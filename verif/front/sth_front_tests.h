// The scenarios of the front end's bench.
#ifndef STH_FRONT_TESTS_H
#define STH_FRONT_TESTS_H

#include "sth_bench_random.h"
#include "sth_front_dut.h"

extern "C" {
#include "sth_decode.h"
}

// A command of which only the fields that all share are set.
sth_command make(uint32_t opcode, uint32_t wait = 0, uint32_t post = 0,
                 bool irq = false);

// Legal commands that end exactly at the limits of the chip, whatever its size:
// one more of anything is a fault.
sth_command legal_copy(uint32_t opcode);
// Of depth tiles of kRows >> halves lanes.
sth_command legal_matmul(bool bf16, bool west, uint32_t halves);
sth_command legal_vector();

// Registers, ring and the latencies of fetch, decode and report.
void test_registers(Front &front);
void test_timing(Front &front);
void test_ring(Front &front);
void test_counters(Front &front);

// What a decoder says of one command: engine -1, it refuses.
struct Verdict {
    uint32_t code, word;
    int engine;
};

// Runs a command and expects the verdict of the RTL.
void expect_verdict(Front &front, const sth_command &command,
                    const Verdict &want);

// The decoder: the fault and word of each change to a legal command, and the
// model's verdict on `count` random ones.
void test_directed(Front &front);
void test_random(Front &front, bench::Random &random, uint64_t count);

// What a single command cannot show.
void test_semaphores(Front &front);
void test_faults(Front &front);
void test_watchdog(Front &front);
void test_watchdog_race(Front &front);
void test_soft_reset(Front &front);

// Expects the fault registers, STATUS and IRQ_STATUS to tell of this fault.
void expect_fault(Front &front, uint32_t code, uint32_t index, uint64_t addr);

#endif
