// The vector engine between a scratchpad and an accumulator that deny grants.
#ifndef STH_VECTOR_DUT_H
#define STH_VECTOR_DUT_H

#include <cstring>
#include <vector>

#include "Vsth_vector.h"
#include "sth_bench_random.h"
#include "sth_bench_top.h"
#include "sth_vector_command.h"

struct Memories {
    std::vector<uint8_t> sp = std::vector<uint8_t>(kSpBytes);
    std::vector<uint8_t> acc = std::vector<uint8_t>(kAccBytes);
};

class VectorDut
{
  public:
    VectorDut(bench::Report &report, bench::Random &random)
        : top(report, random.next()), report_(report), random_(random)
    {
        top->cmd_valid_i = 0;
        top.reset();
    }

    // One cycle; the outputs that it leaves are those of the next one.
    void cycle()
    {
        uint8_t sp_data[kWord], acc_data[4 * kCols];

        top->cycle_i = top.cycle();
        top->sp_gnt_i = top->sp_wgnt_i = 0;
        top->acc_gnt_i = top->acc_wgnt_i = 0;
        top.settle();
        top->sp_gnt_i = top->sp_req_o && !denied(0);
        top->sp_wgnt_i = top->sp_wreq_o && !denied(1);
        top->acc_gnt_i = top->acc_req_o && !denied(2);
        top->acc_wgnt_i = top->acc_wreq_o && !denied(3);
        top.follow();
        check_stall();
        // Read data is valid two cycles after the grant only, and a read
        // sees the old contents.
        std::memcpy(sp_data, sp_read_, kWord);
        std::memcpy(acc_data, acc_read_, 4 * kCols);
        read(memory.sp, top->sp_gnt_i, top->sp_addr_o / kWord * kWord, sp_read_,
             kWord);
        read(memory.acc, top->acc_gnt_i, uint64_t(top->acc_addr_o) * 4 * kCols,
             acc_read_, 4 * kCols);
        if (top->sp_wgnt_i)
            write(memory.sp, top->sp_waddr_o / kWord * kWord, top->sp_wdata_o,
                  top->sp_wmask_o, kWord, 1);
        if (top->acc_wgnt_i)
            write(memory.acc, uint64_t(top->acc_waddr_o) * 4 * kCols,
                  top->acc_wdata_o, top->acc_wmask_o, 4 * kCols, 4);
        top.edge();
        bench::port_set(top->sp_rdata_i, sp_data, kWord);
        bench::port_set(top->acc_rdata_i, acc_data, 4 * kCols);
        top.settle();
    }

    bench::Top<Vsth_vector> top;
    Memories memory;
    // Percent: scratchpad read, write, accumulator read, write.
    uint32_t denial[4] = {};

  private:
    bool denied(int port)
    {
        return random_.percent(denial[port]);
    }

    void check_stall()
    {
        bool stall = top->sp_req_o != top->sp_gnt_i ||
                     top->acc_req_o != top->acc_gnt_i ||
                     top->sp_wreq_o != top->sp_wgnt_i ||
                     top->acc_wreq_o != top->acc_wgnt_i;

        if (top->rst_ni)
            bench::demand(
                report_.expect("bank stall", top->bank_stall_o, stall));
    }

    // What was granted, or noise.
    void read(const std::vector<uint8_t> &from, bool granted, uint64_t addr,
              uint8_t *to, uint32_t bytes)
    {
        random_.fill(to, bytes);
        if (granted && check_end(from, addr, bytes))
            std::memcpy(to, &from[addr], bytes);
    }

    // The bytes of a write whose mask bit, one for `unit` bytes, is set.
    template <typename Data, typename Mask>
    void write(std::vector<uint8_t> &to, uint64_t addr, Data &data, Mask &mask,
               uint32_t bytes, uint32_t unit)
    {
        if (!check_end(to, addr, bytes))
            return;
        for (uint32_t i = 0; i < bytes; i++)
            if (bench::port_bit(mask, i / unit))
                to[addr + i] = bench::port_bytes(data)[i];
    }

    bool check_end(const std::vector<uint8_t> &memory, uint64_t addr,
                   uint32_t bytes)
    {
        bench::demand(report_.expect_that(addr + bytes <= memory.size(),
                                          "an address beyond the memory"));
        return true;
    }

    static_assert(STH_LAT_READ == 2, "data waits for one cycle");
    uint8_t sp_read_[kWord] = {}, acc_read_[4 * kCols] = {};
    bench::Report &report_;
    bench::Random &random_;
};

#endif
