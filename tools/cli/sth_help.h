/*
 * What is printed about the subcommands: help, manual pages and the tables of
 * docs/cli.md, all from sth_options.def.
 */
#ifndef STH_HELP_H
#define STH_HELP_H

#include "sth_options.h"

#include <stdio.h>

/* The page of a command; of STH_COMMAND_COUNT, the list of all. */
void sth_help_text(FILE *out, enum sth_command_id command);

/* The same as the source of a manual page of section 1. */
void sth_help_man(FILE *out, enum sth_command_id command);

/* The options of a command as a Markdown table. */
void sth_help_table(FILE *out, enum sth_command_id command);

/*
 * An option as the help shows it: what is typed ("--by-layer[=W]"), and what
 * it means with range and default.  Both are cut when they do not fit.
 */
void sth_help_option(const struct sth_option_entry *option, char *typed,
                     size_t typed_size, char *meaning, size_t meaning_size);

#endif
