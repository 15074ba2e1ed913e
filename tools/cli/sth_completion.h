/* Completion scripts of shells, from sth_options.def. */
#ifndef STH_COMPLETION_H
#define STH_COMPLETION_H

#include <stdio.h>

void sth_completion_bash(FILE *out);
/* zsh takes the script of bash through its bashcompinit. */
void sth_completion_zsh(FILE *out);

#endif
