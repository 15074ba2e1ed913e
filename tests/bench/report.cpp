// A bench without a design, for tests/bench/run.sh: its tests are what --count
// asks for, one bit each.
#include "sth_bench_random.h"
#include "sth_bench_report.h"

namespace
{

sth_command load()
{
    sth_command c = {};

    STH_SET(&c, ANY_OPCODE, STH_OP_LOAD);
    STH_SET(&c, LOAD_LEN, 5);
    return c;
}

void differences(bench::Report &report, uint64_t bits)
{
    static const uint8_t got[] = {1, 2, 3, 4}, want[] = {1, 2, 7, 4};
    bench::Memory memory, other;

    if (bits & 2) {
        report.test("a wrong number");
        report.judge(17, load());
        report.at(1234);
        report.expect("row", 148, 147);
        report.expect("second row", 1, 2);
        report.judge_none();
    }
    if (bits & 128) {
        report.test("a wrong digest");
        report.expect_hex("digest", 0x5ab01c77, 0x5ab01cf7, 8);
    }
    if (bits & 4) {
        report.test("wrong bytes");
        report.expect_bytes("scratchpad", 0x100, got, want, sizeof(got));
    }
    if (bits & 8) {
        report.test("wrong memory");
        memory.set(0x2003, uint8_t(memory.get(0x2003) ^ 1));
        report.expect_memory(memory, other);
    }
    if (bits & 16)
        report.test("nothing");
    if (bits & 32) {
        report.test("a wrong fraction");
        report.expect_range("rate", 0.5, 0.98, 1);
    }
}

void tests(bench::Report &report, const bench::Options &options)
{
    if (options.count & 1) {
        report.at(100);
        report.test("right");
        report.expect("one", 1, 1);
        report.at(5);
        report.expect_hex("two", 2, 2, 8);
    }
    differences(report, options.count);
    if (options.count & 64) {
        report.test("the end");
        bench::demand(report.expect_rule("a rule"));
        report.test("beyond the end");
        report.expect("unreachable", 1, 1);
    }
    if (options.count & 256) {
        report.test("endless");
        report.at(5 + bench::Report::kTestCycles);
        report.expect("one", 1, 1);
        report.at(6 + bench::Report::kTestCycles);
    }
    report.test("random numbers differ");
    report.expect_that(bench::Random(options.seed).next() !=
                           bench::Random(options.seed + 1).next(),
                       "two seeds give the same number");
    report.expect_hex("random number", bench::Random(options.seed).next(),
                      bench::Random(options.seed).next(), 16);
}

} // namespace

int main(int argc, char **argv)
{
    return bench::run(argc, argv,
                      {"report", "shape", "A test of the library.",
                       "bits of what to do", 1, nullptr},
                      tests);
}
