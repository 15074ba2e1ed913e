/* Short answers, and text for the user; see sth_gdb_remote.h. */
#include "sth_gdb_remote.h"

void sth_gdb_ok(struct sth_gdb_remote *remote)
{
    remote->answer.bytes = 0;
    sth_gdb_put(&remote->answer, "OK");
}

void sth_gdb_error(struct sth_gdb_remote *remote, int number)
{
    const uint8_t byte = (uint8_t)number;

    remote->answer.bytes = 0;
    sth_gdb_put(&remote->answer, "E");
    sth_gdb_put_hex(&remote->answer, &byte, 1);
}

void sth_gdb_say(struct sth_gdb_remote *r, const char *text, size_t bytes)
{
    enum { PART = (STH_GDB_PACKET_BYTES - 1) / 2 };

    while (bytes > 0) {
        const size_t part = bytes < PART ? bytes : PART;

        r->answer.bytes = 0;
        sth_gdb_put(&r->answer, "O");
        sth_gdb_put_hex(&r->answer, text, part);
        sth_gdb_link_answer(&r->session->link, r->answer.data, r->answer.bytes);
        text += part;
        bytes -= part;
    }
    r->answer.bytes = 0;
}
