#include "sth_hart_tlm.h"

#include "sth_payload.h"
#include "sth_tlm_time.h"

#include <algorithm>

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

namespace
{

// Cycles between two looks of a watcher while the processor sleeps.
constexpr uint64_t kLook = 100000;
// Longer than anything waits.
constexpr uint64_t kLong = uint64_t{1} << 40;

} // namespace

sth_hart_tlm::sth_hart_tlm(const sc_core::sc_module_name &name,
                           const sc_time &period)
    : sc_module(name), socket("socket"), period_(period)
{
    SC_HAS_PROCESS(sth_hart_tlm);

    SC_THREAD(run);
}

void sth_hart_tlm::attach(struct sth_vp *vp)
{
    vp_ = vp;
    begin_ = sc_core::sc_time_stamp();
    since_ = vp->hart.state.cycles;
    retired_ = vp->hart.state.retired;
    go_.notify(SC_ZERO_TIME);
}

uint64_t sth_hart_tlm::cycle(const sc_time &at) const
{
    return sth_tlm_cycles(at - begin_, period_);
}

// SystemC's time comes up to the processor's.
void sth_hart_tlm::sync()
{
    const sc_time at = begin_ + sth_tlm_time(vp_->hart.state.cycles, period_);
    const sc_time present = sc_core::sc_time_stamp();

    if (at > present)
        wait(at - present);
}

void sth_hart_tlm::log(enum sth_vp_span_kind kind)
{
    const struct sth_hart_state *s = &vp_->hart.state;
    const sth_vp_span span = {kind,   false,     false,
                              since_, s->cycles, s->retired - retired_,
                              0,      nullptr};

    if (s->cycles > since_)
        sth_vp_log_add(vp_->log, &span);
    since_ = s->cycles;
    retired_ = s->retired;
}

// Until something can wake it.
void sth_hart_tlm::sleep()
{
    const struct sth_hart_state *s = &vp_->hart.state;
    uint64_t end = std::min(vp_->limit, s->cycles + kLong);

    log(STH_VP_SPAN_RUN);
    if (s->mie >> STH_HART_INTERRUPT_TIMER & 1)
        end = std::min(end, vp_->clint.mtimecmp);
    if (vp_->watcher)
        end = std::min(end, s->cycles + kLook);
    if (end == s->cycles + kLong)
        wait(wake_);
    else if (end > s->cycles)
        wait(sth_tlm_time(end - s->cycles, period_), wake_);
    sth_vp_sleep(vp_, cycle(sc_core::sc_time_stamp()));
    log(STH_VP_SPAN_SLEEP);
}

void sth_hart_tlm::update()
{
    if (!vp_)
        return;
    sth_vp_sleep(vp_, cycle(sc_core::sc_time_stamp()));
    sth_vp_update(vp_);
    wake_.notify();
}

void sth_hart_tlm::run()
{
    for (;;) {
        while (!vp_ || vp_->end != STH_VP_END_NONE)
            wait(go_);
        check_dmi(STH_PLATFORM_RAM_BASE, vp_->ram);
        check_dmi(STH_PLATFORM_ROM_BASE, vp_->rom);
        while (vp_->end == STH_VP_END_NONE) {
            const uint64_t quantum = sth_tlm_cycles(
                tlm::tlm_global_quantum::instance().get(), period_);
            const enum sth_hart_stop why = sth_vp_run(
                vp_, vp_->hart.state.cycles + std::max<uint64_t>(quantum, 1));

            sync();
            if (why == STH_HART_STOP_WFI && vp_->end == STH_VP_END_NONE)
                sleep();
        }
        log(STH_VP_SPAN_RUN);
        sc_core::sc_pause();
    }
}

// The windows of the processor are what the map gives by DMI.
void sth_hart_tlm::check_dmi(uint32_t base, const uint8_t *host)
{
    tlm::tlm_generic_payload trans;
    tlm::tlm_dmi dmi;
    uint32_t word = 0;

    sth_payload_set(trans, tlm::TLM_READ_COMMAND, base, &word, sizeof(word));
    if (!socket->get_direct_mem_ptr(trans, dmi) ||
        dmi.get_dmi_ptr() + (base - dmi.get_start_address()) != host)
        SC_REPORT_FATAL(name(), "memory is not what the map has there");
}

bool sth_hart_tlm::access(struct sth_hart_access *access)
{
    tlm::tlm_generic_payload trans;
    sc_time delay = SC_ZERO_TIME;

    sync();
    sth_payload_set(
        trans, access->write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND,
        access->addr, &access->value, access->bytes);
    socket->b_transport(trans, delay);
    if (delay > SC_ZERO_TIME)
        wait(delay);
    access->wait = static_cast<uint32_t>(cycle(sc_core::sc_time_stamp()) -
                                         vp_->hart.state.cycles);
    sth_vp_update(vp_);
    return trans.is_response_ok();
}
