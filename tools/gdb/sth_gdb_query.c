/* What gdb asks and sets besides registers and memory. */
#include "sth_gdb_remote.h"

#include "sth_gdb_describe.h"
#include "sth_gdb_monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool supported(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    if (memmem(packet.at, (size_t)(packet.end - packet.at), "swbreak+", 8) &&
        memmem(packet.at, (size_t)(packet.end - packet.at), "hwbreak+", 8))
        r->tells_breaks = true;
    sth_gdb_put(&r->answer, "PacketSize=");
    sth_gdb_put_number(&r->answer, STH_GDB_PACKET_BYTES);
    sth_gdb_put(&r->answer, ";QStartNoAckMode+;vContSupported+;swbreak+;"
                            "hwbreak+;qXfer:features:read+;"
                            "qXfer:memory-map:read+");
    return true;
}

/* OFFSET,BYTES of a document, which is let go of. */
static bool transfer(struct sth_gdb_remote *r, struct sth_gdb_reader *packet,
                     char *document)
{
    const uint32_t most = (sizeof(r->answer.data) - 1) / 2; /* two a byte */
    const size_t length = document ? strlen(document) : 0;
    uint32_t offset, bytes;
    const bool good = document && sth_gdb_take_number(packet, &offset) &&
                      sth_gdb_take(packet, ",") &&
                      sth_gdb_take_number(packet, &bytes) && offset <= length;

    if (good) {
        const size_t left = length - offset;
        const size_t part = bytes < most ? bytes : most;

        sth_gdb_put(&r->answer, left > part ? "m" : "l");
        sth_gdb_put_binary(&r->answer, document + offset,
                           left > part ? part : left);
    }
    free(document);
    return good;
}

static bool transfer_features(struct sth_gdb_remote *r,
                              struct sth_gdb_reader packet)
{
    return transfer(r, &packet, sth_gdb_describe_features(r->session->target));
}

static bool transfer_map(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    return transfer(r, &packet, sth_gdb_describe_memory(r->session->target));
}

static bool monitor(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    const size_t length = (size_t)(packet.end - packet.at) / 2;
    char *command = (char *)r->bytes, *text = NULL;
    size_t bytes;
    FILE *out;

    if (length >= sizeof(r->bytes) ||
        !sth_gdb_take_hex(&packet, command, length) || !sth_gdb_at_end(&packet))
        return false;
    command[length] = 0;
    out = open_memstream(&text, &bytes);
    if (!out)
        return false;
    sth_gdb_monitor(r->session, command, out);
    if (fclose(out) == 0) {
        sth_gdb_say(r, text, bytes);
        sth_gdb_ok(r);
    }
    free(text);
    return true;
}

/* The checksum that gdb compares sections by. */
static bool checksum(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t addr, bytes, crc = UINT32_MAX;

    if (!sth_gdb_take_number(&packet, &addr) || !sth_gdb_take(&packet, ",") ||
        !sth_gdb_take_number(&packet, &bytes) || bytes > (1ull << 32) - addr)
        return false;
    while (bytes > 0) {
        const uint32_t part =
            bytes < sizeof(r->bytes) ? bytes : (uint32_t)sizeof(r->bytes);

        if (t->mem_read(t->user, addr, r->bytes, part) != part)
            return false;
        for (uint32_t i = 0; i < part; i++) {
            crc ^= (uint32_t)r->bytes[i] << 24;
            for (int bit = 0; bit < 8; bit++)
                crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7u : 0);
        }
        addr += part;
        bytes -= part;
    }
    sth_gdb_put(&r->answer, "C");
    sth_gdb_put_number(&r->answer, crc);
    return true;
}

static bool put(struct sth_gdb_remote *r, const char *text)
{
    sth_gdb_put(&r->answer, text);
    return true;
}

static bool attached(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    (void)packet;
    return put(r, "1");
}

static bool current_thread(struct sth_gdb_remote *r,
                           struct sth_gdb_reader packet)
{
    (void)packet;
    return put(r, "QC1");
}

static bool first_threads(struct sth_gdb_remote *r,
                          struct sth_gdb_reader packet)
{
    (void)packet;
    return put(r, "m1");
}

static bool more_threads(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    (void)packet;
    return put(r, "l");
}

static bool thread_alive(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    uint32_t thread;

    if (!sth_gdb_take_number(&packet, &thread) || thread != 1)
        return false;
    return put(r, "OK");
}

/* All of them, any of them, or the one there is. */
static bool set_thread(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    if (!sth_gdb_at_end(&packet))
        packet.at++; /* what for */
    if (!sth_gdb_take(&packet, "-1") && !sth_gdb_take(&packet, "0") &&
        !sth_gdb_take(&packet, "1"))
        return false;
    return sth_gdb_at_end(&packet) && put(r, "OK");
}

static bool symbols(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    (void)packet;
    return put(r, "OK"); /* none are wanted */
}

/* This answer is the first that nobody acknowledges. */
static bool no_acks(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    (void)packet;
    r->session->link.acks = false;
    return put(r, "OK");
}

/* A table of beginnings; the longer stand before those they begin with. */
static const struct {
    const char *name;
    bool (*answer)(struct sth_gdb_remote *r, struct sth_gdb_reader packet);
} queries[] = {
    {"qSupported", supported},
    {"qXfer:features:read:target.xml:", transfer_features},
    {"qXfer:memory-map:read::", transfer_map},
    {"qRcmd,", monitor},
    {"qCRC:", checksum},
    {"qAttached", attached},
    {"qfThreadInfo", first_threads},
    {"qsThreadInfo", more_threads},
    {"qSymbol", symbols},
    {"QStartNoAckMode", no_acks},
    {"H", set_thread},
    {"T", thread_alive},
};

bool sth_gdb_query(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    if (packet.end - packet.at == 2 && sth_gdb_take(&packet, "qC"))
        return current_thread(r, packet);
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        if (!sth_gdb_take(&packet, queries[i].name))
            continue;
        if (!queries[i].answer(r, packet))
            sth_gdb_error(r, EINVAL);
        return true;
    }
    return false;
}
