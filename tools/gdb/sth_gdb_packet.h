/*
 * Packets of gdb's remote protocol, and lines of a script, byte by byte.
 * Nothing here reads or writes; any bytes will do.
 */
#ifndef STH_GDB_PACKET_H
#define STH_GDB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STH_GDB_PACKET_BYTES = 16384, /* of a packet's contents, or of a line */
    STH_GDB_INTERRUPT_BYTE = 3
};

enum sth_gdb_feed {
    STH_GDB_FEED_MORE,      /* nothing is complete yet */
    STH_GDB_FEED_PACKET,    /* `data` is one */
    STH_GDB_FEED_BAD,       /* one whose checksum is wrong */
    STH_GDB_FEED_LONG,      /* one, or a line, that is too long to be kept */
    STH_GDB_FEED_LINE,      /* `data` is a line */
    STH_GDB_FEED_ACK,       /* between packets: + */
    STH_GDB_FEED_NAK,       /* - */
    STH_GDB_FEED_INTERRUPT, /* Ctrl-C */
};

/* What arrives, in pieces.  The first byte says whether it is packets, or the
 * lines of a script: those begin with a letter, a blank or #. */
struct sth_gdb_packet {
    enum {
        STH_GDB_PACKET_FIRST,
        STH_GDB_PACKET_BETWEEN,
        STH_GDB_PACKET_INSIDE,
        STH_GDB_PACKET_SUM,      /* its first digit comes */
        STH_GDB_PACKET_SUM_LAST, /* its second */
        STH_GDB_PACKET_LINE
    } state;
    uint8_t sum, given;
    bool bad, is_long;
    bool complete; /* the line: the next byte begins another */
    size_t bytes;
    char data[STH_GDB_PACKET_BYTES + 1]; /* a 0 behind it */
};

/* All zero is the beginning. */
enum sth_gdb_feed sth_gdb_packet_feed(struct sth_gdb_packet *packet,
                                      uint8_t byte);

/* An answer as it grows; what does not fit is left out. */
struct sth_gdb_answer {
    char data[STH_GDB_PACKET_BYTES];
    size_t bytes;
};

void sth_gdb_put_byte(struct sth_gdb_answer *answer, char byte);
void sth_gdb_put(struct sth_gdb_answer *answer, const char *text);
/* As digits; two a byte. */
void sth_gdb_put_hex(struct sth_gdb_answer *answer, const void *bytes,
                     size_t count);
/* As the target has it in memory. */
void sth_gdb_put_word(struct sth_gdb_answer *answer, uint32_t value);
/* A number as gdb writes it, without leading zeros. */
void sth_gdb_put_number(struct sth_gdb_answer *answer, uint32_t value);
/* Bytes as they are, but for those that mean something to the protocol. */
void sth_gdb_put_binary(struct sth_gdb_answer *answer, const void *bytes,
                        size_t count);

/* What is left of a packet while it is read. */
struct sth_gdb_reader {
    const char *at, *end;
};

/* Whether that comes next, and is passed. */
bool sth_gdb_take(struct sth_gdb_reader *reader, const char *text);
/* A number in hex, at most 32 bits; false: there is none. */
bool sth_gdb_take_number(struct sth_gdb_reader *reader, uint32_t *value);
/* Pairs of digits; false: fewer than that. */
bool sth_gdb_take_hex(struct sth_gdb_reader *reader, void *to, size_t count);
/* Bytes as put by sth_gdb_put_binary(); how many, `room` at most. */
size_t sth_gdb_take_binary(struct sth_gdb_reader *reader, void *to,
                           size_t room);
static inline bool sth_gdb_at_end(const struct sth_gdb_reader *reader)
{
    return reader->at == reader->end;
}

#ifdef __cplusplus
}
#endif

#endif
