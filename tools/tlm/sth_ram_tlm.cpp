#include "sth_ram_tlm.h"

#include <algorithm>
#include <cstring>

using tlm::tlm_generic_payload;

sth_ram_tlm::sth_ram_tlm(const sc_core::sc_module_name &name, bool read_only)
    : sc_module(name), socket("socket"), read_only_(read_only)
{
    socket.register_b_transport(this, &sth_ram_tlm::b_transport);
    socket.register_transport_dbg(this, &sth_ram_tlm::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &sth_ram_tlm::get_dmi);
}

void sth_ram_tlm::attach(uint8_t *host, uint64_t bytes)
{
    for (int i = 0; bytes_ && i < static_cast<int>(socket.size()); i++)
        socket[i]->invalidate_direct_mem_ptr(0, bytes_ - 1);
    host_ = host;
    bytes_ = bytes;
}

void sth_ram_tlm::b_transport(int, tlm_generic_payload &trans,
                              sc_core::sc_time &)
{
    const unsigned length = trans.get_data_length();
    const unsigned width = std::min(trans.get_streaming_width(), length);
    const unsigned char *mask = trans.get_byte_enable_ptr();
    const unsigned enables = trans.get_byte_enable_length();
    const uint64_t addr = trans.get_address();
    unsigned char *data = trans.get_data_ptr();

    if (length == 0 || width == 0 || !data) {
        trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (mask && !enables) {
        trans.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        return;
    }
    if (addr >= bytes_ || width > bytes_ - addr) {
        trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    if (trans.is_write() && read_only_) {
        trans.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    if (!mask && width == length && trans.is_read())
        std::memcpy(data, host_ + addr, length);
    else if (!mask && width == length && trans.is_write())
        std::memcpy(host_ + addr, data, length);
    else
        for (unsigned i = 0; i < length; i++) {
            if (mask && mask[i % enables] != TLM_BYTE_ENABLED)
                continue;
            if (trans.is_read())
                data[i] = host_[addr + i % width];
            else if (trans.is_write())
                host_[addr + i % width] = data[i];
        }
    trans.set_dmi_allowed(true);
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned sth_ram_tlm::transport_dbg(int, tlm_generic_payload &trans)
{
    const uint64_t addr = trans.get_address();
    unsigned n;

    if (addr >= bytes_)
        return 0;
    n = static_cast<unsigned>(
        std::min<uint64_t>(trans.get_data_length(), bytes_ - addr));
    if (trans.is_read())
        std::memcpy(trans.get_data_ptr(), host_ + addr, n);
    else if (trans.is_write())
        std::memcpy(host_ + addr, trans.get_data_ptr(), n);
    return n;
}

bool sth_ram_tlm::get_dmi(int, tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
{
    dmi.init();
    dmi.set_start_address(0);
    dmi.set_end_address(bytes_ ? bytes_ - 1 : 0);
    dmi.set_dmi_ptr(host_);
    dmi.set_granted_access(read_only_ ? tlm::tlm_dmi::DMI_ACCESS_READ
                                      : tlm::tlm_dmi::DMI_ACCESS_READ_WRITE);
    return bytes_ && trans.get_address() < bytes_ &&
           !(trans.is_write() && read_only_);
}
