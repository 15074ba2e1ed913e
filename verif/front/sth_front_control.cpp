// Registers, ring, counters, and the front end's constants of
// spec/latency.def.
#include <cstring>

#include "sth_front_tests.h"

void test_registers(Front &front)
{
    bench::Report &t = front.report;
    uint32_t caps[STH_PARAM_COUNT];
    static const struct {
        uint32_t offset, writable;
    } masks[] = {
        {STH_REG_RING_BASE_LO, 0xfffff000u},
        {STH_REG_RING_BASE_HI, 0xff},
        {STH_REG_RING_LOG2, 0x1f},
        {STH_REG_TAIL, 0xffffffffu},
        {STH_REG_WATCHDOG, 0xffffffffu},
        {STH_REG_IRQ_ENABLE, 3},
        {STH_REG_HEAD, 0},
        {STH_REG_RETIRED, 0},
        {STH_REG_IRQ_STATUS, 0},
        {STH_REG_FAULT_CODE, 0},
        {0x00c, 0},
        {STH_REG_CAP_BASE + 4 * STH_PARAM_COUNT, 0},
        {0x328, 0},
        {0xffc, 0},
    };

    t.test("capability registers");
    front.soft_reset();
    memcpy(caps, &kParams, sizeof(caps));
    for (unsigned i = 0; i < STH_PARAM_COUNT; i++)
        t.expect("capability", front.read(STH_REG_CAP_BASE + 4 * i), caps[i]);
    t.test("identity");
    t.expect_hex("ID", front.read(STH_REG_ID), STH_RESET_ID, 8);
    t.expect_hex("VERSION", front.read(STH_REG_VERSION), STH_RESET_VERSION, 8);
    t.expect_hex("CFG_HASH", front.read(STH_REG_CFG_HASH),
                 sth_params_hash(&kParams), 8);
    t.test("reset values");
    t.expect("RING_LOG2", front.read(STH_REG_RING_LOG2), STH_RESET_RING_LOG2);
    t.expect("TAIL", front.read(STH_REG_TAIL), 0);
    t.expect("CTRL", front.read(STH_REG_CTRL), 0);

    for (const auto &m : masks) {
        t.test("writable bits of a register");
        front.write(m.offset, 0xffffffffu);
        t.expect_hex("a register after ones", front.read(m.offset), m.writable,
                     8);
        front.write(m.offset, 0);
        t.expect_hex("a register after zeros", front.read(m.offset), 0, 8);
    }
    t.test("byte strobes");
    front.write(STH_REG_WATCHDOG, 0x11223344, 0x5);
    t.expect_hex("WATCHDOG", front.read(STH_REG_WATCHDOG), 0x00220044, 8);
    t.test("soft reset clears registers");
    front.soft_reset();
    t.expect("WATCHDOG", front.read(STH_REG_WATCHDOG), 0);
}

// From doorbell to start, and from post to start.
static void test_fetch_timing(Front &front)
{
    bench::Report &t = front.report;

    t.test("from doorbell to start");
    front.begin();
    for (unsigned i = 0; i < 4; i++)
        front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    uint64_t doorbell = front.write_cycle;
    front.settle();
    t.expect("cycle of the first address", front.reads.at(0),
             doorbell + STH_LAT_FETCH_REQUEST);
    t.expect("cycle of the fourth address", front.reads.at(3),
             front.reads.at(0) + 3);
    uint64_t start = front.last_beats.at(0) + STH_LAT_FETCH_DATA +
                     STH_LAT_DECODE + STH_LAT_GRANT;
    t.expect("cycle of the first start", front.starts.at(0).cycle, start);
    t.expect("cycle of the fourth start", front.starts.at(3).cycle,
             start + 3 * STH_LAT_DECODE);

    t.test("from post to start");
    front.begin();
    front.put(make(STH_OP_SYNC_MATRIX, 1));
    front.latency[STH_ENGINE_LOAD] = 30;
    front.put(make(STH_OP_SYNC_LOAD, 0, 1));
    front.ring_doorbell();
    front.settle();
    t.expect("cycle of the start", front.starts.at(1).cycle,
             front.retirements.at(0) + 1);

    // Full: the buffer and the decoder; each command taken asks for one more.
    t.test("from start to the next address");
    front.begin();
    front.ready[STH_ENGINE_STORE] = false;
    for (unsigned i = 0; i < 60; i++)
        front.put(make(STH_OP_SYNC_STORE));
    front.ring_doorbell();
    front.ticks(1000);
    size_t asked = front.reads.size();
    t.expect("commands in queue, decoder and buffer", asked,
             kParams.queue_depth + 1 + sth_fetch_ahead(&kParams));
    front.ready[STH_ENGINE_STORE] = true;
    front.settle();
    // A start makes room in the queue, which frees decoder and buffer.
    t.expect("cycle of the address", front.reads.at(asked),
             front.starts.at(0).cycle + STH_LAT_QUEUE + STH_LAT_FETCH_REQUEST);
}

static void test_report_timing(Front &front)
{
    bench::Report &t = front.report;

    t.test("from the decoder to the report of a fault");
    front.begin();
    front.put(make(0xff));
    front.ring_doorbell();
    while (front.last_beats.empty())
        front.tick();
    uint64_t reported = front.last_beats[0] + STH_LAT_FETCH_DATA +
                        STH_LAT_DECODE + STH_LAT_FAULT_REPORT;
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    front.wait_interrupt();
    // irq_o is that of the coming cycle.
    t.expect("cycle of the interrupt", front.top.cycle(), reported);

    t.test("from a retirement to the report of a fault");
    front.begin();
    front.latency[STH_ENGINE_VECTOR] = 100;
    front.put(make(STH_OP_SYNC_VECTOR));
    front.put(make(0xff));
    front.ring_doorbell();
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    front.wait_interrupt();
    t.expect("cycle of the interrupt", front.top.cycle(),
             front.retirements.at(0) + STH_LAT_FAULT_REPORT);

    // An idle core; the drain begins in the cycle after the write.
    for (unsigned late = 0; late < 2; late++) {
        t.test(late ? "a soft reset ends" : "a soft reset lasts");
        front.write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
        uint64_t over = front.write_cycle + 1 + STH_LAT_SOFT_RESET;
        while (front.top.cycle() + STH_LAT_REG_EFFECT + 1 < over + late)
            front.tick();
        t.expect("CTRL", front.read(STH_REG_CTRL),
                 late ? 0 : STH_CTRL_SOFT_RESET);
    }
}

void test_timing(Front &front)
{
    test_fetch_timing(front);
    test_report_timing(front);
}

void test_ring(Front &front)
{
    bench::Report &t = front.report;

    t.test("300 commands through a ring of 64");
    front.begin();
    for (unsigned i = 0; i < 300; i++)
        front.put_when_there_is_room(make(STH_OP_SYNC_LOAD + i % 4));
    front.settle();
    t.expect("commands started", front.starts.size(), 300);
    t.expect("RETIRED", front.read(STH_REG_RETIRED), 300);
    for (const Front::Start &start : front.starts)
        t.expect("engine", start.engine, start.index % 4);

    // An engine that takes nothing holds up the others behind it, in order.
    t.test("a full queue stalls dispatch in order");
    front.begin();
    front.ready[STH_ENGINE_STORE] = false;
    for (unsigned i = 0; i < 30; i++)
        front.put(make(STH_OP_SYNC_STORE));
    front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.ticks(1000);
    t.expect("commands started", front.starts.size(), 0);
    front.ready[STH_ENGINE_STORE] = true;
    front.settle();
    t.expect("commands started after the stall", front.starts.size(), 31);
}

void test_counters(Front &front)
{
    bench::Report &t = front.report;
    uint64_t sum = 0;

    t.test("counters of overlaps and commands");
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 50;
    front.latency[STH_ENGINE_VECTOR] = 70;
    for (unsigned i = 0; i < 10; i++) {
        front.put(make(STH_OP_SYNC_LOAD, 0, 1));
        front.put(make(STH_OP_SYNC_VECTOR, 1, 0));
    }
    front.ring_doorbell();
    front.settle();
    for (unsigned i = 0; i < 16; i++)
        sum += front.counter(STH_CNT_OVERLAP_0 + i);
    t.expect("sum of overlaps", sum, front.counter(STH_CNT_CYCLES));
    t.expect("LOAD_COMMANDS", front.counter(STH_CNT_LOAD_COMMANDS), 10);
    t.expect("VECTOR_COMMANDS", front.counter(STH_CNT_VECTOR_COMMANDS), 10);
    t.expect("STORE_COMMANDS", front.counter(STH_CNT_STORE_COMMANDS), 0);

    // Busy from the cycle after the start to the retirement.
    t.test("counter of busy cycles");
    front.begin();
    front.latency[STH_ENGINE_STORE] = 50;
    front.put(make(STH_OP_SYNC_STORE));
    front.ring_doorbell();
    front.settle();
    t.expect("STORE_BUSY", front.counter(STH_CNT_STORE_BUSY), 50);
}
