/*
 * From one initiator to targets by address: a transaction goes to the target
 * whose region it begins in, with the address from the region's start.
 */
#ifndef STH_ROUTER_TLM_H
#define STH_ROUTER_TLM_H

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

// A transaction behind its target, for whoever looks on.
struct sth_router_seen {
    const char *target;
    const tlm::tlm_generic_payload *trans;
    sc_core::sc_time begin, end;
};

class sth_router_tlm : public sc_core::sc_module
{
  public:
    using socket_to = tlm_utils::simple_initiator_socket_tagged<sth_router_tlm>;

    tlm_utils::simple_target_socket<sth_router_tlm> from;

    explicit sth_router_tlm(const sc_core::sc_module_name &name);

    // The socket to bind a target to; regions do not overlap, and the first
    // that fits counts.
    socket_to &add(const std::string &name, uint64_t base, uint64_t bytes);

    // Called for each blocking transaction, those that fail as well.
    std::function<void(const sth_router_seen &)> seen;

  private:
    struct region {
        std::string name;
        uint64_t base, bytes;
        std::unique_ptr<socket_to> to;
    };

    region *find(tlm::tlm_generic_payload &trans);
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &trans);
    bool get_dmi(tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi);
    void invalidate(int number, sc_dt::uint64 first, sc_dt::uint64 last);

    std::vector<region> regions_;
};

#endif
