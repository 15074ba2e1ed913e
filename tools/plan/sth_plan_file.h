/*
 * Plans as a text file, to be kept, read and changed by hand:
 *
 *     systolith-plans 1
 *     config NAME 0xHASH
 *     memory TEXT
 *     KERNEL shape members : free members of the plan   # operations
 *     end
 *
 * Members are NAME=NUMBER; a # begins a comment.  HASH is that of parameters,
 * clock and memory.
 */
#ifndef STH_PLAN_FILE_H
#define STH_PLAN_FILE_H

#include <stdio.h>

#include "sth_config.h"
#include "sth_plan_book.h"

/* Writes all plans of a book. */
void sth_plan_file_write(FILE *out, const struct sth_plan_book *book,
                         const struct sth_config *config);

/*
 * Adds the plans of a file's text.  False, with a sentence that names file,
 * line and member in error, when the text is damaged, for another
 * configuration, or a plan does not fit; the book then holds the plans before
 * that line.
 */
bool sth_plan_file_read(struct sth_plan_book *book,
                        const struct sth_config *config, const char *path,
                        const char *text, size_t bytes, char *error,
                        size_t error_size);

#endif
