#include "sth_register_tlm.h"

#include "sth_payload.h"

#include <cstring>

sth_register_tlm::sth_register_tlm(const sc_core::sc_module_name &name,
                                   uint32_t base, function access)
    : sc_module(name), socket("socket"), base_(base), access_(std::move(access))
{
    socket.register_b_transport(this, &sth_register_tlm::b_transport);
}

void sth_register_tlm::b_transport(tlm::tlm_generic_payload &trans,
                                   sc_core::sc_time &)
{
    struct sth_hart_access access = {
        base_ + static_cast<uint32_t>(trans.get_address()),
        trans.get_data_length(), trans.is_write(), 0, 0};
    bool enabled;

    if (!sth_payload_is_plain(trans, &enabled))
        return;
    if (access.bytes > 4 || access.addr % access.bytes != 0) {
        trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
    if (!enabled || trans.is_write() == trans.is_read())
        return;
    if (trans.is_write())
        std::memcpy(&access.value, trans.get_data_ptr(), access.bytes);
    if (!access_(&access))
        trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    else if (trans.is_read())
        std::memcpy(trans.get_data_ptr(), &access.value, access.bytes);
}
