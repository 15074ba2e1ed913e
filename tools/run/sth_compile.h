/*
 * Compiles a layer trace: firmware plans and schedules it for a configuration
 * as it does on a device, and the commands are kept as a program.
 */
#ifndef STH_COMPILE_H
#define STH_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_config.h"
#include "sth_plan_book.h"

struct sth_compile_file {
    uint8_t *file; /* a program of sth_compiled.h; free() it */
    size_t bytes;
    uint32_t steps;
    uint32_t commands; /* of the first step */
};

/*
 * text is the whole trace, path its name for messages; the program has its
 * first `steps` steps, all with 0.  `plans` are those that are given, to which
 * those decided are added; NULL: none.  False with a sentence in error, and
 * nothing to free, when it is no trace or does not fit the chip.
 */
bool sth_compile(struct sth_compile_file *compiled, const char *text,
                 size_t text_bytes, const char *path,
                 const struct sth_config *config, struct sth_plan_book *plans,
                 uint32_t steps, char *error, size_t error_size);

#endif
