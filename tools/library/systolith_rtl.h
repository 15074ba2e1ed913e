/*
 * The Verilated RTL of a configuration as a device, for programs that have
 * none of it built in: load its library, create devices, close it.
 *
 *     struct sth_rtl rtl;
 *     if (!sth_rtl_open(&rtl, NULL, &config, error, sizeof(error)))
 *         ...
 *     struct sth_device *dev = sth_rtl_create(rtl.backend, mem, NULL);
 *     ...
 *     dev->ops->destroy(dev);
 *     sth_rtl_close(&rtl);
 *
 * Any number of libraries and devices live in one process, each device used by
 * one thread at a time.
 */
#ifndef SYSTOLITH_RTL_H
#define SYSTOLITH_RTL_H

#include "sth_backend.h"
#include "sth_place.h"
#include "systolith.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A loaded library. */
struct sth_rtl {
    const struct sth_backend *backend; /* what it offers */
    void *library;                     /* for sth_rtl_close() */
};

/* Whether there is a DIR/NAME/libsth_rtl.so; dir NULL: sth_place_rtl(). */
bool sth_rtl_is_built(const char *dir, const char *name);

/*
 * Loads DIR/NAME/libsth_rtl.so, where NAME is that of the configuration, and
 * checks that it speaks this library's interface and was built for these
 * parameters.  dir NULL: sth_place_rtl().  On failure returns false with a
 * sentence in error, and *rtl is empty (sth_rtl_close() takes it).
 */
bool sth_rtl_open(struct sth_rtl *rtl, const char *dir,
                  const struct sth_config *config, char *error,
                  size_t error_size);

/* After its devices are destroyed; an empty one is no mistake. */
void sth_rtl_close(struct sth_rtl *rtl);

/*
 * A core in its reset state in front of mem, which the caller owns and keeps
 * until the device is destroyed.  options NULL: no waveform, no stalls beyond
 * the memory's, answers in order, seed 0.  NULL when out of memory.
 */
struct sth_device *sth_rtl_create(const struct sth_backend *backend,
                                  struct sth_mem *mem,
                                  const struct sth_rtl_options *options);

#ifdef __cplusplus
}
#endif

#endif
