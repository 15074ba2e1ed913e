/* The scheduler: random programs in random order, and its economy. */
#include "firmware_fixture.h"

#include "sth_emit.h"

/* ---- random programs --------------------------------------------------- */

#define BUFFERS 6u
#define TENSORS 3u

struct program {
    struct fixture t;
    struct sth_buffer *sp[BUFFERS], *acc[BUFFERS];
    struct sth_operand tensor[TENSORS];
    uint32_t begin; /* stream index of the first command */
};

static void open_program(struct program *p, uint64_t seed, uint32_t ring_log2)
{
    struct sth_driver_config config;

    fixture_open(&p->t, "nano", seed);
    sth_driver_config_default(&config);
    config.ring_log2 = ring_log2;
    assert_int_equal(sth_driver_init(&p->t.driver, &p->t.hal, &config), 0);
    sth_schedule_init(&p->t.schedule, &p->t.driver);
    sth_schedule_begin_operation(&p->t.schedule);
    p->t.random = 1;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        p->sp[i] = sth_schedule_alloc(&p->t.schedule, STH_SCHEDULE_SP, 256);
        p->acc[i] = sth_schedule_alloc(&p->t.schedule, STH_SCHEDULE_ACC, 8);
    }
    for (uint32_t i = 0; i < TENSORS; i++)
        p->tensor[i] = fixture_filled(&p->t, STH_DTYPE_BF16, 8, 16, 1);
}

static void emit_random(struct program *p, uint64_t *random)
{
    struct sth_schedule *s = &p->t.schedule;
    uint32_t kind = fixture_random(random) % 4;
    struct sth_buffer *a = p->sp[fixture_random(random) % BUFFERS];
    struct sth_buffer *b = p->sp[fixture_random(random) % BUFFERS];
    struct sth_buffer *c = p->acc[fixture_random(random) % BUFFERS];
    uint32_t n = fixture_random(random) % TENSORS;
    struct sth_operand operand = fixture_use(&p->tensor[n]);
    struct sth_block block = {
        .operand = &operand, .rows = 8, .cols = 16, .buffer = a, .stride = 32};
    struct sth_product product = {.m = 8,
                                  .n = 4,
                                  .k = 4,
                                  .lanes = s->driver->params.array_rows,
                                  .bf16 = true,
                                  .accumulate = fixture_random(random) % 2 != 0,
                                  .a = a,
                                  .w = b,
                                  .acc = c,
                                  .a_stride = 32,
                                  .w_stride = 32,
                                  .acc_tile = 8};
    struct sth_pass v = {.rows = 8,
                         .cols = 4,
                         .x = sth_tile_acc(c, 0, 8, STH_DTYPE_FP32),
                         .add = STH_OPERAND_STREAM,
                         .z = sth_tile_sp(s, a, 0, 32, STH_DTYPE_BF16),
                         .d = sth_tile_sp(s, b, 0, 32, STH_DTYPE_BF16)};

    if (fixture_random(random) % 3 == 0)
        v.d = sth_tile_acc(c, 0, 8, STH_DTYPE_FP32);
    if (kind == 0)
        sth_emit_load(s, &block);
    else if (kind == 1)
        sth_emit_product(s, &product);
    else if (kind == 2 && v.d.buffer != a)
        sth_emit_vector(s, &v);
    else
        sth_emit_store(s, &block);
}

/* Executes the ring of a program in its order on another device. */
static void replay(struct program *p, struct fixture_device *other)
{
    for (uint32_t i = p->begin; i != p->t.driver.tail; i++) {
        struct sth_command c;

        sth_mem_read(p->t.device->mem, i % (1u << 13) * 64u, &c, sizeof c);
        fixture_execute(other, &c);
    }
}

static void compare_tensors(struct program *p, struct fixture_device *other)
{
    for (uint32_t i = 0; i < TENSORS; i++) {
        uint8_t is[256], should[256];

        sth_mem_read(p->t.device->mem, p->tensor[i].addr, is, sizeof is);
        sth_mem_read(other->mem, p->tensor[i].addr, should, sizeof should);
        assert_memory_equal(is, should, sizeof is);
    }
}

/* As if so many commands of each engine had run, all of them long ago. */
static void let_run_before(struct program *p, uint64_t commands)
{
    struct sth_schedule *s = &p->t.schedule;

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        s->ticket[e] = commands;
        p->t.driver.issued[e + 1] = (uint32_t)commands;
        for (uint32_t f = 0; f < STH_ENGINE_COUNT; f++)
            s->clock[e][f] = commands;
    }
    p->begin = (uint32_t)commands;
    fixture_let_run_before(p->t.device, &p->t.driver, p->begin);
    s->first = s->next = p->begin;
}

static void check_random(uint64_t seed, uint32_t commands, uint64_t before)
{
    struct program p;
    struct fixture_device *other = fixture_create("nano", 0);
    uint64_t random = seed;
    uint8_t image[256];

    open_program(&p, seed, 13);
    for (uint32_t i = 0; i < TENSORS; i++) {
        sth_mem_read(p.t.device->mem, p.tensor[i].addr, image, sizeof image);
        sth_mem_write(other->mem, p.tensor[i].addr, image, sizeof image);
    }
    let_run_before(&p, before);
    for (uint32_t i = 0; i < commands; i++)
        emit_random(&p, &random);
    fixture_finish(&p.t);
    assert_true(p.t.device->semaphore_max <= 161);
    replay(&p, other);
    compare_tensors(&p, other);
    assert_memory_equal(p.t.device->chip.sp, other->chip.sp,
                        p.t.device->params.sp_bytes);
    assert_memory_equal(p.t.device->chip.acc, other->chip.acc,
                        p.t.device->params.acc_bytes);
    fixture_destroy(other);
    fixture_close(&p.t);
}

static void test_schedule_random_program_is_sequential(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 300; seed++)
        check_random(seed, 20 + (uint32_t)(seed * 7 % 600), 0);
}

/* Tickets and stream indices pass 2^32 on the way. */
static void test_schedule_random_program_passes_2_to_the_32(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 100; seed++)
        check_random(seed, 300, UINT32_MAX - seed % 50);
}

/* ---- economy ----------------------------------------------------------- */

/* Command `index` of the ring. */
static struct sth_command ring_at(struct program *p, uint32_t index)
{
    struct sth_command c;

    sth_mem_read(p->t.device->mem, index * 64u, &c, sizeof c);
    return c;
}

static void emit_load_of(struct program *p, uint32_t buffer)
{
    struct sth_operand operand = fixture_use(&p->tensor[0]);
    struct sth_block block = {.operand = &operand,
                              .rows = 8,
                              .cols = 16,
                              .buffer = p->sp[buffer],
                              .stride = 32};

    sth_emit_load(&p->t.schedule, &block);
}

static void emit_product_of(struct program *p, uint32_t a, uint32_t w)
{
    struct sth_product product = {.m = 8,
                                  .n = 4,
                                  .k = 4,
                                  .lanes = p->t.driver.params.array_rows,
                                  .bf16 = true,
                                  .a = p->sp[a],
                                  .w = p->sp[w],
                                  .acc = p->acc[0],
                                  .a_stride = 32,
                                  .w_stride = 32,
                                  .acc_tile = 8};

    sth_emit_product(&p->t.schedule, &product);
}

static void test_schedule_two_loads_cost_one_wait(void **unused)
{
    struct program p;
    struct sth_command first, second, product;

    (void)unused;
    open_program(&p, 1, 8);
    emit_load_of(&p, 0);
    emit_load_of(&p, 1);
    emit_product_of(&p, 0, 1);
    emit_product_of(&p, 1, 0);
    fixture_finish(&p.t);
    first = ring_at(&p, 0);
    second = ring_at(&p, 1);
    assert_int_equal(STH_GET(&first, ANY_POST), 0);
    assert_int_equal(STH_GET(&second, ANY_POST), 1u << 1);
    product = ring_at(&p, 2);
    assert_int_equal(STH_GET(&product, ANY_WAIT), 1u << 1);
    product = ring_at(&p, 3);
    assert_int_equal(STH_GET(&product, ANY_WAIT), 0);
    assert_int_equal(p.t.schedule.syncs, 0);
    fixture_close(&p.t);
}

/* load, product, load over it: the product implies the first load. */
static void test_schedule_implied_wait_is_dropped(void **unused)
{
    struct program p;
    struct sth_command again;

    (void)unused;
    open_program(&p, 1, 8);
    emit_load_of(&p, 0);
    emit_load_of(&p, 1);
    emit_product_of(&p, 0, 1);
    emit_load_of(&p, 0);
    fixture_finish(&p.t);
    again = ring_at(&p, 3);
    assert_int_equal(STH_GET(&again, ANY_WAIT), 1u << 4);
    fixture_close(&p.t);
}

/* Two loads of one buffer with nothing between wait for each other. */
static void test_schedule_load_over_load_waits_for_itself(void **unused)
{
    struct program p;
    struct sth_command second;

    (void)unused;
    open_program(&p, 1, 8);
    emit_load_of(&p, 0);
    emit_load_of(&p, 0);
    fixture_finish(&p.t);
    second = ring_at(&p, 1);
    assert_int_equal(STH_GET(&second, ANY_WAIT), 1u << 0);
    fixture_close(&p.t);
}

static void test_schedule_far_producer_gets_a_sync(void **unused)
{
    struct program p;
    struct sth_command sync;

    (void)unused;
    open_program(&p, 1, 10);
    emit_load_of(&p, 0);
    for (uint32_t i = 0; i < STH_SCHEDULE_WINDOW; i++)
        emit_product_of(&p, 2, 3);
    emit_product_of(&p, 0, 0);
    assert_int_equal(p.t.schedule.syncs, 1);
    fixture_finish(&p.t);
    sync = ring_at(&p, STH_SCHEDULE_WINDOW + 1);
    assert_int_equal(STH_GET(&sync, ANY_OPCODE), STH_OP_SYNC_LOAD);
    assert_int_equal(STH_GET(&sync, ANY_POST), 1u << 1);
    fixture_close(&p.t);
}

/* The next operation takes the same addresses: it waits for their users. */
static void test_schedule_next_operation_inherits_hazards(void **unused)
{
    struct program p;
    struct sth_command reuse;

    (void)unused;
    open_program(&p, 1, 8);
    emit_load_of(&p, 0);
    emit_product_of(&p, 0, 0);
    sth_schedule_begin_operation(&p.t.schedule);
    p.sp[0] = sth_schedule_alloc(&p.t.schedule, STH_SCHEDULE_SP, 256);
    p.sp[1] = sth_schedule_alloc(&p.t.schedule, STH_SCHEDULE_SP, 256);
    emit_load_of(&p, 1);
    emit_load_of(&p, 0);
    fixture_finish(&p.t);
    reuse = ring_at(&p, 2);
    assert_int_equal(STH_GET(&reuse, ANY_WAIT), 0);
    reuse = ring_at(&p, 3);
    assert_int_equal(STH_GET(&reuse, ANY_WAIT), 1u << 4);
    fixture_close(&p.t);
}

/* Many operations push old hazards into the floor, which still counts. */
static void test_schedule_forgotten_history_still_orders(void **unused)
{
    struct program p;
    struct sth_command reuse;

    (void)unused;
    open_program(&p, 1, 8);
    emit_load_of(&p, 0);
    emit_product_of(&p, 0, 0);
    for (uint32_t i = 0; i < 2 * STH_SCHEDULE_HISTORY; i++) {
        sth_schedule_begin_operation(&p.t.schedule);
        sth_schedule_alloc(&p.t.schedule, STH_SCHEDULE_ACC, 1);
        sth_schedule_alloc(&p.t.schedule, STH_SCHEDULE_ACC, 1);
    }
    sth_schedule_begin_operation(&p.t.schedule);
    p.sp[0] = sth_schedule_alloc(&p.t.schedule, STH_SCHEDULE_SP, 256);
    emit_load_of(&p, 0);
    fixture_finish(&p.t);
    reuse = ring_at(&p, 2);
    assert_int_equal(STH_GET(&reuse, ANY_WAIT), 1u << 4);
    fixture_close(&p.t);
}

static void test_schedule_overfull_memory_fails(void **unused)
{
    struct program p;

    (void)unused;
    open_program(&p, 1, 8);
    sth_schedule_alloc(&p.t.schedule, STH_SCHEDULE_SP,
                       p.t.driver.params.sp_bytes);
    assert_int_equal(sth_schedule_error(&p.t.schedule), STH_FW_ERR_SPACE);
    assert_int_equal(sth_schedule_finish(&p.t.schedule), STH_FW_ERR_SPACE);
    fixture_close(&p.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule_random_program_is_sequential),
        cmocka_unit_test(test_schedule_random_program_passes_2_to_the_32),
        cmocka_unit_test(test_schedule_two_loads_cost_one_wait),
        cmocka_unit_test(test_schedule_implied_wait_is_dropped),
        cmocka_unit_test(test_schedule_load_over_load_waits_for_itself),
        cmocka_unit_test(test_schedule_far_producer_gets_a_sync),
        cmocka_unit_test(test_schedule_next_operation_inherits_hazards),
        cmocka_unit_test(test_schedule_forgotten_history_still_orders),
        cmocka_unit_test(test_schedule_overfull_memory_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
