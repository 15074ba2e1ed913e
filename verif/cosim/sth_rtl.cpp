// The Verilated core of one configuration as a struct sth_device, with the
// shared memory component behind its AXI master.  C++ only because Verilator
// is; everything else of the co-simulation is C.
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "Vsth_core.h"
#include "verilated.h"
#include "verilated_fst_c.h"

#include "sth_axi_slave.h"
#include "sth_backend.h"
#include "sth_lockstep.h"
#include "sth_rtl_row.h"
#include "sth_spec.h"
#include "sth_verilated.h"

namespace
{

// The parameters that this model was built with.
constexpr sth_params kParams = {
#define PARAM(c, v, ...) STH_BUILD_##v,
#include "params.def"
#undef PARAM
};

constexpr uint32_t kBusBytes = STH_BUILD_BusBytes;
constexpr uint32_t kLanes = STH_ENGINE_COUNT;
// IDs from here on are those of command fetch, which may share one.
constexpr uint8_t kFetchId = 0x80;
// Cycles after which a register access counts as never answered.
constexpr int kPatience = 10000;
// Edges from the end of reset to the first cycle.
constexpr int kResetEdges = 3;

// A port as the bytes that lie on its wires.
template <typename Port>
void port_to_bytes(const Port &port, void *to, size_t n)
{
    std::memcpy(to, &port, n);
}

template <typename Port>
void port_from_bytes(Port &port, const void *from, size_t n)
{
    std::memcpy(&port, from, n);
}

template <typename Port> uint32_t port_word(const Port &port, size_t i)
{
    uint32_t word;
    std::memcpy(&word, reinterpret_cast<const uint8_t *>(&port) + 4 * i, 4);
    return word;
}

struct Rtl {
    sth_device dev; // first: the C view of this object
    const sth_mem_ops *memory;
    sth_mem *mem;
    sth_rtl_options options;
    std::unique_ptr<VerilatedContext> context;
    std::unique_ptr<Vsth_core> top;
    std::unique_ptr<VerilatedFstC> wave;
    sth_axi_slave *slave;
    sth_axi_master master;
    std::deque<sth_event> events;
    uint64_t cycle;
    std::string broken; // what went wrong, empty while nothing did

    void start();
    void clock();
    void check(const char *rule);
    void check_assertions();
    void check_reset();
    const char *check_ids() const;
    void drive();
    void sample();
    void take_events();
    void dump(int phase);
    uint32_t read(uint32_t offset);
    void write(uint32_t offset, uint32_t value);
};

Rtl *self(sth_device *dev)
{
    return reinterpret_cast<Rtl *>(dev);
}

void Rtl::dump(int phase)
{
    if (wave && cycle >= options.wave_first && cycle <= options.wave_last)
        wave->dump(static_cast<uint64_t>(2 * cycle + phase));
}

void Rtl::drive()
{
    const sth_axi_reply *r = sth_axi_slave_drive(slave, cycle);

    top->m_axi_arready_i = r->ar_ready;
    top->m_axi_awready_i = r->aw_ready;
    top->m_axi_wready_i = r->w_ready;
    top->m_axi_bvalid_i = r->b_valid;
    top->m_axi_bid_i = r->b_id;
    top->m_axi_bresp_i = r->b_error ? 2 : 0;
    top->m_axi_rvalid_i = r->r_valid;
    if (r->r_valid) {
        top->m_axi_rid_i = r->r_id;
        top->m_axi_rresp_i = r->r_error ? 2 : 0;
        top->m_axi_rlast_i = r->r_last;
        port_from_bytes(top->m_axi_rdata_i, r->r_data, kBusBytes);
    }
}

void Rtl::sample()
{
    master.ar_valid = top->m_axi_arvalid_o;
    master.aw_valid = top->m_axi_awvalid_o;
    master.w_valid = top->m_axi_wvalid_o;
    master.r_ready = top->m_axi_rready_o;
    master.b_ready = top->m_axi_bready_o;
    if (master.ar_valid) {
        master.ar_id = top->m_axi_arid_o;
        master.ar_addr = top->m_axi_araddr_o;
        master.ar_beats = top->m_axi_arlen_o + 1u;
        master.ar_size = top->m_axi_arsize_o;
        master.ar_kind = {top->m_axi_arburst_o, top->m_axi_arlock_o,
                          top->m_axi_arcache_o, top->m_axi_arprot_o,
                          top->m_axi_arqos_o,   top->m_axi_arregion_o};
    }
    if (master.aw_valid) {
        master.aw_id = top->m_axi_awid_o;
        master.aw_addr = top->m_axi_awaddr_o;
        master.aw_beats = top->m_axi_awlen_o + 1u;
        master.aw_size = top->m_axi_awsize_o;
        master.aw_kind = {top->m_axi_awburst_o, top->m_axi_awlock_o,
                          top->m_axi_awcache_o, top->m_axi_awprot_o,
                          top->m_axi_awqos_o,   top->m_axi_awregion_o};
    }
    if (master.w_valid) {
        master.w_last = top->m_axi_wlast_o;
        port_to_bytes(top->m_axi_wdata_o, master.w_data, kBusBytes);
        port_to_bytes(top->m_axi_wstrb_o, master.w_strb, (kBusBytes + 7) / 8);
    }
}

void Rtl::take_events()
{
    for (uint32_t e = 0; e < kLanes; e++) {
        if (!(top->event_valid_o >> e & 1))
            continue;
        sth_event event = {};
        event.engine = e;
        event.index = port_word(top->event_index_o, e);
        event.start =
            port_word(top->event_start_o, 2 * e) |
            static_cast<uint64_t>(port_word(top->event_start_o, 2 * e + 1))
                << 32;
        event.end = cycle;
        event.digest = port_word(top->event_digest_o, e);
        events.push_back(event);
    }
}

void Rtl::check(const char *rule)
{
    if (rule && broken.empty())
        broken = std::string("AXI protocol: ") + rule;
}

// The assertions that failed, each by file, instance and name.  They say more
// than what the bus saw of the same cycle.
void Rtl::check_assertions()
{
    const std::string mark = "%Error: ";
    std::string line;

    if (!context->gotError())
        return;
    broken = "RTL:";
    for (std::istringstream said(sth_verilated_said());
         std::getline(said, line);) {
        const size_t at = line.find(mark);

        if (at != std::string::npos && line.find("Assertion") != line.npos)
            broken += " " + line.substr(at + mark.size());
    }
}

// Loads and stores name their slots: an ID is free again once it is answered.
const char *Rtl::check_ids() const
{
    if (master.ar_valid && top->m_axi_arready_i && master.ar_id < kFetchId &&
        sth_axi_slave_holds(slave, false, master.ar_id))
        return "a load uses the ID of one that is outstanding";
    if (master.aw_valid && top->m_axi_awready_i &&
        sth_axi_slave_holds(slave, true, master.aw_id))
        return "a store uses the ID of one that is outstanding";
    return nullptr;
}

// One cycle: the inputs of this cycle are set before it is called.  Once
// something went wrong time stands still.
void Rtl::clock()
{
    if (!broken.empty())
        return;
    drive();
    top->clk_i = 0;
    top->eval();
    dump(0);
    sample();
    if (top->event_valid_o)
        take_events();
    check(check_ids());
    check(sth_axi_slave_clock(slave, cycle, &master));
    top->clk_i = 1;
    top->eval();
    dump(1);
    check_assertions();
    cycle++;
}

uint32_t Rtl::read(uint32_t offset)
{
    bool accepted = false;

    top->s_axil_arvalid_i = 1;
    top->s_axil_araddr_i = static_cast<uint16_t>(offset & 0xfff);
    top->s_axil_rready_i = 1;
    for (int i = 0; i < kPatience && broken.empty(); i++) {
        drive();
        top->clk_i = 0;
        top->eval();
        bool address = top->s_axil_arvalid_i && top->s_axil_arready_o;
        bool data = top->s_axil_rvalid_o;
        uint32_t value = top->s_axil_rdata_o;

        clock();
        if (address) {
            accepted = true;
            top->s_axil_arvalid_i = 0;
        }
        if (data && accepted) {
            top->s_axil_rready_i = 0;
            return value;
        }
    }
    if (broken.empty())
        broken = "a register read is not answered";
    return 0;
}

void Rtl::write(uint32_t offset, uint32_t value)
{
    top->s_axil_awvalid_i = 1;
    top->s_axil_awaddr_i = static_cast<uint16_t>(offset & 0xfff);
    top->s_axil_wvalid_i = 1;
    top->s_axil_wdata_i = value;
    top->s_axil_wstrb_i = 0xf;
    top->s_axil_bready_i = 1;
    for (int i = 0; i < kPatience && broken.empty(); i++) {
        drive();
        top->clk_i = 0;
        top->eval();
        bool address = top->s_axil_awvalid_i && top->s_axil_awready_o;
        bool data = top->s_axil_wvalid_i && top->s_axil_wready_o;
        bool done = top->s_axil_bvalid_o;

        clock();
        if (address)
            top->s_axil_awvalid_i = 0;
        if (data)
            top->s_axil_wvalid_i = 0;
        if (done) {
            top->s_axil_bready_i = 0;
            return;
        }
    }
    if (broken.empty())
        broken = "a register write is not answered";
}

// The first half of a cycle, in which neither port may offer anything.
void Rtl::check_reset()
{
    top->clk_i = 0;
    top->eval();
    sample();
    check(sth_axi_check_reset(&master));
    if (top->s_axil_bvalid_o || top->s_axil_rvalid_o)
        check("a register access is answered in reset");
}

void Rtl::start()
{
    context = std::make_unique<VerilatedContext>();
    context->threads(1); // a copy of the process (fork) has no others
    context->fatalOnError(false);
    context->randReset(2);
    context->randSeed(static_cast<int>(options.seed % 0x7fffffffu) + 1);
    context->traceEverOn(options.wave_path != nullptr);
    top = std::make_unique<Vsth_core>(context.get(), "core");
#if STH_RTL_WAVES
    if (options.wave_path) {
        wave = std::make_unique<VerilatedFstC>();
        top->trace(wave.get(), 99);
        wave->open(options.wave_path);
    }
#else
    if (options.wave_path)
        std::fputs("this library of the RTL was built without waves\n", stderr);
#endif
    top->s_axil_arvalid_i = 0;
    top->s_axil_rready_i = 0;
    top->s_axil_awvalid_i = 0;
    top->s_axil_wvalid_i = 0;
    top->s_axil_bready_i = 0;
    top->m_axi_rvalid_i = 0;
    top->m_axi_bvalid_i = 0;
    for (int i = 0; i < 4 + kResetEdges; i++) {
        top->rst_ni = i >= 4;
        check_reset();
        if (top->s_axil_awready_o || top->s_axil_wready_o ||
            top->s_axil_arready_o)
            check("a register access would be lost in reset");
        top->clk_i = 1;
        top->eval();
    }
    check_assertions();
    check_reset();
    cycle = 0;
}

uint32_t op_reg_read(sth_device *dev, uint32_t offset)
{
    return self(dev)->read(offset);
}

void op_reg_write(sth_device *dev, uint32_t offset, uint32_t value)
{
    self(dev)->write(offset, value);
}

void op_mem_read(sth_device *dev, uint64_t addr, void *to, size_t bytes)
{
    self(dev)->memory->read(self(dev)->mem, addr, to, bytes);
}

void op_mem_write(sth_device *dev, uint64_t addr, const void *from,
                  size_t bytes)
{
    self(dev)->memory->write(self(dev)->mem, addr, from, bytes);
}

// An idle core cannot raise an interrupt, so waiting for one ends early.
bool op_wait(sth_device *dev, uint64_t max_cycles)
{
    Rtl *rtl = self(dev);

    for (uint64_t i = 0; i < max_cycles && rtl->broken.empty(); i++) {
        if (rtl->top->irq_o)
            return true;
        if (i % 1024 == 1023 && !(rtl->read(STH_REG_STATUS) & STH_STATUS_BUSY))
            return rtl->top->irq_o;
        rtl->clock();
    }
    return rtl->top->irq_o;
}

bool op_pass(sth_device *dev, uint64_t cycles, bool stop)
{
    Rtl *rtl = self(dev);

    for (uint64_t i = 0; i < cycles && rtl->broken.empty(); i++) {
        if (stop && rtl->top->irq_o)
            return true;
        rtl->clock();
    }
    return rtl->top->irq_o;
}

bool op_next_event(sth_device *dev, sth_event *event)
{
    Rtl *rtl = self(dev);

    if (rtl->events.empty())
        return false;
    *event = rtl->events.front();
    rtl->events.pop_front();
    return true;
}

void op_peek(sth_device *dev, enum sth_space space, uint32_t addr, void *to,
             size_t bytes)
{
    const uint32_t row_bytes = space == STH_SPACE_SP
                                   ? sth_sp_word_bytes(&kParams)
                                   : sth_acc_row_bytes(&kParams);
    std::vector<uint8_t> row(row_bytes);
    auto *out = static_cast<uint8_t *>(to);

    for (size_t done = 0; done < bytes;) {
        uint32_t offset = (addr + static_cast<uint32_t>(done)) % row_bytes;
        size_t n = row_bytes - offset;

        if (n > bytes - done)
            n = bytes - done;
        if (!sth_rtl_read_row(*self(dev)->context, kParams, space,
                              (addr + static_cast<uint32_t>(done)) / row_bytes,
                              row.data())) {
            std::memset(out, 0, bytes);
            if (self(dev)->broken.empty())
                self(dev)->broken = "a memory bank is not found by its name";
            return;
        }
        std::memcpy(out + done, row.data() + offset, n);
        done += n;
    }
}

uint64_t op_cycles(sth_device *dev)
{
    return self(dev)->cycle;
}

void op_destroy(sth_device *dev)
{
    Rtl *rtl = self(dev);

    if (rtl->wave)
        rtl->wave->close();
    // Scopes leave the context that the thread used last, which may be gone.
    Verilated::threadContextp(rtl->context.get());
    rtl->top->final();
    sth_axi_slave_destroy(rtl->slave);
    delete rtl;
}

const sth_device_ops kOps = {
    op_reg_read, op_reg_write,  op_mem_read, op_mem_write, op_wait,
    op_pass,     op_next_event, op_peek,     op_cycles,    op_destroy,
};

sth_device *create_rtl(const sth_mem_ops *memory, sth_mem *mem,
                       const sth_rtl_options *options)
{
    auto rtl = std::make_unique<Rtl>();

    rtl->dev.ops = &kOps;
    rtl->memory = memory;
    rtl->mem = mem;
    rtl->options = *options;
    rtl->master = {};
    rtl->slave =
        sth_axi_slave_create(memory, mem, kBusBytes, options->stall_percent,
                             options->seed, options->reorder);
    if (!rtl->slave)
        return nullptr;
    rtl->start();
    return &rtl.release()->dev;
}

const char *violation(sth_device *rtl)
{
    const std::string &broken = self(rtl)->broken;

    return broken.empty() ? nullptr : broken.c_str();
}

sth_device *create_lockstep(sth_device *reference, sth_device *rtl)
{
    sth_device *lockstep = sth_lockstep_create(&kParams, reference, rtl);

    if (lockstep)
        sth_lockstep_guard(lockstep, violation);
    return lockstep;
}

} // namespace

extern "C" const struct sth_backend sth_backend;
const struct sth_backend sth_backend = {
    STH_BACKEND_ABI,         STH_BUILD_HASH,       create_rtl, create_lockstep,
    sth_lockstep_difference, sth_lockstep_observe, violation,
};
