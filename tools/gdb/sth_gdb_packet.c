/* Packets of gdb's remote protocol; see sth_gdb_packet.h. */
#include "sth_gdb_packet.h"

#include <ctype.h>
#include <string.h>

enum { ESCAPE = '}', ESCAPED = 0x20 };

static int digit(int byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 'a' ^ 'A';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static void begin(struct sth_gdb_packet *p, int state)
{
    p->state = state;
    p->bytes = 0;
    p->sum = 0;
    p->bad = false;
    p->is_long = false;
    p->complete = false;
}

static void keep(struct sth_gdb_packet *p, uint8_t byte)
{
    if (p->bytes < STH_GDB_PACKET_BYTES)
        p->data[p->bytes++] = (char)byte;
    else
        p->is_long = true;
}

static enum sth_gdb_feed between(struct sth_gdb_packet *p, uint8_t byte)
{
    switch (byte) {
    case '$':
        begin(p, STH_GDB_PACKET_INSIDE);
        return STH_GDB_FEED_MORE;
    case '+':
        return STH_GDB_FEED_ACK;
    case '-':
        return STH_GDB_FEED_NAK;
    case STH_GDB_INTERRUPT_BYTE:
        return STH_GDB_FEED_INTERRUPT;
    default:
        return STH_GDB_FEED_MORE;
    }
}

/* A $ begins anew: what was before it lost its end on the way. */
static enum sth_gdb_feed inside(struct sth_gdb_packet *p, uint8_t byte)
{
    if (byte == '$') {
        begin(p, STH_GDB_PACKET_INSIDE);
    } else if (byte == '#') {
        p->state = STH_GDB_PACKET_SUM;
    } else {
        p->sum = (uint8_t)(p->sum + byte);
        keep(p, byte);
    }
    return STH_GDB_FEED_MORE;
}

static enum sth_gdb_feed sum(struct sth_gdb_packet *p, uint8_t byte)
{
    const int value = digit(byte);

    p->bad = p->bad || value < 0;
    p->given = (uint8_t)(p->given << 4 | (value & 15));
    if (p->state == STH_GDB_PACKET_SUM) {
        p->state = STH_GDB_PACKET_SUM_LAST;
        return STH_GDB_FEED_MORE;
    }
    p->state = STH_GDB_PACKET_BETWEEN;
    p->data[p->bytes] = 0;
    if (p->bad || p->given != p->sum)
        return STH_GDB_FEED_BAD;
    return p->is_long ? STH_GDB_FEED_LONG : STH_GDB_FEED_PACKET;
}

static enum sth_gdb_feed line(struct sth_gdb_packet *p, uint8_t byte)
{
    if (p->complete)
        begin(p, STH_GDB_PACKET_LINE);
    if (byte != '\n') {
        if (byte != '\r')
            keep(p, byte);
        return STH_GDB_FEED_MORE;
    }
    p->data[p->bytes] = 0;
    p->complete = true;
    return p->is_long ? STH_GDB_FEED_LONG : STH_GDB_FEED_LINE;
}

enum sth_gdb_feed sth_gdb_packet_feed(struct sth_gdb_packet *p, uint8_t byte)
{
    if (p->state == STH_GDB_PACKET_FIRST)
        begin(p, isalpha(byte) || isspace(byte) || byte == '#'
                     ? STH_GDB_PACKET_LINE
                     : STH_GDB_PACKET_BETWEEN);
    switch (p->state) {
    case STH_GDB_PACKET_INSIDE:
        return inside(p, byte);
    case STH_GDB_PACKET_SUM:
    case STH_GDB_PACKET_SUM_LAST:
        return sum(p, byte);
    case STH_GDB_PACKET_LINE:
        return line(p, byte);
    default:
        return between(p, byte);
    }
}

void sth_gdb_put_byte(struct sth_gdb_answer *answer, char byte)
{
    if (answer->bytes < sizeof(answer->data))
        answer->data[answer->bytes++] = byte;
}

void sth_gdb_put(struct sth_gdb_answer *answer, const char *text)
{
    while (*text)
        sth_gdb_put_byte(answer, *text++);
}

void sth_gdb_put_hex(struct sth_gdb_answer *answer, const void *bytes,
                     size_t count)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;

    for (size_t i = 0; i < count; i++) {
        sth_gdb_put_byte(answer, digits[from[i] >> 4]);
        sth_gdb_put_byte(answer, digits[from[i] & 15]);
    }
}

void sth_gdb_put_word(struct sth_gdb_answer *answer, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8),
                             (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

    sth_gdb_put_hex(answer, bytes, sizeof(bytes));
}

void sth_gdb_put_number(struct sth_gdb_answer *answer, uint32_t value)
{
    static const char digits[] = "0123456789abcdef";
    int shift = 28;

    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        sth_gdb_put_byte(answer, digits[value >> shift & 15]);
}

static bool is_special(char byte)
{
    return byte == '$' || byte == '#' || byte == ESCAPE || byte == '*';
}

void sth_gdb_put_binary(struct sth_gdb_answer *answer, const void *bytes,
                        size_t count)
{
    const char *from = bytes;

    for (size_t i = 0; i < count; i++) {
        const bool special = is_special(from[i]);

        if (special)
            sth_gdb_put_byte(answer, ESCAPE);
        sth_gdb_put_byte(answer, (char)(from[i] ^ (special ? ESCAPED : 0)));
    }
}

bool sth_gdb_take(struct sth_gdb_reader *reader, const char *text)
{
    const size_t length = strlen(text);

    if ((size_t)(reader->end - reader->at) < length ||
        memcmp(reader->at, text, length) != 0)
        return false;
    reader->at += length;
    return true;
}

bool sth_gdb_take_number(struct sth_gdb_reader *reader, uint32_t *value)
{
    const char *begin = reader->at;

    *value = 0;
    for (; reader->at < reader->end; reader->at++) {
        const int next = digit(*reader->at);

        if (next < 0)
            break;
        if (*value >> 28 != 0)
            return false;
        *value = *value << 4 | (uint32_t)next;
    }
    return reader->at != begin;
}

bool sth_gdb_take_hex(struct sth_gdb_reader *reader, void *to, size_t count)
{
    uint8_t *out = to;

    for (size_t i = 0; i < count; i++) {
        int high, low;

        if (reader->end - reader->at < 2)
            return false;
        high = digit(reader->at[0]);
        low = digit(reader->at[1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
        reader->at += 2;
    }
    return true;
}

size_t sth_gdb_take_binary(struct sth_gdb_reader *reader, void *to, size_t room)
{
    uint8_t *out = to;
    size_t count = 0;

    while (reader->at < reader->end && count < room) {
        uint8_t byte = (uint8_t)*reader->at++;

        if (byte == ESCAPE) {
            if (sth_gdb_at_end(reader))
                break;
            byte = (uint8_t)(*reader->at++ ^ ESCAPED);
        }
        out[count++] = byte;
    }
    return count;
}
