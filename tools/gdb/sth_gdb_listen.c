/* A port of this host alone; see sth_gdb_listen.h. */
#include "sth_gdb_listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Binds and listens; false: errno says why. */
static bool open_port(int fd, uint16_t *port)
{
    const int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(*port)};
    socklen_t bytes = sizeof(at);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &bytes) != 0)
        return false;
    *port = ntohs(at.sin_port);
    return true;
}

int sth_gdb_listen(uint16_t *port, char *error, size_t size)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && open_port(fd, port))
        return fd;
    snprintf(error, size, "port %u: %s", *port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

int sth_gdb_accept(int listener, int milliseconds)
{
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    const int on = 1;
    int fd;

    if (poll(&ready, 1, milliseconds) <= 0)
        return -1;
    fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}
