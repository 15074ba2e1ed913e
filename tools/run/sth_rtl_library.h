/* Loads the Verilated RTL of a configuration at run time. */
#ifndef STH_RTL_LIBRARY_H
#define STH_RTL_LIBRARY_H

#include "sth_backend.h"
#include "sth_config.h"

#include <stdbool.h>

/* Whether there is a DIR/NAME/libsth_rtl.so. */
bool sth_rtl_library_is_built(const char *dir, const char *name);

/*
 * The backend in DIR/NAME/libsth_rtl.so, NULL with a sentence in error when it
 * is missing or was built for other parameters.  *handle is for dlclose().
 */
const struct sth_backend *sth_rtl_library_open(const char *dir,
                                               const struct sth_config *config,
                                               void **handle, char *error,
                                               size_t error_size);

#endif
