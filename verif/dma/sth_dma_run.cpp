#include "sth_dma_run.h"

using bench::demand;

Run::Run(bench::Report &report, uint64_t seed)
    : random(seed), bus(report, random, top_, work_), report_(report),
      top_(report, seed)
{
    idle_inputs();
    top_.reset();
}

void Run::idle_inputs()
{
    top_->drain_i = 0;
    top_->cmd_valid_i = 0;
    top_->f_ar_valid_i = 0;
    top_->ar_ready_i = 0;
    top_->r_valid_i = 0;
    top_->aw_ready_i = 0;
    top_->w_ready_i = 0;
    top_->b_valid_i = 0;
    top_->a_req_i = 0;
    top_->v_req_i = 0;
    top_->v_wreq_i = 0;
    bench::port_clear(top_->v_wmask_i);
}

void Run::fill_scratchpad()
{
    random.fill(bus.sp.data(), kSp);
    bench::port_ones(top_->v_wmask_i, kWord);
    top_->v_wreq_i = 1;
    for (uint32_t at = 0; at < kSp; at += kWord) {
        bench::port_set(top_->v_wdata_i, &bus.sp[at], kWord);
        top_->v_waddr_i = at;
        top_.settle();
        top_.edge();
    }
    idle_inputs();
}

void Run::expect_scratchpad()
{
    std::vector<uint8_t> got(kSp);

    top_->a_req_i = 0;
    for (uint32_t at = 0; at < kSp; at += kWord) {
        top_->v_addr_i = at;
        for (uint32_t i = 0; i < STH_LAT_READ; i++) {
            top_->v_req_i = i == 0;
            top_.settle();
            top_.edge();
        }
        bench::port_get(top_->v_rdata_o, &got[at], kWord);
    }
    report_.expect_bytes("scratchpad", 0, got.data(), bus.sp.data(), kSp);
}

bool Run::batch(std::vector<Command> loads, std::vector<Command> stores,
                const Conditions &conditions, uint32_t drain_after)
{
    bool finished = false, draining = false;

    conditions_ = conditions;
    work_[kLoad] = {std::move(loads), {}};
    work_[kStore] = {std::move(stores), {}};
    for (int e = 0; e < kEngines; e++)
        for (size_t i = 0; i < work_[e].commands.size(); i++) {
            Command &c = work_[e].commands[i];
            auto bursts = split(c, i);

            c.index = next_index_++;
            c.word = encode(c, e, random);
            work_[e].bursts.insert(work_[e].bursts.end(), bursts.begin(),
                                   bursts.end());
        }
    bus.begin(conditions);
    taken_ = 0;

    uint64_t drain_at = drain_after ? top_.cycle() + drain_after : ~0ull;
    uint64_t limit = top_.cycle() + 500000;

    while (!finished) {
        expect_progress(limit);
        draining = top_.cycle() >= drain_at;
        cycle(draining);
        finished =
            draining
                ? top_->idle_o == 3 && top_.cycle() > drain_at + 2
                : work_[kLoad].retired == work_[kLoad].commands.size() &&
                      work_[kStore].retired == work_[kStore].commands.size() &&
                      !bus.fetching();
    }
    idle_inputs();
    if (draining) {
        finish_drain();
        return false;
    }
    bus.expect_complete();
    top_.settle();
    top_.edge();
    report_.expect("busy after the end", top_->busy_o, 0);
    report_.expect("idle after the end", top_->idle_o, 3);
    expect_memories();
    return true;
}

void Run::expect_progress(uint64_t limit)
{
    if (top_.cycle() < limit)
        return;
    report_.expect("loads that retired", work_[kLoad].retired,
                   work_[kLoad].commands.size());
    report_.expect("stores that retired", work_[kStore].retired,
                   work_[kStore].commands.size());
    demand(false);
}

void Run::finish_drain()
{
    bus.expect_drained();
    top_.reset();
    bus.reset();
    fill_scratchpad();
    bus.counts.drains++;
}

// Replays the batch with plain loops.
void Run::expect_memories()
{
    bench::Memory want;

    for (const Command &c : work_[kLoad].commands)
        if (!c.failed)
            c.each_byte([&](uint64_t mem, uint32_t sp) {
                if (bus.sp[sp] != bus.memory.get(mem))
                    report_.expect_hex("byte of the reference", bus.sp[sp],
                                       bus.memory.get(mem), 2);
            });
    for (const Command &c : work_[kStore].commands)
        c.each_byte(
            [&](uint64_t mem, uint32_t sp) { want.set(mem, bus.sp[sp]); });
    report_.judge_none();
    report_.expect_memory(bus.memory, want);
    expect_scratchpad();
    bus.memory.clear();
}

// Chooses inputs, evaluates, observes handshakes, clocks.
void Run::cycle(bool draining)
{
    drive_commands();
    drive_scratchpad();
    bus.drive(draining);
    top_->drain_i = draining;
    top_->cycle_i = top_.cycle();
    top_.settle();
    observe_commands(draining);
    bus.observe();
    bus.counts.stalls += top_->bank_stall_o != 0;
    for (int e = 0; e < kEngines; e++)
        if (top_->retire_valid_o >> e & 1)
            observe_retirement(e, draining);
    top_.edge();
}

// A command that is offered stays until it is taken.
void Run::drive_commands()
{
    uint32_t valid = top_->cmd_valid_i & ~taken_;

    for (int e = 0; e < kEngines; e++) {
        const Work &w = work_[e];

        if (w.taken == w.commands.size()) {
            valid &= ~(1u << e);
        } else if (!(valid >> e & 1) && random.percent(conditions_.command)) {
            const Command &c = w.commands[w.taken];

            valid |= 1u << e;
            bench::port_set(e == kLoad ? top_->load_cmd_i : top_->store_cmd_i,
                            c.word.word, sizeof(c.word));
            (e == kLoad ? top_->load_index_i : top_->store_index_i) = c.index;
        }
    }
    top_->cmd_valid_i = uint8_t(valid);
}

// Other ports take banks away.
void Run::drive_scratchpad()
{
    top_->a_req_i = random.percent(conditions_.deny);
    top_->a_addr_i = uint32_t(random.below(kSp));
    top_->v_wreq_i = random.percent(conditions_.deny);
    top_->v_waddr_i = uint32_t(random.below(kSp));
}

void Run::observe_commands(bool draining)
{
    taken_ = top_->cmd_valid_i & top_->cmd_ready_o;
    for (int e = 0; e < kEngines; e++) {
        Work &w = work_[e];
        bool busy = false;

        // Busy from the cycle after the first one was taken.
        for (size_t i = w.retired; i < w.taken; i++)
            busy |= w.commands[i].start < top_.cycle();
        report_.judge_none();
        if (busy)
            report_.judge(w.commands[w.retired].index,
                          w.commands[w.retired].word);
        report_.expect(e == kLoad ? "busy of load" : "busy of store",
                       top_->busy_o >> e & 1, busy);
        if (!(taken_ >> e & 1))
            continue;
        Command &c = w.commands[w.taken++];

        report_.judge(c.index, c.word);
        report_.expect_that(!draining, "a command is taken during a drain");
        c.start = top_.cycle();
        bus.trace.accept[e].push_back(top_.cycle());
        // One that retires in this cycle has left its place.
        report_.expect_range(
            "commands in flight",
            double(w.taken - w.retired - (top_->retire_valid_o >> e & 1)), 0,
            4);
        demand(report_.good());
    }
}

void Run::observe_retirement(int engine, bool draining)
{
    Work &w = work_[engine];

    // Draining drops data; nobody looks at these retirements.
    if (!draining) {
        report_.judge_none();
        demand(report_.expect_that(w.retired < w.taken,
                                   "a command retires that was not taken"));
        expect_retired(engine, w.commands[w.retired]);
    }
    w.retired++;
}

void Run::expect_retired(int e, const Command &c)
{
    bool load = e == kLoad;

    report_.judge(c.index, c.word);
    bus.trace.retire[e].push_back(top_.cycle());
    report_.expect("index", bench::port_bits(top_->retire_index_o, 32 * e, 32),
                   c.index);
    report_.expect_hex(
        "post", bench::port_bits(top_->retire_post_o, 16 * e, 16), c.post, 4);
    report_.expect("irq", top_->retire_irq_o >> e & 1, c.irq);
    report_.expect("start", bench::port_bits(top_->retire_start_o, 64 * e, 64),
                   c.start);
    report_.expect("bytes", load ? top_->load_bytes_o : top_->store_bytes_o,
                   c.bytes());
    report_.expect("error flag", top_->retire_error_o >> e & 1, c.failed);
    if (c.failed)
        report_.expect_hex("address of the error",
                           load ? top_->load_error_addr_o
                                : top_->store_error_addr_o,
                           c.failed_addr, 10);
    else
        report_.expect_hex("digest",
                           bench::port_bits(top_->retire_digest_o, 32 * e, 32),
                           digest(c, e, bus.sp), 8);
    bus.counts.commands++;
    bus.counts.syncs += c.sync;
    demand(report_.good());
}
