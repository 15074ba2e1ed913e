// Drives the Verilated matrix engine with random commands and compares memory,
// digests, retirement fields and every cycle count with the scalar reference.
//
//   sth_matrix_test [COMMANDS [SEED]]   test
//   sth_matrix_test --bench [CYCLES]    simulation speed of the busy array
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

#include "Vsth_matrix_tb.h"
#include "verilated.h"

extern "C" {
#include "sth_matrix_ref.h"
}
#include "sth_spec.h"

namespace
{

constexpr uint32_t kRows = STH_BUILD_ArrayRows;
constexpr uint32_t kCols = STH_BUILD_ArrayCols;
constexpr uint32_t kWord = 2 * kRows > 4 * kCols ? 2 * kRows : 4 * kCols;
constexpr uint32_t kAccRows = STH_BUILD_AccBytes / (4 * kCols);
constexpr uint32_t kSpBytes = STH_MATRIX_REF_SP_BYTES;

uint64_t random_state = 1;

uint32_t random_u32()
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return static_cast<uint32_t>(random_state >> 16);
}

uint32_t random_below(uint32_t bound)
{
    return random_u32() % bound;
}

// Denial of weight reads: a hash of the cycle, so that the reference can ask
// too.
uint32_t deny_percent;
uint64_t deny_seed;

bool is_denied(uint64_t cycle)
{
    uint64_t h = (cycle + deny_seed) * 0x9e3779b97f4a7c15u;

    return (h >> 40) % 100 < deny_percent;
}

// An index into any Verilator port, narrow or wide.
template <typename T> uint8_t *port_bytes(T &port)
{
    return reinterpret_cast<uint8_t *>(&port);
}

struct Grant {
    sth_matrix_ref_cmd cmd;
    uint32_t index;
    uint16_t post;
    bool irq;
    uint64_t start;
    sth_matrix_ref_times times;
};

class Bench
{
  public:
    Bench() : ref(new sth_matrix_ref)
    {
        std::memset(ref.get(), 0, sizeof *ref);
        sth_matrix_ref_init(ref.get(), kRows, kCols);
        top.clk_i = 0;
        top.rst_ni = 0;
        top.cmd_valid_i = 0;
        top.v_req_i = 0;
        top.v_wreq_i = 0;
        top.w_gnt_i = 0;
        for (int i = 0; i < 4; i++)
            finish_cycle();
        top.rst_ni = 1;
    }

    // Combinational outputs of this cycle are valid after it.
    void start_cycle()
    {
        top.cycle_i = cycle;
        feed(port_bytes(top.a_rdata_i), a_pending, a_addr);
        feed(port_bytes(top.w_rdata_i), w_pending, w_addr);
        top.clk_i = 0;
        top.eval();
        top.w_gnt_i = top.w_req_o && !is_denied(cycle);
        top.eval();
    }

    void finish_cycle()
    {
        a_pending = top.a_req_o;
        a_addr = top.a_addr_o;
        w_pending = top.w_gnt_i;
        w_addr = top.w_addr_o;
        top.clk_i = 1;
        top.eval();
        cycle++;
    }

    void write_acc(uint32_t row)
    {
        top.v_wreq_i = 1;
        top.v_waddr_i = row;
        std::memcpy(port_bytes(top.v_wdata_i), &ref->acc[row * kCols],
                    4 * kCols);
        std::memset(port_bytes(top.v_wmask_i), 0xff, (kCols + 7) / 8);
        start_cycle();
        finish_cycle();
        top.v_wreq_i = 0;
    }

    bool check_acc(uint32_t row)
    {
        top.v_req_i = 1;
        top.v_addr_i = row;
        start_cycle();
        finish_cycle();
        top.v_req_i = 0;
        start_cycle();
        return std::memcmp(port_bytes(top.v_rdata_o), &ref->acc[row * kCols],
                           4 * kCols) == 0;
    }

    Vsth_matrix_tb top;
    std::unique_ptr<sth_matrix_ref> ref;
    uint64_t cycle = 1;

  private:
    // The word that was granted, or noise.
    void feed(uint8_t *port, bool valid, uint32_t addr)
    {
        uint32_t word = addr / kWord * kWord;

        if (valid && word + kWord <= kSpBytes) {
            std::memcpy(port, &ref->sp[word], kWord);
        } else if (noise) {
            for (uint32_t i = 0; i < kWord; i++)
                port[i] = static_cast<uint8_t>(random_u32());
        }
    }

  public:
    bool noise = true;

  private:
    bool a_pending = false, w_pending = false;
    uint32_t a_addr = 0, w_addr = 0;
};

uint16_t random_bf16(bool specials)
{
    uint32_t sign = random_below(2) << 15, fraction = random_below(128);
    uint32_t kind = random_below(64);

    if (kind < 4)
        return static_cast<uint16_t>(sign);
    if (kind < 8)
        return static_cast<uint16_t>(sign | (40 + random_below(40)) << 7 |
                                     fraction);
    if (specials && kind == 8)
        return static_cast<uint16_t>(sign | (random_below(2) * 255) << 7 |
                                     random_below(2) * fraction);
    if (specials && kind == 9)
        return static_cast<uint16_t>(sign | (180 + random_below(75)) << 7 |
                                     fraction);
    return static_cast<uint16_t>(sign | (122 + random_below(10)) << 7 |
                                 fraction);
}

uint32_t random_size(uint32_t unit)
{
    switch (random_below(4)) {
    case 0:
        return 1 + random_below(3);
    case 1:
        return unit * (1 + random_below(2));
    default:
        return 1 + random_below(2 * unit + 3);
    }
}

// A legal command; chunk addresses are checked against the scratchpad's end.
sth_matrix_ref_cmd random_command()
{
    for (;;) {
        sth_matrix_ref_cmd cmd = {};

        cmd.sync = random_below(10) == 0;
        cmd.bf16 = random_below(2);
        cmd.west = random_below(2);
        cmd.accumulate = random_below(2);
        cmd.m = random_size(kRows);
        cmd.n = random_size(kCols);
        cmd.k = random_size(kRows);
        uint32_t es = cmd.bf16 ? 2 : 1;
        uint32_t a_unit = kRows * es;
        uint32_t w_unit = (cmd.west ? kRows : kCols) * es;
        cmd.a = a_unit * random_below(kSpBytes / a_unit);
        cmd.a_row = a_unit * random_below(6);
        cmd.a_k = a_unit * random_below(40);
        cmd.w = w_unit * random_below(kSpBytes / w_unit);
        cmd.w_row = w_unit * random_below(6);
        cmd.w_k = w_unit * random_below(40);
        cmd.w_n = w_unit * random_below(40);
        // Few rows, so that commands meet each other's sums.
        cmd.acc = random_below(2) ? random_below(kAccRows) : random_below(8);
        cmd.acc_n = random_below(cmd.m + 3);

        uint32_t nt = (cmd.n + kCols - 1) / kCols - 1;
        uint32_t kt = (cmd.k + kRows - 1) / kRows - 1;
        uint32_t w_rows =
            cmd.west ? (nt ? kCols : cmd.n) : (kt ? kRows : cmd.k);
        uint32_t a_end =
            cmd.a + (cmd.m - 1) * cmd.a_row + kt * cmd.a_k + a_unit;
        uint32_t w_end = cmd.w + (w_rows - 1) * cmd.w_row + kt * cmd.w_k +
                         nt * cmd.w_n + w_unit;
        if (a_end <= kSpBytes && w_end <= kSpBytes &&
            cmd.acc + nt * cmd.acc_n + cmd.m <= kAccRows)
            return cmd;
    }
}

void encode(const sth_matrix_ref_cmd &cmd, uint16_t post, bool irq,
            uint32_t *port)
{
    sth_command command = {};

    STH_SET(&command, ANY_OPCODE,
            cmd.sync ? STH_OP_SYNC_MATRIX : STH_OP_MATMUL);
    STH_SET(&command, ANY_POST, post);
    STH_SET(&command, ANY_IRQ, irq);
    if (!cmd.sync) {
        STH_SET(&command, MATMUL_A, cmd.a);
        STH_SET(&command, MATMUL_W, cmd.w);
        STH_SET(&command, MATMUL_ACC, cmd.acc);
        STH_SET(&command, MATMUL_M, cmd.m);
        STH_SET(&command, MATMUL_N, cmd.n);
        STH_SET(&command, MATMUL_K, cmd.k);
        STH_SET(&command, MATMUL_BF16, cmd.bf16);
        STH_SET(&command, MATMUL_WEST, cmd.west);
        STH_SET(&command, MATMUL_ACCUMULATE, cmd.accumulate);
        STH_SET(&command, MATMUL_A_ROW, cmd.a_row);
        STH_SET(&command, MATMUL_A_K, cmd.a_k);
        STH_SET(&command, MATMUL_W_ROW, cmd.w_row);
        STH_SET(&command, MATMUL_W_K, cmd.w_k);
        STH_SET(&command, MATMUL_W_N, cmd.w_n);
        STH_SET(&command, MATMUL_ACC_N, cmd.acc_n);
    }
    std::memcpy(port, command.word, sizeof command.word);
}

int failures;

void check(bool ok, const char *what, uint32_t index, uint64_t got,
           uint64_t expected)
{
    if (ok)
        return;
    if (failures++ < 20)
        std::printf("  command %u: %s is %" PRIu64 ", expected %" PRIu64 "\n",
                    index, what, got, expected);
}

// `commands` random commands; gap: chance in percent that none is offered.
void run_random(uint32_t commands, uint32_t gap, bool specials)
{
    Bench bench;
    Vsth_matrix_tb &top = bench.top;
    sth_matrix_ref *ref = bench.ref.get();
    std::vector<Grant> grants;
    std::vector<uint64_t> retired;
    uint64_t stream = 0, stall = 0, expected_stream = 0, expected_stall = 0;
    uint64_t free_from = 0, offered = 0;
    bool offer = false;
    sth_matrix_ref_cmd cmd = {};
    uint16_t post = 0;
    bool irq = false;

    for (uint32_t i = 0; i < kSpBytes; i += 2) {
        uint16_t v = random_bf16(specials);

        std::memcpy(&ref->sp[i], &v, 2);
    }
    for (uint32_t row = 0; row < kAccRows; row++) {
        for (uint32_t c = 0; c < kCols; c++)
            ref->acc[row * kCols + c] =
                static_cast<uint32_t>(random_bf16(false)) << 16;
        bench.write_acc(row);
    }
    ref->load_end = ref->row_end = ref->sum_end = bench.cycle - 1;

    while (retired.size() < commands && failures == 0) {
        if (!offer && grants.size() < commands && random_below(100) >= gap) {
            cmd = random_command();
            post = static_cast<uint16_t>(random_u32());
            irq = random_below(2);
            offer = true;
            offered = bench.cycle;
            encode(cmd, post, irq, reinterpret_cast<uint32_t *>(&top.cmd_i));
        }
        top.cmd_valid_i = offer;
        top.cmd_index_i = static_cast<uint32_t>(grants.size()) * 7 + 3;
        bench.start_cycle();
        uint32_t n = static_cast<uint32_t>(retired.size());
        check(top.busy_o == (retired.size() < grants.size()), "busy", n,
              top.busy_o, retired.size() < grants.size());
        stream += top.stream_o;
        stall += top.weight_stall_o;
        if (top.retire_valid_o) {
            if (n >= grants.size()) {
                check(false, "retirement without a command", n, 1, 0);
                break;
            }
            const Grant &g = grants[n];
            uint64_t macs =
                g.cmd.sync ? 0
                           : static_cast<uint64_t>(g.cmd.m) * g.cmd.n * g.cmd.k;
            uint32_t digest = sth_matrix_ref_run(ref, &g.cmd);

            check(bench.cycle == g.times.retire, "retirement cycle", n,
                  bench.cycle - g.start, g.times.retire - g.start);
            check(top.retire_index_o == g.index, "index", n, top.retire_index_o,
                  g.index);
            check(top.retire_post_o == g.post, "post", n, top.retire_post_o,
                  g.post);
            check(top.retire_irq_o == g.irq, "irq", n, top.retire_irq_o, g.irq);
            check(top.retire_start_o == g.start, "start", n, top.retire_start_o,
                  g.start);
            check(top.macs_o == macs, "macs", n, top.macs_o, macs);
            check(top.retire_digest_o == digest, "digest", n,
                  top.retire_digest_o, digest);
            retired.push_back(bench.cycle);
        }
        if (offer && top.cmd_ready_o) {
            size_t i = grants.size();
            uint64_t expected = offered > free_from ? offered : free_from;

            if (i >= STH_DEPTH_MATRIX_COMMANDS) {
                const Grant &oldest = grants[i - STH_DEPTH_MATRIX_COMMANDS];

                if (oldest.times.retire + 1 > expected)
                    expected = oldest.times.retire + 1;
            }
            check(bench.cycle == expected, "grant cycle",
                  static_cast<uint32_t>(i), bench.cycle, expected);
            Grant g = {cmd,
                       top.cmd_index_i,
                       post,
                       irq,
                       bench.cycle,
                       sth_matrix_ref_time(ref, &cmd, bench.cycle, is_denied)};
            free_from = g.times.accept_next;
            expected_stall += g.times.stall;
            if (!cmd.sync)
                expected_stream += static_cast<uint64_t>(cmd.m) *
                                   ((cmd.n + kCols - 1) / kCols) *
                                   ((cmd.k + kRows - 1) / kRows);
            grants.push_back(g);
            offer = false;
        }
        bench.finish_cycle();
        if (!grants.empty() &&
            bench.cycle > grants.back().times.retire + 100000) {
            check(false, "hang at cycle", n, bench.cycle, 0);
            break;
        }
    }
    top.cmd_valid_i = 0;
    check(stream == expected_stream, "stream count", commands, stream,
          expected_stream);
    check(stall == expected_stall, "weight stall count", commands, stall,
          expected_stall);
    for (uint32_t row = 0; row < kAccRows; row++)
        check(bench.check_acc(row), "accumulator row", commands, row, row);
}

// Busy bf16 array: tiles of `m` rows, commands back to back.
void run_speed(uint64_t cycles, uint32_t m)
{
    Bench bench;
    Vsth_matrix_tb &top = bench.top;
    sth_matrix_ref_cmd cmd = {};
    uint64_t busy = 0;

    bench.noise = false;
    for (uint32_t i = 0; i < kSpBytes; i += 2) {
        uint16_t v = random_bf16(false);

        std::memcpy(&bench.ref->sp[i], &v, 2);
    }
    cmd.bf16 = true;
    cmd.m = m;
    cmd.n = 2 * kCols;
    cmd.k = 4 * kRows;
    cmd.a_row = 2 * kRows;
    cmd.a_k = 2 * kRows;
    cmd.w_row = 2 * kCols;
    cmd.w_k = 4 * kCols;
    cmd.w_n = 8 * kCols;
    encode(cmd, 0, false, reinterpret_cast<uint32_t *>(&top.cmd_i));
    top.cmd_valid_i = 1;
    std::clock_t from = std::clock();
    for (uint64_t i = 0; i < cycles; i++) {
        bench.start_cycle();
        busy += top.stream_o;
        bench.finish_cycle();
    }
    double spent = static_cast<double>(std::clock() - from) / CLOCKS_PER_SEC;
    std::printf("%ux%u, tiles of %u rows: %.0f cycles per second of processor "
                "time, %.1f %% of them busy\n",
                kRows, kCols, m, static_cast<double>(cycles) / spent,
                100.0 * static_cast<double>(busy) /
                    static_cast<double>(cycles));
}

} // namespace

int main(int argc, char **argv)
{
    Verilated::commandArgs(argc, argv);
    if (argc > 1 && std::strcmp(argv[1], "--bench") == 0) {
        uint64_t cycles =
            argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 200000;

        run_speed(cycles, kRows);
        run_speed(cycles, 256);
        return 0;
    }
    uint32_t commands =
        argc > 1 ? static_cast<uint32_t>(std::strtoul(argv[1], nullptr, 0))
                 : 60;
    uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 1;
    static const uint32_t deny[] = {0, 0, 30, 80};
    static const uint32_t gap[] = {0, 95, 0, 50};

    for (uint32_t phase = 0; phase < 4 && failures == 0; phase++) {
        random_state = seed * 0x9e3779b97f4a7c15u + phase + 1;
        deny_percent = deny[phase];
        deny_seed = seed * 1000 + phase;
        run_random(commands, gap[phase], phase % 2 == 1);
        if (failures != 0)
            std::printf(
                "matrix %ux%u: phase %u fails; again with: %s %u %" PRIu64 "\n",
                kRows, kCols, phase, argv[0], commands, seed);
    }
    if (failures == 0)
        std::printf("matrix %ux%u: %u commands match (seed %" PRIu64 ")\n",
                    kRows, kCols, 4 * commands, seed);
    return failures != 0;
}
