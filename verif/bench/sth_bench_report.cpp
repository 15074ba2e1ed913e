#include "sth_bench_report.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>

extern "C" {
#include "sth_disasm.h"
}

namespace bench
{

namespace
{

// A bench that is wrong everywhere says so often enough.
constexpr uint64_t kPrinted = 10;

void print_value(uint64_t value, int digits)
{
    if (digits)
        printf("%0*" PRIx64, digits, value);
    else if (value < 10)
        printf("%" PRIu64, value);
    else
        printf("%" PRIu64 " (0x%" PRIx64 ")", value, value);
}

void print_row(const char *whose, uint64_t addr, const uint8_t *bytes, size_t n)
{
    printf("    %-8s 0x%08" PRIx64 ":", whose, addr);
    for (size_t i = 0; i < n; i++)
        printf(" %02x", bytes[i]);
    putchar('\n');
}

} // namespace

Report::Report(const About &about, const Options &options)
    : title_(about.name + (about.shape.empty() ? "" : " " + about.shape)),
      options_(options)
{
}

void Report::end_test()
{
    if (name_ && !checked_ && !bad_ && begin_failure()) {
        printf("  nothing was checked\n");
        end_failure();
    }
    if (name_)
        (bad_ || !checked_ ? failed_ : passed_)++;
    name_ = nullptr;
    checked_ = bad_ = false;
}

void Report::test(const char *name)
{
    end_test();
    name_ = name;
    begun_ = cycle_;
}

void Report::give_up()
{
    if (options_.speed)
        return;
    expect_that(false, "the test does not end");
    throw Stop();
}

void Report::judge(uint32_t index, const sth_command &command)
{
    has_command_ = true;
    index_ = index;
    command_ = command;
}

void Report::judge_none()
{
    has_command_ = false;
}

bool Report::begin_failure()
{
    bool first = !bad_;

    if (!name_)
        name_ = "set-up";
    checked_ = bad_ = true;
    if (!first || failed_ >= kPrinted)
        return false;
    printf("FAILED: %s: %s, cycle %" PRIu64 "\n", title_.c_str(), name_,
           cycle_);
    return true;
}

void Report::end_failure()
{
    if (has_command_) {
        char text[STH_DISASM_BYTES];

        sth_disasm(&command_, text, sizeof(text));
        printf("  command %" PRIu32 ": %s\n", index_, text);
    }
    printf("  repeat with: %s\n", options_.repeat().c_str());
    fflush(stdout);
}

bool Report::differ(const char *what, uint64_t got, uint64_t want, int digits)
{
    if (begin_failure()) {
        printf("  %s is ", what);
        print_value(got, digits);
        printf(", expected ");
        print_value(want, digits);
        putchar('\n');
        end_failure();
    }
    return false;
}

bool Report::expect_range(const char *what, double got, double low, double high)
{
    checked_ = true;
    if (got >= low && got <= high)
        return true;
    if (begin_failure()) {
        printf("  %s is %g, expected %g to %g\n", what, got, low, high);
        end_failure();
    }
    return false;
}

bool Report::expect_bytes(const char *space, uint64_t addr, const void *got,
                          const void *want, size_t bytes)
{
    const auto *g = static_cast<const uint8_t *>(got);
    const auto *w = static_cast<const uint8_t *>(want);

    checked_ = true;
    if (!memcmp(g, w, bytes))
        return true;
    if (begin_failure()) {
        size_t i = 0;

        while (g[i] == w[i])
            i++;
        size_t row = i & ~size_t(15), n = bytes - row < 16 ? bytes - row : 16;
        printf("  %s byte 0x%" PRIx64 " is %02x, expected %02x\n", space,
               addr + i, g[i], w[i]);
        print_row("is", addr + row, g + row, n);
        print_row("expected", addr + row, w + row, n);
        end_failure();
    }
    return false;
}

bool Report::expect_memory(const Memory &got, const Memory &want)
{
    uint64_t at = Memory::compare(got, want) & ~uint64_t(15);
    uint8_t g[16], w[16];

    checked_ = true;
    if (Memory::compare(got, want) == Memory::kSame)
        return true;
    got.read(at, g, sizeof(g));
    want.read(at, w, sizeof(w));
    return expect_bytes("memory", at, g, w, sizeof(g));
}

bool Report::expect_that(bool holds, const char *what)
{
    checked_ = true;
    if (!holds && begin_failure()) {
        printf("  %s\n", what);
        end_failure();
    }
    return holds;
}

int Report::finish()
{
    end_test();
    printf("%s, seed %" PRIu64 ": %" PRIu64 " passed, %" PRIu64 " failed\n",
           title_.c_str(), options_.seed, passed_, failed_);
    return failed_ != 0 || passed_ == 0;
}

} // namespace bench
