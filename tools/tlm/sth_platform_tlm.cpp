#include "sth_platform_tlm.h"

#include <cstring>
#include <string>

using sc_core::sc_time;

namespace
{

sc_time period_of(uint32_t clock_mhz)
{
    return sc_time(1000000 / clock_mhz, sc_core::SC_PS);
}

} // namespace

#define DEVICE(member, REGION, function)                                       \
    member(#member, STH_PLATFORM_##REGION##_BASE,                              \
           [this](struct sth_hart_access *a) { return function(vp_, a); })

sth_platform_tlm::sth_platform_tlm(const sc_core::sc_module_name &name,
                                   uint32_t chips, uint32_t clock_mhz,
                                   uint32_t quantum)
    : sc_module(name), router("router"), period_(period_of(clock_mhz)),
      hart_("hart", period_), ram_("ram", false), rom_("rom", true),
      DEVICE(uart_, UART, sth_vp_access_uart),
      DEVICE(clint_, CLINT, sth_vp_access_clint),
      DEVICE(plic_, PLIC, sth_vp_access_plic),
      DEVICE(finisher_, FINISHER, sth_vp_access_finisher),
      nothing_("nothing", STH_PLATFORM_ACCEL_BASE,
               [this](struct sth_hart_access *a) { return access_nothing(a); })
{
    tlm::tlm_global_quantum::instance().set(quantum * period_);
    for (uint32_t i = 0; i < chips; i++) {
        const std::string number = std::to_string(i);

        chip_.push_back(std::make_unique<sth_accelerator_tlm>(
            ("accelerator" + number).c_str(), period_));
        line_.push_back(std::make_unique<sc_core::sc_signal<bool>>(
            ("interrupt" + number).c_str()));
    }
    hart_.socket.bind(router.from);
    risen_.resize(chips);
    connect_chips();
    connect_devices();
    router.seen = [this](const sth_router_seen &seen) { log_access(seen); };
}

#define REGION(name) STH_PLATFORM_##name##_BASE, STH_PLATFORM_##name##_BYTES

void sth_platform_tlm::connect_devices()
{
    router.add("ram", REGION(RAM)).bind(ram_.socket);
    router.add("rom", REGION(ROM)).bind(rom_.socket);
    router.add("uart", REGION(UART)).bind(uart_.socket);
    router.add("clint", REGION(CLINT)).bind(clint_.socket);
    router.add("plic", REGION(PLIC)).bind(plic_.socket);
    router.add("finisher", REGION(FINISHER)).bind(finisher_.socket);
    router.add("nothing", REGION(ACCEL)).bind(nothing_.socket);
}

void sth_platform_tlm::connect_chips()
{
    for (uint32_t i = 0; i < chip_.size(); i++) {
        sth_accelerator_tlm &chip = *chip_[i];

        router
            .add(chip.basename(),
                 STH_PLATFORM_ACCEL_BASE + i * STH_PLATFORM_ACCEL_STRIDE,
                 STH_PLATFORM_ACCEL_STRIDE)
            .bind(chip.registers);
        chip.memory.bind(ram_.socket);
        chip.interrupt.bind(*line_[i]);
        chip.line_changed = [this, i](bool level) { line_changed(i, level); };
        chip.wrote = [this, i](uint64_t addr, size_t bytes) {
            chip_wrote(i, addr, bytes);
        };
        chip.broke = [this] { sth_vp_finish(vp_, STH_VP_END_CHIP); };
    }
}

// Where an accelerator could be: it reads as zero.
bool sth_platform_tlm::access_nothing(struct sth_hart_access *access)
{
    return !access->write && access->bytes == 4;
}

void sth_platform_tlm::line_changed(uint32_t chip, bool level)
{
    const uint64_t now = hart_.cycle(sc_core::sc_time_stamp());
    const sth_vp_span span = {
        STH_VP_SPAN_LINE, false, false, risen_[chip], now, chip, 0, nullptr};

    vp_->chip[chip].interrupts += level;
    if (level)
        risen_[chip] = now;
    else
        sth_vp_log_add(vp_->log, &span);
    sth_vp_plic_set(&vp_->plic, STH_PLATFORM_ACCEL_SOURCE + chip, level);
    hart_.update();
}

void sth_platform_tlm::chip_wrote(uint32_t chip, uint64_t addr, size_t bytes)
{
    const uint32_t at = STH_PLATFORM_RAM_BASE + static_cast<uint32_t>(addr);

    sth_hart_memory_changed(&vp_->hart, at, static_cast<uint32_t>(bytes));
    if (vp_->watcher && vp_->watcher->chip_wrote)
        vp_->watcher->chip_wrote(vp_->watcher->user, chip, at,
                                 static_cast<uint32_t>(bytes));
}

void sth_platform_tlm::log_access(const sth_router_seen &seen)
{
    sth_vp_span span = {STH_VP_SPAN_ACCESS,
                        seen.trans->is_write(),
                        seen.trans->is_response_error(),
                        hart_.cycle(seen.begin),
                        hart_.cycle(seen.end),
                        0,
                        static_cast<uint32_t>(seen.trans->get_address()),
                        seen.target};

    if (!vp_->log || !vp_->log->accesses)
        return;
    std::memcpy(&span.value, seen.trans->get_data_ptr(),
                seen.trans->get_data_length());
    sth_vp_log_add(vp_->log, &span);
}

bool sth_platform_tlm::access(void *user, struct sth_hart_access *access)
{
    return static_cast<sth_platform_tlm *>(user)->hart_.access(access);
}

void sth_platform_tlm::run(struct sth_vp *vp)
{
    vp_ = vp;
    ram_.attach(vp->ram, vp->ram_bytes);
    rom_.attach(vp->rom, STH_PLATFORM_ROM_BYTES);
    hart_.attach(vp);
    for (uint32_t i = 0; i < chip_.size(); i++)
        chip_[i]->attach(i < vp->chips ? vp->chip[i].device : nullptr,
                         i < vp->chips ? vp->chip[i].mem : nullptr);
    sc_core::sc_start();
    if (vp->end == STH_VP_END_NONE) { // nothing is left that could happen
        sth_vp_finish(vp, STH_VP_END_ASLEEP);
        hart_.update();
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    vp_ = nullptr;
    for (uint32_t i = 0; i < vp->chips; i++) {
        chip_[i]->attach(nullptr, nullptr);
        sth_vp_share(vp, vp->chip[i].mem);
    }
}
