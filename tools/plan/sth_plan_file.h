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
 * clock and memory.  A file that nobody is to change is sealed: its last line
 * is "end SEAL 0xSUM", SEAL a word that says who planned, SUM that of all
 * before the line and of SEAL.
 */
#ifndef STH_PLAN_FILE_H
#define STH_PLAN_FILE_H

#include <stdio.h>

#include "sth_config.h"
#include "sth_plan_book.h"

/* Writes all plans of a book; seal NULL: none.  False: out of memory. */
bool sth_plan_file_write(FILE *out, const struct sth_plan_book *book,
                         const struct sth_config *config, const char *seal);

/*
 * Adds the plans of a file's text.  False, with a sentence that names file,
 * line and member in error, when the text is damaged, for another
 * configuration or memory, without that seal unless it is NULL, or a plan does
 * not fit; the book then holds the plans before that line.
 */
bool sth_plan_file_read(struct sth_plan_book *book,
                        const struct sth_config *config, const char *seal,
                        const char *path, const char *text, size_t bytes,
                        char *error, size_t error_size);

#endif
