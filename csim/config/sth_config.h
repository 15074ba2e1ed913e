/*
 * Configurations: the files of configs/, each of which describes one chip.
 *
 * A file has one `key = value` line for every row of params.def, in any order,
 * blank lines and comments from `#` to the end of the line.  None of these has
 * a default, but `vector_lanes`, which is array_cols in a file without it,
 * `data_types`, which is all, and `vector_share`, which is the most; nothing
 * unknown is accepted, so that a file says all there is to say about its chip.
 * `clock_mhz` and `memory` say what it stands in; a file without them means
 * sth_mem_config_default()'s.
 */
#ifndef STH_CONFIG_H
#define STH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "sth_mem_config.h"
#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_config {
    struct sth_params params;
    struct sth_mem_config memory; /* behind the bus; holds the core's clock */
    char name[64];                /* file name without directory and ".cfg" */
};

/*
 * Reads a file.  On failure returns false, leaves *config as it was and writes
 * one sentence into error: "FILE:LINE: key 'KEY': what is wrong", without
 * LINE or KEY where there is none.
 */
bool sth_config_load(const char *path, struct sth_config *config, char *error,
                     size_t error_size);

/*
 * Where a configuration stands: a `name` without '/' and ".cfg" stands for
 * DIR/configs/NAME.cfg, anything else is a path.  False: that is too long.
 */
bool sth_config_path(const char *name, const char *dir, char *path,
                     size_t size);

/* Like sth_config_load(), of what sth_config_path() says. */
bool sth_config_find(const char *name, const char *dir,
                     struct sth_config *config, char *error, size_t error_size);

/*
 * Whether the parameters describe a chip that can be built: each by its rule
 * in params.def.  If not, writes "key 'KEY': what is wrong" and the nearest
 * legal value into error.
 */
bool sth_config_check(const struct sth_params *params, char *error,
                      size_t error_size);

/*
 * The legal value of a parameter that is nearest to `value`, the larger of two,
 * provided that those of the others which its rule names are legal.
 */
uint32_t sth_config_nearest(const struct sth_params *params, enum sth_param i,
                            uint32_t value);

/*
 * FNV-1a over parameters, clock and memory: what the figures of a run depend
 * on.  The register CFG_HASH holds sth_params_hash() alone.
 */
uint32_t sth_config_hash(const struct sth_config *config);

#ifdef __cplusplus
}
#endif

#endif
