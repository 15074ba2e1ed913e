/* systolith vp: another program, which needs SystemC; it stands beside. */
#include "sth_args.h"
#include "sth_cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "systolith-vp"

int sth_cmd_vp(int argc, char **argv)
{
    char path[PATH_MAX + sizeof(PROGRAM)];
    struct sth_args args;
    char **copy = calloc((size_t)argc + 1, sizeof(*copy));
    int status;
    ssize_t length;

    if (!copy)
        return sth_cmd_error("out of memory");
    memcpy(copy, argv, (size_t)argc * sizeof(*copy));
    if (!sth_args_parse(&args, STH_COMMAND_VP, argc, argv, &status)) {
        free(copy);
        return status;
    }
    length = readlink("/proc/self/exe", path, PATH_MAX);
    while (length > 0 && path[length - 1] != '/')
        length--;
    strcpy(path + (length < 0 ? 0 : length), PROGRAM);
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    fflush(stdout);
    execv(path, copy);
    free(copy);
    return sth_cmd_error("%s: %s; `make vp` installs SystemC and builds it",
                         path, strerror(errno));
}
