/* A connection to a debugger or a script; see sth_gdb_link.h. */
#include "sth_gdb_link.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* That long the other side may take nothing, in milliseconds. */
enum { PATIENCE = 10000 };

void sth_gdb_link_init(struct sth_gdb_link *link, int in, int out)
{
    link->in = in;
    link->out = out;
    link->acks = true;
    link->lost = false;
    link->at = link->bytes = 0;
    link->last_bytes = 0;
    link->packet = (struct sth_gdb_packet){0};
}

/* No more than a pipe takes at once; a socket raises no signal. */
static ssize_t write_some(int fd, const char *data, size_t bytes)
{
    const size_t part = bytes < PIPE_BUF ? bytes : PIPE_BUF;
    const ssize_t sent = send(fd, data, part, MSG_NOSIGNAL | MSG_DONTWAIT);

    return sent >= 0 || errno != ENOTSOCK ? sent : write(fd, data, part);
}

void sth_gdb_link_write(struct sth_gdb_link *link, const char *data,
                        size_t bytes)
{
    while (bytes > 0 && !link->lost) {
        struct pollfd ready = {.fd = link->out, .events = POLLOUT};
        const int count = poll(&ready, 1, PATIENCE);
        ssize_t sent;

        if (count < 0 && errno == EINTR)
            continue;
        sent = count > 0 ? write_some(link->out, data, bytes) : 0;
        if (sent > 0) {
            data += sent;
            bytes -= (size_t)sent;
        } else if (sent == 0 || (errno != EINTR && errno != EAGAIN &&
                                 errno != EWOULDBLOCK)) {
            link->lost = true;
        }
    }
}

void sth_gdb_link_answer(struct sth_gdb_link *link, const char *data,
                         size_t bytes)
{
    uint8_t sum = 0;
    char end[4];

    for (size_t i = 0; i < bytes; i++)
        sum = (uint8_t)(sum + (uint8_t)data[i]);
    snprintf(end, sizeof(end), "#%02x", sum);
    link->last[0] = '$';
    memcpy(link->last + 1, data, bytes);
    memcpy(link->last + 1 + bytes, end, 3);
    link->last_bytes = bytes + 4;
    sth_gdb_link_write(link, link->last, link->last_bytes);
}

/* More bytes into the empty buffer; false: none came in time, or it is over. */
static bool fill(struct sth_gdb_link *link, int milliseconds)
{
    struct pollfd ready = {.fd = link->in, .events = POLLIN};
    const int count = poll(&ready, 1, milliseconds);
    ssize_t got;

    if (count <= 0) {
        link->lost = link->lost || (count < 0 && errno != EINTR);
        return false;
    }
    got = read(link->in, link->buffer, sizeof(link->buffer));
    if (got <= 0) {
        link->lost = got == 0 || (errno != EINTR && errno != EAGAIN);
        return false;
    }
    link->at = 0;
    link->bytes = (size_t)got;
    return true;
}

static enum sth_gdb_event take(struct sth_gdb_link *link, uint8_t byte)
{
    switch (sth_gdb_packet_feed(&link->packet, byte)) {
    case STH_GDB_FEED_PACKET:
        if (link->acks)
            sth_gdb_link_write(link, "+", 1);
        return STH_GDB_EVENT_PACKET;
    case STH_GDB_FEED_LONG:
        if (link->acks && !sth_gdb_link_is_script(link))
            sth_gdb_link_write(link, "+", 1);
        return STH_GDB_EVENT_LONG;
    case STH_GDB_FEED_LINE:
        return STH_GDB_EVENT_LINE;
    case STH_GDB_FEED_BAD:
        if (!link->acks) /* nobody would send it again */
            return STH_GDB_EVENT_LONG;
        sth_gdb_link_write(link, "-", 1);
        return STH_GDB_EVENT_NONE;
    case STH_GDB_FEED_NAK:
        if (link->acks)
            sth_gdb_link_write(link, link->last, link->last_bytes);
        return STH_GDB_EVENT_NONE;
    case STH_GDB_FEED_INTERRUPT:
        return STH_GDB_EVENT_INTERRUPT;
    default:
        return STH_GDB_EVENT_NONE;
    }
}

enum sth_gdb_event sth_gdb_link_wait(struct sth_gdb_link *link,
                                     int milliseconds)
{
    enum sth_gdb_event event = STH_GDB_EVENT_NONE;

    do {
        while (link->at < link->bytes && event == STH_GDB_EVENT_NONE &&
               !link->lost)
            event = take(link, link->buffer[link->at++]);
        if (link->lost)
            return STH_GDB_EVENT_LOST;
    } while (event == STH_GDB_EVENT_NONE && fill(link, milliseconds));
    return link->lost ? STH_GDB_EVENT_LOST : event;
}
