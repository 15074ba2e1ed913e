// Load and store behind a memory that reorders, interleaves, stalls and fails:
// every byte, beat, strobe and event of random batches; then fixed latencies,
// to measure each DMA constant of spec/latency.def and the throughput.
#include <cinttypes>
#include <cstdio>

#include "sth_dma_run.h"

namespace
{

Conditions random_conditions(bench::Random &random)
{
    static const uint32_t rates[] = {100, 100, 95, 70, 30};
    Conditions c;

    c.latency_min = uint32_t(random.below(60));
    c.latency_max =
        c.latency_min + uint32_t(random.below(4) * random.below(80));
    c.in_order = random.percent(30);
    c.ready = random.pick(rates);
    c.valid = random.pick(rates);
    c.deny = random.percent(50) ? 0 : uint32_t(random.below(80));
    c.fetch = random.percent(50) ? 0 : uint32_t(random.below(30));
    c.error = random.percent(70) ? 0 : uint32_t(random.range(1, 30));
    c.command = random.pick(rates);
    return c;
}

void random_batches(bench::Report &report, Run &run, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        auto loads = random_loads(run.random, run.random.below(9));
        auto stores = random_stores(run.random, run.random.below(9));
        Conditions conditions = random_conditions(run.random);
        uint32_t drain =
            run.random.percent(15) ? uint32_t(run.random.range(1, 400)) : 0;

        report.test(drain ? "random batch with a drain" : "random batch");
        run.fill_scratchpad();
        run.batch(loads, stores, conditions, drain);
        bench::demand(report.good());
    }
}

void check_sync(bench::Report &report, Run &run)
{
    Command sync = empty_command(run.random);
    const Trace &t = run.bus.trace;

    report.test("latency of SYNC");
    sync.sync = true;
    run.batch({sync, sync}, {sync, sync}, kCalm, 0);
    for (int e = 0; e < kEngines; e++) {
        report.expect("DMA_SYNC", t.retire[e].at(0) - t.accept[e].at(0),
                      STH_LAT_DMA_SYNC);
        report.expect("DMA_NEXT", t.accept[e].at(1) - t.accept[e].at(0),
                      STH_LAT_DMA_NEXT);
    }
}

// One burst more than slots, one bus word each, answered in order; then a
// short copy.
void check_latencies(bench::Report &report, Run &run)
{
    bench::Random &random = run.random;
    const Trace &t = run.bus.trace;
    Command load = plain_copy(random, 0x1000, 64, kBus);
    Command store = plain_copy(random, 0x8000001000ull, kSp / 2, kBus);
    Command load2 = plain_copy(random, 0x200001, 24576, 5);
    Command store2 = plain_copy(random, 0x8100000001ull, kSp / 2, 5);

    load.n1 = LOAD_SLOTS + 1;
    store.n1 = STORE_SLOTS + 1;
    load.mem_s1 = store.mem_s1 = load.sp_s1 = store.sp_s1 = kBus;
    report.test("latencies of load and store");
    run.batch({load, load2}, {store, store2}, kCalm, 0);
    report.judge_none();
    const struct {
        const char *name;
        uint64_t measured, constant;
    } rows[] = {
        {"LOAD_ISSUE", t.ar[0] - t.accept[kLoad][0], STH_LAT_LOAD_ISSUE},
        {"cycles of a slot's AR each", t.ar[LOAD_SLOTS - 1] - t.ar[0],
         LOAD_SLOTS - 1},
        {"LOAD_REUSE", t.ar[LOAD_SLOTS] - t.r[0], STH_LAT_LOAD_REUSE},
        {"LOAD_NEXT", t.accept[kLoad][1] - t.ar[LOAD_SLOTS], STH_LAT_LOAD_NEXT},
        {"LOAD_RETIRE", t.retire[kLoad][0] - t.r[LOAD_SLOTS],
         STH_LAT_LOAD_RETIRE},
        {"LOAD_RETIRE of a short copy", t.retire[kLoad][1] - t.r.back(),
         STH_LAT_LOAD_RETIRE},
        {"STORE_ISSUE", t.aw[0] - t.accept[kStore][0], STH_LAT_STORE_ISSUE},
        {"STORE_DATA", t.w_offer[0] - t.aw[0], STH_LAT_STORE_DATA},
        {"STORE_REUSE", t.aw[STORE_SLOTS] - t.b[0], STH_LAT_STORE_REUSE},
        {"STORE_NEXT", t.accept[kStore][1] - t.aw[STORE_SLOTS],
         STH_LAT_STORE_NEXT},
        {"STORE_RETIRE", t.retire[kStore][1] - t.b.back(),
         STH_LAT_STORE_RETIRE},
        {"cycles of a slot's W each", t.w[STORE_SLOTS - 1] - t.w[0],
         STORE_SLOTS - 1},
    };
    for (const auto &row : rows) {
        report.test("latency of load or store");
        report.expect(row.name, row.measured, row.constant);
    }
}

// A fetch takes the bus from a load that would send an address in its cycle.
void check_fetch(bench::Report &report, Run &run)
{
    Command load = plain_copy(run.random, 0x1000, 64, kBus);
    Conditions conditions = kCalm;
    const Trace &t = run.bus.trace;

    load.n1 = LOAD_SLOTS;
    load.mem_s1 = load.sp_s1 = kBus;
    conditions.fetch = 100;
    report.test("latency of a fetch's address");
    run.batch({load}, {}, conditions, 0);
    report.expect("FETCH_ADDRESS", t.fetch_ar.at(0) - t.fetch.at(0),
                  STH_LAT_FETCH_ADDRESS);
}

// Long copies at several alignments: at least 98 % of one beat a cycle.
void check_throughput(bench::Report &report, Run &run)
{
    static const uint32_t offsets[][2] = {{0, 0}, {1, 0}, {0, 3}, {3, 2}};
    const Trace &t = run.bus.trace;

    for (auto &offset : offsets) {
        std::vector<Command> loads, stores;

        report.test("throughput of long copies");
        // Four commands each, so the flow across commands counts as well.
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t len = kSp / 8 - 16, sp = i * kSp / 8 + offset[1];
            uint64_t mem = 0x10000 + i * 0x10000 + offset[0];

            loads.push_back(plain_copy(run.random, mem, sp, len));
            stores.push_back(plain_copy(run.random, 0x8000000000ull + mem,
                                        kSp / 2 + sp, len));
        }
        run.batch(loads, stores, kCalm, 0);
        report.expect_range(
            "beats a cycle of load",
            double(t.r.size()) / double(t.r.back() - t.r.front() + 1), 0.98, 1);
        report.expect_range(
            "beats a cycle of store",
            double(t.w.size()) / double(t.w.back() - t.w.front() + 1), 0.98, 1);
    }
}

// A drain while four commands are in flight and the next ones wait.
void check_drain(bench::Report &report, Run &run)
{
    std::vector<Command> loads, stores;

    for (uint32_t i = 0; i < 8; i++) {
        loads.push_back(plain_copy(run.random, i * kPage, i * 64, 20));
        stores.push_back(plain_copy(run.random, 0x8000000000ull + i * kPage,
                                    kSp / 2 + i * 64, 20));
    }
    report.test("drain with full engines");
    report.expect("ended before the drain", run.batch(loads, stores, kCalm, 40),
                  0);
}

void tests(bench::Report &report, const bench::Options &options)
{
    Run run(report, options.seed);

    run.fill_scratchpad();
    check_sync(report, run);
    check_latencies(report, run);
    check_fetch(report, run);
    check_throughput(report, run);
    check_drain(report, run);
    random_batches(report, run, options.count);

    const Counts &c = run.bus.counts;
    printf("  %" PRIu64 " commands (%" PRIu64 " sync), %" PRIu64
           " bursts, %" PRIu64 " beats, %" PRIu64 " errors, %" PRIu64
           " stalls, %" PRIu64 " drains, %" PRIu64 " cycles\n",
           c.commands, c.syncs, c.bursts, c.beats, c.errors, c.stalls, c.drains,
           run.cycles());
}

} // namespace

int main(int argc, char **argv)
{
    return bench::run(
        argc, argv,
        {"dma",
         "bus " + std::to_string(kBus) + " word " + std::to_string(kWord),
         "Load and store engines: every byte, beat, strobe, alignment, error "
         "and latency.",
         "random batches", 300, nullptr},
        tests);
}
