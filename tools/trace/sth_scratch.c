#include "sth_scratch.h"

#include <sys/mman.h>
#include <unistd.h>

FILE *sth_scratch_open(char path[STH_SCRATCH_PATH])
{
    int fd = memfd_create("systolith", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

    if (!file && fd >= 0)
        close(fd);
    if (file)
        snprintf(path, STH_SCRATCH_PATH, "/proc/%ld/fd/%d", (long)getpid(), fd);
    return file;
}
