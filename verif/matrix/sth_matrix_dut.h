// The matrix engine with its accumulator, behind a scratchpad that grants
// activations always and weights as told.
#ifndef STH_MATRIX_DUT_H
#define STH_MATRIX_DUT_H

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "Vsth_matrix_tb.h"
#include "sth_bench_random.h"
#include "sth_bench_top.h"
#include "sth_matrix_command.h"

// Denial of weight reads: a hash of the cycle, so that the reference, which is
// told the grant cycle alone, can ask too.
struct Denial {
    uint32_t percent;
    uint64_t seed;

    bool operator()(uint64_t cycle) const
    {
        uint64_t h = (cycle + seed) * 0x9e3779b97f4a7c15u;

        return (h >> 40) % 100 < percent;
    }
};

class MatrixDut
{
  public:
    MatrixDut(bench::Report &report, bench::Random &random, Denial deny)
        : top(report, random.next()), ref(std::make_unique<sth_matrix_ref>()),
          random_(random), deny_(deny)
    {
        sth_matrix_ref_init(ref.get(), kRows, kCols);
        top->cmd_valid_i = 0;
        top->v_req_i = 0;
        top->v_wreq_i = 0;
        top->w_gnt_i = 0;
        top.reset();
    }

    // Random numbers everywhere, the same on both sides.
    void fill(Numbers numbers)
    {
        for (uint32_t i = 0; i < kSpBytes; i += 2) {
            uint16_t v = random_bf16(random_, numbers);

            std::memcpy(&ref->sp[i], &v, 2);
        }
        for (uint32_t i = 0; i < kAccRows * kCols; i++)
            ref->acc[i] = uint32_t(random_bf16(random_, Numbers::Ordinary))
                          << 16;
        for (uint32_t row = 0; row < kAccRows; row++)
            write_row(row);
        ref->load_end = ref->row_end = ref->sum_end = top.cycle() - 1;
    }

    // Begins a cycle; all outputs follow.
    void settle()
    {
        top->cycle_i = top.cycle();
        feed(bench::port_bytes(top->a_rdata_i), a_reads_[STH_LAT_READ - 1]);
        feed(bench::port_bytes(top->w_rdata_i), w_reads_[STH_LAT_READ - 1]);
        top.settle();
        top->w_gnt_i = top->w_req_o && !deny_(top.cycle());
        top.follow();
    }

    void edge()
    {
        std::copy_backward(a_reads_, std::end(a_reads_) - 1,
                           std::end(a_reads_));
        std::copy_backward(w_reads_, std::end(w_reads_) - 1,
                           std::end(w_reads_));
        a_reads_[0] = {bool(top->a_req_o), top->a_addr_o};
        w_reads_[0] = {bool(top->w_gnt_i), top->w_addr_o};
        top.edge();
    }

    // A row of the accumulator, read through its second port.
    void read_row(uint32_t row, uint32_t *to)
    {
        top->v_req_i = 1;
        top->v_addr_i = row;
        settle();
        edge();
        top->v_req_i = 0;
        for (int i = 1; i < STH_LAT_READ; i++) {
            settle();
            edge();
        }
        settle();
        bench::port_get(top->v_rdata_o, to, 4 * kCols);
    }

    bench::Top<Vsth_matrix_tb> top;
    std::unique_ptr<sth_matrix_ref> ref;
    bool noise = true; // on read data that nobody asked for

  private:
    // A read of the scratchpad that was granted, if it is valid.
    struct Read {
        bool valid;
        uint32_t addr;
    };

    void write_row(uint32_t row)
    {
        top->v_wreq_i = 1;
        top->v_waddr_i = row;
        bench::port_set(top->v_wdata_i, &ref->acc[row * kCols], 4 * kCols);
        bench::port_ones(top->v_wmask_i, kCols);
        settle();
        edge();
        top->v_wreq_i = 0;
    }

    // The word that was granted, or noise.
    void feed(uint8_t *port, const Read &read)
    {
        uint32_t word = read.addr / kWord * kWord;

        if (read.valid && word + kWord <= kSpBytes)
            std::memcpy(port, &ref->sp[word], kWord);
        else if (noise)
            random_.fill(port, kWord);
    }

    bench::Random &random_;
    Denial deny_;
    // The latest first.
    Read a_reads_[STH_LAT_READ] = {}, w_reads_[STH_LAT_READ] = {};
};

#endif
