/* A debugger on a run of the platform; see sth_vp_debug.h. */
#include "sth_vp_debug.h"

#include "sth_gdb_listen.h"

#include <stdio.h>
#include <unistd.h>

int sth_vp_debug_wait(uint16_t port, char *error, size_t size)
{
    const int listener = sth_gdb_listen(&port, error, size);
    int fd;

    if (listener < 0)
        return -1;
    fprintf(stderr, "systolith: waiting for a debugger on port %u\n", port);
    fd = sth_gdb_accept(listener, -1);
    close(listener);
    if (fd < 0)
        snprintf(error, size, "port %u: nobody could be let in", port);
    return fd;
}
