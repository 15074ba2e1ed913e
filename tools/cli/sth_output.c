#include "sth_output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool complain(const struct sth_output *output, const char *what)
{
    fprintf(stderr, "systolith: cannot %s '%s': %s\n", what, output->path,
            strerror(errno));
    return false;
}

bool sth_output_open(struct sth_output *output, const char *path)
{
    memset(output, 0, sizeof(*output));
    snprintf(output->path, sizeof(output->path), "%s", path);
    output->file = stdout;
    if (!strcmp(path, "-"))
        return true;
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
    if (good && !rename(output->temporary, output->path))
        return true;
    complain(output, "write");
    unlink(output->temporary);
    return false;
}

void sth_output_discard(struct sth_output *output)
{
    if (output->file == stdout)
        return;
    fclose(output->file);
    unlink(output->temporary);
}
