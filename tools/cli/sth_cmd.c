#include "sth_cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sth_cmd_error(const char *format, ...)
{
    va_list args;

    fputs("systolith: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return 2;
}

bool sth_cmd_number(const char *option, const char *text, uint64_t min,
                    uint64_t max, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= min &&
        *value <= max)
        return true;
    sth_cmd_error("option %s: '%s' is not a whole number from %" PRIu64
                  " to %" PRIu64,
                  option, text, min, max);
    return false;
}

/* The directory of the running program, without a trailing slash. */
static const char *program_dir(void)
{
    static char dir[4096];
    ssize_t length;
    char *slash;

    if (*dir)
        return dir;
    length = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
    dir[length > 0 ? length : 0] = 0;
    slash = strrchr(dir, '/');
    if (slash)
        *slash = 0;
    else
        strcpy(dir, ".");
    return dir;
}

const char *sth_cmd_home(void)
{
    /* The program stands in a build directory, mostly of the source tree. */
    static const char *const ups[] = {"/..", "/../.."};
    static char home[4200];
    const char *given = getenv("SYSTOLITH_HOME");
    char configs[4300];

    if (given)
        return given;
    for (size_t i = 0; i < sizeof(ups) / sizeof(ups[0]); i++) {
        snprintf(home, sizeof(home), "%s%s", program_dir(), ups[i]);
        snprintf(configs, sizeof(configs), "%s/configs", home);
        if (!access(configs, R_OK))
            return home;
    }
    return ".";
}

const char *sth_cmd_library_dir(void)
{
    static char dir[4200];

    snprintf(dir, sizeof(dir), "%s/rtl", program_dir());
    return dir;
}
