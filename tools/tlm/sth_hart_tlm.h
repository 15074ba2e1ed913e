/*
 * The processor of the platform as an initiator.  Instructions and memory go by
 * DMI; each access to a device is a blocking transaction at its own time.  In
 * between it is ahead of SystemC's time by the global quantum at most, and so
 * late is an interrupt while it runs; one that it sleeps for comes in its
 * cycle.
 */
#ifndef STH_HART_TLM_H
#define STH_HART_TLM_H

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "sth_vp.h"

class sth_hart_tlm : public sc_core::sc_module
{
  public:
    tlm_utils::simple_initiator_socket<sth_hart_tlm> socket;

    sth_hart_tlm(const sc_core::sc_module_name &name,
                 const sc_core::sc_time &period);

    // Runs that platform from the present on; when the run ends the simulation
    // pauses.  Cycle 0 of the platform is now.
    void attach(struct sth_vp *vp);

    // An access of the processor, from within its run.
    bool access(struct sth_hart_access *access);

    // A line to the processor may have changed.
    void update();

    // SystemC's time comes up to the processor's; from within its run.
    void sync();

    // The cycle of the platform that a time is in.
    uint64_t cycle(const sc_core::sc_time &at) const;

  private:
    void run();
    void sleep();
    void log(enum sth_vp_span_kind kind);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);
    void check_dmi(uint32_t base, const uint8_t *host);

    const sc_core::sc_time period_;
    struct sth_vp *vp_ = nullptr;
    sc_core::sc_time begin_;
    uint64_t since_ = 0, retired_ = 0; // what is not in the log begins here
    sc_core::sc_event go_, wake_;
};

#endif
