#include "sth_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(const struct sth_output *output, const char *what)
{
    fprintf(stderr, "systolith: cannot %s '%s': %s\n", what, output->path,
            strerror(errno));
    return false;
}

/* A file that is open already, such as /dev/stdout: it goes on. */
static bool is_stream(const char *path)
{
    return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6);
}

/* A device or a pipe takes what is written; renaming would replace it. */
static bool is_special(const char *path)
{
    struct stat status;

    if (is_stream(path))
        return true;
    return !stat(path, &status) && !S_ISREG(status.st_mode) &&
           !S_ISDIR(status.st_mode);
}

static bool is_directory(const char *path)
{
    struct stat status;

    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

bool sth_output_probe(const char *path)
{
    struct sth_output output = {.file = NULL};

    if (!strcmp(path, "-"))
        return true;
    if (is_special(path)) {
        snprintf(output.path, sizeof(output.path), "%s", path);
        return access(path, W_OK) ? complain(&output, "open") : true;
    }
    if (!sth_output_open(&output, path))
        return false;
    sth_output_discard(&output);
    return true;
}

/* The file behind a symbolic link, which stays; false when there is none. */
static bool follow_link(struct sth_output *output)
{
    char *file;
    struct stat status;
    bool good;

    if (lstat(output->path, &status) || !S_ISLNK(status.st_mode))
        return true;
    file = realpath(output->path, NULL);
    good = file && strlen(file) < sizeof(output->path);
    if (good)
        strcpy(output->path, file);
    free(file);
    return good;
}

bool sth_output_open(struct sth_output *output, const char *path)
{
    memset(output, 0, sizeof(*output));
    snprintf(output->path, sizeof(output->path), "%s", path);
    if (strlen(path) >= sizeof(output->path)) {
        errno = ENAMETOOLONG;
        return complain(output, "open");
    }
    output->file = stdout;
    if (!strcmp(path, "-"))
        return true;
    if (is_special(path)) {
        output->file = fopen(path, is_stream(path) ? "a" : "w");
        return output->file ? true : complain(output, "open");
    }
    if (!*path || is_directory(path)) {
        errno = *path ? EISDIR : ENOENT;
        return complain(output, "create");
    }
    if (!follow_link(output))
        return complain(output, "follow");
    snprintf(output->temporary, sizeof(output->temporary), "%s.%ld.part",
             output->path, (long)getpid());
    output->file = fopen(output->temporary, "w");
    return output->file ? true : complain(output, "create");
}

bool sth_output_commit(struct sth_output *output)
{
    bool good = !fflush(output->file) && !ferror(output->file);

    if (output->file == stdout)
        return good ? true : complain(output, "write");
    good = !fclose(output->file) && good;
    if (good &&
        (!*output->temporary || !rename(output->temporary, output->path)))
        return true;
    complain(output, "write");
    if (*output->temporary)
        unlink(output->temporary);
    return false;
}

void sth_output_discard(struct sth_output *output)
{
    if (output->file == stdout)
        return;
    fclose(output->file);
    if (*output->temporary)
        unlink(output->temporary);
}
