/* What targets ask of a generic payload before they look at its address. */
#ifndef STH_PAYLOAD_H
#define STH_PAYLOAD_H

#include <cstdint>
#include <tlm>

/*
 * Whether the bytes are one run: no streaming, all of them enabled, or none.
 * Otherwise the response says what this target does not do.
 */
inline bool sth_payload_is_plain(tlm::tlm_generic_payload &trans, bool *enabled)
{
    const unsigned char *mask = trans.get_byte_enable_ptr();
    const unsigned length = trans.get_byte_enable_length();
    unsigned on = 0;

    *enabled = true;
    if (!trans.get_data_ptr() || trans.get_data_length() == 0 ||
        trans.get_streaming_width() < trans.get_data_length()) {
        trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return false;
    }
    if (!mask)
        return true;
    for (unsigned i = 0; length && i < trans.get_data_length(); i++)
        on += mask[i % length] == TLM_BYTE_ENABLED;
    *enabled = on != 0;
    if (length && (on == 0 || on == trans.get_data_length()))
        return true;
    trans.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return false;
}

/* A payload of one run, without DMI asked for. */
inline void sth_payload_set(tlm::tlm_generic_payload &trans,
                            tlm::tlm_command command, uint64_t addr, void *data,
                            unsigned bytes)
{
    trans.set_command(command);
    trans.set_address(addr);
    trans.set_data_ptr(static_cast<unsigned char *>(data));
    trans.set_data_length(bytes);
    trans.set_streaming_width(bytes);
    trans.set_byte_enable_ptr(nullptr);
    trans.set_byte_enable_length(0);
    trans.set_dmi_allowed(false);
    trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

#endif
