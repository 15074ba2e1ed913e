/* What the subcommands share. */
#include "sth_cmd.h"

#include "sth_options.h"
#include "sth_place.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

static const char *command_name(const void *context, size_t i)
{
    (void)context;
    return sth_commands[i].name;
}

int sth_cmd_unknown(const char *name)
{
    const char *nearest =
        sth_nearest(name, STH_COMMAND_COUNT, command_name, NULL);

    return sth_cmd_error("there is no command '%s'%s%s%s", name,
                         nearest ? "; did you mean '" : "",
                         nearest ? nearest : "", nearest ? "'?" : "");
}

const char *sth_cmd_home(void)
{
    static char home[PATH_MAX];

    if (!*home)
        sth_place_home(home, sizeof(home));
    return home;
}
