/* Packets and lines, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sth_gdb_packet.h"

static struct sth_gdb_packet packet;

/* Feeds all of it; what the last byte gave. */
static enum sth_gdb_feed feed(const char *text, size_t bytes)
{
    enum sth_gdb_feed last = STH_GDB_FEED_MORE;

    for (size_t i = 0; i < bytes; i++) {
        if (i + 1 < bytes)
            assert_int_equal(last, STH_GDB_FEED_MORE);
        last = sth_gdb_packet_feed(&packet, (uint8_t)text[i]);
    }
    return last;
}

static enum sth_gdb_feed feed_text(const char *text)
{
    return feed(text, strlen(text));
}

static int begin(void **state)
{
    (void)state;
    memset(&packet, 0, sizeof(packet));
    return 0;
}

static void test_packet_is_taken(void **state)
{
    (void)state;
    assert_int_equal(feed_text("$m0,4#fd"), STH_GDB_FEED_PACKET);
    assert_string_equal(packet.data, "m0,4");
    assert_int_equal(feed_text("noise between\x01$#00"), STH_GDB_FEED_PACKET);
    assert_int_equal(packet.bytes, 0);
    assert_int_equal(feed_text("$c#63"), STH_GDB_FEED_PACKET);
    assert_int_equal(feed_text("$?#3F"), STH_GDB_FEED_PACKET);
}

static void test_packet_of_any_bytes(void **state)
{
    /* What means something between packets means nothing inside. */
    const char bytes[] = "$X\0\x03+-}#00";

    (void)state;
    assert_int_equal(feed(bytes, sizeof(bytes) - 3), STH_GDB_FEED_MORE);
    assert_int_equal(packet.bytes, 6);
    assert_int_equal(feed_text("2d"), STH_GDB_FEED_BAD);
}

static void test_packet_bad_checksum(void **state)
{
    (void)state;
    assert_int_equal(feed_text("$c#64"), STH_GDB_FEED_BAD);
    assert_int_equal(feed_text("$c#6"), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("x"), STH_GDB_FEED_BAD);
    assert_int_equal(feed_text("$c#$c"), STH_GDB_FEED_BAD);
    assert_int_equal(feed_text("$c#63"), STH_GDB_FEED_PACKET);
}

static void test_packet_without_an_end(void **state)
{
    (void)state;
    assert_int_equal(feed_text("$m0,"), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("$c#63"), STH_GDB_FEED_PACKET);
    assert_string_equal(packet.data, "c");
}

/* As long as there is room, and one more. */
static void test_packet_enormous(void **state)
{
    enum { MUCH = STH_GDB_PACKET_BYTES };
    static char bytes[2 * MUCH];

    (void)state;
    memset(bytes, 'a', sizeof(bytes));
    assert_int_equal(feed_text("$"), STH_GDB_FEED_MORE);
    assert_int_equal(feed(bytes, MUCH), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("#00"), STH_GDB_FEED_PACKET);
    assert_int_equal(packet.bytes, MUCH);
    assert_int_equal(feed_text("$"), STH_GDB_FEED_MORE);
    assert_int_equal(feed(bytes, MUCH + 1), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("#61"), STH_GDB_FEED_LONG);
    assert_int_equal(feed_text("$"), STH_GDB_FEED_MORE);
    for (int i = 0; i < 100; i++)
        assert_int_equal(feed(bytes, sizeof(bytes)), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("#01"), STH_GDB_FEED_BAD);
    assert_int_equal(feed_text("$c#63"), STH_GDB_FEED_PACKET);
}

static void test_between_packets(void **state)
{
    (void)state;
    assert_int_equal(feed_text("+"), STH_GDB_FEED_ACK);
    assert_int_equal(feed_text("-"), STH_GDB_FEED_NAK);
    assert_int_equal(feed_text("\x03"), STH_GDB_FEED_INTERRUPT);
    assert_int_equal(feed_text("g"), STH_GDB_FEED_MORE);
}

static void test_lines(void **state)
{
    enum { MUCH = STH_GDB_PACKET_BYTES };

    (void)state;
    assert_int_equal(feed_text("run for 3\r\n"), STH_GDB_FEED_LINE);
    assert_string_equal(packet.data, "run for 3");
    assert_int_equal(feed_text("$c#63"), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("\n"), STH_GDB_FEED_LINE);
    assert_string_equal(packet.data, "$c#63");
    for (int i = 0; i <= MUCH; i++)
        assert_int_equal(feed_text("x"), STH_GDB_FEED_MORE);
    assert_int_equal(feed_text("\n"), STH_GDB_FEED_LONG);
    assert_int_equal(feed_text("\n"), STH_GDB_FEED_LINE);
    assert_string_equal(packet.data, "");
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text, *rest;
        bool good;
        uint32_t value;
    } cases[] = {
        {"0", "", true, 0},
        {"80000000,4", ",4", true, 0x80000000u},
        {"fFfFffff", "", true, UINT32_MAX},
        {"0000000000000000012", "", true, 0x12},
        {"100000000", "0", false, 0},
        {"", "", false, 0},
        {"x1", "x1", false, 0},
        {"-1", "-1", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *text = cases[i].text;
        struct sth_gdb_reader reader = {text, text + strlen(text)};
        uint32_t value;

        assert_int_equal(sth_gdb_take_number(&reader, &value), cases[i].good);
        assert_string_equal(reader.at, cases[i].rest);
        if (cases[i].good)
            assert_int_equal(value, cases[i].value);
    }
}

static void test_bytes_there_and_back(void **state)
{
    static struct sth_gdb_answer answer;
    static const char escape[] = "a}";
    struct sth_gdb_reader reader;
    uint8_t all[256], back[256];

    (void)state;
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    answer.bytes = 0;
    sth_gdb_put_binary(&answer, all, 256);
    assert_int_equal(answer.bytes, 256 + 4);
    reader = (struct sth_gdb_reader){answer.data, answer.data + answer.bytes};
    assert_int_equal(sth_gdb_take_binary(&reader, back, 256), 256);
    assert_memory_equal(back, all, 256);
    assert_true(sth_gdb_at_end(&reader));
    answer.bytes = 0;
    sth_gdb_put_hex(&answer, all, 256);
    assert_int_equal(answer.bytes, 512);
    reader = (struct sth_gdb_reader){answer.data, answer.data + answer.bytes};
    memset(back, 0, sizeof(back));
    assert_true(sth_gdb_take_hex(&reader, back, 256));
    assert_memory_equal(back, all, 256);
    assert_false(sth_gdb_take_hex(&reader, back, 1));
    /* An escape with nothing behind it is no byte. */
    reader = (struct sth_gdb_reader){escape, escape + 2};
    assert_int_equal(sth_gdb_take_binary(&reader, back, 256), 1);
}

static void test_answer_is_cut(void **state)
{
    static struct sth_gdb_answer answer;

    (void)state;
    answer.bytes = 0;
    for (int i = 0; i < STH_GDB_PACKET_BYTES; i++)
        sth_gdb_put(&answer, "ab");
    assert_int_equal(answer.bytes, STH_GDB_PACKET_BYTES);
}

static void test_number_is_put(void **state)
{
    static struct sth_gdb_answer answer;

    (void)state;
    answer.bytes = 0;
    sth_gdb_put_number(&answer, 0);
    sth_gdb_put_byte(&answer, ',');
    sth_gdb_put_number(&answer, 0x80);
    sth_gdb_put_byte(&answer, ',');
    sth_gdb_put_number(&answer, UINT32_MAX);
    sth_gdb_put_byte(&answer, ',');
    sth_gdb_put_word(&answer, 0x12345678);
    sth_gdb_put_byte(&answer, 0);
    assert_string_equal(answer.data, "0,80,ffffffff,78563412");
}

#define PACKET_TEST(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACKET_TEST(test_packet_is_taken),
        PACKET_TEST(test_packet_of_any_bytes),
        PACKET_TEST(test_packet_bad_checksum),
        PACKET_TEST(test_packet_without_an_end),
        PACKET_TEST(test_packet_enormous),
        PACKET_TEST(test_between_packets),
        PACKET_TEST(test_lines),
        PACKET_TEST(test_numbers),
        PACKET_TEST(test_bytes_there_and_back),
        PACKET_TEST(test_answer_is_cut),
        PACKET_TEST(test_number_is_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
