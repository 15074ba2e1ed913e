/*
 * The AXI slave of the testbench on narrow and wide buses: data, order, stalls,
 * broken rules.
 */
#include "tool_files.h"

#include "sth_axi_slave.h"
#include "sth_mem.h"
#include "sth_spec.h"

enum { PAGE = STH_BURST_BYTES, PAGES = 16, LATENCY = 6, PATIENCE = 100000 };

/* The width of the bus in bytes and its AxSIZE, which a group of tests sets. */
static uint32_t bus;
static uint8_t size;

/* What an address of this chip says of itself. */
static const struct sth_axi_kind kind = {
    .burst = STH_AXI_BURST,
    .lock = STH_AXI_LOCK,
    .cache = STH_AXI_CACHE,
    .prot = STH_AXI_PROT,
    .qos = STH_AXI_QOS,
    .region = STH_AXI_REGION,
};

/* So many beats of a burst, or as many as it may have. */
static uint32_t beats_of(uint32_t wanted)
{
    return wanted * bus <= PAGE ? wanted : PAGE / bus;
}

struct bench {
    struct sth_mem *mem;
    struct sth_axi_slave *slave;
    uint64_t now;
};

static struct bench open_bench(uint32_t stall_percent, bool reorder)
{
    struct sth_mem_config config;
    struct bench b = {.now = 0};
    uint8_t page[PAGE];

    sth_mem_config_default(&config);
    config.latency = LATENCY;
    config.stall_percent = stall_percent;
    config.seed = 3;
    b.mem = sth_mem_create(&config, bus, false);
    assert_non_null(b.mem);
    b.slave = sth_axi_slave_create(&sth_mem_ops, b.mem, bus, stall_percent, 5,
                                   reorder);
    assert_non_null(b.slave);
    for (uint32_t i = 0; i < PAGES; i++) {
        for (uint32_t j = 0; j < PAGE; j++)
            page[j] = (uint8_t)(j * 37 + j / 256 + i * 11);
        sth_mem_write(b.mem, (uint64_t)i * PAGE, page, PAGE);
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
                               .ar_size = size,
                               .ar_kind = kind};
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
    uint8_t expected[STH_MAX_BusBytes];

    sth_mem_read(b->mem, addr, expected, bus);
    assert_memory_equal(r->r_data, expected, bus);
}

static void test_axi_slave_reads_in_order_after_the_latency(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.r_ready = true};
    struct sth_axi_reply r;
    uint32_t beats = 0;

    (void)state;
    assert_true(sth_axi_slave_idle(b.slave));
    send_read(&b, 1, PAGE, 2);
    send_read(&b, 2, 0, 2);
    assert_false(sth_axi_slave_idle(b.slave));
    while (beats < 4 && b.now < PATIENCE) {
        assert_null(cycle(&b, &m, &r));
        if (!r.r_valid)
            continue;
        if (!beats)
            assert_int_equal(b.now - 1, LATENCY);
        assert_int_equal(r.r_id, beats < 2 ? 1 : 2);
        assert_int_equal(r.r_last, beats == 1 || beats == 3);
        assert_false(r.r_error);
        assert_beat(&b, &r, beats < 2 ? PAGE + beats * bus : (beats - 2) * bus);
        beats++;
    }
    assert_int_equal(beats, 4);
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
    const uint32_t each = beats_of(3), all = 16 * each;
    bool interleaved = false, holding = false;

    for (uint32_t i = 0; i < 16; i++)
        send_read(&b, (uint8_t)(i % 4), (uint64_t)PAGE * i, each);
    while (beats < all && b.now < PATIENCE) {
        m.r_ready = b.now % 3 != 0;
        assert_null(cycle(&b, &m, &r));
        if (holding) {
            /* What was offered and not taken is offered again. */
            assert_true(r.r_valid);
            assert_int_equal(r.r_id, held.r_id);
            assert_memory_equal(r.r_data, held.r_data, bus);
        }
        holding = r.r_valid && !m.r_ready;
        held = r;
        if (!r.r_valid || !m.r_ready)
            continue;
        /* Bursts of one ID keep their order, beat by beat. */
        assert_in_range(r.r_id, 0, 3);
        assert_beat(&b, &r,
                    PAGE * (burst[r.r_id] * 4 + r.r_id) + beat[r.r_id] * bus);
        assert_int_equal(r.r_last, beat[r.r_id] == each - 1);
        interleaved |= beats && r.r_id != last_id && beat[last_id] != 0;
        last_id = r.r_id;
        if (++beat[r.r_id] == each) {
            beat[r.r_id] = 0;
            burst[r.r_id]++;
        }
        beats++;
    }
    assert_int_equal(beats, all);
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
                               .aw_size = size,
                               .aw_kind = kind};
    struct sth_axi_reply r;
    uint32_t beat = 0;

    for (int i = 0; i < PATIENCE && beat < beats; i++) {
        const char *broken;

        m.w_valid = !m.aw_valid;
        m.w_last = beat == last_at;
        for (uint32_t j = 0; j < bus; j++)
            m.w_data[j] = (uint8_t)(0xc0 + beat * bus + j);
        memset(m.w_strb, 0x55, (bus + 7) / 8);
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
    uint8_t before[2 * STH_MAX_BusBytes], after[2 * STH_MAX_BusBytes];

    (void)state;
    sth_mem_read(b.mem, PAGE, before, 2 * bus);
    assert_null(send_write(&b, 9, PAGE, 2, 1));
    while (!r.b_valid && b.now < PATIENCE)
        assert_null(cycle(&b, &m, &r));
    assert_true(r.b_valid);
    assert_int_equal(r.b_id, 9);
    assert_false(r.b_error);
    assert_true(sth_axi_slave_idle(b.slave));
    sth_mem_read(b.mem, PAGE, after, 2 * bus);
    for (uint32_t i = 0; i < 2 * bus; i++)
        assert_int_equal(after[i], i % 2 ? before[i] : (uint8_t)(0xc0 + i));
    close_bench(&b);
}

static void test_axi_slave_errors_answer_and_do_not_write(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.r_ready = true, .b_ready = true};
    struct sth_axi_reply r = {0};
    uint8_t before[STH_MAX_BusBytes], after[STH_MAX_BusBytes];

    (void)state;
    sth_mem_read(b.mem, PAGE + bus, before, bus);
    sth_mem_set_error_range(b.mem, PAGE + bus, PAGE + 2 * bus - 1);
    assert_null(send_write(&b, 1, PAGE + bus, 1, 0));
    while (!r.b_valid && b.now < PATIENCE)
        assert_null(cycle(&b, &m, &r));
    assert_true(r.b_valid && r.b_error);
    send_read(&b, 2, PAGE, 2);
    while (!r.r_valid && b.now < PATIENCE)
        assert_null(cycle(&b, &m, &r));
    assert_true(r.r_valid && r.r_error);
    sth_mem_read(b.mem, PAGE + bus, after, bus);
    assert_memory_equal(before, after, bus);
    close_bench(&b);
}

static void test_axi_slave_never_takes_more_than_it_can_answer(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.aw_valid = true,
                               .w_valid = true,
                               .w_last = true,
                               .aw_beats = 1,
                               .aw_size = size,
                               .aw_kind = kind};
    struct sth_axi_reply r;
    uint32_t taken = 0, answered = 0;

    (void)state;
    memset(m.w_strb, 0xff, (bus + 7) / 8);
    for (int i = 0; i < 2000; i++) {
        /* Only what is taken is offered: it need not be offered again. */
        r = *sth_axi_slave_drive(b.slave, b.now);
        m.aw_valid = r.aw_ready;
        m.w_valid = r.w_ready;
        m.aw_id = (uint8_t)taken;
        m.aw_addr = 0x10000 + (uint64_t)taken * bus;
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
    static const char pins[] =
        "AxLOCK, AxCACHE, AxPROT, AxQOS or AxREGION is not as promised";
    const struct {
        uint64_t addr;
        uint32_t beats;
        uint8_t size;                 /* AxSIZE */
        uint8_t turned[sizeof(kind)]; /* bits of the other pins */
        const char *rule;
    } rows[] = {
        {PAGE + bus / 2, 1, size, {0}, "a burst address is not bus-aligned"},
        {PAGE, 0, size, {0}, "a burst has no beats or more than 256"},
        {PAGE, 257, size, {0}, "a burst has no beats or more than 256"},
        {PAGE - bus, 2, size, {0}, "a burst crosses a 4 KiB boundary"},
        {0x10000000000, 1, size, {0}, "a burst leaves the address space"},
        {PAGE, 1, size - 1, {0}, "AxSIZE is not the width of the bus"},
        {PAGE, 1, size, {1}, "AxBURST is not INCR"},
        {PAGE, 1, size, {3}, "AxBURST is not INCR"},
        {PAGE, 1, size, {0, 1}, pins},
        {PAGE, 1, size, {0, 0, 1}, pins},
        {PAGE, 1, size, {0, 0, 0, 1}, pins},
        {PAGE, 1, size, {0, 0, 0, 0, 1}, pins},
        {PAGE, 1, size, {0, 0, 0, 0, 0, 1}, pins},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench b = open_bench(0, false);
        const uint8_t *turned = rows[i].turned;
        const struct sth_axi_kind wrong = {
            .burst = kind.burst ^ turned[0],
            .lock = kind.lock ^ turned[1],
            .cache = kind.cache ^ turned[2],
            .prot = kind.prot ^ turned[3],
            .qos = kind.qos ^ turned[4],
            .region = kind.region ^ turned[5],
        };
        struct sth_axi_master read = {.ar_valid = true,
                                      .ar_addr = rows[i].addr,
                                      .ar_beats = rows[i].beats,
                                      .ar_size = rows[i].size,
                                      .ar_kind = wrong};
        struct sth_axi_master write = {.aw_valid = true,
                                       .aw_addr = rows[i].addr,
                                       .aw_beats = rows[i].beats,
                                       .aw_size = rows[i].size,
                                       .aw_kind = wrong};
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
    for (uint32_t last_at = 0; last_at <= beats_of(4); last_at++) {
        struct bench b = open_bench(0, false);
        const char *broken = send_write(&b, 1, PAGE, beats_of(4), last_at);

        if (last_at == beats_of(4) - 1)
            assert_null(broken);
        else
            assert_string_equal(broken,
                                "WLAST is not on the last beat of its burst");
        close_bench(&b);
    }
}

/* No write is open, so that the slave cannot take its data. */
static void test_axi_slave_offers_must_stay(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.w_valid = true, .w_last = true};
    struct sth_axi_reply r;

    (void)state;
    assert_null(cycle(&b, &m, &r));
    assert_null(cycle(&b, &m, &r));
    m.w_data[bus - 1] ^= 1;
    assert_string_equal(cycle(&b, &m, &r), "write data changed before WREADY");
    close_bench(&b);
}

static void test_axi_slave_knows_the_ids_it_holds(void **state)
{
    struct bench b = open_bench(0, false);
    struct sth_axi_master m = {.r_ready = true};
    struct sth_axi_reply r;

    (void)state;
    send_read(&b, 3, PAGE, 2);
    assert_true(sth_axi_slave_holds(b.slave, false, 3));
    assert_false(sth_axi_slave_holds(b.slave, false, 2));
    assert_false(sth_axi_slave_holds(b.slave, true, 3));
    for (uint32_t i = 0; i < 2 * LATENCY; i++)
        assert_null(cycle(&b, &m, &r));
    assert_false(sth_axi_slave_holds(b.slave, false, 3));
    m.r_ready = false;
    assert_null(send_write(&b, 9, PAGE, 1, 0));
    assert_true(sth_axi_slave_holds(b.slave, true, 9));
    m.b_ready = true;
    for (uint32_t i = 0; i < 2 * LATENCY; i++)
        assert_null(cycle(&b, &m, &r));
    assert_false(sth_axi_slave_holds(b.slave, true, 9));
    close_bench(&b);
}

/* The tests on a bus of 2^n bytes. */
static int run_on(uint8_t n, const struct CMUnitTest *tests, size_t count)
{
    size = n;
    bus = 1u << n;
    print_message("a bus of %u bytes\n", 1u << n);
    return _cmocka_run_group_tests("axi_slave", tests, count, NULL, NULL);
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

    const size_t count = sizeof(tests) / sizeof(tests[0]);
    static const uint8_t log2[] = {2, 4, 9, 11};
    int failed = 0;

    for (size_t i = 0; i < sizeof(log2); i++)
        failed |= run_on(log2[i], tests, count);
    return failed != 0;
}
