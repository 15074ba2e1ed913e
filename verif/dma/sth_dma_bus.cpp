#include "sth_dma_bus.h"

using bench::demand;

namespace
{

constexpr uint8_t kFetchId = 0x80;

} // namespace

void Bus::begin(const Conditions &conditions)
{
    conditions_ = conditions;
    trace = Trace();
    write_burst_ = write_beat_ = 0;
    drain_ar_ = drain_aw_ = 0;
}

void Bus::reset()
{
    reads_.clear();
    writes_.clear();
    fetches_.clear();
    asked_.clear();
    fetch_valid_ = holding_read_ = holding_write_ = w_offered_ = false;
    held_ = {};
    memory.clear();
}

void Bus::expect_drained()
{
    for (const Read &read : reads_)
        report_.expect_hex("ID of a read outstanding when idle", read.id,
                           kFetchId, 2);
    report_.expect("writes outstanding when idle", writes_.size(), 0);
}

void Bus::expect_complete()
{
    report_.judge_none();
    report_.expect("loads' bursts", work_[kLoad].issued,
                   work_[kLoad].bursts.size());
    report_.expect("stores' bursts", work_[kStore].issued,
                   work_[kStore].bursts.size());
    report_.expect("bursts of write data", write_burst_,
                   work_[kStore].bursts.size());
}

void Bus::drive(bool draining)
{
    draining_ = draining;
    drive_fetch();
    drive_read_data();
    drive_answers();
    top_->ar_ready_i = random_.percent(conditions_.ready);
    top_->aw_ready_i = random_.percent(conditions_.ready);
    top_->w_ready_i = random_.percent(conditions_.ready);
}

void Bus::drive_fetch()
{
    bool more = work_[kLoad].retired < work_[kLoad].commands.size() &&
                !draining_ && asked_.size() + fetches_.size() < 4;

    if (!fetch_valid_ && more && random_.percent(conditions_.fetch)) {
        fetch_valid_ = true;
        fetch_addr_ = random_.below(1 << 20) * 64 / kBus * kBus;
    }
    top_->f_ar_valid_i = fetch_valid_;
    top_->f_ar_addr_i = fetch_addr_;
    top_->f_ar_len_i = kBus >= 64 ? 0 : 64 / kBus - 1;
}

void Bus::drive_read_data()
{
    std::vector<size_t> due;
    bool fetch_seen = false;
    uint8_t data[kBus];

    if (holding_read_)
        return;
    top_->r_valid_i = 0;
    if (!random_.percent(conditions_.valid))
        return;
    // Candidates: bursts that are due; fetches share an ID, hence in order.
    for (size_t i = 0; i < reads_.size(); i++) {
        bool blocked = reads_[i].id == kFetchId && fetch_seen;

        fetch_seen |= reads_[i].id == kFetchId;
        if (reads_[i].ready_at <= top_.cycle() && !blocked)
            due.push_back(i);
        if (conditions_.in_order)
            break;
    }
    if (due.empty())
        return;
    read_ = due[random_.below(due.size())];
    const Read &read = reads_[read_];

    read_error_ = read.erring && random_.percent(30);
    memory.read(read.addr + uint64_t(read.sent) * kBus, data, kBus);
    if (read_error_)
        memset(data, 0xee, kBus);
    bench::port_set(top_->r_data_i, data, kBus);
    top_->r_valid_i = 1;
    top_->r_id_i = read.id;
    top_->r_resp_i = uint8_t(read_error_ ? random_.range(2, 3) : 0);
    top_->r_last_i = read.sent + 1 == read.beats;
    holding_read_ = true;
}

void Bus::drive_answers()
{
    std::vector<size_t> due;

    if (holding_write_)
        return;
    top_->b_valid_i = 0;
    if (!random_.percent(conditions_.valid))
        return;
    for (size_t i = 0; i < writes_.size(); i++) {
        if (writes_[i].complete && writes_[i].ready_at <= top_.cycle())
            due.push_back(i);
        if (conditions_.in_order)
            break;
    }
    if (due.empty())
        return;
    write_ = due[random_.below(due.size())];
    top_->b_valid_i = 1;
    top_->b_id_i = writes_[write_].id;
    top_->b_resp_i = uint8_t(writes_[write_].erring ? random_.range(2, 3) : 0);
    holding_write_ = true;
}

void Bus::sample()
{
    master_.ar_valid = top_->ar_valid_o;
    master_.ar_id = top_->ar_id_o;
    master_.ar_addr = top_->ar_addr_o;
    master_.ar_beats = top_->ar_len_o + 1u;
    master_.aw_valid = top_->aw_valid_o;
    master_.aw_id = top_->aw_id_o;
    master_.aw_addr = top_->aw_addr_o;
    master_.aw_beats = top_->aw_len_o + 1u;
    master_.w_valid = top_->w_valid_o;
    master_.w_last = top_->w_last_o;
    bench::port_get(top_->w_data_o, master_.w_data, kBus);
    bench::port_get(top_->w_strb_o, master_.w_strb, (kBus + 7) / 8);
}

void Bus::observe()
{
    sample();
    report_.judge_none();
    demand(report_.expect_rule(
        sth_axi_check_held(&held_, kBus, &master_, top_->ar_ready_i,
                           top_->aw_ready_i, top_->w_ready_i)));
    if (master_.ar_valid && top_->ar_ready_i)
        observe_ar();
    if (top_->f_ar_valid_i && top_->f_ar_ready_o) {
        asked_.push_back(fetch_addr_);
        trace.fetch.push_back(top_.cycle());
        fetch_valid_ = false;
    }
    observe_r();
    if (master_.aw_valid && top_->aw_ready_i)
        observe_aw();
    if (master_.w_valid && !w_offered_)
        trace.w_offer.push_back(top_.cycle());
    w_offered_ = master_.w_valid && !top_->w_ready_i;
    if (master_.w_valid && top_->w_ready_i)
        observe_w();
    if (top_->b_valid_i && top_->b_ready_o)
        observe_b();
}

void Bus::judge(int engine, const Burst &burst)
{
    const Command &c = work_[engine].commands[burst.command];

    report_.judge(c.index, c.word);
}

void Bus::expect_burst(const char *addr_what, const char *beats_what,
                       const Burst &want, uint64_t addr, uint32_t beats)
{
    demand(report_.expect_rule(sth_axi_check_burst(kBus, addr, beats)));
    report_.expect_hex(addr_what, addr, want.addr, 10);
    report_.expect(beats_what, beats, want.beats);
    counts.bursts++;
    demand(report_.good());
}

void Bus::observe_ar()
{
    if (master_.ar_id == kFetchId)
        observe_fetch_address();
    else
        observe_load_address();
}

void Bus::observe_fetch_address()
{
    demand(
        report_.expect_that(!asked_.empty(), "a fetch that nobody asked for"));
    report_.expect_hex("fetch address", master_.ar_addr, asked_.front(), 10);
    asked_.pop_front();
    trace.fetch_ar.push_back(top_.cycle());
    fetches_.push_back(master_.ar_addr);
    reads_.push_back({kFetchId, master_.ar_addr, master_.ar_beats, 0,
                      top_.cycle() + random_.range(conditions_.latency_min,
                                                   conditions_.latency_max),
                      0, false});
}

void Bus::observe_load_address()
{
    Work &load = work_[kLoad];

    report_.expect_range("ID of a load", master_.ar_id, 0, LOAD_SLOTS - 1);
    if (draining_)
        report_.expect_range("loads' addresses since the drain", ++drain_ar_, 1,
                             2);
    for (const Read &other : reads_)
        report_.expect_that(other.id != master_.ar_id,
                            "a load has the ID of one that is outstanding");
    demand(report_.expect_that(load.issued < load.bursts.size(),
                               "a load's burst that no command asks for"));
    const Burst &burst = load.bursts[load.issued];

    judge(kLoad, burst);
    expect_burst("AR address", "beats of AR", burst, master_.ar_addr,
                 master_.ar_beats);
    reads_.push_back({master_.ar_id, master_.ar_addr, master_.ar_beats, 0,
                      top_.cycle() + random_.range(conditions_.latency_min,
                                                   conditions_.latency_max),
                      load.issued++, random_.percent(conditions_.error)});
    trace.ar.push_back(top_.cycle());
}

void Bus::observe_r()
{
    bool for_fetch = top_->r_valid_i && top_->r_id_i == kFetchId;

    report_.judge_none();
    report_.expect("data for fetch", top_->f_r_valid_o,
                   for_fetch && top_->r_ready_o);
    if (!(top_->r_valid_i && top_->r_ready_o))
        return;
    Read &read = reads_[read_];

    holding_read_ = false;
    if (read.id == kFetchId) {
        if (top_->r_last_i)
            fetches_.pop_front();
    } else {
        const Burst &burst = work_[kLoad].bursts[read.burst];

        trace.r.push_back(top_.cycle());
        counts.beats++;
        if (read_error_)
            note_error(kLoad, burst);
        else
            deliver(burst, read.sent);
    }
    if (++read.sent == read.beats)
        reads_.erase(reads_.begin() + long(read_));
}

// The bytes of one beat reach the reference scratchpad.
void Bus::deliver(const Burst &burst, uint32_t beat)
{
    for (uint32_t i = beat * kBus; i < (beat + 1) * kBus; i++)
        if (burst.sp_of(i) >= 0)
            sp[size_t(burst.sp_of(i))] = memory.get(burst.addr + i);
}

// Of several errors of a command the first in its order is reported.
void Bus::note_error(int engine, const Burst &burst)
{
    Command &c = work_[engine].commands[burst.command];

    counts.errors++;
    if (!c.failed || burst.seq < c.failed_seq) {
        c.failed = true;
        c.failed_seq = burst.seq;
        c.failed_addr = burst.addr;
    }
}

void Bus::observe_aw()
{
    Work &store = work_[kStore];

    report_.expect_range("ID of a store", master_.aw_id, 0, STORE_SLOTS - 1);
    if (draining_)
        report_.expect_range("stores' addresses since the drain", ++drain_aw_,
                             1, 2);
    for (const Write &other : writes_)
        report_.expect_that(other.id != master_.aw_id,
                            "a store has the ID of one that is outstanding");
    demand(report_.expect_that(store.issued < store.bursts.size(),
                               "a store's burst that no command asks for"));
    const Burst &burst = store.bursts[store.issued];

    judge(kStore, burst);
    expect_burst("AW address", "beats of AW", burst, master_.aw_addr,
                 master_.aw_beats);
    writes_.push_back({master_.aw_id, store.issued, store.issued < write_burst_,
                       top_.cycle() + random_.range(conditions_.latency_min,
                                                    conditions_.latency_max),
                       random_.percent(conditions_.error)});
    store.issued++;
    trace.aw.push_back(top_.cycle());
}

void Bus::observe_w()
{
    const Work &store = work_[kStore];

    demand(report_.expect_that(write_burst_ < store.bursts.size(),
                               "write data that no command asks for"));
    const Burst &burst = store.bursts[write_burst_];

    judge(kStore, burst);
    counts.beats++;
    trace.w.push_back(top_.cycle());
    report_.expect("WLAST", master_.w_last, write_beat_ + 1 == burst.beats);
    observe_beat(burst);
    demand(report_.good());
    write_beat_++;
    if (!master_.w_last)
        return;
    for (Write &write : writes_)
        if (write.burst == write_burst_)
            write.complete = true;
    write_burst_++;
    write_beat_ = 0;
}

// Strobes exactly on the bytes of the copy, zeros between them.
void Bus::observe_beat(const Burst &burst)
{
    uint8_t want[kBus] = {}, strobes[(kBus + 7) / 8] = {};
    uint64_t addr = burst.addr + uint64_t(write_beat_) * kBus;

    for (uint32_t i = 0; i < kBus; i++) {
        int64_t from = burst.sp_of(write_beat_ * kBus + i);

        if (from < 0)
            continue;
        want[i] = sp[size_t(from)];
        strobes[i / 8] |= uint8_t(1u << i % 8);
        memory.set(addr + i, want[i]);
    }
    report_.expect_bytes("strobe", addr / 8, master_.w_strb, strobes,
                         sizeof(strobes));
    report_.expect_bytes("W data", addr, master_.w_data, want, kBus);
}

void Bus::observe_b()
{
    Write &write = writes_[write_];

    if (write.erring)
        note_error(kStore, work_[kStore].bursts[write.burst]);
    trace.b.push_back(top_.cycle());
    writes_.erase(writes_.begin() + long(write_));
    holding_write_ = false;
}
