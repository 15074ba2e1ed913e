// Semaphores, faults that race, watchdog and soft reset.
#include <algorithm>

#include "sth_front_tests.h"

namespace
{

void expect_started(Front &front, uint64_t started)
{
    front.report.expect("commands started", front.starts.size(), started);
}

void expect_retired(Front &front, uint64_t retired)
{
    front.report.expect("RETIRED", front.read(STH_REG_RETIRED), retired);
}

} // namespace

void expect_fault(Front &front, uint32_t code, uint32_t index, uint64_t addr)
{
    bench::Report &t = front.report;
    uint64_t low = front.read(STH_REG_FAULT_ADDR_LO);

    t.expect("FAULT_CODE", front.read(STH_REG_FAULT_CODE), code);
    t.expect("FAULT_INDEX", front.read(STH_REG_FAULT_INDEX), index);
    t.expect_hex("FAULT_ADDR",
                 low | uint64_t(front.read(STH_REG_FAULT_ADDR_HI)) << 32, addr,
                 10);
    t.expect("FAULTED of STATUS",
             front.read(STH_REG_STATUS) & STH_STATUS_FAULTED,
             STH_STATUS_FAULTED);
    t.expect("FAULT of IRQ_STATUS",
             front.read(STH_REG_IRQ_STATUS) & STH_IRQ_STATUS_FAULT,
             STH_IRQ_STATUS_FAULT);
}

void test_semaphores(Front &front)
{
    bench::Report &t = front.report;

    t.test("three wait for one post each: the lowest engine goes first");
    front.begin();
    front.put(make(STH_OP_SYNC_STORE, 8));
    front.put(make(STH_OP_SYNC_VECTOR, 8));
    front.put(make(STH_OP_SYNC_MATRIX, 8));
    front.put(make(STH_OP_SYNC_LOAD, 0, 8));
    front.ring_doorbell();
    front.ticks(200);
    expect_started(front, 2);
    t.expect("engine of the second start", front.starts.at(1).engine,
             STH_ENGINE_MATRIX);
    uint32_t status = front.read(STH_REG_STATUS);
    t.expect_hex("ENGINE_BLOCKED of STATUS",
                 (status & STH_STATUS_ENGINE_BLOCKED) >>
                     STH_STATUS_ENGINE_BLOCKED_LSB,
                 0xc, 1);
    t.expect("ENGINE_BUSY of STATUS", status & STH_STATUS_ENGINE_BUSY, 0);
    front.put(make(STH_OP_SYNC_LOAD, 0, 8));
    front.put(make(STH_OP_SYNC_LOAD, 0, 0x8008, true));
    front.ring_doorbell();
    front.settle();
    expect_started(front, 6);
    t.expect("engine of the fourth start", front.starts.at(3).engine,
             STH_ENGINE_VECTOR);
    t.expect_hex("SEM3", front.read(STH_REG_SEM3), 0x01000000u, 8);

    t.test("two take the same semaphore one after the other");
    front.begin();
    front.ready[STH_ENGINE_MATRIX] = front.ready[STH_ENGINE_VECTOR] = false;
    front.put(make(STH_OP_SYNC_VECTOR, 8));
    front.put(make(STH_OP_SYNC_MATRIX, 8));
    front.put(make(STH_OP_SYNC_LOAD, 0, 8));
    front.put(make(STH_OP_SYNC_LOAD, 0, 8));
    front.ring_doorbell();
    front.ticks(200);
    front.ready[STH_ENGINE_MATRIX] = front.ready[STH_ENGINE_VECTOR] = true;
    front.settle();
    t.expect("engine of the third start", front.starts.at(2).engine,
             STH_ENGINE_MATRIX);
    t.expect("cycle of the fourth start", front.starts.at(3).cycle,
             front.starts.at(2).cycle + 1);

    t.test("interrupt of a command");
    front.begin();
    front.put(make(STH_OP_SYNC_LOAD, 0, 0, true));
    front.ring_doorbell();
    front.settle();
    t.expect("IRQ_STATUS", front.read(STH_REG_IRQ_STATUS), 1);
    t.expect("interrupt line, disabled", front.top->irq_o, 0);
    front.write(STH_REG_IRQ_ENABLE, 1);
    t.expect("interrupt line, enabled", front.top->irq_o, 1);
    front.write(STH_REG_IRQ_STATUS, 1);
    t.expect("interrupt line, cleared", front.top->irq_o, 0);

    t.test("an interrupt that arises while it is cleared stays");
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 60;
    front.put(make(STH_OP_SYNC_LOAD, 0, 0, true));
    front.ring_doorbell();
    while (front.starts.empty())
        front.tick();
    front.ticks(60 - STH_LAT_REG_EFFECT - 1);
    front.write(STH_REG_IRQ_STATUS, 1);
    t.expect("cycle of the retirement", front.retirements.at(0),
             front.write_cycle);
    t.expect("IRQ_STATUS", front.read(STH_REG_IRQ_STATUS), 1);

    t.test("posts of one cycle add up");
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 40;
    front.latency[STH_ENGINE_MATRIX] = 40 - STH_LAT_DECODE;
    front.put(make(STH_OP_SYNC_LOAD, 0, 2));
    front.put(make(STH_OP_SYNC_MATRIX, 0, 2));
    front.ring_doorbell();
    front.settle();
    t.expect("cycle of the second retirement", front.retirements.at(1),
             front.retirements.at(0));
    t.expect_hex("SEM0", front.read(STH_REG_SEM0), 0x200, 8);
}

// Faults of semaphores and of the bus, and which of several is reported.
static void test_bus_faults(Front &front)
{
    bench::Report &t = front.report;

    t.test("a semaphore overflows");
    front.begin();
    for (unsigned i = 0; i < 256; i++)
        front.put_when_there_is_room(make(STH_OP_SYNC_LOAD, 0, 0x10));
    front.settle();
    expect_fault(front, STH_FAULT_SEM_OVERFLOW, 255, 0);
    t.expect_hex("SEM1", front.read(STH_REG_SEM1), 0xff, 8);

    t.test("a fetch fails");
    front.begin();
    front.failing_read = 2;
    for (unsigned i = 0; i < 5; i++)
        front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_FETCH_BUS, 2, kRingBase + 128);
    expect_started(front, 2);
    expect_retired(front, 2);

    // The decode fault of command 2 comes first, the bus error of command 0
    // before the core has drained.
    t.test("the older fault wins");
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 200;
    front.failing_load = 0;
    front.put(make(STH_OP_SYNC_LOAD, 0, 1));
    front.put(make(STH_OP_SYNC_MATRIX, 1));
    front.put(make(0xff));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_LOAD_BUS, 0, kErrorAddr);
    expect_started(front, 1);
    expect_retired(front, 0);

    // All are in their queues when command 0 fails, and the post that the
    // others wait for comes after that.
    t.test("a failing engine starts nothing more");
    front.begin();
    front.latency[STH_ENGINE_LOAD] = 80;
    front.latency[STH_ENGINE_STORE] = 60;
    front.failing_load = 0;
    front.put(make(STH_OP_SYNC_LOAD));
    for (unsigned i = 0; i < 2; i++) // as many as every queue holds
        front.put(make(STH_OP_SYNC_LOAD, 4));
    front.put(make(STH_OP_SYNC_STORE, 0, 4));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_LOAD_BUS, 0, kErrorAddr);
    expect_started(front, 2);
}

void test_faults(Front &front)
{
    bench::Report &t = front.report;

    test_bus_faults(front);
    // The other engines finish what semaphores allow.
    t.test("a fault drains the core");
    front.begin();
    front.latency[STH_ENGINE_VECTOR] = 300;
    front.put(make(STH_OP_SYNC_VECTOR, 0, 1));
    front.put(make(STH_OP_SYNC_STORE, 1));
    front.put(make(STH_OP_SYNC_MATRIX, 2));
    front.put(make(STH_OP_LOAD));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_FIELD, 3, 5);
    expect_started(front, 2);
    expect_retired(front, 2);
    uint64_t cycles = front.counter(STH_CNT_CYCLES);
    t.expect("CYCLES, which hold", front.counter(STH_CNT_CYCLES), cycles);
}

void test_watchdog(Front &front)
{
    front.report.test("the watchdog names the oldest command that waits");
    front.begin();
    front.write(STH_REG_WATCHDOG, 100);
    front.put(make(STH_OP_SYNC_LOAD));
    front.put(make(STH_OP_SYNC_STORE, 1));
    front.put(make(STH_OP_SYNC_MATRIX, 2));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_WATCHDOG, 1, 0);

    front.report.test("the watchdog without a command");
    front.begin();
    front.write(STH_REG_WATCHDOG, 50);
    front.bus_hangs = true;
    front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_WATCHDOG, 0, 0);
    front.bus_hangs = false;

    front.report.test("the watchdog with an engine that hangs");
    front.begin();
    front.write(STH_REG_WATCHDOG, 60);
    front.latency[STH_ENGINE_LOAD] = 0;
    front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.settle();
    expect_fault(front, STH_FAULT_WATCHDOG, 0, 0);
}

// Command 0 waits for ever, the decoder refuses command 1; the cycles from the
// doorbell to the interrupt.
static uint64_t run_refused(Front &front, uint32_t watchdog)
{
    front.begin();
    front.write(STH_REG_WATCHDOG, watchdog);
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    front.put(make(STH_OP_SYNC_LOAD, 1));
    front.put(make(0xff));
    front.ring_doorbell();
    front.wait_interrupt();
    return front.top.cycle() - front.write_cycle;
}

// The watchdog expires before, with and after the detection of a decode fault.
void test_watchdog_race(Front &front)
{
    bench::Report &t = front.report;

    t.test("a decode fault without a race");
    uint32_t detected =
        uint32_t(run_refused(front, 5000)) - STH_LAT_FAULT_REPORT;
    expect_fault(front, STH_FAULT_OPCODE, 1, 0);
    t.test("the watchdog before a decode fault");
    run_refused(front, detected - 1);
    expect_fault(front, STH_FAULT_WATCHDOG, 0, 0);
    t.test("of two faults in one cycle the older");
    run_refused(front, detected);
    expect_fault(front, STH_FAULT_WATCHDOG, 0, 0);
    t.test("the watchdog after a decode fault");
    run_refused(front, detected + 1);
    expect_fault(front, STH_FAULT_OPCODE, 1, 0);

    // Command 0 retires long after; the fault of a later one stays unknown.
    t.test("the watchdog ends the wait to drain");
    front.begin();
    front.write(STH_REG_WATCHDOG, 100);
    front.write(STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    front.latency[STH_ENGINE_LOAD] = 1000;
    front.failing_load = 0;
    front.put(make(STH_OP_SYNC_LOAD));
    front.put(make(0xff));
    front.ring_doorbell();
    front.wait_interrupt();
    t.expect("cycles to the interrupt", front.top.cycle() - front.write_cycle,
             100 + STH_LAT_FAULT_REPORT);
    front.ticks(1000);
    expect_fault(front, STH_FAULT_OPCODE, 1, 0);
}

void test_soft_reset(Front &front)
{
    bench::Report &t = front.report;

    t.test("a soft reset waits for engines and fetches");
    front.begin();
    front.read_latency = 100;
    for (unsigned i = 0; i < 8; i++)
        front.put(make(STH_OP_SYNC_LOAD));
    front.ring_doorbell();
    front.ticks(20);
    uint64_t before = front.top.cycle();
    front.engines_idle = false;
    front.write(STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    front.ticks(200);
    t.expect("CTRL while engines are not idle", front.read(STH_REG_CTRL),
             STH_CTRL_SOFT_RESET);
    front.write(STH_REG_WATCHDOG, 1000);
    t.expect("WATCHDOG, written during the reset", front.read(STH_REG_WATCHDOG),
             0);
    front.engines_idle = true;
    front.soft_reset();
    t.expect("fetches answered", front.last_beats.size(),
             std::min(8u, sth_fetch_ahead(&kParams)));
    t.expect_that(front.last_beats.back() > before,
                  "all fetches were answered before the reset");

    t.test("a soft reset clears state");
    t.expect("HEAD", front.read(STH_REG_HEAD), 0);
    t.expect("STATUS", front.read(STH_REG_STATUS), 0);
    t.expect("CTRL", front.read(STH_REG_CTRL), 0);
    expect_started(front, 0);

    t.test("the core runs after a soft reset");
    front.begin();
    front.put(make(STH_OP_SYNC_VECTOR));
    front.ring_doorbell();
    front.settle();
    expect_started(front, 1);
    t.expect("index of the start", front.starts.at(0).index, 0);
}
