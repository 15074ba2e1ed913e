/*
 * Memory of the host as a target: any number of initiators, byte enables,
 * streaming, DMI, debug transport; without a time of its own.
 */
#ifndef STH_RAM_TLM_H
#define STH_RAM_TLM_H

#include <cstdint>
#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_target_socket.h>

class sth_ram_tlm : public sc_core::sc_module
{
  public:
    tlm_utils::multi_passthrough_target_socket<sth_ram_tlm> socket;

    sth_ram_tlm(const sc_core::sc_module_name &name, bool read_only);

    // Its bytes are those from now on; they belong to the caller.  DMI that
    // was given is invalid.
    void attach(uint8_t *host, uint64_t bytes);

  private:
    void b_transport(int id, tlm::tlm_generic_payload &trans,
                     sc_core::sc_time &delay);
    unsigned transport_dbg(int id, tlm::tlm_generic_payload &trans);
    bool get_dmi(int id, tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi);

    const bool read_only_;
    uint8_t *host_ = nullptr;
    uint64_t bytes_ = 0;
};

#endif
