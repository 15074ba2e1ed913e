/* The AXI slave of the testbench: data, order, stalls, broken rules. */
#include "tool_files.h"

#include "sth_axi_slave.h"
#include "sth_mem.h"
#include "sth_spec.h"

enum { BUS = 16, SIZE = 4, INCR = 1, LATENCY = 6, PATIENCE = 100000 };

struct bench {
    struct sth_mem *mem;
    struct sth_axi_slave *slave;
    uint64_t now;
};

static struct bench open_bench(uint32_t stall_percent, bool reorder)
{
    struct sth_mem_config config;
    struct bench b = {.now = 0};

    sth_mem_config_default(&config);
    config.latency = LATENCY;
    config.stall_percent = stall_percent;
    config.seed = 3;
    b.mem = sth_mem_create(&config, BUS, false);
    assert_non_null(b.mem);
    b.slave = sth_axi_slave_create(&sth_mem_ops, b.mem, BUS, stall_percent, 5,
                                   reorder);
    assert_non_null(b.slave);
    for (uint32_t i = 0; i < 8192; i++) {
        uint8_t byte = (uint8_t)(i * 37 + i / 256);

        sth_mem_write(b.mem, i, &byte, 1);
    }
    return b;
}

static void close_bench(struct bench *b)
{
    sth_axi_slave_destroy(b->slave);
    sth_mem_destroy(b->mem);
}

/* One cycle; what the slave drove is left in *reply. */
static const char *cycle(struct bench *b, const struct sth_axi_master *m,
                         struct sth_axi_reply *reply)
{
    *reply = *sth_axi_slave_drive(b->slave, b->now);
    return sth_axi_slave_clock(b->slave, b->now++, m);
}

static void send_read(struct bench *b, uint8_t id, uint64_t addr,
                      uint32_t beats)
{
    struct sth_axi_master m = {.ar_valid = true,
                               .ar_id = id,
                               .ar_addr = addr,
                               .ar_beats = beats,
                               .ar_size = SIZE,
                               .ar_burst = INCR};
    struct sth_axi_reply r;

    for (int i = 0; i < PATIENCE; i++) {
        assert_null(cycle(b, &m, &r));
        if (r.ar_ready)
            return;
    }
    fail_msg("the address is never accepted");
}

static void assert_beat(struct bench *b, const struct sth_axi_reply *r,
                        uint64_t addr)
{
    uint8_t expected[BUS];

    sth_mem_read(b->mem, addr, expected, BUS);
    assert_memory_equal(r->r_data, expected, BUS);
}

static void test_axi_slave_reads_in_order_after_the_latency(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.r_ready = true};
    struct sth_axi_reply r;
    uint32_t beats = 0;

    (void)state;
    assert_true(sth_axi_slave_idle(b.slave));
    send_read(&b, 1, 0x100, 4);
    send_read(&b, 2, 0x40, 2);
    assert_false(sth_axi_slave_idle(b.slave));
    while (beats < 6 && b.now < PATIENCE) {
        assert_null(cycle(&b, &m, &r));
        if (!r.r_valid)
            continue;
        if (!beats)
            assert_int_equal(b.now - 1, LATENCY);
        assert_int_equal(r.r_id, beats < 4 ? 1 : 2);
        assert_int_equal(r.r_last, beats == 3 || beats == 5);
        assert_false(r.r_error);
        assert_beat(&b, &r,
                    beats < 4 ? 0x100 + beats * BUS : 0x40 + (beats - 4) * BUS);
        beats++;
    }
    assert_int_equal(beats, 6);
    assert_true(sth_axi_slave_idle(b.slave));
    close_bench(&b);
}

/* Four bursts on each of four IDs, read with a ready that comes and goes. */
static bool read_many(bool reorder, uint32_t stalls)
{
    struct bench b = open_bench(stalls, reorder);
    struct sth_axi_master m = {0};
    struct sth_axi_reply r, held = {0};
    uint32_t burst[4] = {0}, beat[4] = {0}, beats = 0, last_id = 0;
    bool interleaved = false, holding = false;

    for (uint32_t i = 0; i < 16; i++)
        send_read(&b, (uint8_t)(i % 4), 0x200 * i, 3);
    while (beats < 48 && b.now < PATIENCE) {
        m.r_ready = b.now % 3 != 0;
        assert_null(cycle(&b, &m, &r));
        if (holding) {
            /* What was offered and not taken is offered again. */
            assert_true(r.r_valid);
            assert_int_equal(r.r_id, held.r_id);
            assert_memory_equal(r.r_data, held.r_data, BUS);
        }
        holding = r.r_valid && !m.r_ready;
        held = r;
        if (!r.r_valid || !m.r_ready)
            continue;
        /* Bursts of one ID keep their order, beat by beat. */
        assert_in_range(r.r_id, 0, 3);
        assert_beat(&b, &r,
                    0x200 * (burst[r.r_id] * 4 + r.r_id) + beat[r.r_id] * BUS);
        assert_int_equal(r.r_last, beat[r.r_id] == 2);
        interleaved |= beats && r.r_id != last_id && beat[last_id] != 0;
        last_id = r.r_id;
        if (++beat[r.r_id] == 3) {
            beat[r.r_id] = 0;
            burst[r.r_id]++;
        }
        beats++;
    }
    assert_int_equal(beats, 48);
    assert_true(sth_axi_slave_idle(b.slave));
    close_bench(&b);
    return interleaved;
}

static void test_axi_slave_reorders_only_across_ids(void **state)
{
    (void)state;
    assert_false(read_many(false, 0));
    assert_true(read_many(true, 0));
}

static void test_axi_slave_stalls_keep_the_rules(void **state)
{
    (void)state;
    read_many(false, 60);
    read_many(true, 60);
}

static void test_axi_slave_stalls_refuse_handshakes(void **state)
{
    struct bench b = open_bench(50, false);
    uint32_t ready = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        ready += sth_axi_slave_drive(b.slave, b.now++)->ar_ready;
    assert_in_range(ready, 400, 600);
    close_bench(&b);
}

/* Sends a write of `beats`; every byte is its number, strobes alternate. */
static const char *send_write(struct bench *b, uint8_t id, uint64_t addr,
                              uint32_t beats, uint32_t last_at)
{
    struct sth_axi_master m = {.aw_valid = true,
                               .aw_id = id,
                               .aw_addr = addr,
                               .aw_beats = beats,
                               .aw_size = SIZE,
                               .aw_burst = INCR};
    struct sth_axi_reply r;
    uint32_t beat = 0;

    for (int i = 0; i < PATIENCE && beat < beats; i++) {
        const char *broken;

        m.w_valid = !m.aw_valid;
        m.w_last = beat == last_at;
        for (uint32_t j = 0; j < BUS; j++)
            m.w_data[j] = (uint8_t)(0xc0 + beat * BUS + j);
        memset(m.w_strb, 0x55, BUS / 8);
        broken = cycle(b, &m, &r);
        if (broken)
            return broken;
        beat += m.w_valid && r.w_ready;
        m.aw_valid = m.aw_valid && !r.aw_ready;
    }
    assert_int_equal(beat, beats);
    return NULL;
}

static void test_axi_slave_writes_what_the_strobes_select(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.b_ready = true};
    struct sth_axi_reply r = {0};
    uint8_t before[48], after[48];

    (void)state;
    sth_mem_read(b.mem, 0x300, before, 48);
    assert_null(send_write(&b, 9, 0x300, 3, 2));
    while (!r.b_valid && b.now < PATIENCE)
        assert_null(cycle(&b, &m, &r));
    assert_true(r.b_valid);
    assert_int_equal(r.b_id, 9);
    assert_false(r.b_error);
    assert_true(sth_axi_slave_idle(b.slave));
    sth_mem_read(b.mem, 0x300, after, 48);
    for (uint32_t i = 0; i < 48; i++)
        assert_int_equal(after[i], i % 2 ? before[i] : (uint8_t)(0xc0 + i));
    close_bench(&b);
}

static void test_axi_slave_errors_answer_and_do_not_write(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.r_ready = true, .b_ready = true};
    struct sth_axi_reply r = {0};
    uint8_t before[16], after[16];

    (void)state;
    sth_mem_read(b.mem, 0x400, before, 16);
    sth_mem_set_error_range(b.mem, 0x400, 0x40f);
    assert_null(send_write(&b, 1, 0x400, 1, 0));
    while (!r.b_valid && b.now < PATIENCE)
        assert_null(cycle(&b, &m, &r));
    assert_true(r.b_valid && r.b_error);
    send_read(&b, 2, 0x3f0, 2);
    while (!r.r_valid && b.now < PATIENCE)
        assert_null(cycle(&b, &m, &r));
    assert_true(r.r_valid && r.r_error);
    sth_mem_read(b.mem, 0x400, after, 16);
    assert_memory_equal(before, after, 16);
    close_bench(&b);
}

static void test_axi_slave_never_takes_more_than_it_can_answer(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.aw_valid = true,
                               .w_valid = true,
                               .w_last = true,
                               .aw_beats = 1,
                               .aw_size = SIZE,
                               .aw_burst = INCR,
                               .w_strb = {0xff, 0xff}};
    struct sth_axi_reply r;
    uint32_t taken = 0, answered = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        /* Only what is taken is offered: it need not be offered again. */
        r = *sth_axi_slave_drive(b.slave, b.now);
        m.aw_valid = r.aw_ready;
        m.w_valid = r.w_ready;
        m.aw_id = (uint8_t)taken;
        m.aw_addr = 0x10000 + (uint64_t)taken * BUS;
        assert_null(cycle(&b, &m, &r));
        taken += r.aw_ready;
    }
    assert_int_equal(taken, 256);
    m = (struct sth_axi_master){.b_ready = true};
    for (int i = 0; i < 2000; i++) {
        assert_null(cycle(&b, &m, &r));
        if (r.b_valid)
            assert_int_equal(r.b_id, (uint8_t)answered++);
    }
    assert_int_equal(answered, 256);
    assert_true(sth_axi_slave_idle(b.slave));
    close_bench(&b);
}

static void test_axi_slave_broken_rules_are_named(void **state)
{
    static const struct {
        uint64_t addr;
        uint32_t beats;
        uint8_t size, burst;
        const char *rule;
    } rows[] = {
        {0x108, 1, SIZE, INCR, "a burst address is not bus-aligned"},
        {0x100, 0, SIZE, INCR, "a burst has no beats or more than 256"},
        {0x100, 257, SIZE, INCR, "a burst has no beats or more than 256"},
        {0xff0, 2, SIZE, INCR, "a burst crosses a 4 KiB boundary"},
        {0x10000000000, 1, SIZE, INCR, "a burst leaves the address space"},
        {0x100, 1, SIZE - 1, INCR, "AxSIZE is not the width of the bus"},
        {0x100, 1, SIZE, 0, "AxBURST is not INCR"},
        {0x100, 1, SIZE, 2, "AxBURST is not INCR"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench b = open_bench(0, false);
        struct sth_axi_master read = {.ar_valid = true,
                                      .ar_addr = rows[i].addr,
                                      .ar_beats = rows[i].beats,
                                      .ar_size = rows[i].size,
                                      .ar_burst = rows[i].burst};
        struct sth_axi_master write = {.aw_valid = true,
                                       .aw_addr = rows[i].addr,
                                       .aw_beats = rows[i].beats,
                                       .aw_size = rows[i].size,
                                       .aw_burst = rows[i].burst};
        struct sth_axi_reply r;

        assert_string_equal(cycle(&b, &read, &r), rows[i].rule);
        assert_string_equal(cycle(&b, &write, &r), rows[i].rule);
        assert_true(sth_axi_slave_idle(b.slave));
        close_bench(&b);
    }
}

static void test_axi_slave_misplaced_last_is_named(void **state)
{
    (void)state;
    for (uint32_t last_at = 0; last_at < 5; last_at++) {
        struct bench b = open_bench(0, false);
        const char *broken = send_write(&b, 1, 0x500, 4, last_at);

        if (last_at == 3)
            assert_null(broken);
        else
            assert_string_equal(broken,
                                "WLAST is not on the last beat of its burst");
        close_bench(&b);
    }
}

/* What the slave refuses must come again; `spoil` alters it meanwhile. */
static const char *offer_twice(struct sth_axi_master first,
                               void (*spoil)(struct sth_axi_master *m))
{
    struct bench b = open_bench(90, false);
    struct sth_axi_master second = first;
    struct sth_axi_reply r;
    const char *broken = NULL;

    spoil(&second);
    for (int i = 0; i < 20 && !broken; i++) {
        const struct sth_axi_master none = {.r_ready = true};

        broken = cycle(&b, &first, &r);
        if (broken)
            break;
        if ((first.ar_valid && r.ar_ready) || (first.aw_valid && r.aw_ready) ||
            (first.w_valid && r.w_ready))
            assert_null(cycle(&b, &none, &r));
        else
            broken = cycle(&b, &second, &r);
    }
    close_bench(&b);
    return broken;
}

static void drop_ar(struct sth_axi_master *m)
{
    m->ar_valid = false;
}

static void move_ar(struct sth_axi_master *m)
{
    m->ar_addr += BUS;
}

static void rename_ar(struct sth_axi_master *m)
{
    m->ar_id++;
}

static void drop_aw(struct sth_axi_master *m)
{
    m->aw_valid = false;
}

static void lengthen_aw(struct sth_axi_master *m)
{
    m->aw_beats++;
}

static void drop_w(struct sth_axi_master *m)
{
    m->w_valid = false;
}

static void change_data(struct sth_axi_master *m)
{
    m->w_data[BUS - 1] ^= 1;
}

static void change_strobe(struct sth_axi_master *m)
{
    m->w_strb[1] ^= 0x80;
}

static void change_last(struct sth_axi_master *m)
{
    m->w_last = !m->w_last;
}

static void test_axi_slave_offers_must_stay(void **state)
{
    const struct sth_axi_master read = {.ar_valid = true,
                                        .ar_addr = 0x100,
                                        .ar_beats = 1,
                                        .ar_size = SIZE,
                                        .ar_burst = INCR};
    const struct sth_axi_master write = {.aw_valid = true,
                                         .aw_addr = 0x100,
                                         .aw_beats = 1,
                                         .aw_size = SIZE,
                                         .aw_burst = INCR};
    const struct sth_axi_master data = {.w_valid = true, .w_last = true};

    (void)state;
    assert_string_equal(offer_twice(read, drop_ar),
                        "a read address changed before ARREADY");
    assert_string_equal(offer_twice(read, move_ar),
                        "a read address changed before ARREADY");
    assert_string_equal(offer_twice(read, rename_ar),
                        "a read address changed before ARREADY");
    assert_string_equal(offer_twice(write, drop_aw),
                        "a write address changed before AWREADY");
    assert_string_equal(offer_twice(write, lengthen_aw),
                        "a write address changed before AWREADY");
    assert_string_equal(offer_twice(data, drop_w),
                        "write data changed before WREADY");
    assert_string_equal(offer_twice(data, change_data),
                        "write data changed before WREADY");
    assert_string_equal(offer_twice(data, change_strobe),
                        "write data changed before WREADY");
    assert_string_equal(offer_twice(data, change_last),
                        "write data changed before WREADY");
}

static void test_axi_slave_knows_the_ids_it_holds(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.r_ready = true};
    struct sth_axi_reply r;

    (void)state;
    send_read(&b, 3, 0x100, 2);
    assert_true(sth_axi_slave_holds(b.slave, false, 3));
    assert_false(sth_axi_slave_holds(b.slave, false, 2));
    assert_false(sth_axi_slave_holds(b.slave, true, 3));
    for (uint32_t i = 0; i < 2 * LATENCY; i++)
        assert_null(cycle(&b, &m, &r));
    assert_false(sth_axi_slave_holds(b.slave, false, 3));
    m.r_ready = false;
    assert_null(send_write(&b, 9, 0x300, 1, 0));
    assert_true(sth_axi_slave_holds(b.slave, true, 9));
    m.b_ready = true;
    for (uint32_t i = 0; i < 2 * LATENCY; i++)
        assert_null(cycle(&b, &m, &r));
    assert_false(sth_axi_slave_holds(b.slave, true, 9));
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axi_slave_reads_in_order_after_the_latency),
        cmocka_unit_test(test_axi_slave_reorders_only_across_ids),
        cmocka_unit_test(test_axi_slave_stalls_keep_the_rules),
        cmocka_unit_test(test_axi_slave_stalls_refuse_handshakes),
        cmocka_unit_test(test_axi_slave_writes_what_the_strobes_select),
        cmocka_unit_test(test_axi_slave_errors_answer_and_do_not_write),
        cmocka_unit_test(test_axi_slave_never_takes_more_than_it_can_answer),
        cmocka_unit_test(test_axi_slave_broken_rules_are_named),
        cmocka_unit_test(test_axi_slave_misplaced_last_is_named),
        cmocka_unit_test(test_axi_slave_offers_must_stay),
        cmocka_unit_test(test_axi_slave_knows_the_ids_it_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
