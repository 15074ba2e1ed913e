// The matrix engine: random commands whose sums, digests, retirement fields
// and every cycle are those of the scalar reference; and how fast it simulates.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "sth_bench_report.h"
#include "sth_matrix_dut.h"

namespace
{

Denial deny; // of the current phase

bool is_denied(uint64_t cycle)
{
    return deny(cycle);
}

// A command that the engine has taken.
struct Grant {
    MatrixCommand command;
    uint32_t index;
    uint64_t start;
    sth_matrix_ref_times times;
};

// How commands come and weights are denied, in percent.
struct Phase {
    const char *name;
    uint32_t deny, gap;
    Numbers numbers;
};

class Run
{
  public:
    Run(bench::Report &report, bench::Random &random, const Phase &phase)
        : report_(report), random_(random), phase_(phase),
          dut_(report, random, deny), top_(dut_.top)
    {
    }

    // Offers so many commands and follows each to its retirement.
    void commands(uint64_t count)
    {
        report_.test(phase_.name);
        dut_.fill(phase_.numbers);
        while (retired_ < count) {
            offer(count);
            dut_.settle();
            observe();
            dut_.edge();
        }
        top_->cmd_valid_i = 0;
        report_.judge_none();
        report_.expect("count of rows that streamed", streamed_, want_stream_);
        report_.expect("count of cycles without weights", stalled_,
                       want_stall_);
        for (uint32_t row = 0; row < kAccRows; row++) {
            uint32_t got[kCols];

            dut_.read_row(row, got);
            report_.expect_bytes("accumulator", row * 4 * kCols, got,
                                 &dut_.ref->acc[row * kCols], 4 * kCols);
        }
    }

  private:
    void offer(uint64_t count)
    {
        if (!offered_ && grants_.size() < count &&
            !random_.percent(phase_.gap)) {
            command_ = random_command(random_);
            offered_ = true;
            offered_at_ = top_.cycle();
            bench::port_set(top_->cmd_i, command_.word.word,
                            sizeof(command_.word));
        }
        top_->cmd_valid_i = offered_;
        top_->cmd_index_i = static_cast<uint32_t>(grants_.size()) * 7 + 3;
    }

    void observe()
    {
        bool busy = retired_ < grants_.size();

        if (busy)
            report_.judge(grants_[retired_].index,
                          grants_[retired_].command.word);
        else
            report_.judge_none();
        bench::demand(report_.expect("busy", top_->busy_o, busy));
        streamed_ += top_->stream_o;
        stalled_ += top_->weight_stall_o;
        if (top_->retire_valid_o) {
            bench::demand(report_.expect_that(
                busy, "a command retires that was not taken"));
            retire(grants_[retired_++]);
            bench::demand(report_.good());
            report_.test(phase_.name);
        }
        if (offered_ && top_->cmd_ready_o)
            grant();
        if (busy && top_.cycle() > grants_.back().times.retire + 100000)
            bench::demand(report_.expect_that(false, "it never retires"));
    }

    void retire(const Grant &g)
    {
        const sth_matrix_ref_cmd &c = g.command.ref;
        uint64_t macs = c.sync ? 0 : uint64_t(c.m) * c.n * c.k;
        uint32_t digest = sth_matrix_ref_run(dut_.ref.get(), &c);

        report_.expect("cycles from start to retirement",
                       top_.cycle() - g.start, g.times.retire - g.start);
        report_.expect("index", top_->retire_index_o, g.index);
        report_.expect_hex("post", top_->retire_post_o,
                           STH_GET(&g.command.word, ANY_POST), 4);
        report_.expect("irq", top_->retire_irq_o,
                       STH_GET(&g.command.word, ANY_IRQ));
        report_.expect("start", top_->retire_start_o, g.start);
        report_.expect("count of products", top_->macs_o, macs);
        report_.expect_hex("digest", top_->retire_digest_o, digest, 8);
    }

    // A command enters as soon as it is offered, the one before has let go of
    // the loader, and fewer than all commands are in flight.
    void grant()
    {
        size_t i = grants_.size();
        const sth_matrix_ref_cmd &c = command_.ref;
        uint64_t now = top_.cycle(), want = std::max(offered_at_, free_from_);

        if (i >= STH_DEPTH_MATRIX_COMMANDS)
            want = std::max(
                want, grants_[i - STH_DEPTH_MATRIX_COMMANDS].times.retire + 1);
        report_.judge(top_->cmd_index_i, command_.word);
        report_.expect("cycle in which it is taken", now, want);
        grants_.push_back(
            {command_, top_->cmd_index_i, now,
             sth_matrix_ref_time(dut_.ref.get(), &c, now, is_denied)});
        free_from_ = grants_.back().times.accept_next;
        want_stall_ += grants_.back().times.stall;
        if (!c.sync)
            want_stream_ += uint64_t(c.m) * ((c.n + kCols - 1) / kCols) *
                            sth_matrix_ref_depth_tiles(dut_.ref.get(), &c);
        offered_ = false;
        bench::demand(report_.good());
    }

    bench::Report &report_;
    bench::Random &random_;
    const Phase &phase_;
    MatrixDut dut_;
    bench::Top<Vsth_matrix_tb> &top_;
    std::vector<Grant> grants_;
    size_t retired_ = 0;
    MatrixCommand command_ = {};
    bool offered_ = false;
    uint64_t offered_at_ = 0, free_from_ = 0;
    uint64_t streamed_ = 0, stalled_ = 0, want_stream_ = 0, want_stall_ = 0;
};

void test(bench::Report &report, const bench::Options &options)
{
    static const Phase phases[] = {
        {"commands back to back", 0, 0, Numbers::Ordinary},
        {"commands apart, special numbers", 0, 95, Numbers::Special},
        {"some weight reads denied", 30, 0, Numbers::Ordinary},
        {"tiny sums", 0, 20, Numbers::Tiny},
        {"most weight reads denied, special numbers", 80, 50, Numbers::Special},
    };
    bench::Random random(options.seed);

    for (const Phase &phase : phases) {
        deny = {phase.deny, random.next()};
        Run(report, random, phase).commands(options.count);
    }
}

// Busy bf16 array: tiles of `m` rows, commands back to back.
void measure(bench::Report &report, uint64_t cycles, uint32_t m)
{
    bench::Random random(1);
    MatrixDut dut(report, random, {});
    sth_matrix_ref_cmd cmd = {};
    uint64_t busy = 0;

    report.test("the array is busy");
    dut.fill(Numbers::Ordinary);
    dut.noise = false;
    cmd.bf16 = true;
    cmd.m = m;
    cmd.n = 2 * kCols;
    cmd.k = 4 * kRows;
    cmd.a_row = cmd.a_k = 2 * kRows;
    cmd.w_row = 2 * kCols;
    cmd.w_k = 4 * kCols;
    cmd.w_n = 8 * kCols;
    const sth_command word = encode(cmd, 0, false);
    bench::port_set(dut.top->cmd_i, word.word, sizeof(word));
    dut.top->cmd_valid_i = 1;
    std::clock_t from = std::clock();
    for (uint64_t i = 0; i < cycles; i++) {
        dut.settle();
        busy += dut.top->stream_o;
        dut.edge();
    }
    double spent = double(std::clock() - from) / CLOCKS_PER_SEC;
    double percent = 100.0 * double(busy) / double(cycles);

    std::printf("%ux%u, tiles of %u rows: %.0f cycles per second of processor "
                "time, %.1f %% of them busy\n",
                kRows, kCols, m, double(cycles) / spent, percent);
    report.expect_range("percentage of busy cycles", percent, 95, 100);
}

void tests(bench::Report &report, const bench::Options &options)
{
    if (options.speed) {
        measure(report, options.count, kRows);
        measure(report, options.count, 256);
    } else {
        test(report, options);
    }
}

} // namespace

int main(int argc, char **argv)
{
    return bench::run(
        argc, argv,
        {"matrix", std::to_string(kRows) + "x" + std::to_string(kCols),
         "The matrix engine against its scalar reference: sums, digests and "
         "every cycle.",
         "random commands in each of five phases", 60,
         "cycles per second of a busy array", 200000},
        tests);
}
