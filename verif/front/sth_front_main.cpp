// The front end alone: sth_front with memory and engines modelled here.
//
//   sth_front_test [random commands] [seed]
//
// Directed commands carry the fault they must raise, on an array of 8 x 16;
// random ones are compared with csim/command/sth_decode.c.  Scenarios cover
// what a single command cannot: semaphores, faults that race, watchdog, soft
// reset, counters, the ring.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include "Vsth_front.h"
#include "verilated.h"

extern "C" {
#include "sth_decode.h"
#include "sth_spec.h"
}

namespace
{

const uint64_t RingBase = 0x12345000;
const unsigned RingLog2 = 6;

struct Held {
    uint32_t index;
    uint16_t post;
    bool irq;
    uint64_t start;
};

// The core's front end, a ring in memory and four engines that do nothing.
class Front
{
  public:
    Vsth_front top;
    uint64_t cycle = 0;
    sth_command ring[1u << RingLog2];
    // Memory: cycles from address to first beat; an index that fails.
    unsigned read_latency = 6;
    int64_t failing_read = -1;
    bool bus_hangs = false;
    // Engines: cycles from start to retirement; 0 never retires.
    unsigned latency[4] = {3, 3, 3, 3};
    bool ready[4] = {true, true, true, true};
    int64_t failing_load = -1;
    bool engines_idle = true;
    // What was seen.
    struct Start {
        uint32_t index;
        unsigned engine;
        uint64_t cycle;
    };
    std::vector<Start> starts;
    std::vector<uint64_t> reads, last_beats, retirements;

    explicit Front(const sth_params &params) : bus_bytes(params.bus_bytes)
    {
        std::memset(ring, 0, sizeof(ring));
        top.rst_ni = 0;
        top.s_axil_wstrb_i = 0xf;
        top.s_axil_bready_i = 1;
        top.s_axil_rready_i = 1;
        for (int i = 0; i < 3; i++)
            tick();
        top.rst_ni = 1;
        tick();
    }

    void tick()
    {
        // Inputs of this cycle.
        top.ar_ready_i = !bus_hangs;
        top.r_valid_i = !beats.empty() && beats.front().cycle <= cycle;
        if (top.r_valid_i) {
            std::memcpy(&top.r_data_i, beats.front().data, bus_bytes);
            top.r_resp_i = beats.front().error ? 2 : 0;
            top.r_last_i = beats.front().last;
        }
        top.cmd_ready_i = 0;
        top.retire_valid_i = 0;
        top.engine_busy_i = 0;
        top.load_error_i = 0;
        for (unsigned e = 0; e < 4; e++) {
            if (ready[e])
                top.cmd_ready_i |= 1u << e;
            if (held[e].empty())
                continue;
            top.engine_busy_i |= 1u << e;
            const Held &first = held[e].front();
            if (latency[e] == 0 || first.start + latency[e] > cycle)
                continue;
            top.retire_valid_i |= 1u << e;
            top.retire_index_i[e] = first.index;
            uint64_t keep = ~(uint64_t(0xffff) << 16 * e);
            top.retire_post_i =
                (top.retire_post_i & keep) | uint64_t(first.post) << 16 * e;
            top.retire_irq_i = uint8_t((top.retire_irq_i & ~(1u << e)) |
                                       unsigned(first.irq) << e);
            if (e == STH_ENGINE_LOAD && first.index == failing_load) {
                top.load_error_i = 1;
                top.load_error_addr_i = 0xab12345678;
            }
        }
        top.engines_idle_i = engines_idle;
        top.clk_i = 0;
        top.eval();

        // What happens in this cycle.
        if (top.ar_valid_o && top.ar_ready_i)
            accept_read(top.ar_addr_o, top.ar_len_o + 1u);
        if (top.r_valid_i && top.r_ready_o) {
            if (beats.front().last)
                last_beats.push_back(cycle);
            beats.pop_front();
        }
        for (unsigned e = 0; e < 4; e++) {
            if (top.retire_valid_i >> e & 1) {
                held[e].pop_front();
                retirements.push_back(cycle);
            }
            if (top.cmd_valid_o >> e & top.cmd_ready_i >> e & 1) {
                sth_command c;
                std::memcpy(&c, &top.cmd_o[16 * e], sizeof(c));
                uint32_t index = top.cmd_index_o[e];
                starts.push_back({index, e, cycle});
                held[e].push_back({index, uint16_t(STH_GET(&c, ANY_POST)),
                                   STH_GET(&c, ANY_IRQ) != 0, cycle});
                bad_data |=
                    std::memcmp(&c, &ring[index & ring_mask()], sizeof(c)) != 0;
            }
        }
        top.clk_i = 1;
        top.eval();
        // A soft reset empties the engines, as it does in the core.
        if (!top.core_rst_no) {
            for (auto &h : held)
                h.clear();
        }
        cycle++;
    }

    void write(uint32_t offset, uint32_t value)
    {
        top.s_axil_awvalid_i = top.s_axil_wvalid_i = 1;
        top.s_axil_awaddr_i = uint16_t(offset);
        top.s_axil_wdata_i = value;
        write_cycle = cycle;
        tick();
        top.s_axil_awvalid_i = top.s_axil_wvalid_i = 0;
    }

    uint32_t read(uint32_t offset)
    {
        top.s_axil_arvalid_i = 1;
        top.s_axil_araddr_i = uint16_t(offset);
        tick();
        top.s_axil_arvalid_i = 0;
        // The data is on the bus in the next cycle.
        uint32_t value = top.s_axil_rdata_o;
        tick();
        return value;
    }

    uint64_t counter(unsigned i)
    {
        uint64_t low = read(STH_REG_CNT_BASE + 8 * i);
        return low | uint64_t(read(STH_REG_CNT_BASE + 8 * i + 4)) << 32;
    }

    void soft_reset()
    {
        write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
        while (read(STH_REG_CTRL) & STH_CTRL_SOFT_RESET) {
        }
    }

    // Resets the core, this bench's knobs, and starts the front end.
    void begin()
    {
        soft_reset();
        read_latency = 6;
        failing_read = failing_load = -1;
        bus_hangs = false;
        for (unsigned e = 0; e < 4; e++) {
            latency[e] = 3;
            ready[e] = true;
        }
        engines_idle = true;
        starts.clear();
        reads.clear();
        last_beats.clear();
        retirements.clear();
        tail = 0;
        write(STH_REG_RING_BASE_LO, uint32_t(RingBase));
        write(STH_REG_RING_LOG2, RingLog2);
        write(STH_REG_CTRL, STH_CTRL_ENABLE);
    }

    void put(const sth_command &c)
    {
        ring[tail++ & ring_mask()] = c;
    }

    void ring_doorbell()
    {
        write(STH_REG_TAIL, tail);
    }

    // Lets time pass until a fault is reported or nothing is left to do.
    bool settle(unsigned limit = 20000)
    {
        for (unsigned i = 0; i < limit; i++) {
            uint32_t status = read(STH_REG_STATUS);
            if (!(status & STH_STATUS_BUSY))
                return true;
        }
        return false;
    }

    uint32_t ring_mask() const
    {
        return (1u << RingLog2) - 1;
    }

    uint32_t tail = 0;
    uint64_t write_cycle = 0;
    bool bad_data = false;

  private:
    struct Beat {
        uint64_t cycle;
        uint8_t data[2048];
        bool last, error;
    };

    void accept_read(uint64_t addr, unsigned count)
    {
        uint64_t at = cycle + read_latency;
        if (!beats.empty() && beats.back().cycle >= at)
            at = beats.back().cycle + 1;
        for (unsigned i = 0; i < count; i++) {
            Beat b = {};
            uint64_t offset = addr - RingBase + i * bus_bytes;
            b.cycle = at + i;
            std::memcpy(b.data, reinterpret_cast<char *>(ring) + offset,
                        bus_bytes);
            b.last = i + 1 == count;
            b.error = int64_t(reads.size()) == failing_read && b.last;
            beats.push_back(b);
        }
        reads.push_back(cycle);
    }

    unsigned bus_bytes;
    std::deque<Beat> beats;
    std::deque<Held> held[4];
};

unsigned passed, failed;

void report(const char *name, bool ok)
{
    (ok ? passed : failed)++;
    if (!ok)
        std::printf("FAIL %s\n", name);
}

#define SET(c, field, value) STH_SET(&(c), field, value)

sth_command make(uint32_t opcode, uint32_t wait = 0, uint32_t post = 0,
                 bool irq = false)
{
    sth_command c = {};
    SET(c, ANY_OPCODE, opcode);
    SET(c, ANY_IRQ, irq);
    SET(c, ANY_WAIT, wait);
    SET(c, ANY_POST, post);
    return c;
}

// Legal commands that end exactly at the limits of one chip (R 8, C 16,
// 128 KiB scratchpad, 1024 accumulator rows): one more of anything is a fault.
sth_command legal_copy(uint32_t opcode)
{
    sth_command c = make(opcode);
    SET(c, LOAD_MEM_LO, 0xfffff000u);
    SET(c, LOAD_MEM_HI, 0xff);
    SET(c, LOAD_SP, 0x1f000);
    SET(c, LOAD_LEN, 0x100);
    SET(c, LOAD_N1, 4);
    SET(c, LOAD_N2, 3);
    SET(c, LOAD_MEM_S1, 0x300);
    SET(c, LOAD_MEM_S2, 0x300);
    SET(c, LOAD_SP_S1, 0x300);
    SET(c, LOAD_SP_S2, 0x300);
    return c;
}

sth_command legal_matmul(bool bf16, bool west)
{
    const uint32_t es = bf16 ? 2 : 1;
    const uint32_t a = 8 * es, w = (west ? 8 : 16) * es;
    sth_command c = make(STH_OP_MATMUL);
    SET(c, MATMUL_BF16, bf16);
    SET(c, MATMUL_WEST, west);
    SET(c, MATMUL_M, 100);
    SET(c, MATMUL_N, 33);
    SET(c, MATMUL_K, 18);
    SET(c, MATMUL_A_ROW, 4 * a);
    SET(c, MATMUL_A_K, 2 * a);
    SET(c, MATMUL_A, 0x20000 - a - 99 * 4 * a - 2 * 2 * a);
    SET(c, MATMUL_W_ROW, 4 * w);
    // The full tile before the last ends higher than the last.
    SET(c, MATMUL_W_K, w);
    SET(c, MATMUL_W_N, w);
    uint32_t span = west ? 2 * w + 1 * w + 15 * 4 * w : 2 * w + w + 7 * 4 * w;
    SET(c, MATMUL_W, 0x20000 - w - span);
    SET(c, MATMUL_ACC_N, 150);
    SET(c, MATMUL_ACC, 1024 - 300 - 100);
    return c;
}

sth_command legal_vector()
{
    sth_command c = make(STH_OP_VECTOR);
    SET(c, VECTOR_ROWS, 20);
    SET(c, VECTOR_COLS, 40);
    SET(c, VECTOR_REDUCE, STH_REDUCE_SUM);
    SET(c, VECTOR_MULSEL, STH_OPERAND_STREAM);
    SET(c, VECTOR_ADDSEL, STH_OPERAND_SCALAR);
    SET(c, VECTOR_WRITE, 1);
    SET(c, VECTOR_X_TYPE, STH_DTYPE_FP32);
    SET(c, VECTOR_X_ROW, 3);
    SET(c, VECTOR_X_TILE, 1);
    SET(c, VECTOR_X_ADDR, 1024 - 1 - 19 * 3 - 2);
    SET(c, VECTOR_Y_SP, 1);
    SET(c, VECTOR_Y_TYPE, STH_DTYPE_BF16);
    SET(c, VECTOR_Y_ROW, 6);
    SET(c, VECTOR_Y_TILE, 2);
    SET(c, VECTOR_Y_ADDR, 0x20000 - 32 - (19 * 6 + 2 * 2) * 16);
    SET(c, VECTOR_Z_SP, 1);
    SET(c, VECTOR_Z_TYPE, STH_DTYPE_I32);
    SET(c, VECTOR_Z_ROW, 4);
    SET(c, VECTOR_Z_TILE, 0xffff);
    SET(c, VECTOR_Z_ADDR, 0x20000 - 64 - 4 * 16);
    SET(c, VECTOR_D_SP, 1);
    SET(c, VECTOR_D_TYPE, STH_DTYPE_I8);
    SET(c, VECTOR_D_ROW, 3);
    SET(c, VECTOR_D_TILE, 1);
    SET(c, VECTOR_D_ADDR, 0x20000 - 16 - (19 * 3 + 2) * 16);
    SET(c, VECTOR_R_ADDR, 1024 - 2);
    SET(c, VECTOR_MASK_OFFSET, 0xfffff);
    return c;
}

// What the decoder said of one command.
struct Verdict {
    uint32_t code, word;
    int engine;
};

Verdict try_command(Front &front, const sth_command &command)
{
    size_t before = front.starts.size();
    front.put(command);
    front.ring_doorbell();
    front.settle();
    Verdict v = {front.read(STH_REG_FAULT_CODE),
                 front.read(STH_REG_FAULT_ADDR_LO), -1};
    if (front.starts.size() == before + 1)
        v.engine = int(front.starts.back().engine);
    if (v.code != STH_FAULT_NONE)
        front.begin();
    return v;
}

void expect(Front &front, const char *name, sth_command command,
            uint32_t word_changed, uint32_t value, uint32_t code, uint32_t word)
{
    command.word[word_changed] = value;
    Verdict v = try_command(front, command);
    bool ok = v.code == code && v.word == word &&
              (v.engine >= 0) == (code == STH_FAULT_NONE);
    if (!ok)
        std::printf("word %u = 0x%x: fault %u word %u, expected %u word %u\n",
                    word_changed, value, v.code, v.word, code, word);
    report(name, ok);
}

enum : uint32_t {
    LEGAL = STH_FAULT_NONE,
    OPCODE = STH_FAULT_OPCODE,
    RESERVED = STH_FAULT_RESERVED,
    FIELD_ = STH_FAULT_FIELD,
    ALIGN = STH_FAULT_ALIGN,
    RANGE = STH_FAULT_RANGE
};

// Changes one word of a legal command and states the verdict.
struct Directed {
    uint32_t word, add;
    bool replace; // else added to the legal value
    uint32_t code, fault_word;
};

void directed(Front &front, const char *name, const sth_command &base,
              const std::vector<Directed> &cases)
{
    expect(front, name, base, 0, base.word[0], LEGAL, 0);
    for (const Directed &d : cases)
        expect(front, name, base, d.word,
               d.replace ? d.add : base.word[d.word] + d.add, d.code,
               d.fault_word);
}

void test_directed(Front &front)
{
    const std::vector<Directed> sync = {
        {0, 0x200, false, RESERVED, 0},        {0, 0x04, false, OPCODE, 0},
        {1, 0xffff0000u, true, LEGAL, 0},      {2, 1, true, RESERVED, 2},
        {15, 0x80000000u, true, RESERVED, 15},
    };
    for (uint32_t op = STH_OP_SYNC_LOAD; op <= STH_OP_SYNC_STORE; op++)
        directed(front, "sync", make(op), sync);

    const std::vector<Directed> copy = {
        {0, 0x02, false, OPCODE, 0},
        {0, 0x200, false, RESERVED, 0},
        {3, 0x100, false, RESERVED, 3},
        {5, 0x01000000u, false, RESERVED, 5},
        {9, 0x10000000u, false, RESERVED, 9},
        {10, 0x80000000u, false, RESERVED, 10},
        {11, 1, false, RESERVED, 11},
        {15, 1, false, RESERVED, 15},
        {5, 0, true, FIELD_, 5},
        {6, 0x00030000u, true, FIELD_, 6},
        {6, 0x00000004u, true, FIELD_, 6},
        {2, 1, false, RANGE, 2},
        {4, 1, false, RANGE, 4},
        {4, 0xffffffffu, true, RANGE, 4},
        {5, 1, false, RANGE, 2},
        {6, 1, false, RANGE, 2},
        {6, 0xffffffffu, true, RANGE, 2},
        {7, 1, false, RANGE, 2},
        {7, 0xffffffffu, true, RANGE, 2},
        {8, 1, false, RANGE, 2},
        {9, 1, false, RANGE, 4},
        {10, 1, false, RANGE, 4},
        {10, 0xffffff, true, RANGE, 4},
    };
    directed(front, "load", legal_copy(STH_OP_LOAD), copy);
    directed(front, "store", legal_copy(STH_OP_STORE), copy);

    for (int form = 0; form < 4; form++) {
        bool bf16 = form & 1, west = form & 2;
        sth_command base = legal_matmul(bf16, west);
        uint32_t a = bf16 ? 16 : 8;
        uint32_t w = (west ? 8 : 16) * (bf16 ? 2 : 1);
        const std::vector<Directed> matmul = {
            {0, 1, false, OPCODE, 0},
            {4, 0x01000000u, false, RESERVED, 4},
            {6, 0x00080000u, false, RESERVED, 6},
            {12, 0x01000000u, false, RESERVED, 12},
            {13, 1, false, RESERVED, 13},
            {5, 33u << 16, true, FIELD_, 5},
            {5, 100, true, FIELD_, 5},
            {6, base.word[6] & 0xffff0000u, true, FIELD_, 6},
            {2, 0u - a / 2, false, ALIGN, 2},
            {3, 0u - w / 2, false, ALIGN, 3},
            {7, 0u - a / 2, false, ALIGN, 7},
            {8, 0u - a / 2, false, ALIGN, 8},
            {9, 0u - w / 2, false, ALIGN, 9},
            {10, 0u - w / 2, false, ALIGN, 10},
            {11, 0u - w / 2, false, ALIGN, 11},
            {2, a, false, RANGE, 2},
            {3, w, false, RANGE, 3},
            {4, 1, false, RANGE, 4},
            {5, 1, false, RANGE, 2},
            {7, a, false, RANGE, 2},
            {8, a, false, RANGE, 2},
            {9, w, false, RANGE, 3},
            {10, w, false, RANGE, 3},
            {11, w, false, RANGE, 3},
            {12, 1, false, RANGE, 4},
            {7, 0xffffffu & ~31u, true, RANGE, 2},
            // One row less: everything but the alignment rules stays legal.
            {5, 0u - 1, false, LEGAL, 0},
        };
        directed(front, "matmul", base, matmul);
    }

    const sth_command v = legal_vector();
    const uint32_t sp_space = 1u << STH_VECTOR_X_SP_LSB,
                   type = 1u << STH_VECTOR_X_TYPE_LSB;
    const std::vector<Directed> vector = {
        {0, 1, false, OPCODE, 0},
        {3, 1u << 19, false, RESERVED, 3},
        {6, 1u << 31, false, RESERVED, 6},
        {15, 1u << 20, false, RESERVED, 15},
        {2, 40u << 16, true, FIELD_, 2},
        {2, 20, true, FIELD_, 2},
        {3, 7, false, FIELD_, 3},
        {3, 6, false, LEGAL, 0},
        {3, 3u << 4, false, FIELD_, 3},
        {3, 3u << 9, false, FIELD_, 3},  // MULSEL 5
        {3, 2u << 9, false, LEGAL, 0},   // SELF: y is ignored
        {3, 1u << 12, false, FIELD_, 3}, // ADDSEL SELF
        {3, 3u << 15, false, FIELD_, 3},
        {3, 0, true, FIELD_, 3},
        {6, type, false, LEGAL, 0},
        {6, 0u - type, false, FIELD_, 6},
        {6, 0u - 2 * type, false, FIELD_, 6},
        {8, 0u - sp_space, false, FIELD_, 8},
        {12, 0u - sp_space, false, FIELD_, 12},
        {8, 0u - 16, false, ALIGN, 8},
        {9, 1, false, ALIGN, 9},
        {9, 1u << 16, false, ALIGN, 9},
        {10, 0u - 32, false, ALIGN, 10},
        {11, 2, false, ALIGN, 11},
        {11, 0u - (3u << 16), false, LEGAL, 0},
        {12, 0u - 8, false, ALIGN, 12},
        {6, 1, false, RANGE, 6},
        {7, 1, false, RANGE, 6},
        {7, 1u << 16, false, RANGE, 6},
        {7, 0xffffffffu, true, RANGE, 6},
        {8, 32, false, RANGE, 8},
        {9, 2, false, RANGE, 8},
        {9, 2u << 16, false, RANGE, 8},
        {10, 64, false, RANGE, 10},
        {11, 4, false, RANGE, 10},
        {12, 16, false, RANGE, 12},
        {13, 1, false, RANGE, 12},
        {13, 1u << 16, false, RANGE, 12},
        {14, 1, false, RANGE, 14},
        {2, 1, false, RANGE, 6},
        // Without its users the operand is ignored.
        {3, 1u << 18, true, LEGAL, 0},
    };
    directed(front, "vector", v, vector);
    sth_command reduce = v;
    SET(reduce, VECTOR_WRITE, 0);
    SET(reduce, VECTOR_D_TYPE, STH_DTYPE_BF16);
    SET(reduce, VECTOR_D_ADDR, 0xffffff);
    expect(front, "vector without d", reduce, 0, reduce.word[0], LEGAL, 0);
    SET(reduce, VECTOR_WRITE, 1);
    SET(reduce, VECTOR_REDUCE, STH_REDUCE_NONE);
    reduce.word[12] = v.word[12];
    SET(reduce, VECTOR_R_ADDR, 0xffffff);
    expect(front, "vector without r", reduce, 0, reduce.word[0], LEGAL, 0);
}

uint64_t random_state;

uint32_t random_bits()
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return uint32_t(random_state >> 16);
}

// A legal command with a few words replaced, nudged or given a stray bit.
sth_command random_command()
{
    sth_command c;
    switch (random_bits() % 8) {
    case 0:
        c = make(STH_OP_SYNC_LOAD + random_bits() % 4);
        break;
    case 1:
        c = legal_copy(STH_OP_LOAD + random_bits() % 2);
        break;
    case 2:
    case 3:
    case 4:
        c = legal_matmul(random_bits() & 1, random_bits() & 1);
        break;
    default:
        c = legal_vector();
        break;
    }
    for (unsigned n = random_bits() % 5; n > 0; n--) {
        uint32_t &w = c.word[random_bits() % STH_COMMAND_WORDS];
        switch (random_bits() % 8) {
        case 0:
            w ^= 1u << random_bits() % 32;
            break;
        case 1:
            w = random_bits() >> random_bits() % 32;
            break;
        case 2:
            w &= random_bits();
            break;
        case 3:
            w += 1u << random_bits() % 20;
            break;
        case 4:
            w = (w & 0xffff0000u) | (random_bits() & 0xffu);
            break;
        case 5:
            w = (w & 0xffff) | random_bits() % 64 << 16;
            break;
        default:
            w -= 1u << random_bits() % 20;
            break;
        }
    }
    SET(c, ANY_WAIT, 0);
    SET(c, ANY_POST, 0);
    return c;
}

void test_random(Front &front, const sth_params &params, unsigned count,
                 uint64_t seed)
{
    sth_decoder decoder;
    unsigned histogram[STH_FAULT_COUNT] = {};

    random_state = seed * 0x9e3779b97f4a7c15ull + 1;
    sth_decode_init(&decoder, &params);
    front.begin();
    for (unsigned i = 0; i < count; i++) {
        sth_command c = random_command();
        sth_decode_fault f = sth_decode_check(&decoder, &c);
        Verdict v = try_command(front, c);
        int engine = f.code == STH_FAULT_NONE ? int(sth_decode_engine(&c)) : -1;
        if (v.code != uint32_t(f.code) || v.word != f.word ||
            v.engine != engine) {
            std::printf("command %u of seed %llu: RTL fault %u word %u engine "
                        "%d, model %u word %u engine %d:",
                        i, static_cast<unsigned long long>(seed), v.code,
                        v.word, v.engine, unsigned(f.code), f.word, engine);
            for (uint32_t w : c.word)
                std::printf(" %08x", w);
            std::printf("\n");
            report("random command", false);
            return;
        }
        histogram[v.code]++;
    }
    std::printf("random commands:");
    for (unsigned code = 0; code <= RANGE; code++) {
        std::printf(" fault %u: %u", code, histogram[code]);
        // Every class must have come up, or the test proves little.
        report("random commands reach every class",
               histogram[code] > 0 || count < 1000);
    }
    std::printf("\n");
}

void test_registers(Front &front, const sth_params &params)
{
    uint32_t caps[STH_PARAM_COUNT];
    bool ok = true;

    front.soft_reset();
    std::memcpy(caps, &params, sizeof(caps));
    for (unsigned i = 0; i < STH_PARAM_COUNT; i++)
        ok &= front.read(STH_REG_CAP_BASE + 4 * i) == caps[i];
    report("capabilities", ok);
    report("id",
           front.read(STH_REG_ID) == uint32_t(STH_RESET_ID) &&
               front.read(STH_REG_VERSION) == uint32_t(STH_RESET_VERSION));
    report("hash", front.read(STH_REG_CFG_HASH) == sth_params_hash(&params));
    report("reset values",
           front.read(STH_REG_RING_LOG2) == STH_RESET_RING_LOG2 &&
               front.read(STH_REG_TAIL) == 0 && front.read(STH_REG_CTRL) == 0);

    static const struct {
        uint32_t offset, writable;
    } masks[] = {
        {STH_REG_RING_BASE_LO, 0xfffff000u},
        {STH_REG_RING_BASE_HI, 0xff},
        {STH_REG_RING_LOG2, 0x1f},
        {STH_REG_TAIL, 0xffffffffu},
        {STH_REG_WATCHDOG, 0xffffffffu},
        {STH_REG_IRQ_ENABLE, 3},
        {STH_REG_HEAD, 0},
        {STH_REG_RETIRED, 0},
        {STH_REG_IRQ_STATUS, 0},
        {STH_REG_FAULT_CODE, 0},
        {0x00c, 0},
        {0x0ac, 0},
        {0x328, 0},
        {0xffc, 0},
    };
    ok = true;
    for (const auto &m : masks) {
        front.write(m.offset, 0xffffffffu);
        ok &= front.read(m.offset) == m.writable;
        front.write(m.offset, 0);
        ok &= front.read(m.offset) == 0;
    }
    report("writable bits", ok);
    front.top.s_axil_wstrb_i = 0x5;
    front.write(STH_REG_WATCHDOG, 0x11223344);
    front.top.s_axil_wstrb_i = 0xf;
    report("byte strobes", front.read(STH_REG_WATCHDOG) == 0x00220044);
    front.soft_reset();
    report("soft reset clears registers", front.read(STH_REG_WATCHDOG) == 0);
}

void test_timing(Front &front, const sth_params &params)
{
    front.begin();
    for (unsigned i = 0; i < 4; i++)
        front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    uint64_t doorbell = front.write_cycle;
    report("settles", front.settle());
    report("doorbell to address",
           front.reads.at(0) == doorbell + STH_LAT_FETCH_REQUEST);
    report("an address a cycle", front.reads.at(3) == front.reads.at(0) + 3);
    uint64_t start = front.last_beats.at(0) + STH_LAT_FETCH_DATA +
                     STH_LAT_DECODE + STH_LAT_QUEUE;
    report("last beat to start", front.starts.at(0).cycle == start);
    report("a command each LAT_DECODE cycles",
           front.starts.at(3).cycle == start + 3 * STH_LAT_DECODE);

    front.begin();
    front.put(make(STH_OP_SYNC_MATRIX, 1));
    front.latency[STH_ENGINE_LOAD] = 30;
    front.put(make(STH_OP_SYNC_LOAD, 0, 1));
    front.ring_doorbell();
    report("settles", front.settle());
    report("post to start: 1",
           front.starts.at(1).cycle == front.retirements.at(0) + 1);

    // Full: the buffer and the decoder; each command taken asks for one more.
    front.begin();
    front.ready[STH_ENGINE_STORE] = false;
    for (unsigned i = 0; i < 60; i++)
        front.put(make(STH_OP_SYNC_STORE));
    front.ring_doorbell();
    for (unsigned i = 0; i < 1000; i++)
        front.tick();
    size_t asked = front.reads.size();
    report("queue, decoder and buffer are full",
           asked == params.queue_depth + 1 + params.fetch_depth);
    front.ready[STH_ENGINE_STORE] = true;
    report("settles", front.settle());
    // A start makes room in the queue, which frees decoder and buffer.
    report("start to next address",
           front.reads.at(asked) == front.starts.at(0).cycle + STH_LAT_QUEUE +
                                        STH_LAT_FETCH_REQUEST);

    // A fault in an idle core.
    front.begin();
    front.put(make(0xff));
    front.ring_doorbell();
    while (front.last_beats.empty())
        front.tick();
    uint64_t reported = front.last_beats[0] + STH_LAT_FETCH_DATA +
                        STH_LAT_DECODE + STH_LAT_FAULT_REPORT;
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    while (!front.top.irq_o)
        front.tick();
    // irq_o is that of the coming cycle.
    report("decoder to report", front.cycle == reported);

    // An engine that retires after a fault.
    front.begin();
    front.latency[STH_ENGINE_VECTOR] = 100;
    front.put(make(STH_OP_SYNC_VECTOR));
    front.put(make(0xff));
    front.ring_doorbell();
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    while (!front.top.irq_o)
        front.tick();
    report("retirement to report",
           front.cycle == front.retirements.at(0) + STH_LAT_FAULT_REPORT);

    // An idle core; the drain begins in the cycle after the write.
    front.write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    uint64_t over = front.write_cycle + 1 + STH_LAT_SOFT_RESET;
    while (front.cycle < over - 1)
        front.tick();
    report("soft reset lasts", front.read(STH_REG_CTRL) != 0);
    front.write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    over = front.write_cycle + 1 + STH_LAT_SOFT_RESET;
    while (front.cycle < over)
        front.tick();
    report("soft reset ends", front.read(STH_REG_CTRL) == 0);
}

void test_ring(Front &front)
{
    bool ok = true;

    front.begin();
    for (unsigned i = 0; i < 300; i++) {
        front.put(make(STH_OP_SYNC_LOAD + i % 4, 0, 0));
        front.ring_doorbell();
        while (front.tail - front.read(STH_REG_HEAD) > front.ring_mask()) {
        }
    }
    ok &= front.settle();
    ok &= front.starts.size() == 300 && front.read(STH_REG_RETIRED) == 300;
    for (unsigned i = 0; i < front.starts.size(); i++)
        ok &= front.starts[i].engine == front.starts[i].index % 4;
    report("300 commands through a ring of 64", ok && !front.bad_data);

    // An engine that takes nothing holds up the others behind it, in order.
    front.begin();
    front.ready[STH_ENGINE_STORE] = false;
    for (unsigned i = 0; i < 30; i++)
        front.put(make(STH_OP_SYNC_STORE));
    front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    for (unsigned i = 0; i < 1000; i++)
        front.tick();
    report("a full queue stalls dispatch in order", front.starts.empty());
    front.ready[STH_ENGINE_STORE] = true;
    report("and releases it", front.settle() && front.starts.size() == 31);
}

void test_semaphores(Front &front)
{
    // Three wait for one post each; the lowest engine number goes first.
    front.begin();
    front.put(make(STH_OP_SYNC_STORE, 8));
    front.put(make(STH_OP_SYNC_VECTOR, 8));
    front.put(make(STH_OP_SYNC_MATRIX, 8));
    front.put(make(STH_OP_SYNC_LOAD, 0, 8));
    front.ring_doorbell();
    for (unsigned i = 0; i < 200; i++)
        front.tick();
    report("engine 1 wins", front.starts.size() == 2 &&
                                front.starts[1].engine == STH_ENGINE_MATRIX);
    uint32_t status = front.read(STH_REG_STATUS);
    report("blocked engines show", (status & STH_STATUS_ENGINE_BLOCKED) >>
                                               STH_STATUS_ENGINE_BLOCKED_LSB ==
                                           0xc &&
                                       !(status & STH_STATUS_ENGINE_BUSY));
    front.put(make(STH_OP_SYNC_LOAD, 0, 8));
    front.put(make(STH_OP_SYNC_LOAD, 0, 0x8008, true));
    front.ring_doorbell();
    report("all pass", front.settle() && front.starts.size() == 6 &&
                           front.starts[3].engine == STH_ENGINE_VECTOR);
    report("count of semaphore 15", front.read(STH_REG_SEM3) == 0x01000000u);
    report("interrupt",
           front.read(STH_REG_IRQ_STATUS) == 1 && !front.top.irq_o);
    front.write(STH_REG_IRQ_ENABLE, 1);
    report("interrupt line", front.top.irq_o);
    front.write(STH_REG_IRQ_STATUS, 1);
    report("interrupt cleared", !front.top.irq_o);

    // Two posts of one cycle add up.
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 40;
    front.latency[STH_ENGINE_MATRIX] = 32;
    front.put(make(STH_OP_SYNC_LOAD, 0, 2));
    front.put(make(STH_OP_SYNC_MATRIX, 0, 2));
    front.ring_doorbell();
    report("posts of one cycle add up",
           front.settle() &&
               front.retirements.at(0) == front.retirements.at(1) &&
               front.read(STH_REG_SEM0) == 0x200);
}

bool fault_is(Front &front, uint32_t code, uint32_t index, uint64_t addr)
{
    uint64_t seen = front.read(STH_REG_FAULT_ADDR_LO) |
                    uint64_t(front.read(STH_REG_FAULT_ADDR_HI)) << 32;
    bool ok = front.read(STH_REG_FAULT_CODE) == code &&
              front.read(STH_REG_FAULT_INDEX) == index && seen == addr &&
              front.read(STH_REG_STATUS) & STH_STATUS_FAULTED &&
              front.read(STH_REG_IRQ_STATUS) & STH_IRQ_STATUS_FAULT;
    if (!ok)
        std::printf("fault %u index %u addr 0x%llx\n",
                    front.read(STH_REG_FAULT_CODE),
                    front.read(STH_REG_FAULT_INDEX),
                    static_cast<unsigned long long>(seen));
    return ok;
}

void test_faults(Front &front)
{
    front.begin();
    for (unsigned i = 0; i < 256; i++) {
        front.put(make(STH_OP_SYNC_LOAD, 0, 0x10));
        front.ring_doorbell();
        while (front.tail - front.read(STH_REG_HEAD) > front.ring_mask()) {
        }
    }
    front.settle();
    report("overflow", fault_is(front, STH_FAULT_SEM_OVERFLOW, 255, 0) &&
                           front.read(STH_REG_SEM1) == 0xff);

    front.begin();
    front.failing_read = 2;
    for (unsigned i = 0; i < 5; i++)
        front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.settle();
    report("fetch error",
           fault_is(front, STH_FAULT_FETCH_BUS, 2, RingBase + 128) &&
               front.starts.size() == 2 && front.read(STH_REG_RETIRED) == 2);

    // The decode fault of command 2 comes first, the bus error of command 0
    // before the core has drained.
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 200;
    front.failing_load = 0;
    front.put(make(STH_OP_SYNC_LOAD, 0, 1));
    front.put(make(STH_OP_SYNC_MATRIX, 1));
    front.put(make(0xff));
    front.ring_doorbell();
    front.settle();
    report("the older fault wins",
           fault_is(front, STH_FAULT_LOAD_BUS, 0, 0xab12345678) &&
               front.starts.size() == 1 && front.read(STH_REG_RETIRED) == 0);

    // The other engines finish what semaphores allow.
    front.begin();
    front.latency[STH_ENGINE_VECTOR] = 300;
    front.put(make(STH_OP_SYNC_VECTOR, 0, 1));
    front.put(make(STH_OP_SYNC_STORE, 1));
    front.put(make(STH_OP_SYNC_MATRIX, 2));
    front.put(make(STH_OP_LOAD));
    front.ring_doorbell();
    front.settle();
    report("drains", fault_is(front, STH_FAULT_FIELD, 3, 5) &&
                         front.starts.size() == 2 &&
                         front.read(STH_REG_RETIRED) == 2);
    uint64_t cycles = front.counter(STH_CNT_CYCLES);
    report("counters hold", front.counter(STH_CNT_CYCLES) == cycles);

    // A failing load keeps later loads from starting.
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 2;
    front.failing_load = 0;
    front.put(make(STH_OP_SYNC_LOAD));
    for (unsigned i = 0; i < 4; i++)
        front.put(make(STH_OP_SYNC_LOAD, 4));
    front.put(make(STH_OP_SYNC_STORE, 0, 4));
    front.ring_doorbell();
    front.settle();
    report("a failing engine stops",
           fault_is(front, STH_FAULT_LOAD_BUS, 0, 0xab12345678) &&
               front.starts.size() == 1);

    front.begin();
    front.write(STH_REG_WATCHDOG, 100);
    front.put(make(STH_OP_SYNC_LOAD));
    front.put(make(STH_OP_SYNC_STORE, 1));
    front.put(make(STH_OP_SYNC_MATRIX, 2));
    front.ring_doorbell();
    front.settle();
    report("watchdog", fault_is(front, STH_FAULT_WATCHDOG, 1, 0));

    front.begin();
    front.write(STH_REG_WATCHDOG, 50);
    front.bus_hangs = true;
    front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.settle();
    report("watchdog without a command",
           fault_is(front, STH_FAULT_WATCHDOG, 0, 0));
    front.bus_hangs = false;

    front.begin();
    front.write(STH_REG_WATCHDOG, 60);
    front.latency[STH_ENGINE_LOAD] = 0;
    front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.settle();
    report("watchdog with an engine that hangs",
           fault_is(front, STH_FAULT_WATCHDOG, 0, 0));
}

// Command 0 waits for ever, the decoder refuses command 1; the cycles from the
// doorbell to the interrupt.
uint64_t run_refused(Front &front, uint32_t watchdog)
{
    front.begin();
    front.write(STH_REG_WATCHDOG, watchdog);
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    front.put(make(STH_OP_SYNC_LOAD, 1));
    front.put(make(0xff));
    front.ring_doorbell();
    while (!front.top.irq_o)
        front.tick();
    return front.cycle - front.write_cycle;
}

// The watchdog expires before, with and after the detection of a decode fault.
void test_watchdog_race(Front &front)
{
    uint64_t all = run_refused(front, 5000);
    uint32_t detected = uint32_t(all) - STH_LAT_FAULT_REPORT;

    report("no race", fault_is(front, STH_FAULT_OPCODE, 1, 0));
    run_refused(front, detected - 1);
    report("watchdog first", fault_is(front, STH_FAULT_WATCHDOG, 0, 0));
    run_refused(front, detected);
    report("the older of two in one cycle",
           fault_is(front, STH_FAULT_WATCHDOG, 0, 0));
    uint64_t cut = run_refused(front, detected + 1);
    report("watchdog ends the wait to drain",
           fault_is(front, STH_FAULT_OPCODE, 1, 0) && cut == detected + 2);
}

void test_soft_reset(Front &front)
{
    front.begin();
    front.read_latency = 100;
    for (unsigned i = 0; i < 8; i++)
        front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    for (unsigned i = 0; i < 20; i++)
        front.tick();
    uint64_t before = front.cycle;
    front.engines_idle = false;
    front.write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    for (unsigned i = 0; i < 200; i++)
        front.tick();
    report("soft reset waits for the engines",
           front.read(STH_REG_CTRL) == STH_CTRL_SOFT_RESET);
    front.engines_idle = true;
    front.soft_reset();
    report("soft reset drains the fetches",
           front.last_beats.size() == std::min(8u, STH_BUILD_FetchDepth) &&
               front.last_beats.back() > before);
    report("soft reset clears state",
           front.read(STH_REG_HEAD) == 0 && front.read(STH_REG_STATUS) == 0 &&
               front.read(STH_REG_CTRL) == 0 && front.starts.empty());
    front.begin();
    front.put(make(STH_OP_SYNC_VECTOR));
    front.ring_doorbell();
    report("and the core runs again", front.settle() &&
                                          front.starts.size() == 1 &&
                                          front.starts[0].index == 0);
}

void test_counters(Front &front)
{
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 50;
    front.latency[STH_ENGINE_VECTOR] = 70;
    for (unsigned i = 0; i < 10; i++) {
        front.put(make(STH_OP_SYNC_LOAD, 0, 1));
        front.put(make(STH_OP_SYNC_VECTOR, 1, 0));
    }
    front.ring_doorbell();
    front.settle();
    uint64_t sum = 0;
    for (unsigned i = 0; i < 16; i++)
        sum += front.counter(STH_CNT_OVERLAP_0 + i);
    report("overlaps sum to cycles", sum == front.counter(STH_CNT_CYCLES));
    report("commands", front.counter(STH_CNT_LOAD_COMMANDS) == 10 &&
                           front.counter(STH_CNT_VECTOR_COMMANDS) == 10 &&
                           front.counter(STH_CNT_STORE_COMMANDS) == 0);
    // Busy from the cycle after the start to the retirement.
    front.begin();
    front.latency[STH_ENGINE_STORE] = 50;
    front.put(make(STH_OP_SYNC_STORE));
    front.ring_doorbell();
    front.settle();
    report("busy cycles", front.counter(STH_CNT_STORE_BUSY) == 50);
}

} // namespace

int main(int argc, char **argv)
{
    const unsigned count = argc > 1 ? unsigned(std::atoi(argv[1])) : 20000;
    const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 1;
    const sth_params params = {
#define PARAM(c, v, ...) STH_BUILD_##v,
#include "params.def"
#undef PARAM
    };

    Verilated::commandArgs(argc, argv);
    Front front(params);
    test_registers(front, params);
    test_timing(front, params);
    test_ring(front);
    test_semaphores(front);
    test_faults(front);
    test_watchdog_race(front);
    test_soft_reset(front);
    test_counters(front);
    front.begin();
    if (params.array_rows == 8 && params.array_cols == 16)
        test_directed(front);
    test_random(front, params, count, seed);
    front.top.final();
    std::printf("front: %u passed, %u failed\n", passed, failed);
    return failed != 0;
}
