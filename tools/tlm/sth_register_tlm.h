/*
 * A device of the platform's parts in C as a target: one access of the
 * processor at a time, at once.
 */
#ifndef STH_REGISTER_TLM_H
#define STH_REGISTER_TLM_H

#include <functional>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "sth_hart.h"

class sth_register_tlm : public sc_core::sc_module
{
  public:
    using function = std::function<bool(struct sth_hart_access *)>;

    tlm_utils::simple_target_socket<sth_register_tlm> socket;

    // `access` gets addresses from `base` on; false: an address error.
    sth_register_tlm(const sc_core::sc_module_name &name, uint32_t base,
                     function access);

  private:
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);

    const uint32_t base_;
    const function access_;
};

#endif
