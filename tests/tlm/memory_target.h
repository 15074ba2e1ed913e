/* Memory whose manners can be chosen, and the count of checks. */
#ifndef MEMORY_TARGET_H
#define MEMORY_TARGET_H

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

inline int passed, failed;

inline void check(bool good, const char *what)
{
    (good ? passed : failed)++;
    if (!good)
        std::printf("FAIL %s\n", what);
}

struct memory_target : sc_core::sc_module {
    tlm_utils::simple_target_socket<memory_target> socket;
    std::vector<uint8_t> bytes = std::vector<uint8_t>(1 << 20);
    bool gives_dmi = false, reads_only = false, waits = false;
    bool is_waiting = false;
    sc_core::sc_event waiting;
    uint64_t dmi_first = 0, dmi_last = (1 << 20) - 1;
    unsigned transports = 0, grants = 0;

    explicit memory_target(sc_core::sc_module_name name)
        : sc_module(name), socket("socket")
    {
        socket.register_b_transport(this, &memory_target::b_transport);
        socket.register_get_direct_mem_ptr(this, &memory_target::dmi);
    }

    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &)
    {
        const uint64_t addr = trans.get_address();

        transports++;
        if (waits) {
            is_waiting = true;
            waiting.notify();
            wait(500, sc_core::SC_NS);
            is_waiting = false;
        }
        check(trans.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE &&
                  trans.get_streaming_width() == trans.get_data_length() &&
                  !trans.get_byte_enable_ptr() && !trans.is_dmi_allowed(),
              "a transaction of the accelerator is a proper one");
        if (addr + trans.get_data_length() > bytes.size()) {
            trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        if (trans.is_read())
            memcpy(trans.get_data_ptr(), &bytes[addr], trans.get_data_length());
        else
            memcpy(&bytes[addr], trans.get_data_ptr(), trans.get_data_length());
        trans.set_dmi_allowed(gives_dmi);
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    bool dmi(tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi)
    {
        grants++;
        dmi.set_start_address(dmi_first);
        dmi.set_end_address(dmi_last);
        dmi.set_dmi_ptr(&bytes[dmi_first]);
        dmi.set_granted_access(reads_only
                                   ? tlm::tlm_dmi::DMI_ACCESS_READ
                                   : tlm::tlm_dmi::DMI_ACCESS_READ_WRITE);
        return gives_dmi;
    }
};

#endif
