/*
 * An accelerator as a SystemC module: registers behind a target socket, memory
 * behind an initiator socket, an interrupt.  What works is any device of
 * sth_device.h, the C model or the Verilated RTL; docs/tlm.md has an example.
 *
 * Registers: words, at the offsets of the manual, by blocking or non-blocking
 * transport; an annotated delay is the time of the access.  There is no DMI of
 * them and no debug transport, since each access takes time.
 *
 * Memory: bus addresses.  Data moves by DMI where the target gives it, else by
 * b_transport, of which a delay is dropped: the time of memory is that of the
 * device's own memory component.  A write that fails changes nothing, a read
 * that fails gives zeros.
 *
 * Time: a cycle of the device is `period`, its first that of attach().  The
 * device is never ahead of an access that nobody has annotated; while nobody
 * else acts it works as far as it can, so its interrupt comes in its cycle.
 * While it has nothing to do its clock stands still.
 */
#ifndef STH_ACCELERATOR_TLM_H
#define STH_ACCELERATOR_TLM_H

#include <functional>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "sth_device.h"
#include "sth_mem.h"

class sth_accelerator_tlm : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<sth_accelerator_tlm> registers;
    tlm_utils::simple_initiator_socket<sth_accelerator_tlm> memory;
    sc_core::sc_out<bool> interrupt;

    sth_accelerator_tlm(const sc_core::sc_module_name &name,
                        const sc_core::sc_time &period);

    /*
     * From now on it is that device, whose memory is `mem`; both belong to the
     * caller and outlive the simulation, or the next attach().  NULL: none.
     */
    void attach(sth_device *device, sth_mem *mem);

    // Called behind each write to memory, at the bus address.
    std::function<void(uint64_t addr, size_t bytes)> wrote;
    // Called when the interrupt rises or falls, in its cycle.
    std::function<void(bool level)> line_changed;
    // Called once when the device stands still though time goes by.
    std::function<void()> broke;

    // Transactions of its memory that failed: their data was zero.
    uint64_t memory_errors() const
    {
        return errors_;
    }

  private:
    void work();
    void drive();
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);

    uint64_t cycle(const sc_core::sc_time &at) const;
    uint64_t now() const;
    sc_core::sc_time until_now() const;
    void advance(uint64_t cycle, bool stop);
    bool is_idle();
    void set_line(bool level);
    void access(tlm::tlm_command command, uint64_t addr, void *data,
                size_t bytes);
    bool dmi(tlm::tlm_command command, uint64_t addr, uint8_t *data,
             size_t *bytes) const;

    const sc_core::sc_time period_;
    sth_device *device_ = nullptr;
    uint64_t origin_ = 0; // cycle of the platform less that of the device
    uint64_t kicked_ = 0; // cycle of the last write to a register
    bool active_ = false; // it may have something to do
    bool line_ = false, broken_ = false;
    uint64_t errors_ = 0;
    tlm::tlm_dmi dmi_;
    bool has_dmi_ = false;
    sc_core::sc_event kick_, line_event_;
    sc_core::sc_mutex turn_; // of the device: its memory may wait
};

#endif
