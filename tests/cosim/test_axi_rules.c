/* The rules of the bus alone: an offer that was refused has to stay. */
#include "tool_files.h"

#include "sth_axi_rules.h"

#define READ "a read address changed before ARREADY"
#define WRITE "a write address changed before AWREADY"
#define DATA "write data changed before WREADY"

static void drop_ar(struct sth_axi_master *m, uint32_t bus)
{
    (void)bus;
    m->ar_valid = false;
}

static void move_ar(struct sth_axi_master *m, uint32_t bus)
{
    m->ar_addr += bus;
}

static void rename_ar(struct sth_axi_master *m, uint32_t bus)
{
    (void)bus;
    m->ar_id++;
}

static void drop_aw(struct sth_axi_master *m, uint32_t bus)
{
    (void)bus;
    m->aw_valid = false;
}

static void lengthen_aw(struct sth_axi_master *m, uint32_t bus)
{
    (void)bus;
    m->aw_beats++;
}

static void drop_w(struct sth_axi_master *m, uint32_t bus)
{
    (void)bus;
    m->w_valid = false;
}

static void change_data(struct sth_axi_master *m, uint32_t bus)
{
    m->w_data[bus - 1] ^= 1;
}

static void change_strobe(struct sth_axi_master *m, uint32_t bus)
{
    m->w_strb[(bus - 1) / 8] ^= (uint8_t)(1u << (bus - 1) % 8);
}

static void change_last(struct sth_axi_master *m, uint32_t bus)
{
    (void)bus;
    m->w_last = !m->w_last;
}

static const struct {
    void (*spoil)(struct sth_axi_master *m, uint32_t bus);
    const char *rule;
} offers[] = {
    {drop_ar, READ},     {move_ar, READ},       {rename_ar, READ},
    {drop_aw, WRITE},    {lengthen_aw, WRITE},  {drop_w, DATA},
    {change_data, DATA}, {change_strobe, DATA}, {change_last, DATA},
};

/* Offers all three, which the slave takes or not, then spoils one of them. */
static const char *offer(uint32_t bus, size_t which, bool taken)
{
    struct sth_axi_held held = {0};
    struct sth_axi_master m = {.ar_valid = true,
                               .aw_valid = true,
                               .w_valid = true,
                               .ar_beats = 1,
                               .aw_beats = 1,
                               .w_last = true};

    assert_null(sth_axi_check_held(&held, bus, &m, taken, taken, taken));
    assert_null(sth_axi_check_held(&held, bus, &m, taken, taken, taken));
    offers[which].spoil(&m, bus);
    return sth_axi_check_held(&held, bus, &m, taken, taken, taken);
}

static void test_axi_rules_refused_offers_stay(void **state)
{
    (void)state;
    for (uint32_t bus = 4; bus <= STH_MAX_BusBytes; bus *= 2)
        for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
            assert_string_equal(offer(bus, i, false), offers[i].rule);
}

static void test_axi_rules_taken_offers_may_change(void **state)
{
    (void)state;
    for (uint32_t bus = 4; bus <= STH_MAX_BusBytes; bus *= 2)
        for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
            assert_null(offer(bus, i, true));
}

static void test_axi_rules_no_valid_is_high_in_reset(void **state)
{
    const struct sth_axi_master masters[] = {
        {.r_ready = true, .b_ready = true},
        {.ar_valid = true},
        {.aw_valid = true},
        {.w_valid = true},
    };

    (void)state;
    assert_null(sth_axi_check_reset(&masters[0]));
    for (size_t i = 1; i < sizeof(masters) / sizeof(masters[0]); i++)
        assert_string_equal(sth_axi_check_reset(&masters[i]),
                            "a VALID is high in reset");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axi_rules_refused_offers_stay),
        cmocka_unit_test(test_axi_rules_taken_offers_may_change),
        cmocka_unit_test(test_axi_rules_no_valid_is_high_in_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
