// What a bench expects and what it says when it gets something else.
//
// A bench names a test, then states expectations; a test passes when all of
// them hold and there is at least one.  The first expectation of a test that
// does not hold is printed with both values, the command that is being judged,
// and the command line that repeats it.
#ifndef STH_BENCH_REPORT_H
#define STH_BENCH_REPORT_H

#include <cstddef>
#include <cstdint>
#include <string>

#include "sth_bench_memory.h"
#include "sth_bench_options.h"
#include "sth_spec.h"

namespace bench
{

// Thrown when a bench and its design have lost each other.
struct Stop {
};

class Report
{
  public:
    Report(const About &about, const Options &options);

    // Begins a test and ends the one before.  The name is not copied.
    void test(const char *name);

    // From now on expectations are about this command, or about none.
    void judge(uint32_t index, const sth_command &command);
    void judge_none();

    // The cycles that one test may take, except with --speed.
    static constexpr uint64_t kTestCycles = 2000000;

    // Tests may take any time: nothing in the design could hang, or the bench
    // counts the cycles itself.
    void allow_any_time()
    {
        most_cycles_ = UINT64_MAX;
    }

    // The cycle that a failure names.  Throws Stop, with a failure, when the
    // test has gone on for too long: a design that hangs ends its bench.
    void at(uint64_t cycle)
    {
        cycle_ = cycle;
        if (cycle < begun_) // of another design
            begun_ = cycle;
        if (cycle - begun_ > most_cycles_)
            give_up();
    }

    // Whether `got` is `want`.
    bool expect(const char *what, uint64_t got, uint64_t want)
    {
        checked_ = true;
        return got == want || differ(what, got, want, 0);
    }

    // The same, printed as so many hexadecimal digits.
    bool expect_hex(const char *what, uint64_t got, uint64_t want, int digits)
    {
        checked_ = true;
        return got == want || differ(what, got, want, digits);
    }

    // Whether `got` is within [low, high].
    bool expect_range(const char *what, double got, double low, double high);

    // Whether the bytes of a space from `addr` on are the same; prints the
    // first that is not, and the words around it.
    bool expect_bytes(const char *space, uint64_t addr, const void *got,
                      const void *want, size_t bytes);

    // Whether two memories hold the same.
    bool expect_memory(const Memory &got, const Memory &want);

    // A condition without values of its own; `what` says what does not hold.
    bool expect_that(bool holds, const char *what);

    // A rule that was broken, or null.
    bool expect_rule(const char *broken)
    {
        return expect_that(!broken, broken ? broken : "");
    }

    // Whether everything in the current test has held so far.
    bool good() const
    {
        return !bad_;
    }

    // Ends the last test, prints `N passed, N failed`; the status of main().
    int finish();

  private:
    bool differ(const char *what, uint64_t got, uint64_t want, int digits);
    // Begins a failure's text; false: enough has been printed.
    bool begin_failure();
    void end_failure();
    void end_test();
    void give_up();

    std::string title_;
    Options options_;
    const char *name_ = nullptr;
    bool checked_ = false, bad_ = false;
    bool has_command_ = false;
    uint32_t index_ = 0;
    sth_command command_ = {};
    uint64_t cycle_ = 0, begun_ = 0, most_cycles_ = kTestCycles;
    uint64_t passed_ = 0, failed_ = 0;
};

// The same as an end of the bench when it does not hold: what comes after it
// would be nonsense.
inline void demand(bool holds)
{
    if (!holds)
        throw Stop();
}

// The main() of a bench: reads the options, calls tests(report, options) and
// ends with the status.  tests() may throw Stop.
template <typename Tests>
int run(int argc, char **argv, const About &about, Tests tests)
{
    const Options options = parse_options(argc, argv, about);
    Report report(about, options);

    try {
        tests(report, options);
    } catch (const Stop &) {
    }
    return report.finish();
}

} // namespace bench

#endif
