#include "sth_targets.h"

#include "sth_cmd.h"
#include "sth_output.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The part of a path behind its last slash. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Of the directory that holds a path. */
static bool stat_directory(const char *path, struct stat *status)
{
    char dir[4096];
    int n =
        snprintf(dir, sizeof(dir), "%.*s.", (int)(name_of(path) - path), path);

    return n >= 0 && (size_t)n < sizeof(dir) && !stat(dir, status);
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Devices and pipes take what comes, from several as from one. */
static bool same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    bool has_a = !stat(a, &of_a), has_b = !stat(b, &of_b);

    if (!strcmp(a, "-") || !strcmp(b, "-"))
        return !strcmp(a, b);
    if (has_a && has_b)
        return S_ISREG(of_a.st_mode) && same_inode(&of_a, &of_b);
    return !has_a && !has_b && !strcmp(name_of(a), name_of(b)) &&
           stat_directory(a, &of_a) && stat_directory(b, &of_b) &&
           same_inode(&of_a, &of_b);
}

bool sth_targets_spare(const struct sth_target *target, size_t targets,
                       const char *input)
{
    for (size_t i = 0; i < targets; i++) {
        if (!target[i].path || !same_file(target[i].path, input))
            continue;
        sth_cmd_error("option %s: '%s' is an input", target[i].option,
                      target[i].path);
        return false;
    }
    return true;
}

int sth_targets_check(const struct sth_target *target, size_t targets,
                      const char *const *inputs, size_t count)
{
    for (size_t i = 0; i < targets; i++) {
        if (target[i].path && !*target[i].path)
            return sth_cmd_error("option %s: the path is empty",
                                 target[i].option);
        for (size_t j = 0; target[i].path && j < i; j++)
            if (target[j].path && same_file(target[i].path, target[j].path))
                return sth_cmd_error(
                    "options %s and %s: '%s' is the same file for both",
                    target[j].option, target[i].option, target[i].path);
    }
    for (size_t i = 0; i < count; i++)
        if (inputs[i] && !sth_targets_spare(target, targets, inputs[i]))
            return 2;
    for (size_t i = 0; i < targets; i++)
        if (target[i].path && !sth_output_probe(target[i].path))
            return 1;
    return 0;
}
