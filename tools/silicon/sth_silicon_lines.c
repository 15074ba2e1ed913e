#include "sth_silicon_lines.h"

#include "sth_input.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 512 };

/* "KEY TEXT\n"; cuts the line. */
static bool take_line(char *line, sth_silicon_take *take, void *to)
{
    char *text = strchr(line, ' ');

    line[strcspn(line, "\n")] = 0;
    if (!text)
        return false;
    *text++ = 0;
    return take(to, line, text);
}

bool sth_silicon_lines(const char *path, const char *target,
                       sth_silicon_take *take, void *to, char *error,
                       size_t error_size)
{
    FILE *file = sth_input_open(path, error, error_size);
    char line[LINE_BYTES];
    unsigned number = 0;
    bool good = true;

    if (!file)
        return false;
    while (good && fgets(line, sizeof(line), file)) {
        number++;
        good = take_line(line, take, to);
    }
    if (!good)
        snprintf(error, error_size, "%s:%u: not a line of `make %s`", path,
                 number, target);
    else if (ferror(file))
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
    good &= !ferror(file);
    fclose(file);
    return good;
}

bool sth_silicon_copy(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);

    if (!length || length >= size)
        return false;
    memcpy(to, from, length + 1);
    return true;
}

bool sth_silicon_is_amount(double value)
{
    return isfinite(value) && value >= 0;
}
