/*
 * Output files that appear whole or not at all: what is written goes to a
 * temporary file beside the target, which takes its name on commit.  Behind a
 * symbolic link that is the file it leads to.  A target that exists and is no
 * file, such as /dev/null, is written directly.  A signal that ends the process
 * takes temporary files with it.
 */
#ifndef STH_OUTPUT_H
#define STH_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct sth_output {
    FILE *file;
    char path[4096];
    char temporary[4160];    /* empty: there is none */
    struct sth_output *next; /* of those that have one */
};

/* "-" means standard output.  Reports on stderr and returns false on error. */
bool sth_output_open(struct sth_output *output, const char *path);
/* Whether it could be opened, without leaving or touching anything. */
bool sth_output_probe(const char *path);
bool sth_output_commit(struct sth_output *output);
void sth_output_discard(struct sth_output *output);

#endif
