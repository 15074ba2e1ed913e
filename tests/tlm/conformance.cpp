// The rules of the generic payload, kept by the accelerator's module and by
// memory: responses, byte enables, streaming, DMI and its invalidation, delays
// that are annotated, non-blocking transport, the cycle of the interrupt.
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "memory_target.h"
#include "sth_accelerator_tlm.h"
#include "sth_payload.h"
#include "sth_ram_tlm.h"
#include "systolith.h"

namespace
{

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using tlm::tlm_generic_payload;

// Payloads stand where they are.
struct manager : tlm::tlm_mm_interface {
    void free(tlm_generic_payload *) override
    {
    }
};

struct bench : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<bench> registers, ram;
    sc_core::sc_in<bool> interrupt;
    memory_target &memory;
    sth_accelerator_tlm &chip;
    std::vector<uint8_t> &ram_bytes;
    sth_ram_tlm &ram_module;
    sc_core::sc_event answered;
    unsigned invalidations = 0;
    uint32_t tail = 0;
    bool finished = false;

    bench(sc_core::sc_module_name name, memory_target &m,
          sth_accelerator_tlm &c, sth_ram_tlm &r, std::vector<uint8_t> &bytes)
        : sc_module(name), registers("registers"), ram("ram"), memory(m),
          chip(c), ram_bytes(bytes), ram_module(r)
    {
        SC_HAS_PROCESS(bench);

        registers.register_nb_transport_bw(this, &bench::backward);
        ram.register_invalidate_direct_mem_ptr(this, &bench::invalidate);
        SC_THREAD(run);
        SC_THREAD(look);
    }

    // Reads a register while the device is in a transaction that waits.
    void look()
    {
        wait(memory.waiting);
        wait(100, SC_NS);
        check(read(STH_REG_ID) == STH_RESET_ID, "a register in between");
        check(!memory.is_waiting, "it comes behind the transaction");
    }

    void invalidate(sc_dt::uint64, sc_dt::uint64)
    {
        invalidations++;
    }

    tlm::tlm_sync_enum backward(tlm_generic_payload &, tlm::tlm_phase &phase,
                                sc_time &delay)
    {
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        answered.notify(delay);
        return tlm::TLM_COMPLETED;
    }

    // One access to a register; the response.
    tlm::tlm_response_status access(tlm::tlm_command command, uint32_t reg,
                                    uint32_t *value, sc_time *delay = nullptr)
    {
        tlm_generic_payload trans;
        sc_time own;

        sth_payload_set(trans, command, reg, value, 4);
        registers->b_transport(trans, delay ? *delay : own);
        if (!delay)
            wait(own);
        check(!trans.is_dmi_allowed(), "registers give no DMI");
        return trans.get_response_status();
    }

    uint32_t read(uint32_t reg)
    {
        uint32_t value = 0;

        check(access(tlm::TLM_READ_COMMAND, reg, &value) ==
                  tlm::TLM_OK_RESPONSE,
              "a register is read");
        return value;
    }

    void write(uint32_t reg, uint32_t value)
    {
        check(access(tlm::TLM_WRITE_COMMAND, reg, &value) ==
                  tlm::TLM_OK_RESPONSE,
              "a register is written");
    }

    void test_responses()
    {
        unsigned char enable[4] = {0xff, 0xff, 0xff, 0xff};
        uint32_t value[2] = {0, 0};
        tlm_generic_payload trans;
        sc_time delay;
        tlm::tlm_dmi dmi;
        const auto send = [&](uint32_t reg, unsigned bytes, unsigned width,
                              unsigned enables) {
            sth_payload_set(trans, tlm::TLM_WRITE_COMMAND, reg, value, bytes);
            trans.set_streaming_width(width);
            trans.set_byte_enable_ptr(enables ? enable : nullptr);
            trans.set_byte_enable_length(enables);
            registers->b_transport(trans, delay);
            return trans.get_response_status();
        };

        check(read(STH_REG_ID) == STH_RESET_ID, "the ID is the ID");
        check(send(2, 4, 4, 0) == tlm::TLM_ADDRESS_ERROR_RESPONSE,
              "a misaligned address");
        check(send(4096, 4, 4, 0) == tlm::TLM_ADDRESS_ERROR_RESPONSE,
              "an address behind the registers");
        check(send(STH_REG_WATCHDOG, 8, 8, 0) == tlm::TLM_BURST_ERROR_RESPONSE,
              "two words");
        check(send(STH_REG_WATCHDOG, 2, 2, 0) == tlm::TLM_BURST_ERROR_RESPONSE,
              "half a word");
        check(send(STH_REG_WATCHDOG, 4, 2, 0) == tlm::TLM_BURST_ERROR_RESPONSE,
              "a stream");
        value[0] = 77;
        check(send(STH_REG_WATCHDOG, 4, 8, 1) == tlm::TLM_OK_RESPONSE &&
                  read(STH_REG_WATCHDOG) == 77,
              "all bytes enabled, by one");
        enable[2] = 0;
        value[0] = 78;
        check(send(STH_REG_WATCHDOG, 4, 4, 4) ==
                      tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE &&
                  read(STH_REG_WATCHDOG) == 77,
              "some bytes enabled");
        memset(enable, 0, sizeof(enable));
        check(send(STH_REG_WATCHDOG, 4, 4, 4) == tlm::TLM_OK_RESPONSE &&
                  read(STH_REG_WATCHDOG) == 77,
              "no bytes enabled");
        check(access(tlm::TLM_IGNORE_COMMAND, STH_REG_WATCHDOG, value) ==
                      tlm::TLM_OK_RESPONSE &&
                  read(STH_REG_WATCHDOG) == 77,
              "a command to ignore");
        sth_payload_set(trans, tlm::TLM_READ_COMMAND, 0, value, 4);
        check(!registers->get_direct_mem_ptr(trans, dmi), "no DMI");
        check(registers->transport_dbg(trans) == 0, "no debug transport");
        write(STH_REG_WATCHDOG, 0);
    }

    void test_nonblocking()
    {
        manager mm;
        tlm_generic_payload trans(&mm);
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay(50, SC_NS);
        const sc_time begin = sc_core::sc_time_stamp();
        uint32_t value = 0;

        sth_payload_set(trans, tlm::TLM_READ_COMMAND, STH_REG_ID, &value, 4);
        trans.acquire();
        if (registers->nb_transport_fw(trans, phase, delay) !=
            tlm::TLM_COMPLETED)
            wait(answered);
        check(value == STH_RESET_ID && trans.is_response_ok(),
              "non-blocking: the value");
        check(sc_core::sc_time_stamp() - begin > sc_time(50, SC_NS),
              "non-blocking: the delay");
    }

    // Copies bytes and returns the time of the interrupt since the doorbell;
    // with `delay` the doorbell is annotated.
    sc_time copy(uint32_t from, uint32_t to, sc_time delay = SC_ZERO_TIME)
    {
        const uint32_t bytes = 256, slot = tail % 64 * 64;
        const sc_time begin = sc_core::sc_time_stamp();

        for (uint32_t i = 0; i < 2; i++) {
            sth_command c = {};

            STH_SET(&c, ANY_OPCODE, i ? STH_OP_STORE : STH_OP_LOAD);
            STH_SET(&c, ANY_WAIT, i ? 1 : 0);
            STH_SET(&c, ANY_POST, i ? 0 : 1);
            STH_SET(&c, ANY_IRQ, i);
            STH_SET(&c, LOAD_MEM_LO, i ? to : from);
            STH_SET(&c, LOAD_LEN, bytes);
            STH_SET(&c, LOAD_N1, 1);
            STH_SET(&c, LOAD_N2, 1);
            memcpy(&memory.bytes[slot + 64u * i], &c, sizeof(c));
        }
        tail += 2;
        check(access(tlm::TLM_WRITE_COMMAND, STH_REG_TAIL, &tail, &delay) ==
                  tlm::TLM_OK_RESPONSE,
              "the doorbell");
        wait(interrupt.posedge_event());
        const sc_time time = sc_core::sc_time_stamp() - begin;
        check(memcmp(&memory.bytes[from], &memory.bytes[to], bytes) == 0,
              "the bytes are copied");
        write(STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
        wait(1, SC_NS);
        check(!interrupt.read(), "the interrupt is down");
        return time;
    }

    void test_memory()
    {
        for (uint32_t i = 0; i < 1024; i++)
            memory.bytes[0x8000 + i] = static_cast<uint8_t>(i * 7 + i / 256);
        write(STH_REG_RING_LOG2, 6);
        write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
        write(STH_REG_CTRL, STH_CTRL_ENABLE);
        const sc_time plain = copy(0x8000, 0x9000);
        check(memory.transports > 0 && memory.grants == 0, "without DMI");
        check(copy(0x8100, 0x9100) == plain, "the same time again");
        check(copy(0x8200, 0x9200, sc_time(3000, SC_NS)) ==
                  plain + sc_time(3000, SC_NS),
              "a doorbell at an annotated time");
        memory.gives_dmi = true;
        check(copy(0x8000, 0xa000) == plain, "DMI costs no time");
        unsigned before = memory.transports;
        check(copy(0x8100, 0xa100) == plain && memory.transports == before,
              "with DMI nothing is transported");
        memory.socket->invalidate_direct_mem_ptr(0x9000000, 0x9000fff);
        copy(0x8100, 0xa200);
        check(memory.transports == before, "DMI of elsewhere is invalid");
        memory.gives_dmi = false;
        memory.socket->invalidate_direct_mem_ptr(0x8000, 0x8000);
        copy(0x8100, 0xa300);
        check(memory.transports > before, "DMI is invalid");
        memory.gives_dmi = memory.reads_only = true;
        memory.dmi_last = 0x80ff; // half of what follows
        before = memory.transports;
        copy(0x8080, 0xa400);
        check(memory.transports > before, "DMI for reading, of a part");
        memory.gives_dmi = false;
        memory.socket->invalidate_direct_mem_ptr(0, 1 << 20);
        check(chip.memory_errors() == 0, "no error so far");
        memory.waits = true; // inside of its transport
        copy(0x8100, 0xa500);
        memory.waits = false;
    }

    void test_ram()
    {
        unsigned char data[8], enable[3] = {0xff, 0, 0xff};
        tlm_generic_payload trans;
        sc_time delay;
        tlm::tlm_dmi dmi;

        for (unsigned i = 0; i < 8; i++)
            data[i] = static_cast<uint8_t>(i + 1);
        sth_payload_set(trans, tlm::TLM_WRITE_COMMAND, 16, data, 8);
        trans.set_byte_enable_ptr(enable);
        trans.set_byte_enable_length(3);
        ram->b_transport(trans, delay);
        check(trans.is_response_ok() &&
                  memcmp(&ram_bytes[16], "\1\0\3\4\0\6\7\0", 8) == 0,
              "byte enables repeat");
        sth_payload_set(trans, tlm::TLM_WRITE_COMMAND, 32, data, 8);
        trans.set_streaming_width(2);
        ram->b_transport(trans, delay);
        check(trans.is_response_ok() &&
                  memcmp(&ram_bytes[32], "\7\10\0", 3) == 0,
              "a stream stays in its width");
        sth_payload_set(trans, tlm::TLM_READ_COMMAND, 32, data, 8);
        trans.set_streaming_width(1);
        ram->b_transport(trans, delay);
        check(memcmp(data, "\7\7\7\7\7\7\7\7", 8) == 0, "a stream is read");
        trans.set_streaming_width(0);
        ram->b_transport(trans, delay);
        check(trans.get_response_status() == tlm::TLM_BURST_ERROR_RESPONSE,
              "no width");
        sth_payload_set(trans, tlm::TLM_READ_COMMAND, ram_bytes.size() - 4,
                        data, 8);
        ram->b_transport(trans, delay);
        check(trans.get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE,
              "beyond its end");
        check(ram->transport_dbg(trans) == 4, "debug transport up to its end");
        check(
            !(trans.set_address(1 << 30), ram->get_direct_mem_ptr(trans, dmi)),
            "no DMI of nothing");
        trans.set_address(8);
        check(ram->get_direct_mem_ptr(trans, dmi) &&
                  dmi.get_dmi_ptr() == ram_bytes.data() &&
                  dmi.is_read_write_allowed(),
              "DMI of all");
        ram_module.attach(ram_bytes.data(), ram_bytes.size());
        check(invalidations == 1, "other memory makes DMI invalid");
    }

    void run()
    {
        test_responses();
        test_nonblocking();
        test_memory();
        test_ram();
        finished = true;
    }
};

} // namespace

int sc_main(int argc, char **argv)
{
    const sc_time period(1, SC_NS);
    std::vector<uint8_t> bytes(4096);
    sc_core::sc_signal<bool> line;
    sth_config config;
    char error[256];

    if (argc != 2 || !sth_config_load(argv[1], &config, error, sizeof(error)))
        return std::fprintf(stderr, "name a configuration\n"), 2;
    sth_mem *mem =
        sth_mem_create(&config.memory, config.params.bus_bytes, false);
    sth_device *device = sth_csim_create(&config.params, mem, nullptr);
    memory_target memory("memory");
    sth_accelerator_tlm chip("chip", period);
    sth_ram_tlm ram("ram", false);
    bench b("bench", memory, chip, ram, bytes);

    b.registers.bind(chip.registers);
    b.ram.bind(ram.socket);
    chip.memory.bind(memory.socket);
    chip.interrupt(line);
    b.interrupt(line);
    ram.attach(bytes.data(), bytes.size());
    chip.attach(device, mem);
    sc_core::sc_start();
    check(b.finished, "every test came to its end");
    std::printf("%d passed, %d failed\n", passed, failed);
    device->ops->destroy(device);
    sth_mem_destroy(mem);
    return failed != 0;
}
