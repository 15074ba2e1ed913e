/* The two short answers; see sth_gdb_remote.h. */
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
