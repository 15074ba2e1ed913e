#include "sth_router_tlm.h"

using tlm::tlm_generic_payload;

sth_router_tlm::sth_router_tlm(const sc_core::sc_module_name &name)
    : sc_module(name), from("from")
{
    from.register_b_transport(this, &sth_router_tlm::b_transport);
    from.register_transport_dbg(this, &sth_router_tlm::transport_dbg);
    from.register_get_direct_mem_ptr(this, &sth_router_tlm::get_dmi);
}

sth_router_tlm::socket_to &sth_router_tlm::add(const std::string &name,
                                               uint64_t base, uint64_t bytes)
{
    auto to = std::make_unique<socket_to>(("to_" + name).c_str());

    to->register_invalidate_direct_mem_ptr(this, &sth_router_tlm::invalidate,
                                           static_cast<int>(regions_.size()));
    regions_.push_back({name, base, bytes, std::move(to)});
    return *regions_.back().to;
}

sth_router_tlm::region *sth_router_tlm::find(tlm_generic_payload &trans)
{
    const uint64_t addr = trans.get_address();

    for (region &r : regions_)
        if (addr >= r.base && addr - r.base < r.bytes)
            return &r;
    trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return nullptr;
}

void sth_router_tlm::b_transport(tlm_generic_payload &trans,
                                 sc_core::sc_time &delay)
{
    const sc_core::sc_time begin = sc_core::sc_time_stamp() + delay;
    const uint64_t addr = trans.get_address();
    region *r = find(trans);

    if (r) {
        trans.set_address(addr - r->base);
        (*r->to)->b_transport(trans, delay);
        trans.set_address(addr);
    }
    if (seen)
        seen({r ? r->name.c_str() : "nothing", &trans, begin,
              sc_core::sc_time_stamp() + delay});
}

unsigned sth_router_tlm::transport_dbg(tlm_generic_payload &trans)
{
    const uint64_t addr = trans.get_address();
    region *r = find(trans);
    unsigned bytes = 0;

    if (r) {
        trans.set_address(addr - r->base);
        bytes = (*r->to)->transport_dbg(trans);
        trans.set_address(addr);
    }
    return bytes;
}

bool sth_router_tlm::get_dmi(tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
{
    const uint64_t addr = trans.get_address();
    region *r = find(trans);
    bool given = false;

    if (!r)
        return false;
    trans.set_address(addr - r->base);
    given = (*r->to)->get_direct_mem_ptr(trans, dmi);
    trans.set_address(addr);
    dmi.set_start_address(dmi.get_start_address() + r->base);
    dmi.set_end_address((dmi.get_end_address() < r->bytes
                             ? dmi.get_end_address()
                             : r->bytes - 1) +
                        r->base);
    return given;
}

void sth_router_tlm::invalidate(int number, sc_dt::uint64 first,
                                sc_dt::uint64 last)
{
    const region &r = regions_[static_cast<size_t>(number)];

    from->invalidate_direct_mem_ptr(r.base + first, r.base + last);
}
