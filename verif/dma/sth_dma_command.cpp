#include "sth_dma_command.h"

std::vector<Burst> split(const Command &c, size_t number)
{
    std::vector<Burst> bursts;

    for (uint32_t i2 = 0; !c.sync && i2 < c.n2; i2++)
        for (uint32_t i1 = 0; i1 < c.n1; i1++) {
            bool open = false;

            for (uint32_t b = 0; b < c.len; b++) {
                uint64_t at = c.mem_at(i2, i1, b);
                uint64_t word = at / kBus * kBus;

                if (!open || at % sth_burst_block(kBus) == 0) {
                    bursts.push_back({number, bursts.size(), word, 0,
                                      c.sp_at(i2, i1, b), uint32_t(at - word),
                                      0});
                    open = true;
                }
                bursts.back().bytes++;
                bursts.back().beats =
                    uint32_t((word - bursts.back().addr) / kBus) + 1;
            }
        }
    return bursts;
}

sth_command encode(const Command &c, int engine, bench::Random &random)
{
    sth_command command = {};
    bool load = engine == kLoad;

    STH_SET(&command, ANY_WAIT, random.below(65536));
    STH_SET(&command, ANY_POST, c.post);
    STH_SET(&command, ANY_IRQ, c.irq);
    if (c.sync) {
        STH_SET(&command, ANY_OPCODE,
                load ? STH_OP_SYNC_LOAD : STH_OP_SYNC_STORE);
        return command;
    }
    STH_SET(&command, ANY_OPCODE, load ? STH_OP_LOAD : STH_OP_STORE);
    STH_SET(&command, LOAD_MEM_LO, c.mem & 0xffffffffu);
    STH_SET(&command, LOAD_MEM_HI, c.mem >> 32);
    STH_SET(&command, LOAD_SP, c.sp);
    STH_SET(&command, LOAD_LEN, c.len);
    STH_SET(&command, LOAD_N1, c.n1);
    STH_SET(&command, LOAD_N2, c.n2);
    STH_SET(&command, LOAD_MEM_S1, c.mem_s1);
    STH_SET(&command, LOAD_MEM_S2, c.mem_s2);
    STH_SET(&command, LOAD_SP_S1, c.sp_s1);
    STH_SET(&command, LOAD_SP_S2, c.sp_s2);
    return command;
}

// A byte's share of a digest; address in the destination space.
static uint32_t digest_byte(uint32_t addr, uint8_t value)
{
    uint32_t a = addr >> 2, n = (a ^ (a >> 5) ^ (a >> 10)) & 31;
    uint32_t lane = uint32_t(value) << 8 * (addr & 3);

    return n ? lane << n | lane >> (32 - n) : lane;
}

uint32_t digest(const Command &c, int engine, const std::vector<uint8_t> &sp)
{
    uint32_t sum = 0;

    c.each_byte([&](uint64_t mem, uint32_t at) {
        sum ^= digest_byte(engine == kStore ? uint32_t(mem) : at, sp[at]);
    });
    return sum;
}

Command empty_command(bench::Random &random)
{
    Command c = {};

    c.post = uint16_t(random.bits());
    c.irq = random.percent(50);
    return c;
}

Command plain_copy(bench::Random &random, uint64_t mem, uint32_t sp,
                   uint32_t len)
{
    Command c = empty_command(random);

    c.mem = mem;
    c.sp = sp;
    c.len = len;
    c.n1 = c.n2 = 1;
    return c;
}
