/* A debugger on a run of the platform: how it gets there. */
#ifndef STH_VP_DEBUG_H
#define STH_VP_DEBUG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Waits for whoever calls at that port, 0: at any, which standard error says.
 * Returns the connection, to be closed, or -1 with a sentence in error. */
int sth_vp_debug_wait(uint16_t port, char *error, size_t size);

#ifdef __cplusplus
}
#endif

#endif
