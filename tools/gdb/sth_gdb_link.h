/*
 * A connection to a debugger or a script: bytes in, bytes out, each over a file
 * descriptor.  It acknowledges packets until it is told not to.
 */
#ifndef STH_GDB_LINK_H
#define STH_GDB_LINK_H

#include "sth_gdb_packet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sth_gdb_event {
    STH_GDB_EVENT_NONE, /* nothing came in time */
    STH_GDB_EVENT_PACKET,
    STH_GDB_EVENT_LINE,
    STH_GDB_EVENT_LONG,      /* a packet or a line that is too long */
    STH_GDB_EVENT_INTERRUPT, /* Ctrl-C */
    STH_GDB_EVENT_LOST       /* the other side is gone, or takes nothing */
};

struct sth_gdb_link {
    int in, out;
    bool acks, lost;
    uint8_t buffer[4096];
    size_t at, bytes; /* of the buffer */
    struct sth_gdb_packet packet;
    char last[STH_GDB_PACKET_BYTES + 4]; /* packet that was sent */
    size_t last_bytes;
};

/* The descriptors stay the caller's; may be the same. */
void sth_gdb_link_init(struct sth_gdb_link *link, int in, int out);

/*
 * What comes next, within so many milliseconds (-1: any time): a packet or a
 * line is in link->packet until the next call.
 */
enum sth_gdb_event sth_gdb_link_wait(struct sth_gdb_link *link,
                                     int milliseconds);

/* Whether the other side speaks in lines, as far as it has spoken. */
static inline bool sth_gdb_link_is_script(const struct sth_gdb_link *link)
{
    return link->packet.state == STH_GDB_PACKET_LINE;
}

/* Sends a packet with that in it. */
void sth_gdb_link_answer(struct sth_gdb_link *link, const char *data,
                         size_t bytes);

/* Sends bytes as they are. */
void sth_gdb_link_write(struct sth_gdb_link *link, const char *data,
                        size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
