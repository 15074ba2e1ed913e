#include "sth_output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Outputs with a temporary file; changed while no signal is taken. */
static struct sth_output *unfinished;

static const int deadly[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};

enum { DEADLY = sizeof(deadly) / sizeof(*deadly) };

/* Leaves nothing behind, then dies of the signal as if there were no handler.
 */
static void on_signal(int number)
{
    for (const struct sth_output *o = unfinished; o; o = o->next)
        unlink(o->temporary);
    signal(number, SIG_DFL);
    raise(number);
}

/* A signal that the caller's parent ignores stays ignored. */
static void take_signals(void)
{
    static bool taken;
    struct sigaction is, want = {.sa_handler = on_signal};

    for (int i = 0; i < DEADLY && !taken; i++)
        if (!sigaction(deadly[i], NULL, &is) && is.sa_handler == SIG_DFL)
            sigaction(deadly[i], &want, NULL);
    taken = true;
}

/* Puts an output with a temporary file into the list, or takes it out. */
static void note(struct sth_output *output, bool begins)
{
    struct sth_output **at = &unfinished;
    sigset_t all, before;

    take_signals();
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    while (*at && *at != output)
        at = &(*at)->next;
    if (begins && !*at) {
        output->next = NULL;
        *at = output;
    } else if (!begins && *at) {
        *at = output->next;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

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
    note(output, true);
    output->file = fopen(output->temporary, "w");
    if (output->file)
        return true;
    note(output, false);
    return complain(output, "create");
}

bool sth_output_commit(struct sth_output *output)
{
    bool good = !fflush(output->file) && !ferror(output->file);

    if (output->file == stdout)
        return good ? true : complain(output, "write");
    good = !fclose(output->file) && good;
    good = good &&
           (!*output->temporary || !rename(output->temporary, output->path));
    if (!good)
        complain(output, "write");
    if (!good && *output->temporary)
        unlink(output->temporary);
    note(output, false);
    return good;
}

void sth_output_discard(struct sth_output *output)
{
    if (output->file == stdout)
        return;
    fclose(output->file);
    if (*output->temporary)
        unlink(output->temporary);
    note(output, false);
}
