/* Whole files of text. */
#ifndef STH_TEXT_FILE_H
#define STH_TEXT_FILE_H

#include <stddef.h>

/* The contents with a zero behind them, the caller's; NULL with a message. */
char *sth_text_file_read(const char *path, char *error, size_t error_size)
    __attribute__((warn_unused_result));

#endif
