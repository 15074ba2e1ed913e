/* A whole file in memory. */
#include "sth_file.h"

#include "sth_input.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t FILE_BYTES_MAX = (size_t)1 << 30;

char *sth_file_read(const char *path, size_t *bytes, char *error,
                    size_t error_size)
{
    FILE *file = sth_input_open(path, error, error_size);
    char *text = NULL;
    size_t room = 1 << 16;
    bool good;

    *bytes = 0;
    if (!file)
        return NULL;
    while ((text == NULL || *bytes == room) && *bytes <= FILE_BYTES_MAX) {
        char *larger = realloc(text, room *= 2);

        if (!larger)
            break;
        text = larger;
        *bytes += fread(text + *bytes, 1, room - *bytes, file);
    }
    good = !ferror(file) && *bytes < room && *bytes <= FILE_BYTES_MAX;
    if (!good) {
        if (*bytes > FILE_BYTES_MAX)
            snprintf(error, error_size, "%s: larger than 1 GiB", path);
        else
            snprintf(error, error_size, "%s: %s", path,
                     strerror(errno ? errno : EIO));
        free(text);
    }
    fclose(file);
    return good ? text : NULL;
}
