// The front end alone: fetch, decode, semaphores, faults, watchdog, soft reset
// and counters, with memory and engines modelled here.
#include "sth_front_tests.h"

static void tests(bench::Report &report, const bench::Options &options)
{
    bench::Random random(options.seed);
    Front front(report, random.next());

    test_registers(front);
    test_timing(front);
    test_ring(front);
    test_semaphores(front);
    test_faults(front);
    test_watchdog(front);
    test_watchdog_race(front);
    test_soft_reset(front);
    test_counters(front);
    test_directed(front);
    test_random(front, random, options.count);
}

int main(int argc, char **argv)
{
    return bench::run(argc, argv,
                      {"front",
                       "bus " + std::to_string(kBus) + " columns " +
                           std::to_string(kParams.array_cols) + " queue " +
                           std::to_string(kParams.queue_depth),
                       "The front end against directed tests, and its decoder "
                       "against the model's.",
                       "random commands", 20000, nullptr},
                      tests);
}
