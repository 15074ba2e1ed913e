#include "sth_text_file.h"

#include "sth_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *sth_text_file_read(const char *path, char *error, size_t error_size)
{
    FILE *file = sth_input_open(path, error, error_size);
    char *text = NULL;
    size_t size = 0;
    ssize_t length;

    if (!file)
        return NULL;
    errno = 0;
    /* Up to a zero, which no text holds: all of it. */
    length = getdelim(&text, &size, 0, file);
    if (length < 0 || !text[length - 1]) {
        snprintf(error, error_size, "%s: %s", path,
                 length > 0 ? "holds a zero byte"
                 : errno    ? strerror(errno)
                            : "is empty");
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}
