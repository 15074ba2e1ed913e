/*
 * The subcommands of `systolith` and what they share.  Each takes its own
 * arguments (argv[0] is its name) and returns the exit status: 0 when
 * everything asked for holds, 1 when it does not, 2 for bad usage or input.
 */
#ifndef STH_CMD_H
#define STH_CMD_H

#include <stdbool.h>
#include <stdint.h>

int sth_cmd_trace(int argc, char **argv);
int sth_cmd_run(int argc, char **argv);
int sth_cmd_disasm(int argc, char **argv);
int sth_cmd_info(int argc, char **argv);
int sth_cmd_random(int argc, char **argv);
int sth_cmd_table(int argc, char **argv);
int sth_cmd_parity(int argc, char **argv);
int sth_cmd_bench(int argc, char **argv);

/* Prints "systolith: ..." on stderr and returns 2. */
int sth_cmd_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Parses a whole number in [min, max]; on failure reports the option by name
 * and returns false.
 */
bool sth_cmd_number(const char *option, const char *text, uint64_t min,
                    uint64_t max, uint64_t *value);

/* Where configs/ stands, and where the RTL libraries stand. */
const char *sth_cmd_home(void);
const char *sth_cmd_library_dir(void);

#endif
