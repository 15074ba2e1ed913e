/*
 * Two accelerators on one memory, in SystemC: each copies its half of the data
 * to its half of the results, and interrupts.
 *
 *     make vp && build/vp/two_accelerators configs/nano.cfg
 */
#include <cstdio>
#include <cstring>
#include <numeric>
#include <vector>

#include "sth_accelerator_tlm.h"
#include "sth_ram_tlm.h"
#include "systolith.h"

namespace
{

constexpr uint32_t kData = 0x10000, kResult = 0x20000, kBytes = 4096;

// Moves bytes between memory and the scratchpad.
sth_command move(uint32_t opcode, uint32_t at, uint32_t wait, uint32_t post)
{
    sth_command c = {};

    STH_SET(&c, ANY_OPCODE, opcode);
    STH_SET(&c, ANY_WAIT, wait);
    STH_SET(&c, ANY_POST, post);
    STH_SET(&c, ANY_IRQ, opcode == STH_OP_STORE);
    STH_SET(&c, LOAD_MEM_LO, at);
    STH_SET(&c, LOAD_LEN, kBytes);
    STH_SET(&c, LOAD_N1, 1);
    STH_SET(&c, LOAD_N2, 1);
    return c;
}

struct host : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<host> first, second;
    sc_core::sc_in<bool> done[2];
    std::vector<uint8_t> &memory;

    host(sc_core::sc_module_name name, std::vector<uint8_t> &bytes)
        : sc_module(name), first("first"), second("second"), memory(bytes)
    {
        SC_HAS_PROCESS(host);
        SC_THREAD(run);
    }

    void write(int chip, uint32_t reg, uint32_t value)
    {
        tlm::tlm_generic_payload trans;
        sc_core::sc_time delay;

        trans.set_command(tlm::TLM_WRITE_COMMAND);
        trans.set_address(reg);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        (chip ? second : first)->b_transport(trans, delay);
        wait(delay);
    }

    void start(int chip)
    {
        const auto n = static_cast<uint32_t>(chip);
        const sth_command program[] = {
            move(STH_OP_LOAD, kData + n * kBytes, 0, 1),
            move(STH_OP_STORE, kResult + n * kBytes, 1, 0)};

        memcpy(&memory[n * 4096], program, sizeof(program));
        write(chip, STH_REG_RING_BASE_LO, n * 4096);
        write(chip, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
        write(chip, STH_REG_CTRL, STH_CTRL_ENABLE);
        write(chip, STH_REG_TAIL, 2);
    }

    void run()
    {
        start(0);
        start(1);
        for (auto &line : done)
            while (!line.read())
                wait(line.posedge_event());
        std::printf("both have copied: %s\n",
                    sc_core::sc_time_stamp().to_string().c_str());
    }
};

} // namespace

int sc_main(int argc, char **argv)
{
    const sc_core::sc_time period(1, sc_core::SC_NS);
    std::vector<uint8_t> bytes(1 << 20);
    sc_core::sc_signal<bool> line[2];
    sth_config config;
    char error[256];

    if (argc != 2 || !sth_config_load(argv[1], &config, error, sizeof(error)))
        return std::fprintf(stderr, "name a configuration\n"), 2;
    std::iota(bytes.begin() + kData, bytes.begin() + kData + 2 * kBytes, 1);

    host cpu("host", bytes);
    sth_ram_tlm ram("ram", false);
    sth_accelerator_tlm a("a", period), b("b", period);
    cpu.first.bind(a.registers);
    cpu.second.bind(b.registers);
    ram.attach(bytes.data(), bytes.size());
    int n = 0;
    for (sth_accelerator_tlm *chip : {&a, &b}) {
        sth_mem *mem =
            sth_mem_create(&config.memory, config.params.bus_bytes, false);

        chip->memory.bind(ram.socket);
        chip->interrupt(line[n]);
        cpu.done[n](line[n]);
        chip->attach(sth_csim_create(&config.params, mem, nullptr), mem);
        n++;
    }
    sc_core::sc_start();
    return memcmp(&bytes[kData], &bytes[kResult], 2 * kBytes) == 0 ? 0 : 1;
}
