// Vector engine against sth_kernel_vector(): random legal commands, memories
// that deny grants.
//
//   sth_vector SEED COMMANDS
//
// A third of the runs deny no grant; there the retirement cycle must be the
// closed form of spec/latency.def. Every run compares all of both memories, the
// digest and the retirement port. Prints one line; exits 1 at the first
// difference, after the seed and the command that shows it.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "Vsth_vector.h"
#include "verilated.h"

extern "C" {
#include "sth_vector_kernel.h"
}

namespace
{
constexpr uint32_t kCols = STH_COLS;
constexpr uint32_t kWord = STH_WORD;
constexpr uint32_t kLog2Cols = __builtin_ctz(kCols);
// Small memories: five regions each, compared whole after every command.
constexpr uint32_t kSpBytes = 2048 * kCols;
constexpr uint32_t kAccRows = 640;
constexpr uint32_t kAccBytes = kAccRows * 4 * kCols;
constexpr int kRegions = 5;

std::mt19937_64 rng;

uint32_t below(uint32_t n)
{
    return static_cast<uint32_t>(rng() % n);
}

bool chance(uint32_t percent)
{
    return below(100) < percent;
}

// Bits of a port, whatever type Verilator gave it.
template <typename T> bool get_bit(const T &port, uint32_t i)
{
    return port >> i & 1;
}
template <std::size_t N> bool get_bit(const VlWide<N> &port, uint32_t i)
{
    return port[i / 32] >> i % 32 & 1;
}
template <std::size_t N>
void set_bytes(VlWide<N> &port, const uint8_t *from, uint32_t bytes)
{
    memcpy(port.data(), from, bytes);
}
template <std::size_t N> uint8_t get_byte(const VlWide<N> &port, uint32_t i)
{
    return static_cast<uint8_t>(port[i / 4] >> i % 4 * 8);
}

struct Memories {
    std::vector<uint8_t> sp, acc;
    Memories() : sp(kSpBytes), acc(kAccBytes)
    {
    }
};

// Words that are worth computing with: ordinary magnitudes, specials, anything.
uint32_t random_word()
{
    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345,
        0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff, 0x3f800000, 0xbf800000,
        0x4f000000, 0xcf000000, 0x42fe0000, 0x43000000, 0x7fffffff, 0x80000001};
    uint32_t pick = below(100);

    if (pick < 8)
        return special[below(sizeof special / sizeof *special)];
    if (pick < 70) // sign, exponent of 2^-10 to 2^9, fraction
        return (below(2) << 31) | ((117 + below(20)) << 23) | below(1u << 23);
    if (pick < 80) // two bf16 of ordinary size
        return ((120 + below(12)) << 23 | below(1u << 23)) ^
               (below(1u << 16) & 0x7fu) ^ (0x3f00u + (below(8) << 7));
    if (pick < 90)
        return below(2000) - 1000;
    return static_cast<uint32_t>(rng());
}

void randomize(std::vector<uint8_t> &bytes)
{
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
        uint32_t word = random_word();
        memcpy(&bytes[i], &word, 4);
    }
}

struct Operand {
    uint32_t sp, type, addr, row, tile;
};

uint32_t element_bytes(uint32_t type)
{
    return type == STH_DTYPE_I8 ? 1 : type == STH_DTYPE_BF16 ? 2 : 4;
}

// An operand inside region number r of its memory: rows x tiles chunks. False:
// it cannot fit.
bool place(Operand *o, uint32_t r, uint32_t rows, uint32_t tiles, bool dense)
{
    bool huge = rows > 1000 || tiles > 1000;

    o->sp = below(2);
    o->type = o->sp ? below(4) : STH_DTYPE_FP32 + below(2);
    uint32_t es = o->sp ? element_bytes(o->type) : 1; // units of a chunk
    uint32_t unit = o->sp ? kCols : 1;
    // Units of a region: a multiple of the largest chunk.
    uint32_t size = (o->sp ? kSpBytes : kAccRows) / kRegions / unit / 4 * 4;

    o->tile = huge ? 0 : es * (dense ? 1 : below(3));
    o->row = huge                  ? 0
             : dense || chance(40) ? es * tiles
             : chance(30)          ? 0
                                   : es * below(2 * tiles + 1);
    uint32_t span = (rows - 1) * o->row + (tiles - 1) * o->tile + es;
    if (span > size)
        return false;
    o->addr = (r * size + below((size - span) / es + 1) * es) * unit;
    return true;
}

#define PUT_OPERAND(c, NAME, o)                                                \
    do {                                                                       \
        STH_SET(c, VECTOR_##NAME##_ADDR, (o).addr);                            \
        STH_SET(c, VECTOR_##NAME##_SP, (o).sp);                                \
        STH_SET(c, VECTOR_##NAME##_TYPE, (o).type);                            \
        STH_SET(c, VECTOR_##NAME##_ROW, (o).row);                              \
        STH_SET(c, VECTOR_##NAME##_TILE, (o).tile);                            \
    } while (0)

struct Command {
    sth_command word;
    bool sync;
    uint32_t rows, cols, tiles, mulsel, addsel, reduce;
    bool carry, write;
    Operand x, y, z, d;
    uint32_t r;
};

bool try_command(Command *c)
{
    sth_command *w = &c->word;

    *c = Command();
    STH_SET(w, ANY_WAIT, below(1u << 16));
    STH_SET(w, ANY_POST, below(1u << 16));
    STH_SET(w, ANY_IRQ, below(2));
    c->sync = chance(5);
    STH_SET(w, ANY_OPCODE, c->sync ? STH_OP_SYNC_VECTOR : STH_OP_VECTOR);
    if (c->sync)
        return true;
    c->rows = chance(30) ? 1 + below(3) : 1 + below(chance(50) ? 20 : 130);
    c->cols = chance(30) ? 1 + below(kCols)
                         : 1 + below(chance(50) ? 2 * kCols : 9 * kCols);
    // The counters' full width, on operands that do not move.
    bool huge = below(2000) == 0;
    if (huge && chance(50))
        c->cols = 65535 - below(3 * kCols);
    else if (huge)
        c->rows = 65535 - below(3 * kCols);
    c->tiles = (c->cols + kCols - 1) / kCols;
    c->mulsel = below(5);
    c->addsel = below(4);
    c->reduce = chance(50) || (huge && c->rows > 1000) ? 0 : 1 + below(3);
    c->write = c->reduce == 0 || chance(60);
    c->carry = chance(40);
    if (!place(&c->x, 0, c->rows, c->tiles, false))
        return false;
    uint32_t groups = (c->rows + kCols - 1) / kCols;
    bool y_scalar = c->mulsel == STH_OPERAND_SCALAR;
    bool z_scalar = c->addsel == STH_OPERAND_SCALAR;
    if (!place(&c->y, 1, y_scalar ? groups : c->rows, y_scalar ? 1 : c->tiles,
               false) ||
        !place(&c->z, 2, z_scalar ? groups : c->rows, z_scalar ? 1 : c->tiles,
               false))
        return false;
    uint32_t in_place = huge ? 4 : below(5);
    if (in_place == 0) {
        if (!place(&c->x, 0, c->rows, c->tiles, true))
            return false;
        c->d = c->x;
    } else if (in_place == 1 && c->mulsel == STH_OPERAND_STREAM) {
        if (!place(&c->y, 1, c->rows, c->tiles, true))
            return false;
        c->d = c->y;
    } else if (in_place == 2 && c->addsel == STH_OPERAND_STREAM) {
        if (!place(&c->z, 2, c->rows, c->tiles, true))
            return false;
        c->d = c->z;
    } else if (!place(&c->d, 3, c->rows, c->tiles, chance(60))) {
        return false;
    }
    c->r = 4 * (kAccRows / kRegions) + below(kAccRows / kRegions - groups + 1);
    STH_SET(w, VECTOR_ROWS, c->rows);
    STH_SET(w, VECTOR_COLS, c->cols);
    STH_SET(w, VECTOR_FUNC, chance(40) ? 0 : below(7));
    STH_SET(w, VECTOR_GATE, below(3));
    STH_SET(w, VECTOR_REDUCE, c->reduce);
    STH_SET(w, VECTOR_CARRY, c->carry);
    STH_SET(w, VECTOR_MULSEL, c->mulsel);
    STH_SET(w, VECTOR_ADDSEL, c->addsel);
    STH_SET(w, VECTOR_ADDOP, below(3));
    STH_SET(w, VECTOR_MASK, below(2));
    STH_SET(w, VECTOR_WRITE, c->write);
    STH_SET(w, VECTOR_IMM_MUL, random_word());
    STH_SET(w, VECTOR_IMM_ADD, random_word());
    PUT_OPERAND(w, X, c->x);
    PUT_OPERAND(w, Y, c->y);
    PUT_OPERAND(w, Z, c->z);
    PUT_OPERAND(w, D, c->d);
    STH_SET(w, VECTOR_R_ADDR, c->r);
    uint32_t offset = chance(80)
                          ? below(2 * c->cols + c->rows) - c->cols - c->rows / 2
                          : static_cast<uint32_t>(rng());
    STH_SET(w, VECTOR_MASK_OFFSET, offset & 0xfffffu);
    return true;
}

Command random_command()
{
    Command c;

    while (!try_command(&c)) {
    }
    return c;
}

// Cycles from the handshake to the retirement when no grant is denied.
uint64_t duration(const Command &c)
{
    const Operand carry = {0, STH_DTYPE_FP32, c.r, 1, 0};
    const struct {
        bool used, scalar;
        const Operand *o;
    } reads[4] = {
        {true, false, &c.x},
        {c.mulsel == STH_OPERAND_STREAM || c.mulsel == STH_OPERAND_SCALAR,
         c.mulsel == STH_OPERAND_SCALAR, &c.y},
        {c.addsel == STH_OPERAND_STREAM || c.addsel == STH_OPERAND_SCALAR,
         c.addsel == STH_OPERAND_SCALAR, &c.z},
        {c.reduce != 0 && c.carry, true, &carry},
    };
    int64_t last[4] = {-1, -1, -1, -1};
    uint64_t cycles = 0;

    if (c.sync)
        return 1;
    for (uint32_t row = 0; row < c.rows; row++) {
        for (uint32_t tile = 0; tile < c.tiles; tile++) {
            uint32_t count[2] = {0, 0};
            bool group_last = tile == c.tiles - 1 &&
                              (row == c.rows - 1 || row % kCols == kCols - 1);

            for (int i = 0; i < 4; i++) {
                if (!reads[i].used)
                    continue;
                const Operand &o = *reads[i].o;
                int64_t at = reads[i].scalar ? row / kCols * o.row
                                             : row * o.row + tile * o.tile;
                count[o.sp] += at != last[i];
                last[i] = at;
            }
            uint32_t most = count[0] > count[1] ? count[0] : count[1];
            uint32_t least =
                c.reduce && c.write && !c.d.sp && group_last ? 2 : 1;
            cycles += most > least ? most : least;
        }
    }
    return STH_LAT_VECTOR_START + cycles - 1 + STH_LAT_VECTOR_PIPE +
           (c.reduce ? kLog2Cols : 0) + STH_LAT_VECTOR_RETIRE;
}

class Bench
{
  public:
    explicit Bench(uint64_t seed) : seed_(seed)
    {
        top_.clk_i = 0;
        top_.rst_ni = 0;
        top_.cmd_valid_i = 0;
        for (int i = 0; i < 4; i++)
            cycle();
        top_.rst_ni = 1;
        cycle();
        randomize(rtl_.sp);
        randomize(rtl_.acc);
        want_ = rtl_;
    }

    // Runs one command to its retirement; without stalls no port ever waits,
    // with stalls each port has its own chance to.
    void run(const Command &c, uint32_t number, bool stalls)
    {
        static const uint32_t denials[] = {0, 10, 50, 85, 95};
        const sth_params params = make_params();
        sth_onchip chip = {&params, want_.sp.data(), want_.acc.data(),
                           STH_ISA_PORTABLE};
        uint32_t digest = c.sync ? 0 : sth_kernel_vector(&chip, &c.word);
        uint64_t limit = 100 * duration(c) + 1000;

        number_ = number;
        command_ = c.word;
        for (uint32_t &denial : denial_)
            denial = stalls ? denials[below(5)] : 0;
        if (!top_.cmd_ready_o)
            fail("not ready");
        set_bytes(top_.cmd_i, reinterpret_cast<const uint8_t *>(c.word.word),
                  64);
        top_.cmd_index_i = number;
        top_.cmd_valid_i = 1;
        uint64_t start = now_;
        cycle();
        top_.cmd_valid_i = 0;
        for (uint32_t i = 0; i < 16; i++)
            top_.cmd_i[i] = static_cast<uint32_t>(rng());
        top_.eval();
        while (!top_.retire_valid_o) {
            if (!top_.busy_o || top_.cmd_ready_o)
                fail("busy_o or cmd_ready_o before retirement");
            if (now_ - start > limit)
                fail("hangs");
            cycle();
        }
        if (!top_.busy_o || !top_.cmd_ready_o)
            fail("busy_o or cmd_ready_o at retirement");
        if (top_.retire_index_o != number || top_.retire_start_o != start ||
            top_.retire_post_o != STH_GET(&c.word, ANY_POST) ||
            top_.retire_irq_o != STH_GET(&c.word, ANY_IRQ))
            fail("retirement port");
        compare(rtl_.sp, want_.sp, "scratchpad");
        compare(rtl_.acc, want_.acc, "accumulator");
        if (top_.retire_digest_o != digest)
            fail("digest");
        if (!stalls && now_ - start != duration(c)) {
            printf("took %" PRIu64 " cycles, the formula says %" PRIu64 "\n",
                   now_ - start, duration(c));
            fail("cycles");
        }
        busy_ += now_ - start;
        for (uint32_t idle = chance(50) ? 0 : below(4); idle > 0; idle--) {
            cycle();
            if (top_.retire_valid_o || top_.busy_o)
                fail("busy after retirement");
        }
    }

    // New contents, so that values do not die out over many commands.
    void refresh()
    {
        randomize(rtl_.sp);
        randomize(rtl_.acc);
        want_ = rtl_;
    }

    uint64_t busy() const
    {
        return busy_;
    }

  private:
    Vsth_vector top_;
    Memories rtl_, want_;
    uint64_t seed_, now_ = 0, busy_ = 0;
    uint32_t number_ = 0;
    uint32_t denial_[4] =
        {}; // percent: scratchpad read, write, accumulator read, write
    sth_command command_ = {};

    static sth_params make_params()
    {
        sth_params p = {};
        p.array_rows = kWord / 2;
        p.array_cols = kCols;
        p.sp_bytes = kSpBytes;
        p.acc_bytes = kAccBytes;
        return p;
    }

    [[noreturn]] void fail(const char *what)
    {
        printf("vector %ux%u: %s differs at command %u, cycle %" PRIu64
               "; seed %" PRIu64 "\n",
               kCols, kWord, what, number_, now_, seed_);
        for (uint32_t word : command_.word)
            printf("%08x ", word);
        printf("\n");
        exit(1);
    }

    void compare(const std::vector<uint8_t> &got,
                 const std::vector<uint8_t> &want, const char *what)
    {
        if (got == want)
            return;
        for (std::size_t i = 0; i < got.size(); i += 4) {
            if (memcmp(&got[i], &want[i], 4) != 0) {
                uint32_t g, w;
                memcpy(&g, &got[i], 4);
                memcpy(&w, &want[i], 4);
                printf("%s byte %zu: %08x, expected %08x\n", what, i, g, w);
                fail(what);
            }
        }
    }

    bool grant(bool request, int port)
    {
        return request && !chance(denial_[port]);
    }

    // One clock cycle: settle, answer the ports, clock edge.
    void cycle()
    {
        top_.cycle_i = now_;
        top_.sp_gnt_i = top_.sp_wgnt_i = top_.acc_gnt_i = top_.acc_wgnt_i = 0;
        top_.eval();
        bool sp_read = grant(top_.sp_req_o, 0),
             sp_write = grant(top_.sp_wreq_o, 1);
        bool acc_read = grant(top_.acc_req_o, 2),
             acc_write = grant(top_.acc_wreq_o, 3);
        top_.sp_gnt_i = sp_read;
        top_.sp_wgnt_i = sp_write;
        top_.acc_gnt_i = acc_read;
        top_.acc_wgnt_i = acc_write;
        top_.eval();
        bool stall = top_.sp_req_o != sp_read || top_.acc_req_o != acc_read ||
                     top_.sp_wreq_o != sp_write || top_.acc_wreq_o != acc_write;
        if (top_.rst_ni && top_.bank_stall_o != stall)
            fail("bank_stall_o");

        // Data is valid in the cycle after the grant only; a read sees the old
        // contents.
        std::vector<uint8_t> sp_data(kWord), acc_data(4 * kCols);
        for (auto &byte : sp_data)
            byte = static_cast<uint8_t>(rng());
        for (auto &byte : acc_data)
            byte = static_cast<uint8_t>(rng());
        if (sp_read)
            memcpy(sp_data.data(),
                   at(rtl_.sp, top_.sp_addr_o / kWord * kWord, kWord), kWord);
        if (acc_read)
            memcpy(acc_data.data(),
                   at(rtl_.acc, top_.acc_addr_o * 4 * kCols, 4 * kCols),
                   4 * kCols);
        if (sp_write) {
            uint8_t *to = at(rtl_.sp, top_.sp_waddr_o / kWord * kWord, kWord);
            for (uint32_t i = 0; i < kWord; i++)
                if (get_bit(top_.sp_wmask_o, i))
                    to[i] = get_byte(top_.sp_wdata_o, i);
        }
        if (acc_write) {
            uint8_t *to = at(rtl_.acc, top_.acc_waddr_o * 4 * kCols, 4 * kCols);
            for (uint32_t i = 0; i < 4 * kCols; i++)
                if (get_bit(top_.acc_wmask_o, i / 4))
                    to[i] = get_byte(top_.acc_wdata_o, i);
        }
        top_.clk_i = 1;
        top_.eval();
        set_bytes(top_.sp_rdata_i, sp_data.data(), kWord);
        set_bytes(top_.acc_rdata_i, acc_data.data(), 4 * kCols);
        top_.clk_i = 0;
        top_.eval();
        now_++;
    }

    uint8_t *at(std::vector<uint8_t> &memory, uint64_t address, uint32_t bytes)
    {
        if (address + bytes > memory.size())
            fail("address");
        return &memory[address];
    }
};
} // namespace

int main(int argc, char **argv)
{
    Verilated::commandArgs(argc, argv);
    uint64_t seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
    uint32_t commands =
        argc > 2 ? static_cast<uint32_t>(strtoul(argv[2], nullptr, 0)) : 1000;

    rng.seed(seed);
    auto bench = std::make_unique<Bench>(seed);
    for (uint32_t i = 0; i < commands; i++) {
        Command c = random_command();

        if (i % 4 == 0)
            bench->refresh();
        bench->run(c, i, i / 8 % 3 != 0);
    }
    printf("vector %u lanes, %u-byte words: %u commands in %" PRIu64
           " cycles agree\n",
           kCols, kWord, commands, bench->busy());
    return 0;
}
