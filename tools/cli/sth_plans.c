/* The plans that a command is given. */
#include "sth_plans.h"

#include <stdlib.h>

#include "sth_cmd.h"
#include "sth_file.h"
#include "sth_plan_file.h"

bool sth_plans_read(struct sth_plan_book *book, const char *path,
                    const struct sth_config *config)
{
    char error[4600], *text;
    size_t bytes;
    bool good;

    if (!path)
        return true;
    text = sth_file_read(path, &bytes, error, sizeof(error));
    good = text && sth_plan_file_read(book, config, path, text, bytes, error,
                                      sizeof(error));
    free(text);
    if (!good)
        sth_cmd_error("%s", error);
    return good;
}
