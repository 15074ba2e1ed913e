// The vector engine against sth_kernel_vector(): random legal commands, on
// memories that deny grants.  Every command compares all of both memories, the
// digest and the retirement port; a third of them, on memories that deny
// nothing, takes exactly the cycles of the closed form of spec/latency.def.
#include <algorithm>

#include "sth_bench_report.h"
#include "sth_vector_dut.h"

extern "C" {
#include "sth_vector_kernel.h"
}

namespace
{

class Run
{
  public:
    Run(bench::Report &report, bench::Random &random)
        : report_(report), random_(random), dut_(report, random), top_(dut_.top)
    {
        params_.array_rows = kWord / 2;
        params_.array_cols = kCols;
        params_.vector_lanes = kLanes;
        params_.vector_share = kShare;
        params_.sp_bytes = kSpBytes;
        params_.acc_bytes = kAccBytes;
    }

    // New contents, so that values do not die out over many commands.
    void refresh()
    {
        randomize(random_, dut_.memory.sp);
        randomize(random_, dut_.memory.acc);
        want_ = dut_.memory;
    }

    // One command to its retirement; with stalls each port denies at its own
    // rate.
    void command(const VectorCommand &c, uint32_t number, bool stalls)
    {
        static const uint32_t denials[] = {0, 10, 50, 85, 95};
        sth_onchip chip = {&params_, want_.sp.data(), want_.acc.data(),
                           STH_ISA_PORTABLE};
        uint32_t digest = c.sync ? 0 : sth_kernel_vector(&chip, &c.word);

        report_.judge(number, c.word);
        for (uint32_t &denial : dut_.denial)
            denial = stalls ? random_.pick(denials) : 0;
        uint64_t start = top_.cycle();
        start_command(c, number);
        wait(start + 100 * duration(c) + 1000);
        check_retirement(c, number, start, digest);
        if (!stalls)
            report_.expect("cycles to retirement", top_.cycle() - start,
                           duration(c));
        bench::demand(report_.good());
        for (uint64_t idle = random_.below(7); idle < 3; idle++) {
            dut_.cycle();
            report_.expect("retirement without a command", top_->retire_valid_o,
                           0);
            report_.expect("busy after retirement", top_->busy_o, 0);
        }
    }

  private:
    void start_command(const VectorCommand &c, uint32_t number)
    {
        report_.expect("ready", top_->cmd_ready_o, 1);
        bench::port_set(top_->cmd_i, c.word.word, sizeof(c.word));
        top_->cmd_index_i = number;
        top_->cmd_valid_i = 1;
        dut_.cycle();
        top_->cmd_valid_i = 0;
        random_.fill(bench::port_bytes(top_->cmd_i), sizeof(c.word));
        top_.follow();
    }

    void wait(uint64_t limit)
    {
        while (!top_->retire_valid_o) {
            report_.expect("busy before retirement", top_->busy_o, 1);
            report_.expect("ready before retirement", top_->cmd_ready_o, 0);
            bench::demand(
                report_.expect_that(top_.cycle() < limit, "it never retires"));
            dut_.cycle();
        }
    }

    void check_retirement(const VectorCommand &c, uint32_t number,
                          uint64_t start, uint32_t digest)
    {
        report_.expect("busy at retirement", top_->busy_o, 1);
        report_.expect("ready at retirement", top_->cmd_ready_o, 1);
        report_.expect("index", top_->retire_index_o, number);
        report_.expect("start", top_->retire_start_o, start);
        report_.expect_hex("post", top_->retire_post_o,
                           STH_GET(&c.word, ANY_POST), 4);
        report_.expect("irq", top_->retire_irq_o, STH_GET(&c.word, ANY_IRQ));
        report_.expect_bytes("scratchpad", 0, dut_.memory.sp.data(),
                             want_.sp.data(), kSpBytes);
        report_.expect_bytes("accumulator", 0, dut_.memory.acc.data(),
                             want_.acc.data(), kAccBytes);
        report_.expect_hex("digest", top_->retire_digest_o, digest, 8);
    }

    bench::Report &report_;
    bench::Random &random_;
    VectorDut dut_;
    bench::Top<Vsth_vector> &top_;
    Memories want_;
    sth_params params_ = {};
};

void tests(bench::Report &report, const bench::Options &options)
{
    bench::Random random(options.seed);
    Run run(report, random);

    // A command's columns and denials say how long it may take: see wait().
    report.allow_any_time();
    for (uint32_t i = 0; i < options.count; i++) {
        bool stalls = i / 8 % 3 != 0;

        report.test(stalls ? "random command, grants denied"
                           : "random command");
        if (i % 4 == 0)
            run.refresh();
        run.command(random_command(random), i, stalls);
    }
}

} // namespace

int main(int argc, char **argv)
{
    return bench::run(
        argc, argv,
        {"vector",
         std::to_string(kCols) + "x" + std::to_string(kWord) + "x" +
             std::to_string(kLanes) + "x" + std::to_string(kShare),
         "The vector engine against the C kernel: memories, digests, and the "
         "cycles of\nspec/latency.def where nothing is denied.",
         "random commands", 1000, nullptr},
        tests);
}
