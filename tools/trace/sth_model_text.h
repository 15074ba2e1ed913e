/*
 * The text of a configuration: what JSON's reader does not tell, places and
 * numbers that JSON has not.
 */
#ifndef STH_MODEL_TEXT_H
#define STH_MODEL_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A JSON object from a file, and its text for sth_model_text_line(): NULL and a
 * sentence with file and line in error when there is none.  The caller frees
 * both.  Infinity and NaN, which Python writes, are read as texts, so that they
 * are no numbers where one is asked for and matter nowhere else.
 */
json_t *sth_model_text_load(const char *path, char **text, char *error,
                            size_t error_size);

/* The line on which a field begins, "a.b" within an object; 0: not there. */
int sth_model_text_line(const char *text, const char *field);

#endif
