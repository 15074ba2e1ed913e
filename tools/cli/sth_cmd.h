/*
 * The subcommands of `systolith` and what they share.  Each takes its own
 * arguments (argv[0] is its name) and returns the exit status: 0 when
 * everything asked for holds, 1 when it does not, 2 for bad usage or input.
 */
#ifndef STH_CMD_H
#define STH_CMD_H

#include <stdbool.h>
#include <stdint.h>

#define COMMAND(id, name, operands, least, most, missing, summary, text)       \
    int sth_cmd_##name(int argc, char **argv);
#define OPTION(command, id, name, argument, kind, standard, group, help)
#include "sth_options.def"
#undef COMMAND
#undef OPTION

/* Prints "systolith: ..." on stderr and returns 2. */
int sth_cmd_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The same about a command that does not exist, with the one likely meant. */
int sth_cmd_unknown(const char *name);

/*
 * Parses a whole number in [min, max]; on failure reports the option by name
 * and returns false.
 */
bool sth_cmd_number(const char *option, const char *text, uint64_t min,
                    uint64_t max, uint64_t *value);

/* Where configs/ stands. */
const char *sth_cmd_home(void);

#endif
