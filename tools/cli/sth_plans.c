/* The plans that a command is given, or keeps. */
#include "sth_plans.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sth_cmd.h"
#include "sth_file.h"
#include "sth_output.h"
#include "sth_plan_file.h"
#include "sth_version.h"
#include "sth_version_build.h"

static bool read_file(struct sth_plans *plans, const char *path, char *error,
                      size_t error_size)
{
    size_t bytes;
    char *text = sth_file_read(path, &bytes, error, error_size);
    bool good = text && sth_plan_file_read(&plans->book, plans->config, path,
                                           text, bytes, error, error_size);

    free(text);
    return good;
}

bool sth_plans_open(struct sth_plans *plans, const char *file,
                    const char *cache, const struct sth_config *config)
{
    char error[4600];

    plans->config = config;
    plans->cache = cache;
    sth_plan_book_init(&plans->book);
    if (file && cache) {
        sth_cmd_error("options --plans and --plan-cache exclude each other");
        return false;
    }
    if (file && !read_file(plans, file, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    if (!cache)
        return true;
    if (mkdir(cache, 0777) != 0 && errno != EEXIST) {
        sth_cmd_error("option --plan-cache: %s: %s", cache, strerror(errno));
        return false;
    }
    snprintf(plans->path, sizeof(plans->path),
             "%.4096s/%08" PRIx32 "-%s-%s.plans", cache,
             sth_config_hash(config), STH_VERSION, sth_version_build());
    if (!read_file(plans, plans->path, error, sizeof(error)))
        sth_plan_book_fini(&plans->book);
    return true;
}

bool sth_plans_keep(const struct sth_plans *plans)
{
    const struct sth_plan_entry *e = plans->book.first;
    struct sth_output output;

    while (e && e->line)
        e = e->next;
    if (!plans->cache || !e)
        return true;
    if (!sth_output_open(&output, plans->path))
        return false;
    sth_plan_file_write(output.file, &plans->book, plans->config);
    return sth_output_commit(&output);
}

void sth_plans_close(struct sth_plans *plans)
{
    sth_plan_book_fini(&plans->book);
}
