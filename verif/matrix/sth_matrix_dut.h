// The matrix engine with its accumulator, behind a scratchpad that grants
// activations always and weights as told.
#ifndef STH_MATRIX_DUT_H
#define STH_MATRIX_DUT_H

#include <cstring>
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
    void fill(bool specials)
    {
        for (uint32_t i = 0; i < kSpBytes; i += 2) {
            uint16_t v = random_bf16(random_, specials);

            std::memcpy(&ref->sp[i], &v, 2);
        }
        for (uint32_t i = 0; i < kAccRows * kCols; i++)
            ref->acc[i] = uint32_t(random_bf16(random_, false)) << 16;
        for (uint32_t row = 0; row < kAccRows; row++)
            write_row(row);
        ref->load_end = ref->row_end = ref->sum_end = top.cycle() - 1;
    }

    // Begins a cycle; all outputs follow.
    void settle()
    {
        top->cycle_i = top.cycle();
        feed(bench::port_bytes(top->a_rdata_i), a_pending_, a_addr_);
        feed(bench::port_bytes(top->w_rdata_i), w_pending_, w_addr_);
        top.settle();
        top->w_gnt_i = top->w_req_o && !deny_(top.cycle());
        top.follow();
    }

    void edge()
    {
        a_pending_ = top->a_req_o;
        a_addr_ = top->a_addr_o;
        w_pending_ = top->w_gnt_i;
        w_addr_ = top->w_addr_o;
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
        settle();
        bench::port_get(top->v_rdata_o, to, 4 * kCols);
    }

    bench::Top<Vsth_matrix_tb> top;
    std::unique_ptr<sth_matrix_ref> ref;
    bool noise = true; // on read data that nobody asked for

  private:
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
    void feed(uint8_t *port, bool valid, uint32_t addr)
    {
        uint32_t word = addr / kWord * kWord;

        if (valid && word + kWord <= kSpBytes)
            std::memcpy(port, &ref->sp[word], kWord);
        else if (noise)
            random_.fill(port, kWord);
    }

    bench::Random &random_;
    Denial deny_;
    bool a_pending_ = false, w_pending_ = false;
    uint32_t a_addr_ = 0, w_addr_ = 0;
};

#endif
