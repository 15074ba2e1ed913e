#include "sth_parity_golden.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A missing file counts as an empty one. */
static bool load(const char *path, const struct sth_parity_cases *cases,
                 struct sth_parity_result *result, char *error,
                 size_t error_size)
{
    FILE *file = fopen(path, "r");
    char text[256], name[64], rest;
    uint64_t cycles;
    bool good = true;

    if (!file && errno == ENOENT)
        return true;
    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    for (unsigned line = 1; good && fgets(text, sizeof(text), file); line++) {
        if (text[0] == '#' || text[strspn(text, " \t\n")] == 0)
            continue;
        if (sscanf(text, "%63s %" SCNu64 " %c", name, &cycles, &rest) != 2 ||
            !cycles) {
            snprintf(error, error_size, "%s:%u: no line 'NAME CYCLES'", path,
                     line);
            good = false;
        }
        for (uint32_t i = 0; good && i < cases->count; i++)
            if (!strcmp(cases->list[i].name, name))
                result[i].golden = cycles;
    }
    fclose(file);
    return good;
}

bool sth_parity_golden_check(const char *path,
                             const struct sth_parity_cases *cases,
                             struct sth_parity_result *result, char *error,
                             size_t error_size)
{
    if (!load(path, cases, result, error, error_size))
        return false;
    for (uint32_t i = 0; i < cases->count; i++) {
        struct sth_parity_result *r = &result[i];

        r->golden_bad = r->ran && r->rtl.cycles != r->golden;
    }
    return true;
}

bool sth_parity_golden_record(const char *path,
                              const struct sth_parity_cases *cases,
                              const struct sth_parity_result *result,
                              char *error, size_t error_size)
{
    char temporary[4200];
    FILE *file;
    bool good;

    snprintf(temporary, sizeof(temporary), "%s.%ld.part", path, (long)getpid());
    file = fopen(temporary, "w");
    if (!file) {
        snprintf(error, error_size, "%s: %s", temporary, strerror(errno));
        return false;
    }
    fputs("# RTL cycles of the parity cases; `systolith parity --record` "
          "rewrites this.\n",
          file);
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct sth_parity_result *r = &result[i];
        uint64_t cycles = r->ran && r->bit_exact ? r->rtl.cycles : r->golden;

        if (cycles)
            fprintf(file, "%-40s %10" PRIu64 "\n", cases->list[i].name, cycles);
    }
    good = !ferror(file);
    good = !fclose(file) && good && !rename(temporary, path);
    if (!good) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        unlink(temporary);
    }
    return good;
}
