/*
 * The virtual platform as modules: processor, memory, devices, accelerators,
 * and the router between them, which spec/platform.def describes.  There is one
 * in a process; it runs any number of struct sth_vp, one after another.
 */
#ifndef STH_PLATFORM_TLM_H
#define STH_PLATFORM_TLM_H

#include <functional>
#include <memory>
#include <systemc>
#include <vector>

#include "sth_accelerator_tlm.h"
#include "sth_hart_tlm.h"
#include "sth_ram_tlm.h"
#include "sth_register_tlm.h"
#include "sth_router_tlm.h"
#include "sth_vp.h"

class sth_platform_tlm : public sc_core::sc_module
{
  public:
    // With so many accelerators; `quantum` cycles are the global quantum.
    sth_platform_tlm(const sc_core::sc_module_name &name, uint32_t chips,
                     uint32_t clock_mhz, uint32_t quantum);

    // Runs until vp->end says how it ended.  It has as many accelerators.
    void run(struct sth_vp *vp);

    // From a watcher: SystemC's time comes up to the processor's.
    void settle()
    {
        hart_.sync();
    }

    // What a struct sth_vp asks of its owner; the user is this platform.
    static bool access(void *user, struct sth_hart_access *access);

    sth_router_tlm router;

  private:
    void connect_devices();
    void connect_chips();
    bool access_nothing(struct sth_hart_access *access);
    void line_changed(uint32_t chip, bool level);
    void chip_wrote(uint32_t chip, uint64_t addr, size_t bytes);

    void log_access(const sth_router_seen &seen);

    const sc_core::sc_time period_;
    sth_hart_tlm hart_;
    sth_ram_tlm ram_, rom_;
    sth_register_tlm uart_, clint_, plic_, finisher_, nothing_;
    std::vector<std::unique_ptr<sth_accelerator_tlm>> chip_;
    std::vector<std::unique_ptr<sc_core::sc_signal<bool>>> line_;
    std::vector<uint64_t> risen_; // cycle, of each line
    struct sth_vp *vp_ = nullptr;
};

#endif
