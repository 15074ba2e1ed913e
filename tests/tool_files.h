/*
 * What the tests of the tools share: cmocka's headers, temporary files and
 * output that is caught as text.
 */
#ifndef TOOL_FILES_H
#define TOOL_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sth_config.h"

enum { TEST_PATH = 512 };

/* A new file with these bytes, in $TMPDIR; its name goes to path. */
static inline void write_temporary(char path[TEST_PATH], const void *bytes,
                                   size_t count)
{
    const char *directory = getenv("TMPDIR");
    FILE *file;
    int fd;

    snprintf(path, TEST_PATH, "%s/systolith_test_XXXXXX",
             directory ? directory : "/tmp");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    file = fdopen(fd, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

/* A shipped configuration, by name. */
static inline struct sth_params shipped(const char *name)
{
    struct sth_config config;
    char error[512];

    if (!sth_config_find(name, ".", &config, error, sizeof(error)))
        fail_msg("%s", error);
    return config.params;
}

#endif
