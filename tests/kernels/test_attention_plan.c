/* The order of attention's blocks and the sizes of its steps. */
#include "firmware_fixture.h"

#include "sth_attention_plan.h"

enum { KEYS = 1024, TILE = 128 };

static struct sth_attention_plan plan_of(uint32_t kv_slots)
{
    return (struct sth_attention_plan){
        .keys = KEYS, .tile = TILE, .kv_slots = kv_slots};
}

static const struct sth_attention_shape shape = {.keys = KEYS};

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

static void test_passage_has_each_block_once(void **state)
{
    (void)state;
    for (enum sth_attention_order order = STH_ATTENTION_UP;
         order <= STH_ATTENTION_TURN; order++)
        for (uint32_t blocks = 1; blocks <= 64; blocks++) {
            uint64_t met = 0;

            for (uint32_t i = 0; i < blocks; i++)
                met |= UINT64_C(1) << sth_attention_block_at(order, i, blocks);
            assert_true(met == UINT64_MAX >> (64 - blocks));
        }
}

/* Number i of all blocks of four passages. */
static uint32_t block_of(uint32_t i, uint32_t blocks)
{
    const struct sth_attention_plan plan = plan_of(4 * KEYS / TILE);
    enum sth_attention_order order =
        sth_attention_order_of(&plan, &shape, i / blocks, 4);

    return sth_attention_block_at(order, i % blocks, blocks);
}

static void test_neighbouring_blocks_see_about_as_many_keys(void **state)
{
    (void)state;
    for (uint32_t blocks = 2; blocks <= 40; blocks++) {
        for (uint32_t i = 0; i + 1 < 4 * blocks; i++)
            assert_in_range(
                distance(block_of(i, blocks), block_of(i + 1, blocks)), 0, 2);
        assert_int_equal(block_of(4 * blocks - 1, blocks), 0);
    }
}

/* What stays and leaves no room for the next is asked for in its order. */
static void test_blocks_go_up_where_the_next_keys_have_no_room(void **state)
{
    static const struct {
        uint32_t slots;
        enum sth_attention_order order;
    } cases[] = {
        {2 * KEYS / TILE - 1, STH_ATTENTION_TURN}, /* none stays */
        {2 * KEYS / TILE, STH_ATTENTION_UP},
        {4 * KEYS / TILE - 1, STH_ATTENTION_UP},
        {4 * KEYS / TILE, STH_ATTENTION_TURN},
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sth_attention_plan plan = plan_of(cases[i].slots);

        assert_int_equal(sth_attention_order_of(&plan, &shape, 1, 3),
                         cases[i].order);
    }
}

static void test_steps_are_of_one_size_in_whole_tiles(void **state)
{
    const struct sth_attention_plan plan = plan_of(4);

    (void)state;
    for (uint32_t seen = 1; seen <= 9000; seen++) {
        uint32_t keys = sth_attention_step_keys(&plan, seen);
        uint32_t most = (seen + KEYS - 1) / KEYS;
        uint32_t steps = (seen + keys - 1) / keys;

        assert_int_equal(keys % TILE, 0);
        assert_in_range(keys, 1, KEYS);
        assert_int_equal(steps, most);
        assert_true(keys - (seen - (steps - 1) * keys) < steps * TILE);
    }
}

/* Those of a plan whose tiles do not divide its steps. */
static void test_steps_with_a_short_tile_are_whole(void **state)
{
    const struct sth_attention_plan plan = {.keys = 1000, .tile = 128};

    (void)state;
    assert_int_equal(sth_attention_step_keys(&plan, 1500), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passage_has_each_block_once),
        cmocka_unit_test(test_neighbouring_blocks_see_about_as_many_keys),
        cmocka_unit_test(test_blocks_go_up_where_the_next_keys_have_no_room),
        cmocka_unit_test(test_steps_are_of_one_size_in_whole_tiles),
        cmocka_unit_test(test_steps_with_a_short_tile_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
