/* The plans that a command is given, or keeps. */
#include "sth_plans.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sth_cmd.h"
#include "sth_file.h"
#include "sth_output.h"
#include "sth_plan_file.h"
#include "sth_version.h"
#include "sth_version_build.h"

enum { SEAL = 256 };

/* Of a cache: who planned. */
static const char *seal(char text[SEAL])
{
    snprintf(text, SEAL, "%s-%s", STH_VERSION, sth_version_planner());
    return text;
}

static bool read_file(struct sth_plans *plans, const char *path,
                      const char *sealed, char *error, size_t error_size)
{
    size_t bytes;
    char *text = sth_file_read(path, &bytes, error, error_size);
    bool good =
        text && sth_plan_file_read(&plans->book, plans->config, sealed, path,
                                   text, bytes, error, error_size);

    free(text);
    return good;
}

/* Leaves errno as it is. */
static bool is_folder(const char *path)
{
    const int error = errno;
    struct stat about;
    const bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);

    errno = error;
    return folder;
}

/* Lines of a file that nothing took. */
static void note_unused(const struct sth_plans *plans)
{
    for (const struct sth_plan_entry *e = plans->book.first; e; e = e->next)
        if (plans->file && e->line && !e->used)
            fprintf(stderr,
                    "systolith: note: %s:%u: no operation has this kernel and "
                    "shape\n",
                    plans->file, e->line);
}

bool sth_plans_open(struct sth_plans *plans, const char *file,
                    const char *cache, const struct sth_config *config)
{
    char error[4600], sealed[SEAL];

    plans->config = config;
    plans->cache = cache;
    plans->file = file;
    sth_plan_book_init(&plans->book);
    if (file && cache) {
        sth_cmd_error("options --plans and --plan-cache exclude each other");
        return false;
    }
    if (file && !read_file(plans, file, NULL, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    if (!cache)
        return true;
    if (mkdir(cache, 0777) != 0 && !is_folder(cache)) {
        sth_cmd_error("option --plan-cache: %s: %s", cache,
                      strerror(errno == EEXIST ? ENOTDIR : errno));
        return false;
    }
    snprintf(plans->path, sizeof(plans->path), "%.4080s/%08" PRIx32 "-%s.plans",
             cache, sth_config_hash(config), seal(sealed));
    if (read_file(plans, plans->path, sealed, error, sizeof(error)))
        return true;
    sth_plan_book_fini(&plans->book);
    return sth_output_probe(plans->path);
}

bool sth_plans_write(const char *path, const struct sth_plan_book *book,
                     const struct sth_config *config, const char *sealed)
{
    struct sth_output output;

    if (!sth_output_open(&output, path))
        return false;
    if (sth_plan_file_write(output.file, book, config, sealed))
        return sth_output_commit(&output);
    sth_output_discard(&output);
    sth_cmd_error("out of memory");
    return false;
}

bool sth_plans_keep(const struct sth_plans *plans)
{
    const struct sth_plan_entry *e = plans->book.first;
    char sealed[SEAL];

    note_unused(plans);
    while (e && e->line)
        e = e->next;
    return !plans->cache || !e ||
           sth_plans_write(plans->path, &plans->book, plans->config,
                           seal(sealed));
}

void sth_plans_close(struct sth_plans *plans)
{
    sth_plan_book_fini(&plans->book);
}
