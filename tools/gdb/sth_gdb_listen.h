/* A port of this host alone, on which a debugger calls. */
#ifndef STH_GDB_LISTEN_H
#define STH_GDB_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Listens on that port of the loopback interface, 0: on any, and sets *port to
 * it.  Returns a descriptor to close, or -1 with a sentence in error.
 */
int sth_gdb_listen(uint16_t *port, char *error, size_t size);

/* The next that calls, within so many milliseconds (-1: any time); -1: none. */
int sth_gdb_accept(int listener, int milliseconds);

#ifdef __cplusplus
}
#endif

#endif
