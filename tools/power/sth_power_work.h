/* Work that no trace asks for, on the RTL of a configuration. */
#ifndef STH_POWER_WORK_H
#define STH_POWER_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Plays `syncs` commands that only wait and post, the engines in turn; none:
 * the enabled core idles for a few thousand cycles.  All of it goes to a
 * waveform. False with a message.
 */
bool sth_power_work(const char *config, uint32_t syncs, const char *wave,
                    char *error, size_t error_size)
    __attribute__((warn_unused_result));

#endif
