/*
 * The comparison of two devices in step, with the C model on both sides: equal
 * sides pass, and every way in which one of them can be spoilt is found.
 */
#include "tool_files.h"

#include "sth_lockstep.h"
#include "sth_random_run.h"
#include "systolith.h"

enum spoil {
    SPOIL_NOTHING,
    SPOIL_DIGEST,    /* of one event */
    SPOIL_DATA,      /* digest of one event and the memory behind it */
    SPOIL_DROP,      /* loses one event */
    SPOIL_DROP_LAST, /* loses every event from one on */
    SPOIL_TWICE,     /* gives one event twice */
    SPOIL_MEMORY,    /* memory that the host reads */
    SPOIL_REGISTER,  /* the register ID */
    SPOIL_COUNTER,   /* the counter MACS */
    SPOIL_TIME,      /* each register read takes a cycle more */
    SPOIL_LATE,      /* events, from one on, and the counter CYCLES are late */
    SPOIL_RULE       /* breaks a rule of the bus */
};

enum { LATE = 100000 /* cycles */ };

/* A device around another that falsifies what that one says. */
struct wrapper {
    struct sth_device dev;
    struct sth_device *inner;
    uint32_t events;
    uint32_t reads;
    bool pending;
    struct sth_event again;
};

/* What the devices that create_rtl() makes shall spoil, and at which event. */
static enum spoil spoil;
static uint32_t spoilt_event;
static struct sth_params params;

static struct sth_device *inner(struct sth_device *dev)
{
    return ((struct wrapper *)dev)->inner;
}

static uint32_t wrapped_reg_read(struct sth_device *dev, uint32_t offset)
{
    uint32_t value = inner(dev)->ops->reg_read(inner(dev), offset);

    ((struct wrapper *)dev)->reads++;
    if ((spoil == SPOIL_REGISTER && offset == STH_REG_ID) ||
        (spoil == SPOIL_COUNTER &&
         offset == STH_REG_CNT_BASE + 8 * STH_CNT_MACS))
        return value ^ 1;
    if (spoil == SPOIL_LATE && offset == STH_REG_CNT_BASE + 8 * STH_CNT_CYCLES)
        return value + LATE;
    return value;
}

static void wrapped_reg_write(struct sth_device *dev, uint32_t offset,
                              uint32_t value)
{
    inner(dev)->ops->reg_write(inner(dev), offset, value);
}

static void wrapped_mem_read(struct sth_device *dev, uint64_t addr, void *to,
                             size_t bytes)
{
    inner(dev)->ops->mem_read(inner(dev), addr, to, bytes);
    if (spoil == SPOIL_MEMORY && bytes > 100)
        ((uint8_t *)to)[100] ^= 0x10;
}

static void wrapped_mem_write(struct sth_device *dev, uint64_t addr,
                              const void *from, size_t bytes)
{
    inner(dev)->ops->mem_write(inner(dev), addr, from, bytes);
}

static bool wrapped_wait(struct sth_device *dev, uint64_t max_cycles)
{
    return inner(dev)->ops->wait(inner(dev), max_cycles);
}

static bool wrapped_pass(struct sth_device *dev, uint64_t cycles, bool stop)
{
    return inner(dev)->ops->pass(inner(dev), cycles, stop);
}

static bool wrapped_next_event(struct sth_device *dev, struct sth_event *event)
{
    struct wrapper *w = (struct wrapper *)dev;

    if (w->pending) {
        w->pending = false;
        *event = w->again;
        return true;
    }
    if (!w->inner->ops->next_event(w->inner, event))
        return false;
    if (w->events++ < spoilt_event)
        return true;
    switch (spoil) {
    case SPOIL_DIGEST:
    case SPOIL_DATA:
        if (w->events == spoilt_event + 1)
            event->digest ^= 0x80;
        return true;
    case SPOIL_DROP:
        return w->events != spoilt_event + 1 ||
               w->inner->ops->next_event(w->inner, event);
    case SPOIL_DROP_LAST:
        return false;
    case SPOIL_TWICE:
        w->pending = w->events == spoilt_event + 1;
        w->again = *event;
        return true;
    case SPOIL_LATE:
        event->end += LATE;
        event->start += w->events > spoilt_event + 1 ? LATE : 0;
        return true;
    default:
        return true;
    }
}

static void wrapped_peek(struct sth_device *dev, enum sth_space space,
                         uint32_t addr, void *to, size_t bytes)
{
    inner(dev)->ops->peek(inner(dev), space, addr, to, bytes);
    if (spoil == SPOIL_DATA)
        ((uint8_t *)to)[bytes / 2] ^= 1;
}

static uint64_t wrapped_cycles(struct sth_device *dev)
{
    return inner(dev)->ops->cycles(inner(dev)) +
           (spoil == SPOIL_TIME ? ((struct wrapper *)dev)->reads : 0);
}

static void wrapped_destroy(struct sth_device *dev)
{
    inner(dev)->ops->destroy(inner(dev));
    free(dev);
}

static struct sth_device *create_rtl(const struct sth_mem_ops *memory,
                                     struct sth_mem *mem,
                                     const struct sth_rtl_options *options)
{
    static const struct sth_device_ops ops = {
        wrapped_reg_read,   wrapped_reg_write, wrapped_mem_read,
        wrapped_mem_write,  wrapped_wait,      wrapped_pass,
        wrapped_next_event, wrapped_peek,      wrapped_cycles,
        wrapped_destroy,
    };
    struct wrapper *w = calloc(1, sizeof(*w));

    (void)memory;
    (void)options;
    assert_non_null(w);
    w->dev.ops = &ops;
    w->inner = sth_csim_create(&params, mem, NULL);
    assert_non_null(w->inner);
    return &w->dev;
}

static const char *violation(struct sth_device *rtl)
{
    return spoil == SPOIL_RULE && ((struct wrapper *)rtl)->reads > 1
               ? "AXI protocol: a rule"
               : NULL;
}

static struct sth_device *create_lockstep(struct sth_device *reference,
                                          struct sth_device *rtl)
{
    struct sth_device *both = sth_lockstep_create(&params, reference, rtl);

    assert_non_null(both);
    sth_lockstep_guard(both, violation);
    return both;
}

static const struct sth_backend backend = {
    .abi = STH_BACKEND_ABI,
    .create_rtl = create_rtl,
    .create_lockstep = create_lockstep,
    .difference = sth_lockstep_difference,
    .observe = sth_lockstep_observe,
};

enum { LENGTH = 30 };

static struct sth_random_result run(enum spoil what, uint32_t event,
                                    uint64_t seed)
{
    struct sth_random_result result;

    params = shipped("nano");
    spoil = what;
    spoilt_event = event;
    sth_random_run(&backend, &params, seed, LENGTH, &result);
    return result;
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static void test_lockstep_equal_sides_pass(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct sth_random_result r = run(SPOIL_NOTHING, 0, seed);

        if (!r.passed)
            fail_msg("%s", r.text);
        assert_int_equal(r.csim_cycles, r.rtl_cycles);
    }
}

static void test_lockstep_other_digest_is_found(void **state)
{
    (void)state;
    for (uint32_t event = 0; event < LENGTH - 8; event++) {
        struct sth_random_result r = run(SPOIL_DIGEST, event, 5);

        assert_false(r.passed);
        assert_contains(r.text, "first difference: the command wrote other "
                                "data\n");
        assert_contains(r.text, "  engine ");
        assert_contains(r.text, "  command ");
        assert_contains(r.text, "  csim: index ");
        assert_contains(r.text, "  rtl:  index ");
    }
}

static void test_lockstep_other_data_is_located(void **state)
{
    uint32_t located = 0;

    (void)state;
    for (uint32_t event = 0; event < 12; event++) {
        struct sth_random_result r = run(SPOIL_DATA, event, 5);

        assert_false(r.passed);
        located += strstr(r.text, "scratchpad byte 0x") ||
                   strstr(r.text, "accumulator byte 0x");
    }
    assert_true(located > 4);
}

static void test_lockstep_lost_event_is_found(void **state)
{
    uint32_t order = 0, only = 0;

    (void)state;
    for (uint32_t event = 0; event < LENGTH - 8; event++) {
        struct sth_random_result r = run(SPOIL_DROP, event, 6);

        assert_false(r.passed);
        if (strstr(r.text, "first difference: the engine retired another "
                           "command\n"))
            order++;
        else if (strstr(r.text, "first difference: a command retired on csim "
                                "only\n"))
            only++;
        else
            fail_msg("%s", r.text);
    }
    assert_true(order > 0);
    assert_true(only > 0);
}

static void test_lockstep_end_of_one_side_is_found(void **state)
{
    struct sth_random_result r = run(SPOIL_DROP_LAST, 9, 7);

    (void)state;
    assert_false(r.passed);
    assert_contains(r.text, "first difference: a command retired on csim "
                            "only\n  command ");
}

static void test_lockstep_additional_event_is_found(void **state)
{
    uint32_t found = 0;

    (void)state;
    for (uint32_t event = 0; event < LENGTH - 8; event++) {
        struct sth_random_result r = run(SPOIL_TWICE, event, 8);

        assert_false(r.passed);
        found += strstr(r.text, "a command retired on rtl only\n") != NULL;
    }
    assert_true(found > 0);
}

static void test_lockstep_other_memory_is_found(void **state)
{
    struct sth_random_result r = run(SPOIL_MEMORY, 0, 9);

    (void)state;
    assert_false(r.passed);
    assert_contains(r.text, "first difference: memory read by the host\n"
                            "  memory byte 0x");
    assert_contains(r.text, "\n    csim 0x");
    assert_contains(r.text, "\n    rtl  0x");
}

static void test_lockstep_other_counter_is_found(void **state)
{
    struct sth_random_result r = run(SPOIL_COUNTER, 0, 10);

    (void)state;
    assert_false(r.passed);
    assert_contains(r.text, "first difference: counter MACS is ");
    assert_contains(r.text, " on csim, ");
}

static void test_lockstep_other_access_time_is_found(void **state)
{
    struct sth_random_result r = run(SPOIL_TIME, 0, 11);

    (void)state;
    assert_false(r.passed);
    assert_contains(r.text, "first difference: a register access takes "
                            "another time on rtl\n");
}

/* A program that is not in time names the first command that is not. */
static void test_lockstep_late_command_is_named(void **state)
{
    uint32_t seed = 1, named = 0;

    (void)state;
    for (; seed < 20; seed++) {
        struct sth_random_result r = run(SPOIL_LATE, 9, seed);

        assert_int_equal(r.passed, !r.timed);
        if (!r.timed)
            continue;
        named++;
        assert_contains(r.text, "csim takes ");
        assert_int_equal(r.fidelity.rtl.end, r.fidelity.csim.end + LATE);
        assert_contains(r.text, "first command that is not exact: ");
        assert_contains(r.text, "\n  csim: cycles ");
        assert_contains(r.text, "\n  rtl:  cycles ");
    }
    assert_true(named > 4);
}

static void test_lockstep_broken_rule_is_a_difference(void **state)
{
    struct sth_random_result r = run(SPOIL_RULE, 0, 12);

    (void)state;
    assert_false(r.passed);
    assert_contains(r.text, "first difference: AXI protocol: a rule\n");
}

/* Two devices of the C model behind a lock-step device. */
struct pair {
    struct sth_mem *mem[2];
    struct sth_device *reference, *dut, *both;
};

static struct pair open_pair(enum spoil what)
{
    struct sth_mem_config memory;
    struct pair p;

    params = shipped("nano");
    spoil = what;
    spoilt_event = 0;
    sth_mem_config_default(&memory);
    p.mem[0] = sth_mem_create(&memory, params.bus_bytes, false);
    p.mem[1] = sth_mem_create(&memory, params.bus_bytes, false);
    p.reference = sth_csim_create(&params, p.mem[0], NULL);
    p.dut = create_rtl(&sth_mem_ops, p.mem[1], NULL);
    p.both = create_lockstep(p.reference, p.dut);
    assert_non_null(p.both);
    return p;
}

static void close_pair(struct pair *p)
{
    p->both->ops->destroy(p->both);
    p->dut->ops->destroy(p->dut);
    p->reference->ops->destroy(p->reference);
    sth_mem_destroy(p->mem[0]);
    sth_mem_destroy(p->mem[1]);
}

static void test_lockstep_other_register_is_found(void **state)
{
    struct pair p = open_pair(SPOIL_REGISTER);
    struct sth_difference difference;

    (void)state;
    assert_int_equal(p.both->ops->reg_read(p.both, STH_REG_VERSION),
                     STH_RESET_VERSION);
    sth_lockstep_difference(p.both, &difference);
    assert_false(difference.found);
    p.both->ops->reg_read(p.both, STH_REG_ID);
    sth_lockstep_difference(p.both, &difference);
    assert_true(difference.found);
    assert_string_equal(difference.text,
                        "first difference: register 0x000 reads 0x53544831 "
                        "on csim, 0x53544830 on rtl\n");
    close_pair(&p);
}

static void test_lockstep_host_sees_both_memories_written(void **state)
{
    struct pair p = open_pair(SPOIL_NOTHING);
    struct sth_difference difference;
    uint32_t word = 0x12345678, read = 0;

    (void)state;
    p.both->ops->mem_write(p.both, 0x2000, &word, 4);
    p.both->ops->mem_read(p.both, 0x2000, &read, 4);
    assert_int_equal(read, word);
    sth_mem_write(p.mem[1], 0x2002, "\xff", 1);
    p.both->ops->mem_read(p.both, 0x2000, &read, 4);
    sth_lockstep_difference(p.both, &difference);
    assert_true(difference.found);
    assert_contains(difference.text, "memory byte 0x2002: csim 34, rtl ff");
    close_pair(&p);
}

/* Of several differences the first is reported, and it stays. */
static void test_lockstep_first_difference_stays(void **state)
{
    struct pair p = open_pair(SPOIL_NOTHING);
    struct sth_difference first, later;
    uint32_t read;

    (void)state;
    sth_mem_write(p.mem[1], 0x10, "a", 1);
    sth_mem_write(p.mem[1], 0x20, "b", 1);
    p.both->ops->mem_read(p.both, 0x10, &read, 4);
    sth_lockstep_difference(p.both, &first);
    assert_true(first.found);
    p.both->ops->mem_read(p.both, 0x20, &read, 4);
    sth_lockstep_difference(p.both, &later);
    assert_string_equal(first.text, later.text);
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lockstep_equal_sides_pass),
        cmocka_unit_test(test_lockstep_other_digest_is_found),
        cmocka_unit_test(test_lockstep_other_data_is_located),
        cmocka_unit_test(test_lockstep_lost_event_is_found),
        cmocka_unit_test(test_lockstep_end_of_one_side_is_found),
        cmocka_unit_test(test_lockstep_additional_event_is_found),
        cmocka_unit_test(test_lockstep_other_memory_is_found),
        cmocka_unit_test(test_lockstep_other_counter_is_found),
        cmocka_unit_test(test_lockstep_other_access_time_is_found),
        cmocka_unit_test(test_lockstep_late_command_is_named),
        cmocka_unit_test(test_lockstep_broken_rule_is_a_difference),
        cmocka_unit_test(test_lockstep_other_register_is_found),
        cmocka_unit_test(test_lockstep_host_sees_both_memories_written),
        cmocka_unit_test(test_lockstep_first_difference_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
