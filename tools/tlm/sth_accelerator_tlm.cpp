#include "sth_accelerator_tlm.h"

#include "sth_payload.h"
#include "sth_spec.h"
#include "sth_tlm_time.h"

#include <algorithm>
#include <cstring>

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using tlm::tlm_generic_payload;

namespace
{

// Cycles that it works ahead at most.
constexpr uint64_t kAhead = 65536;
// Cycles without a write to a register before it is asked whether there is
// anything left to do.
constexpr uint64_t kPatience = 16384;
// Idle cycles beyond which its clock stood still.
constexpr uint64_t kGate = 1024;
constexpr uint64_t kRegisterBytes = 4096;
// Delta cycles after which those who act at one time have done so.
constexpr int kDeltas = 8;

bool is_somebody_acting()
{
    return sc_core::sc_pending_activity_at_current_time();
}

} // namespace

sth_accelerator_tlm::sth_accelerator_tlm(const sc_core::sc_module_name &name,
                                         const sc_time &period)
    : sc_module(name), registers("registers"), memory("memory"),
      interrupt("interrupt"), period_(period)
{
    SC_HAS_PROCESS(sth_accelerator_tlm);

    registers.register_b_transport(this, &sth_accelerator_tlm::b_transport);
    memory.register_invalidate_direct_mem_ptr(this,
                                              &sth_accelerator_tlm::invalidate);
    SC_THREAD(work);
    SC_METHOD(drive);
    sensitive << line_event_;
    dont_initialize();
}

void sth_accelerator_tlm::attach(sth_device *device, sth_mem *mem)
{
    const sth_mem_store store = {
        this,
        [](void *user, uint64_t addr, void *to, size_t bytes) {
            static_cast<sth_accelerator_tlm *>(user)->access(
                tlm::TLM_READ_COMMAND, addr, to, bytes);
        },
        [](void *user, uint64_t addr, const void *from, size_t bytes) {
            static_cast<sth_accelerator_tlm *>(user)->access(
                tlm::TLM_WRITE_COMMAND, addr, const_cast<void *>(from), bytes);
        }};

    device_ = device;
    active_ = false;
    broken_ = false;
    has_dmi_ = false;
    if (device) {
        sth_mem_set_store(mem, &store);
        origin_ = cycle(sc_core::sc_time_stamp()) - device->ops->cycles(device);
        line_ = !device->ops->pass(device, 0, true);
        set_line(!line_);
    }
    kick_.notify(SC_ZERO_TIME);
}

// ---- time ------------------------------------------------------------------

uint64_t sth_accelerator_tlm::cycle(const sc_time &at) const
{
    return sth_tlm_cycles(at, period_);
}

// The cycle of the platform that the device is in.
uint64_t sth_accelerator_tlm::now() const
{
    return device_->ops->cycles(device_) + origin_;
}

// From the present to where the device is.
sc_time sth_accelerator_tlm::until_now() const
{
    const sc_time at = sth_tlm_time(now(), period_),
                  present = sc_core::sc_time_stamp();

    return at > present ? at - present : SC_ZERO_TIME;
}

// To a cycle of the platform, or with `stop` to that of an interrupt before.
void sth_accelerator_tlm::advance(uint64_t cycle, bool stop)
{
    const uint64_t begin = now();

    if (cycle <= begin)
        return;
    if (!active_ && cycle - begin > kGate) {
        origin_ += cycle - begin;
        return;
    }
    set_line(device_->ops->pass(device_, cycle - begin, stop));
    if (now() < cycle && !(stop && line_) && !broken_) {
        broken_ = true;
        active_ = false;
        if (broke)
            broke();
    }
}

void sth_accelerator_tlm::set_line(bool level)
{
    if (level == line_)
        return;
    line_ = level;
    line_event_.notify(until_now());
}

void sth_accelerator_tlm::drive()
{
    if (interrupt.read() == line_)
        return;
    interrupt.write(line_);
    if (line_changed)
        line_changed(line_);
}

bool sth_accelerator_tlm::is_idle()
{
    return (device_->ops->reg_read(device_, STH_REG_STATUS) &
            STH_STATUS_BUSY) == 0;
}

/*
 * Works up to when somebody else acts, which is known once everybody who acts
 * now has; of several accelerators one knows, and others work for a quantum.
 */
void sth_accelerator_tlm::work()
{
    for (;;) {
        uint64_t ahead = 1;

        while (!device_ || !active_)
            wait(kick_);
        for (int i = 0; i < kDeltas && (i == 0 || is_somebody_acting()); i++)
            wait(SC_ZERO_TIME);
        if (is_somebody_acting())
            ahead = cycle(tlm::tlm_global_quantum::instance().get());
        else if (!sc_core::sc_pending_activity_at_future_time())
            ahead = kAhead;
        else
            ahead = cycle(sc_core::sc_time_to_pending_activity());
        turn_.lock();
        if (!device_ || !active_) {
            turn_.unlock();
            continue;
        }
        advance(cycle(sc_core::sc_time_stamp()) +
                    std::max<uint64_t>(1, std::min(ahead, kAhead)),
                !line_);
        if (active_ && now() - kicked_ >= kPatience) {
            active_ = !is_idle();
            kicked_ = now();
        }
        turn_.unlock();
        wait(std::max(until_now(), period_));
    }
}

// ---- registers -------------------------------------------------------------

void sth_accelerator_tlm::b_transport(tlm_generic_payload &trans,
                                      sc_time &delay)
{
    const uint64_t addr = trans.get_address();
    uint32_t value = 0;
    bool enabled;

    if (!sth_payload_is_plain(trans, &enabled))
        return;
    if (trans.get_data_length() != 4) {
        trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (!device_ || addr % 4 != 0 || addr >= kRegisterBytes) {
        trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    if (!enabled || trans.is_write() == trans.is_read())
        return;
    turn_.lock();
    advance(cycle(sc_core::sc_time_stamp() + delay), false);
    if (trans.is_read()) {
        value = device_->ops->reg_read(device_, static_cast<uint32_t>(addr));
        std::memcpy(trans.get_data_ptr(), &value, sizeof(value));
    } else {
        std::memcpy(&value, trans.get_data_ptr(), sizeof(value));
        device_->ops->reg_write(device_, static_cast<uint32_t>(addr), value);
        kicked_ = now();
        if (!active_ && !broken_) {
            active_ = true;
            kick_.notify(SC_ZERO_TIME);
        }
    }
    if (line_ != device_->ops->pass(device_, 0, true)) {
        line_ = !line_;
        line_event_.notify(delay);
    }
    delay = std::max(delay, until_now());
    turn_.unlock();
    if (broken_)
        trans.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
}

// ---- memory ----------------------------------------------------------------

void sth_accelerator_tlm::invalidate(sc_dt::uint64 first, sc_dt::uint64 last)
{
    if (has_dmi_ && first <= dmi_.get_end_address() &&
        last >= dmi_.get_start_address())
        has_dmi_ = false;
}

// Moves what DMI reaches from addr on, *bytes of it then; false: nothing.
bool sth_accelerator_tlm::dmi(tlm::tlm_command command, uint64_t addr,
                              uint8_t *data, size_t *bytes) const
{
    unsigned char *at;

    if (!has_dmi_ || addr < dmi_.get_start_address() ||
        addr > dmi_.get_end_address() ||
        !(command == tlm::TLM_READ_COMMAND ? dmi_.is_read_allowed()
                                           : dmi_.is_write_allowed()))
        return false;
    at = dmi_.get_dmi_ptr() + (addr - dmi_.get_start_address());
    *bytes = std::min<uint64_t>(*bytes, dmi_.get_end_address() - addr + 1);
    if (command == tlm::TLM_READ_COMMAND)
        std::memcpy(data, at, *bytes);
    else
        std::memcpy(at, data, *bytes);
    return true;
}

void sth_accelerator_tlm::access(tlm::tlm_command command, uint64_t addr,
                                 void *data, size_t bytes)
{
    auto *at = static_cast<uint8_t *>(data);
    const uint64_t first = addr;
    const size_t whole = bytes;

    while (bytes) {
        size_t n = std::min<size_t>(bytes, 1 << 20);

        if (!dmi(command, addr, at, &n)) {
            tlm_generic_payload trans;
            sc_time none = SC_ZERO_TIME;

            n = std::min<size_t>(n, STH_BURST_BYTES - addr % STH_BURST_BYTES);
            sth_payload_set(trans, command, addr, at, static_cast<unsigned>(n));
            memory->b_transport(trans, none);
            if (trans.is_response_error()) {
                errors_++;
                if (command == tlm::TLM_READ_COMMAND)
                    std::memset(at, 0, n);
            } else if (trans.is_dmi_allowed()) {
                dmi_.init();
                has_dmi_ = memory->get_direct_mem_ptr(trans, dmi_);
            }
        }
        addr += n;
        at += n;
        bytes -= n;
    }
    if (command == tlm::TLM_WRITE_COMMAND && wrote)
        wrote(first, whole);
}
