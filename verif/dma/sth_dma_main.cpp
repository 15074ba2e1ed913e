// Random test of the load and store engines behind a memory that reorders,
// interleaves, stalls and fails.
//
// For every command the test knows the exact bursts, beats, strobes, digest
// and event; whole memories are compared after every batch, so a byte written
// anywhere it should not be is found.  Fixed-latency passes then measure every
// DMA constant of spec/latency.def and the sustained throughput.
//
// usage: test [seed [batches]]

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "Vsth_dma_tb.h"
#include "sth_spec.h"
#include "verilated.h"

#ifndef BUS_BYTES
#error                                                                         \
    "BUS_BYTES, WORD_BYTES, LOAD_SLOTS and STORE_SLOTS come from the Makefile"
#endif

namespace
{

constexpr uint32_t kBus = BUS_BYTES;
constexpr uint32_t kWord = WORD_BYTES;
constexpr uint32_t kSp = 65536;
constexpr uint32_t kPage = STH_BURST_BYTES;
constexpr uint64_t kAddrMask = (1ull << STH_ADDR_BITS) - 1;
constexpr uint8_t kFetchId = 0x80;

uint64_t cycle_for_messages;
uint64_t seed_for_messages;

[[noreturn]] void fail(const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "FAIL bus=%u word=%u seed=%llu cycle %llu: ", kBus, kWord,
            static_cast<unsigned long long>(seed_for_messages),
            static_cast<unsigned long long>(cycle_for_messages));
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

#define CHECK(condition, ...)                                                  \
    do {                                                                       \
        if (!(condition))                                                      \
            fail(__VA_ARGS__);                                                 \
    } while (0)

// xorshift64*; the test is a function of its seed alone.
class Random
{
  public:
    explicit Random(uint64_t seed) : state_(seed * 2 + 1)
    {
        for (int i = 0; i < 8; i++)
            next();
    }
    uint64_t next()
    {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545f4914f6cdd1dull;
    }
    // Uniform in [0, n), n > 0.
    uint64_t below(uint64_t n)
    {
        return (next() >> 11) % n;
    }
    uint64_t range(uint64_t low, uint64_t high)
    {
        return low + below(high - low + 1);
    }
    bool percent(uint32_t p)
    {
        return below(100) < p;
    }

  private:
    uint64_t state_;
};

// Sparse memory; untouched bytes are a function of their address.
class Memory
{
  public:
    uint8_t get(uint64_t addr)
    {
        auto it = pages_.find(addr / kPage);

        return it == pages_.end() ? pattern(addr) : (*it->second)[addr % kPage];
    }
    void set(uint64_t addr, uint8_t value)
    {
        auto &page = pages_[addr / kPage];

        if (!page) {
            page = std::make_unique<std::array<uint8_t, kPage>>();
            for (uint64_t i = 0; i < kPage; i++)
                (*page)[i] = pattern(addr / kPage * kPage + i);
        }
        (*page)[addr % kPage] = value;
    }
    void clear()
    {
        pages_.clear();
    }
    // First address at which the two differ, or ~0.
    static uint64_t compare(Memory &a, Memory &b)
    {
        for (Memory *m : {&a, &b})
            for (auto &entry : m->pages_)
                for (uint64_t i = 0; i < kPage; i++) {
                    uint64_t addr = entry.first * kPage + i;

                    if (a.get(addr) != b.get(addr))
                        return addr;
                }
        return ~0ull;
    }

  private:
    static uint8_t pattern(uint64_t addr)
    {
        return static_cast<uint8_t>((addr * 0x9e3779b97f4a7c15ull) >> 56);
    }
    std::unordered_map<uint64_t, std::unique_ptr<std::array<uint8_t, kPage>>>
        pages_;
};

struct Command {
    bool sync;
    uint64_t mem;
    uint32_t sp, len, n1, n2;
    uint32_t mem_s1, mem_s2, sp_s1, sp_s2;
    uint32_t index;
    uint16_t post;
    bool irq;
    // Filled while it runs.
    uint64_t start;
    bool accepted;
    bool failed;
    uint64_t failed_seq;
    uint64_t failed_addr;

    uint64_t mem_at(uint32_t i2, uint32_t i1, uint32_t b) const
    {
        return (mem + uint64_t(i2) * mem_s2 + uint64_t(i1) * mem_s1 + b) &
               kAddrMask;
    }
    uint32_t sp_at(uint32_t i2, uint32_t i1, uint32_t b) const
    {
        return sp + i2 * sp_s2 + i1 * sp_s1 + b;
    }
    uint64_t bytes() const
    {
        return sync ? 0 : uint64_t(len) * n1 * n2;
    }
};

// One expected burst, split byte by byte from the text of the contract.
struct Burst {
    size_t command;
    uint64_t seq;  // in the command
    uint64_t addr; // bus-aligned
    uint32_t beats;
    uint32_t sp;    // of the first byte
    uint32_t first; // offset of the first byte in the burst
    uint32_t bytes;
};

std::vector<Burst> split(const Command &c, size_t number)
{
    std::vector<Burst> bursts;

    if (c.sync)
        return bursts;
    for (uint32_t i2 = 0; i2 < c.n2; i2++)
        for (uint32_t i1 = 0; i1 < c.n1; i1++) {
            bool open = false;

            for (uint32_t b = 0; b < c.len; b++) {
                uint64_t at = c.mem_at(i2, i1, b);
                uint64_t word = at / kBus * kBus;

                if (!open || at % kPage == 0 ||
                    word - bursts.back().addr >= STH_BURST_BEATS * kBus) {
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

uint32_t rotl(uint32_t v, uint32_t n)
{
    return n ? v << n | v >> (32 - n) : v;
}

// A byte's share of a digest; address in the destination space.
uint32_t digest_byte(uint32_t addr, uint8_t value)
{
    uint32_t a = addr >> 2;

    return rotl(uint32_t(value) << 8 * (addr & 3),
                (a ^ (a >> 5) ^ (a >> 10)) & 31);
}

// How the surroundings behave in one batch; percentages a cycle.
struct Conditions {
    uint32_t latency_min, latency_max;
    bool in_order;
    uint32_t ready, valid, deny, fetch, error, command;
};

constexpr Conditions kCalm = {100, 100, true, 100, 100, 0, 0, 0, 100};

struct PendingRead {
    uint8_t id;
    uint64_t addr;
    uint32_t beats, sent;
    uint64_t ready_at;
    size_t burst; // in the expected bursts, for loads
    bool erring;
};

struct PendingWrite {
    uint8_t id;
    size_t burst;
    uint64_t data_done; // cycle of the last beat, 0: not yet
    uint64_t ready_at;
    bool erring;
};

// What a pass measured, for the checks of latency and throughput.
struct Trace {
    std::vector<uint64_t> accept[2], retire[2];
    std::vector<uint64_t> ar, aw, r, w, b;
    std::vector<uint64_t> w_offer;
};

class Test
{
  public:
    explicit Test(uint64_t seed) : rnd_(seed)
    {
        // Registers without reset start random.
        context_.randReset(2);
        context_.randSeed(int(seed));
        dut_ = std::make_unique<Vsth_dma_tb>(&context_);
        memset(&counts_, 0, sizeof(counts_));
        idle_inputs();
        reset();
    }

    struct Counts {
        uint64_t commands, syncs, bursts, beats, errors, stalls, drains;
    } counts_;
    Trace trace_;

    uint64_t cycle() const
    {
        return cycle_;
    }

    void reset()
    {
        dut_->rst_ni = 0;
        step_clock();
        step_clock();
        dut_->rst_ni = 1;
    }

    // Fills scratchpad and reference with random bytes.
    void fill_scratchpad()
    {
        for (uint32_t at = 0; at < kSp; at += kWord) {
            std::array<uint8_t, kWord> word;

            for (auto &byte : word)
                byte = uint8_t(rnd_.next() >> 32);
            memcpy(&sp_[at], word.data(), kWord);
            memcpy(static_cast<void *>(&dut_->v_wdata_i), word.data(), kWord);
            memset(static_cast<void *>(&dut_->v_wmask_i), 0xff,
                   sizeof(dut_->v_wmask_i));
            clean_mask();
            dut_->v_wreq_i = 1;
            dut_->v_waddr_i = at;
            step_clock();
        }
        dut_->v_wreq_i = 0;
        memset(static_cast<void *>(&dut_->v_wmask_i), 0,
               sizeof(dut_->v_wmask_i));
    }

    void compare_scratchpad()
    {
        dut_->a_req_i = 0;
        for (uint32_t at = 0; at < kSp; at += kWord) {
            std::array<uint8_t, kWord> word;

            dut_->v_req_i = 1;
            dut_->v_addr_i = at;
            step_clock();
            dut_->v_req_i = 0;
            dut_->eval();
            memcpy(word.data(), static_cast<void *>(&dut_->v_rdata_o), kWord);
            for (uint32_t i = 0; i < kWord; i++)
                CHECK(word[i] == sp_[at + i],
                      "scratchpad byte 0x%x is %02x, expected %02x", at + i,
                      word[i], sp_[at + i]);
        }
    }

    // Runs both command lists to their end, or drains after so many cycles (0:
    // never) unless they end first.  Returns whether they ended.
    bool run(std::vector<Command> loads, std::vector<Command> stores,
             const Conditions &conditions, uint32_t drain_after)
    {
        cond_ = conditions;
        commands_[0] = std::move(loads);
        commands_[1] = std::move(stores);
        for (int e = 0; e < 2; e++) {
            bursts_[e].clear();
            next_command_[e] = 0;
            next_retire_[e] = 0;
            next_burst_[e] = 0;
            for (size_t i = 0; i < commands_[e].size(); i++) {
                commands_[e][i].index = next_index_++;
                auto bursts = split(commands_[e][i], i);

                bursts_[e].insert(bursts_[e].end(), bursts.begin(),
                                  bursts.end());
            }
        }
        write_burst_ = write_beat_ = 0;
        taken_ = 0;
        drain_ar_ = drain_aw_ = 0;
        trace_ = Trace();

        uint64_t drain_at = drain_after ? cycle_ + drain_after : ~0ull;
        uint64_t limit = cycle_ + 500000;
        bool finished = false;

        while (!finished) {
            CHECK(cycle_ < limit,
                  "no end: retired %zu of %zu loads, %zu of %zu stores; "
                  "%zu of %zu and %zu of %zu bursts issued, %zu reads, "
                  "%zu writes outstanding",
                  next_retire_[0], commands_[0].size(), next_retire_[1],
                  commands_[1].size(), next_burst_[0], bursts_[0].size(),
                  next_burst_[1], bursts_[1].size(), reads_.size(),
                  writes_.size());
            draining_ = cycle_ >= drain_at;
            one_cycle();
            if (draining_) {
                finished = dut_->idle_o == 3 && cycle_ > drain_at + 2;
            } else {
                finished = next_retire_[0] == commands_[0].size() &&
                           next_retire_[1] == commands_[1].size() &&
                           fetches_.empty() && !fetch_valid_;
            }
        }
        idle_inputs();
        if (draining_) {
            for (auto &read : reads_)
                CHECK(read.id == kFetchId, "idle with a read outstanding");
            CHECK(writes_.empty(), "idle with a write outstanding");
            reads_.clear();
            fetches_.clear();
            holding_read_ = holding_write_ = false;
            draining_ = false;
            reset();
            last_ar_.valid = last_aw_.valid = last_w_.valid = false;
            fetch_valid_ = false;
            memory_.clear();
            fill_scratchpad();
            counts_.drains++;
            return false;
        }
        for (int e = 0; e < 2; e++)
            CHECK(next_burst_[e] == bursts_[e].size(), "bursts missing");
        CHECK(write_burst_ == bursts_[1].size(), "write data missing");
        step_clock();
        CHECK(dut_->busy_o == 0 && dut_->idle_o == 3, "busy after the end");
        return true;
    }

    // Replays the batch with plain loops and compares both memories whole.
    void check_batch()
    {
        Memory expected;

        for (auto &c : commands_[0])
            if (!c.sync && !c.failed)
                each_byte(c, [&](uint64_t mem, uint32_t sp) {
                    CHECK(sp_[sp] == memory_.get(mem), "reference at 0x%x", sp);
                });
        for (auto &c : commands_[1])
            if (!c.sync)
                each_byte(c, [&](uint64_t mem, uint32_t sp) {
                    expected.set(mem, sp_[sp]);
                });
        uint64_t at = Memory::compare(expected, memory_);

        CHECK(at == ~0ull, "memory at 0x%llx is %02x, expected %02x",
              static_cast<unsigned long long>(at), memory_.get(at),
              expected.get(at));
        compare_scratchpad();
        memory_.clear();
    }

    Random &random()
    {
        return rnd_;
    }

  private:
    struct Offer {
        bool valid;
        uint64_t addr;
        uint32_t id, len;
    };
    struct DataOffer {
        bool valid, last;
        uint64_t strb;
        std::array<uint8_t, kBus> data;
        std::array<uint8_t, (kBus + 7) / 8> mask;
    };

    template <typename F> void each_byte(const Command &c, F f)
    {
        for (uint32_t i2 = 0; i2 < c.n2; i2++)
            for (uint32_t i1 = 0; i1 < c.n1; i1++)
                for (uint32_t b = 0; b < c.len; b++)
                    f(c.mem_at(i2, i1, b), c.sp_at(i2, i1, b));
    }

    void clean_mask()
    {
        // Ports narrower than their C++ type must have zero upper bits.
        if (kWord < 8)
            memset(static_cast<void *>(&dut_->v_wmask_i), (1 << kWord) - 1, 1);
    }

    void idle_inputs()
    {
        dut_->drain_i = 0;
        dut_->cmd_valid_i = 0;
        dut_->f_ar_valid_i = 0;
        dut_->f_r_ready_i = 1;
        dut_->ar_ready_i = 0;
        dut_->r_valid_i = 0;
        dut_->aw_ready_i = 0;
        dut_->w_ready_i = 0;
        dut_->b_valid_i = 0;
        dut_->a_req_i = 0;
        dut_->v_req_i = 0;
        dut_->v_wreq_i = 0;
        memset(static_cast<void *>(&dut_->v_wmask_i), 0,
               sizeof(dut_->v_wmask_i));
    }

    void step_clock()
    {
        dut_->cycle_i = cycle_;
        dut_->clk_i = 0;
        dut_->eval();
        dut_->clk_i = 1;
        dut_->eval();
        cycle_++;
        cycle_for_messages = cycle_;
    }

    static void put(uint32_t *words, int lsb, int width, uint64_t value)
    {
        for (int i = 0; i < width; i++)
            if (value >> i & 1)
                words[(lsb + i) / 32] |= 1u << ((lsb + i) % 32);
    }

    void encode(const Command &c, int engine, uint32_t *words)
    {
        sth_command command;

        memset(&command, 0, sizeof(command));
        // Bits that these engines must not look at.
        STH_SET(&command, ANY_WAIT, rnd_.below(65536));
        STH_SET(&command, ANY_POST, c.post);
        STH_SET(&command, ANY_IRQ, c.irq);
        if (c.sync) {
            STH_SET(&command, ANY_OPCODE,
                    engine ? STH_OP_SYNC_STORE : STH_OP_SYNC_LOAD);
        } else {
            STH_SET(&command, ANY_OPCODE, engine ? STH_OP_STORE : STH_OP_LOAD);
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
        }
        memcpy(words, command.word, sizeof(command.word));
    }

    // Chooses inputs, evaluates, observes handshakes, clocks.
    void one_cycle()
    {
        drive_commands();
        drive_fetch();
        drive_read_data();
        drive_responses();
        dut_->drain_i = draining_;
        dut_->ar_ready_i = rnd_.percent(cond_.ready);
        dut_->aw_ready_i = rnd_.percent(cond_.ready);
        dut_->w_ready_i = rnd_.percent(cond_.ready);
        dut_->f_r_ready_i = rnd_.percent(cond_.ready);
        dut_->a_req_i = rnd_.percent(cond_.deny);
        dut_->a_addr_i = uint32_t(rnd_.below(kSp));
        dut_->v_wreq_i = rnd_.percent(cond_.deny);
        dut_->v_waddr_i = uint32_t(rnd_.below(kSp));
        dut_->cycle_i = cycle_;
        dut_->clk_i = 0;
        dut_->eval();

        observe_commands();
        observe_ar();
        observe_r();
        observe_aw();
        observe_w();
        observe_b();
        counts_.stalls += dut_->bank_stall_o != 0;
        observe_retire();

        dut_->clk_i = 1;
        dut_->eval();
        cycle_++;
        cycle_for_messages = cycle_;
    }

    void drive_commands()
    {
        uint32_t valid = dut_->cmd_valid_i & ~taken_;

        for (int e = 0; e < 2; e++) {
            bool more = next_command_[e] < commands_[e].size();

            if (!more) {
                valid &= ~(1u << e);
                continue;
            }
            Command &c = commands_[e][next_command_[e]];

            if (!(valid >> e & 1) && rnd_.percent(cond_.command)) {
                valid |= 1u << e;
                encode(c, e,
                       e ? dut_->store_cmd_i.data() : dut_->load_cmd_i.data());
                (e ? dut_->store_index_i : dut_->load_index_i) = c.index;
            }
        }
        dut_->cmd_valid_i = uint8_t(valid);
    }

    void observe_commands()
    {
        taken_ = dut_->cmd_valid_i & dut_->cmd_ready_o;

        for (int e = 0; e < 2; e++)
            if (taken_ >> e & 1) {
                Command &c = commands_[e][next_command_[e]++];

                CHECK(!draining_, "command accepted during drain");
                c.start = cycle_;
                c.accepted = true;
                trace_.accept[e].push_back(cycle_);
                // One that retires in this cycle has left its place.
                CHECK(next_command_[e] - next_retire_[e] <=
                          4u + (dut_->retire_valid_o >> e & 1),
                      "more than four commands in flight");
            }
        for (int e = 0; e < 2; e++) {
            bool busy = false;

            for (size_t i = next_retire_[e]; i < next_command_[e]; i++)
                busy |= commands_[e][i].start < cycle_;
            CHECK((dut_->busy_o >> e & 1) == busy, "busy_o[%d] is %d", e,
                  dut_->busy_o >> e & 1);
        }
    }

    void drive_fetch()
    {
        bool more = next_retire_[0] < commands_[0].size() && !draining_ &&
                    fetches_.size() < 4;

        if (!fetch_valid_ && more && rnd_.percent(cond_.fetch)) {
            fetch_valid_ = true;
            fetch_addr_ = rnd_.below(1 << 20) * 64;
        }
        dut_->f_ar_valid_i = fetch_valid_;
        dut_->f_ar_addr_i = fetch_addr_ / kBus * kBus;
        dut_->f_ar_len_i = kBus >= 64 ? 0 : 64 / kBus - 1;
    }

    void observe_ar()
    {
        Offer now = {dut_->ar_valid_o != 0, dut_->ar_addr_o, dut_->ar_id_o,
                     dut_->ar_len_o};

        if (last_ar_.valid)
            CHECK(now.valid && now.addr == last_ar_.addr &&
                      now.id == last_ar_.id && now.len == last_ar_.len,
                  "AR changed while it waited");
        if (now.valid && dut_->ar_ready_i) {
            PendingRead read = {
                uint8_t(now.id),
                now.addr,
                now.len + 1,
                0,
                cycle_ + rnd_.range(cond_.latency_min, cond_.latency_max),
                0,
                rnd_.percent(cond_.error)};

            if (now.id == kFetchId) {
                CHECK(fetch_valid_ && now.addr == fetch_addr_ / kBus * kBus,
                      "fetch address");
                fetch_valid_ = false;
                read.erring = false;
                fetches_.push_back(now.addr);
            } else {
                CHECK(now.id < LOAD_SLOTS, "load ID %u", now.id);
                CHECK(!draining_ || !drain_ar_++, "AR issued during drain");
                for (auto &other : reads_)
                    CHECK(other.id != now.id, "load ID %u used twice", now.id);
                CHECK(next_burst_[0] < bursts_[0].size(), "extra AR");
                read.burst = next_burst_[0]++;
                check_burst(bursts_[0][read.burst], now, "AR");
                trace_.ar.push_back(cycle_);
            }
            reads_.push_back(read);
            now.valid = false;
        }
        last_ar_ = now;
    }

    void check_burst(const Burst &expected, const Offer &got, const char *what)
    {
        CHECK(got.addr % kBus == 0, "%s address not aligned", what);
        CHECK(got.addr / kPage == (got.addr + uint64_t(got.len) * kBus) / kPage,
              "%s crosses 4096 bytes", what);
        CHECK(got.addr == expected.addr && got.len + 1 == expected.beats,
              "%s 0x%llx + %u, expected 0x%llx + %u", what,
              static_cast<unsigned long long>(got.addr), got.len + 1,
              static_cast<unsigned long long>(expected.addr), expected.beats);
        counts_.bursts++;
    }

    void drive_read_data()
    {
        if (holding_read_)
            return;
        dut_->r_valid_i = 0;
        if (!rnd_.percent(cond_.valid))
            return;
        // Candidates: bursts that are due; fetches share an ID, hence in order.
        std::vector<size_t> due;
        bool fetch_seen = false;

        for (size_t i = 0; i < reads_.size(); i++) {
            bool blocked = reads_[i].id == kFetchId && fetch_seen;

            fetch_seen |= reads_[i].id == kFetchId;
            if (reads_[i].ready_at <= cycle_ && !blocked) {
                due.push_back(i);
                if (cond_.in_order)
                    break;
            } else if (cond_.in_order) {
                break;
            }
        }
        if (due.empty())
            return;
        read_ = due[rnd_.below(due.size())];
        PendingRead &read = reads_[read_];
        std::array<uint8_t, kBus> data;
        uint64_t addr = read.addr + uint64_t(read.sent) * kBus;

        read_error_ = read.erring && rnd_.percent(30);
        for (uint32_t i = 0; i < kBus; i++)
            data[i] = read_error_ ? 0xee : memory_.get(addr + i);
        memcpy(static_cast<void *>(&dut_->r_data_i), data.data(), kBus);
        dut_->r_valid_i = 1;
        dut_->r_id_i = read.id;
        dut_->r_resp_i = uint8_t(read_error_ ? 2 + rnd_.below(2) : 0);
        dut_->r_last_i = read.sent + 1 == read.beats;
        holding_read_ = true;
    }

    void observe_r()
    {
        CHECK(!dut_->f_r_valid_o ||
                  (dut_->r_valid_i && dut_->r_id_i == kFetchId),
              "fetch sees load data");
        if (!(dut_->r_valid_i && dut_->r_ready_o))
            return;
        PendingRead &read = reads_[read_];

        holding_read_ = false;
        if (read.id == kFetchId) {
            CHECK(dut_->f_r_valid_o && dut_->f_r_ready_i, "fetch data lost");
            if (dut_->r_last_i)
                fetches_.pop_front();
        } else {
            Burst &burst = bursts_[0][read.burst];

            trace_.r.push_back(cycle_);
            counts_.beats++;
            if (read_error_)
                note_error(0, burst);
            else
                deliver(burst, read.sent);
        }
        if (++read.sent == read.beats)
            reads_.erase(reads_.begin() + long(read_));
    }

    // The bytes of one beat reach the reference scratchpad.
    void deliver(const Burst &burst, uint32_t beat)
    {
        for (uint32_t i = 0; i < kBus; i++) {
            uint32_t position = beat * kBus + i;

            if (position >= burst.first && position < burst.first + burst.bytes)
                sp_[burst.sp + position - burst.first] =
                    memory_.get(burst.addr + position);
        }
    }

    void note_error(int engine, const Burst &burst)
    {
        Command &c = commands_[engine][burst.command];

        counts_.errors++;
        if (!c.failed || burst.seq < c.failed_seq) {
            c.failed = true;
            c.failed_seq = burst.seq;
            c.failed_addr = burst.addr;
        }
    }

    void observe_aw()
    {
        Offer now = {dut_->aw_valid_o != 0, dut_->aw_addr_o, dut_->aw_id_o,
                     dut_->aw_len_o};

        if (last_aw_.valid)
            CHECK(now.valid && now.addr == last_aw_.addr &&
                      now.id == last_aw_.id && now.len == last_aw_.len,
                  "AW changed while it waited");
        if (now.valid && dut_->aw_ready_i) {
            CHECK(now.id < STORE_SLOTS, "store ID %u", now.id);
            CHECK(!draining_ || !drain_aw_++, "AW issued during drain");
            for (auto &other : writes_)
                CHECK(other.id != now.id, "store ID %u used twice", now.id);
            CHECK(next_burst_[1] < bursts_[1].size(), "extra AW");
            check_burst(bursts_[1][next_burst_[1]], now, "AW");
            writes_.push_back(
                {uint8_t(now.id), next_burst_[1],
                 next_burst_[1] < write_burst_ ? cycle_ : 0,
                 cycle_ + rnd_.range(cond_.latency_min, cond_.latency_max),
                 rnd_.percent(cond_.error)});
            next_burst_[1]++;
            trace_.aw.push_back(cycle_);
            now.valid = false;
        }
        last_aw_ = now;
    }

    void observe_w()
    {
        DataOffer now;

        now.valid = dut_->w_valid_o;
        now.last = dut_->w_last_o;
        memcpy(now.data.data(), static_cast<void *>(&dut_->w_data_o), kBus);
        memcpy(now.mask.data(), static_cast<void *>(&dut_->w_strb_o),
               now.mask.size());
        if (last_w_.valid)
            CHECK(now.valid && now.last == last_w_.last &&
                      now.data == last_w_.data && now.mask == last_w_.mask,
                  "W changed while it waited");
        if (now.valid && !last_w_.valid)
            trace_.w_offer.push_back(cycle_);
        if (now.valid && dut_->w_ready_i) {
            CHECK(write_burst_ < bursts_[1].size(), "extra W");
            Burst &burst = bursts_[1][write_burst_];

            counts_.beats++;
            trace_.w.push_back(cycle_);
            CHECK(now.last == (write_beat_ + 1 == burst.beats), "WLAST");
            for (uint32_t i = 0; i < kBus; i++) {
                uint32_t position = write_beat_ * kBus + i;
                bool strobe = position >= burst.first &&
                              position < burst.first + burst.bytes;

                CHECK((now.mask[i / 8] >> (i % 8) & 1) == strobe,
                      "strobe %u of 0x%llx", i,
                      static_cast<unsigned long long>(burst.addr));
                if (!strobe) {
                    CHECK(now.data[i] == 0, "byte without strobe not zero");
                    continue;
                }
                CHECK(now.data[i] == sp_[burst.sp + position - burst.first],
                      "W data at 0x%llx",
                      static_cast<unsigned long long>(burst.addr + position));
                memory_.set(burst.addr + position, now.data[i]);
            }
            if (now.last) {
                for (auto &write : writes_)
                    if (write.burst == write_burst_)
                        write.data_done = cycle_;
                write_burst_++;
                write_beat_ = 0;
            } else {
                write_beat_++;
            }
            now.valid = false;
        }
        last_w_ = now;
    }

    void drive_responses()
    {
        if (holding_write_)
            return;
        dut_->b_valid_i = 0;
        if (!rnd_.percent(cond_.valid))
            return;
        std::vector<size_t> due;

        for (size_t i = 0; i < writes_.size(); i++) {
            if (writes_[i].data_done && writes_[i].ready_at <= cycle_)
                due.push_back(i);
            if (cond_.in_order)
                break;
        }
        if (due.empty())
            return;
        write_ = due[rnd_.below(due.size())];
        dut_->b_valid_i = 1;
        dut_->b_id_i = writes_[write_].id;
        dut_->b_resp_i =
            uint8_t(writes_[write_].erring ? 2 + rnd_.below(2) : 0);
        holding_write_ = true;
    }

    void observe_b()
    {
        if (!(dut_->b_valid_i && dut_->b_ready_o))
            return;
        PendingWrite &write = writes_[write_];

        if (write.erring)
            note_error(1, bursts_[1][write.burst]);
        trace_.b.push_back(cycle_);
        writes_.erase(writes_.begin() + long(write_));
        holding_write_ = false;
    }

    void observe_retire()
    {
        for (int e = 0; e < 2; e++) {
            if (!(dut_->retire_valid_o >> e & 1))
                continue;
            // Draining drops data; nobody looks at these retirements.
            if (draining_) {
                next_retire_[e]++;
                continue;
            }
            CHECK(next_retire_[e] < next_command_[e], "extra retirement");
            Command &c = commands_[e][next_retire_[e]++];
            uint64_t bytes = e ? dut_->store_bytes_o : dut_->load_bytes_o;
            uint64_t addr =
                e ? dut_->store_error_addr_o : dut_->load_error_addr_o;
            uint64_t start = uint64_t(dut_->retire_start_o[e * 2 + 1]) << 32 |
                             dut_->retire_start_o[e * 2];
            uint32_t digest = uint32_t(dut_->retire_digest_o >> (e * 32));

            trace_.retire[e].push_back(cycle_);
            CHECK(uint32_t(dut_->retire_index_o >> (e * 32)) == c.index,
                  "retired out of order");
            CHECK(uint16_t(dut_->retire_post_o >> (e * 16)) == c.post, "post");
            CHECK((dut_->retire_irq_o >> e & 1) == c.irq, "irq");
            CHECK(start == c.start, "start");
            CHECK(bytes == c.bytes(), "bytes");
            CHECK((dut_->retire_error_o >> e & 1) == c.failed, "error flag");
            if (c.failed) {
                CHECK(addr == c.failed_addr, "error at 0x%llx, not 0x%llx",
                      static_cast<unsigned long long>(addr),
                      static_cast<unsigned long long>(c.failed_addr));
            } else {
                uint32_t expected = 0;

                if (!c.sync)
                    each_byte(c, [&](uint64_t mem, uint32_t sp) {
                        expected ^=
                            digest_byte(e ? uint32_t(mem) : sp, sp_[sp]);
                    });
                CHECK(digest == expected, "digest %08x, expected %08x", digest,
                      expected);
            }
            counts_.commands++;
            counts_.syncs += c.sync;
        }
    }

    Random rnd_;
    VerilatedContext context_;
    std::unique_ptr<Vsth_dma_tb> dut_;
    uint64_t cycle_ = 1;
    Conditions cond_ = kCalm;
    Memory memory_;
    std::vector<uint8_t> sp_ = std::vector<uint8_t>(kSp);
    uint32_t next_index_ = 0;

    std::vector<Command> commands_[2];
    std::vector<Burst> bursts_[2];
    size_t next_command_[2] = {0, 0};
    uint32_t taken_ = 0; // commands accepted in the last cycle
    size_t next_retire_[2] = {0, 0};
    size_t next_burst_[2] = {0, 0};
    size_t write_burst_ = 0;
    uint32_t write_beat_ = 0;

    std::vector<PendingRead> reads_;
    std::vector<PendingWrite> writes_;
    std::deque<uint64_t> fetches_;
    bool fetch_valid_ = false;
    uint64_t fetch_addr_ = 0;
    bool holding_read_ = false, holding_write_ = false, read_error_ = false;
    size_t read_ = 0, write_ = 0;
    bool draining_ = false;
    // Addresses taken since the drain began: one each may be left over.
    uint32_t drain_ar_ = 0, drain_aw_ = 0;
    Offer last_ar_ = {}, last_aw_ = {};
    DataOffer last_w_ = {};
};

// A block without overlap of at most `span` bytes: len, counts and strides.
struct Shape {
    uint32_t len, n1, n2, s1, s2;
    uint64_t span;
};

Shape random_shape(Random &rnd, uint64_t span)
{
    Shape s;

    for (;;) {
        uint32_t kind = uint32_t(rnd.below(8));

        s.len = uint32_t(kind == 0   ? rnd.range(1, 12000)
                         : kind == 1 ? rnd.range(1, 3)
                         : kind < 5  ? rnd.range(1, 4 * kBus)
                                     : rnd.range(1, 700));
        s.n1 = uint32_t(rnd.percent(30) ? 1 : rnd.range(1, 12));
        s.n2 = uint32_t(rnd.percent(50) ? 1 : rnd.range(1, 6));
        uint64_t gap = rnd.percent(50) ? 0 : rnd.below(2 * kBus);
        uint64_t gap2 = rnd.percent(50) ? 0 : rnd.below(300);

        if (rnd.percent(75)) {
            s.s1 = uint32_t(s.len + gap);
            s.s2 = uint32_t(uint64_t(s.s1) * s.n1 + gap2);
        } else {
            s.s2 = uint32_t(s.len + gap);
            s.s1 = uint32_t(uint64_t(s.s2) * s.n2 + gap2);
        }
        s.span = uint64_t(s.n2 - 1) * s.s2 + uint64_t(s.n1 - 1) * s.s1 + s.len;
        if (s.span <= span)
            return s;
    }
}

Command empty_command(Random &rnd)
{
    Command c;

    memset(&c, 0, sizeof(c));
    c.post = uint16_t(rnd.next());
    c.irq = rnd.percent(50);
    return c;
}

// A memory address: any alignment, often near a 4096-byte boundary, below
// the end of the given 2^32-byte region.
uint64_t random_mem(Random &rnd, uint64_t region, uint64_t span)
{
    uint64_t at = rnd.below((1ull << 32) - span);

    if (rnd.percent(50)) {
        at = at / kPage * kPage + rnd.range(0, 3 * kBus);
        at -= std::min(at, rnd.below(6 * kBus));
        at = std::min<uint64_t>(at, (1ull << 32) - span);
    }
    if (rnd.percent(20))
        at = at / kBus * kBus;
    return region + at;
}

// Loads write disjoint parts of the lower half of the scratchpad from
// anywhere; some sources overlap themselves.
std::vector<Command> random_loads(Random &rnd, size_t count)
{
    std::vector<Command> list;
    uint64_t room = kSp / 2;
    uint32_t at = 0;

    for (size_t i = 0; i < count; i++) {
        Command c = empty_command(rnd);

        c.sync = rnd.percent(10);
        if (!c.sync) {
            at += uint32_t(rnd.below(kWord));
            if (room < at + 64)
                break;
            Shape s = random_shape(rnd, std::min<uint64_t>(room - at, 16000));

            c.sp = at;
            c.len = s.len;
            c.n1 = s.n1;
            c.n2 = s.n2;
            c.sp_s1 = s.s1;
            c.sp_s2 = s.s2;
            at += uint32_t(s.span);
            // Strides of any size that keep the last byte below 2^40.
            uint64_t wide = rnd.percent(20) ? 0xffffffffu : 3 * kPage;

            c.mem_s1 = uint32_t(rnd.percent(20) ? 0 : rnd.range(0, wide));
            c.mem_s2 = uint32_t(rnd.percent(20) ? 0 : rnd.range(0, wide));
            uint64_t span = uint64_t(c.n2 - 1) * c.mem_s2 +
                            uint64_t(c.n1 - 1) * c.mem_s1 + c.len;
            uint64_t region = rnd.below(8) << 32;

            c.mem = span < 1ull << 31 ? random_mem(rnd, region, span)
                                      : region + rnd.below(1 << 20);
            if (rnd.percent(5))
                c.mem = (1ull << 40) - span;
        }
        list.push_back(c);
    }
    return list;
}

// Stores read anywhere in the upper half and write regions of their own.
std::vector<Command> random_stores(Random &rnd, size_t count)
{
    std::vector<Command> list;

    for (size_t i = 0; i < count; i++) {
        Command c = empty_command(rnd);

        c.sync = rnd.percent(10);
        if (!c.sync) {
            Shape s = random_shape(rnd, 16000);
            uint64_t wide = rnd.percent(20) ? 0x07ffffffu : 0;

            c.len = s.len;
            c.n1 = s.n1;
            c.n2 = s.n2;
            // A huge stride for the outer one of the two keeps runs apart.
            if (wide && s.s2 >= s.s1)
                s.s2 += uint32_t(rnd.below(wide));
            c.mem_s1 = s.s1;
            c.mem_s2 = s.s2;
            s.span =
                uint64_t(s.n2 - 1) * s.s2 + uint64_t(s.n1 - 1) * s.s1 + s.len;
            c.mem = random_mem(rnd, (0x80 + i) << 32, s.span);
            for (;;) {
                c.sp_s1 = uint32_t(rnd.percent(20) ? 0 : rnd.below(3000));
                c.sp_s2 = uint32_t(rnd.percent(20) ? 0 : rnd.below(3000));
                uint64_t span = uint64_t(c.n2 - 1) * c.sp_s2 +
                                uint64_t(c.n1 - 1) * c.sp_s1 + c.len;

                if (span > kSp / 2)
                    continue;
                c.sp = uint32_t(kSp / 2 + rnd.below(kSp / 2 - span + 1));
                if (rnd.percent(10))
                    c.sp = uint32_t(kSp - span);
                break;
            }
        }
        list.push_back(c);
    }
    return list;
}

Conditions random_conditions(Random &rnd)
{
    static const uint32_t rates[] = {100, 100, 95, 70, 30};
    Conditions c;

    c.latency_min = uint32_t(rnd.below(60));
    c.latency_max = c.latency_min + uint32_t(rnd.below(4) * rnd.below(80));
    c.in_order = rnd.percent(30);
    c.ready = rates[rnd.below(5)];
    c.valid = rates[rnd.below(5)];
    c.deny = rnd.percent(50) ? 0 : uint32_t(rnd.below(80));
    c.fetch = rnd.percent(50) ? 0 : uint32_t(rnd.below(30));
    c.error = rnd.percent(70) ? 0 : uint32_t(rnd.range(1, 30));
    c.command = rates[rnd.below(5)];
    return c;
}

void random_batches(Test &test, uint32_t batches)
{
    for (uint32_t i = 0; i < batches; i++) {
        Random &rnd = test.random();
        auto loads = random_loads(rnd, rnd.below(9));
        auto stores = random_stores(rnd, rnd.below(9));
        Conditions conditions = random_conditions(rnd);
        uint32_t drain = rnd.percent(15) ? uint32_t(rnd.range(1, 400)) : 0;

        test.fill_scratchpad();
        if (test.run(loads, stores, conditions, drain))
            test.check_batch();
    }
}

Command plain_copy(Random &rnd, uint64_t mem, uint32_t sp, uint32_t len)
{
    Command c = empty_command(rnd);

    c.mem = mem;
    c.sp = sp;
    c.len = len;
    c.n1 = c.n2 = 1;
    return c;
}

void expect(const char *name, uint64_t measured, uint64_t constant)
{
    CHECK(measured == constant, "%s is %llu, spec/latency.def says %llu", name,
          static_cast<unsigned long long>(measured),
          static_cast<unsigned long long>(constant));
}

// Measures every DMA constant of spec/latency.def.
void check_latencies(Test &test)
{
    Random &rnd = test.random();
    Command sync = empty_command(rnd);
    Trace &t = test.trace_;

    sync.sync = true;
    test.run({sync}, {sync}, kCalm, 0);
    expect("DMA_SYNC", t.retire[0][0] - t.accept[0][0], STH_LAT_DMA_SYNC);
    expect("DMA_SYNC", t.retire[1][0] - t.accept[1][0], STH_LAT_DMA_SYNC);
    test.check_batch();

    // One burst more than slots, one bus word each, answered in order.
    Command load = plain_copy(rnd, 0x1000, 64, kBus);
    Command store = plain_copy(rnd, 0x8000001000ull, kSp / 2, kBus);

    load.n1 = LOAD_SLOTS + 1;
    store.n1 = STORE_SLOTS + 1;
    load.mem_s1 = store.mem_s1 = load.sp_s1 = store.sp_s1 = kBus;
    Command load2 = plain_copy(rnd, 0x200001, 24576, 5);
    Command store2 = plain_copy(rnd, 0x8100000001ull, kSp / 2, 5);

    test.run({load, load2}, {store, store2}, kCalm, 0);
    expect("LOAD_ISSUE", t.ar[0] - t.accept[0][0], STH_LAT_LOAD_ISSUE);
    expect("AR rate", t.ar[LOAD_SLOTS - 1] - t.ar[0], LOAD_SLOTS - 1);
    expect("LOAD_REUSE", t.ar[LOAD_SLOTS] - t.r[0], STH_LAT_LOAD_REUSE);
    expect("LOAD_NEXT", t.accept[0][1] - t.ar[LOAD_SLOTS], STH_LAT_LOAD_NEXT);
    expect("LOAD_RETIRE", t.retire[0][1] - t.r.back(), STH_LAT_LOAD_RETIRE);
    expect("LOAD_RETIRE", t.retire[0][0] - t.r[LOAD_SLOTS],
           STH_LAT_LOAD_RETIRE);
    expect("STORE_ISSUE", t.aw[0] - t.accept[1][0], STH_LAT_STORE_ISSUE);
    expect("STORE_DATA", t.w_offer[0] - t.aw[0], STH_LAT_STORE_DATA);
    expect("STORE_REUSE", t.aw[STORE_SLOTS] - t.b[0], STH_LAT_STORE_REUSE);
    expect("STORE_NEXT", t.accept[1][1] - t.aw[STORE_SLOTS],
           STH_LAT_STORE_NEXT);
    expect("STORE_RETIRE", t.retire[1][1] - t.b.back(), STH_LAT_STORE_RETIRE);
    expect("W rate", t.w[STORE_SLOTS - 1] - t.w[0], STORE_SLOTS - 1);
    test.check_batch();
}

// A drain while four commands are in flight and the next ones wait.
void check_drain(Test &test)
{
    std::vector<Command> loads, stores;

    for (uint32_t i = 0; i < 8; i++) {
        loads.push_back(plain_copy(test.random(), i * kPage, i * 64, 20));
        stores.push_back(plain_copy(test.random(), 0x8000000000ull + i * kPage,
                                    kSp / 2 + i * 64, 20));
    }
    CHECK(!test.run(loads, stores, kCalm, 40), "ended before the drain");
}

// Long copies at several alignments: at least 98 % of one beat a cycle.
void check_throughput(Test &test)
{
    static const uint32_t offsets[][2] = {{0, 0}, {1, 0}, {0, 3}, {3, 2}};
    Random &rnd = test.random();

    for (auto &offset : offsets) {
        std::vector<Command> loads, stores;

        // Four commands each, so the flow across commands counts as well.
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t len = kSp / 8 - 16;

            loads.push_back(plain_copy(rnd, 0x10000 + i * 0x10000 + offset[0],
                                       i * kSp / 8 + offset[1], len));
            stores.push_back(
                plain_copy(rnd, 0x8000010000ull + i * 0x10000 + offset[0],
                           kSp / 2 + i * kSp / 8 + offset[1], len));
        }
        test.run(loads, stores, kCalm, 0);
        Trace &t = test.trace_;
        double load = double(t.r.size()) / double(t.r.back() - t.r.front() + 1);
        double store =
            double(t.w.size()) / double(t.w.back() - t.w.front() + 1);

        printf("  offset %u -> %u: load %.4f, store %.4f beats a cycle\n",
               offset[0], offset[1], load, store);
        CHECK(load >= 0.98 && store >= 0.98, "throughput");
        test.check_batch();
    }
}

} // namespace

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
    uint32_t batches = argc > 2 ? uint32_t(strtoul(argv[2], nullptr, 0)) : 300;

    seed_for_messages = seed;
    Test test(seed);

    test.fill_scratchpad();
    check_latencies(test);
    check_throughput(test);
    check_drain(test);
    random_batches(test, batches);
    printf("PASS dma bus=%u word=%u seed=%llu: %llu commands (%llu sync), "
           "%llu bursts, %llu beats, %llu errors, %llu stalls, %llu drains, "
           "%llu cycles\n",
           kBus, kWord, static_cast<unsigned long long>(seed),
           static_cast<unsigned long long>(test.counts_.commands),
           static_cast<unsigned long long>(test.counts_.syncs),
           static_cast<unsigned long long>(test.counts_.bursts),
           static_cast<unsigned long long>(test.counts_.beats),
           static_cast<unsigned long long>(test.counts_.errors),
           static_cast<unsigned long long>(test.counts_.stalls),
           static_cast<unsigned long long>(test.counts_.drains),
           static_cast<unsigned long long>(test.cycle()));
    return 0;
}
