/*
 * Where the files that come with the library stand: relative to the library
 * (or the program that it is linked into), so that an installed tree can be
 * moved, and a build tree needs no installation.
 */
#ifndef STH_PLACE_H
#define STH_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The folder that holds configs/ (and configs/models/): $SYSTOLITH_HOME if it
 * is set, else share/systolith beside an installed library or command, else
 * the source tree around a build directory.  Writes the path, cut when it does
 * not fit.  Returns false when it is cut or the folder was not found.
 */
bool sth_place_home(char *path, size_t size);

/*
 * The folder that holds NAME/libsth_rtl.so of each configuration whose RTL is
 * there: $SYSTOLITH_RTL if it is set, else systolith/rtl beside an installed
 * library, ../lib/systolith/rtl from an installed command, rtl/ in a build
 * directory.  Writes and returns as sth_place_home() does.
 */
bool sth_place_rtl(char *path, size_t size);

#ifdef __cplusplus
}
#endif

#endif
