#include "sth_text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *sth_text_file_read(const char *path, char *error, size_t error_size)
{
    FILE *file;
    char *text = NULL;
    size_t size = 0;

    errno = 0;
    file = fopen(path, "r");
    /* Up to a zero, which no text holds: all of it. */
    if (!file || getdelim(&text, &size, 0, file) < 0) {
        snprintf(error, error_size, "%s: %s", path,
                 errno ? strerror(errno) : "is empty");
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}
