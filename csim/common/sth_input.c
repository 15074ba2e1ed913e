#include "sth_input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

FILE *sth_input_open(const char *path, char *error, size_t size)
{
    FILE *file = fopen(path, "rb");
    struct stat status;

    if (!file || fstat(fileno(file), &status))
        snprintf(error, size, "%s: %s", *path ? path : "''", strerror(errno));
    else if (S_ISDIR(status.st_mode))
        snprintf(error, size, "%s: %s", path, strerror(EISDIR));
    else if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        snprintf(error, size, "%s: neither a file nor a pipe", path);
    else
        return file;
    if (file)
        fclose(file);
    return NULL;
}
