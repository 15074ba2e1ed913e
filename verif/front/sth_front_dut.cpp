#include "sth_front_dut.h"

#include "sth_axi_rules.h"

using bench::demand;

namespace
{

constexpr int kPatience = 20000;

} // namespace

Front::Front(bench::Report &r, uint64_t seed) : report(r), top(r, seed)
{
    set_knobs();
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = 0;
    top->s_axil_arvalid_i = 0;
    top->s_axil_bready_i = top->s_axil_rready_i = 1;
    top->ar_ready_i = top->r_valid_i = 0;
    top->cmd_ready_i = top->retire_valid_i = 0;
    top->load_error_i = top->store_error_i = 0;
    top->engines_idle_i = 1;
    top->rst_next_ni = 1;
    top->engine_busy_i = 0;
    top->stream_i = top->weight_stall_i = top->vector_stall_i = 0;
    top->load_stall_i = top->store_stall_i = 0;
    top->macs_i = top->load_bytes_i = top->store_bytes_i = 0;
    top.reset();
    tick();
}

void Front::set_knobs()
{
    read_latency = 6;
    failing_read = failing_load = -1;
    bus_hangs = false;
    engines_idle = true;
    for (unsigned e = 0; e < STH_ENGINE_COUNT; e++) {
        latency[e] = 3;
        ready[e] = true;
    }
}

void Front::drive_bus()
{
    top->ar_ready_i = !bus_hangs;
    top->r_valid_i = !beats_.empty() && beats_.front().cycle <= top.cycle();
    if (!top->r_valid_i)
        return;
    const Beat &beat = beats_.front();

    bench::port_set(
        top->r_data_i,
        reinterpret_cast<const uint8_t *>(ring_) + beat.addr - kRingBase, kBus);
    top->r_resp_i = beat.error ? 2 : 0;
    top->r_last_i = beat.last;
}

void Front::drive_engine(unsigned e)
{
    if (ready[e])
        top->cmd_ready_i |= 1u << e;
    if (held_[e].empty())
        return;
    const Held &first = held_[e].front();

    top->engine_busy_i |= 1u << e;
    if (latency[e] == 0 || first.start + latency[e] > top.cycle())
        return;
    top->retire_valid_i |= 1u << e;
    bench::port_set(bench::port_bytes(top->retire_index_i)[4 * e], &first.index,
                    4);
    bench::port_set(bench::port_bytes(top->retire_post_i)[2 * e], &first.post,
                    2);
    top->retire_irq_i =
        uint8_t((top->retire_irq_i & ~(1u << e)) | unsigned(first.irq) << e);
    if (e == STH_ENGINE_LOAD && first.index == failing_load) {
        top->load_error_i = 1;
        top->load_error_addr_i = kErrorAddr;
    }
}

void Front::observe_bus()
{
    if (top->ar_valid_o && top->ar_ready_i) {
        unsigned count = top->ar_len_o + 1u;
        uint64_t at = top.cycle() + read_latency;

        demand(report.expect_rule(
            sth_axi_check_burst(kBus, top->ar_addr_o, count)));
        demand(report.expect_hex("page of a fetch", top->ar_addr_o >> 12,
                                 kRingBase >> 12, 7));
        if (!beats_.empty() && beats_.back().cycle >= at)
            at = beats_.back().cycle + 1;
        for (unsigned i = 0; i < count; i++) {
            bool last = i + 1 == count;

            beats_.push_back({at + i, top->ar_addr_o + uint64_t(i) * kBus, last,
                              last && int64_t(reads.size()) == failing_read});
        }
        reads.push_back(top.cycle());
    }
    if (top->r_valid_i && top->r_ready_o) {
        if (beats_.front().last)
            last_beats.push_back(top.cycle());
        beats_.pop_front();
    }
}

void Front::observe_engine(unsigned e)
{
    if (top->retire_valid_i >> e & 1) {
        held_[e].pop_front();
        retirements.push_back(top.cycle());
    }
    if (top->cmd_valid_o >> e & top->cmd_ready_i >> e & 1)
        start(e);
}

// What the engine gets has to be what stands in the ring.
void Front::start(unsigned e)
{
    sth_command c;
    uint32_t index = uint32_t(bench::port_bits(top->cmd_index_o, 32 * e, 32));
    const sth_command &want = ring_[index & kRingMask];

    memcpy(&c, bench::port_bytes(top->cmd_o) + sizeof(c) * e, sizeof(c));
    if (memcmp(&c, &want, sizeof(c))) {
        report.judge(index, want);
        report.expect_bytes("command", 0, &c, &want, sizeof(c));
        report.judge_none();
    }
    starts.push_back({index, e, top.cycle()});
    held_[e].push_back({index, uint16_t(STH_GET(&c, ANY_POST)),
                        STH_GET(&c, ANY_IRQ) != 0, top.cycle()});
}

void Front::tick()
{
    drive_bus();
    top->cmd_ready_i = 0;
    top->retire_valid_i = 0;
    top->engine_busy_i = 0;
    top->load_error_i = 0;
    for (unsigned e = 0; e < STH_ENGINE_COUNT; e++)
        drive_engine(e);
    top->engines_idle_i = engines_idle;
    top.settle();
    observe_bus();
    for (unsigned e = 0; e < STH_ENGINE_COUNT; e++)
        observe_engine(e);
    top.edge();
    // A soft reset empties the engines, as it does in the core.
    if (!top->core_rst_no)
        for (auto &held : held_)
            held.clear();
}

void Front::ticks(unsigned count)
{
    while (count--)
        tick();
}

void Front::write(uint32_t offset, uint32_t value, uint8_t strobes)
{
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = 1;
    top->s_axil_awaddr_i = uint16_t(offset);
    top->s_axil_wdata_i = value;
    top->s_axil_wstrb_i = strobes;
    write_cycle = top.cycle() + STH_LAT_REG_EFFECT;
    tick();
    top->s_axil_awvalid_i = top->s_axil_wvalid_i = 0;
    ticks(STH_LAT_REG_ACCESS - 1);
}

uint32_t Front::read(uint32_t offset)
{
    top->s_axil_arvalid_i = 1;
    top->s_axil_araddr_i = uint16_t(offset);
    tick();
    top->s_axil_arvalid_i = 0;
    // The data is on the bus in the last cycle.
    ticks(STH_LAT_REG_ACCESS - 2);
    uint32_t value = top->s_axil_rdata_o;

    tick();
    return value;
}

uint64_t Front::counter(unsigned number)
{
    uint64_t low = read(STH_REG_CNT_BASE + 8 * number);

    return low | uint64_t(read(STH_REG_CNT_BASE + 8 * number + 4)) << 32;
}

void Front::soft_reset()
{
    write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    for (int i = 0; read(STH_REG_CTRL) & STH_CTRL_SOFT_RESET; i++)
        demand(report.expect_that(i < kPatience, "a soft reset has no end"));
}

void Front::begin()
{
    soft_reset();
    set_knobs();
    starts.clear();
    reads.clear();
    last_beats.clear();
    retirements.clear();
    tail = 0;
    write(STH_REG_RING_BASE_LO, uint32_t(kRingBase));
    write(STH_REG_RING_LOG2, kRingLog2);
    write(STH_REG_CTRL, STH_CTRL_ENABLE);
}

void Front::put(const sth_command &c)
{
    ring_[tail++ & kRingMask] = c;
}

void Front::ring_doorbell()
{
    write(STH_REG_TAIL, tail);
}

void Front::put_when_there_is_room(const sth_command &c)
{
    for (int i = 0; tail - read(STH_REG_HEAD) > kRingMask; i++)
        demand(report.expect_that(i < kPatience, "the ring stays full"));
    put(c);
    ring_doorbell();
}

void Front::settle()
{
    for (int i = 0; read(STH_REG_STATUS) & STH_STATUS_BUSY; i++)
        demand(report.expect_that(i < kPatience, "the core stays busy"));
}

void Front::wait_interrupt()
{
    for (int i = 0; !top->irq_o; i++) {
        demand(report.expect_that(i < kPatience, "the interrupt never comes"));
        tick();
    }
}
