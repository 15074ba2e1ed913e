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
        uint64_t cycles = 0, inexact = 0;
        int words = sscanf(text, "%63s %" SCNu64 " %" SCNu64 " %c", name,
                           &cycles, &inexact, &rest);

        if ((words != 2 && words != 3) || !cycles) {
            snprintf(error, error_size,
                     "%s:%u: no line 'NAME CYCLES [INEXACT]'", path, line);
            good = false;
        }
        for (uint32_t i = 0; good && i < cases->count; i++)
            if (!strcmp(cases->list[i].name, name)) {
                result[i].golden = cycles;
                result[i].golden_inexact = inexact;
            }
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
        r->inexact_bad =
            r->ran && sth_fidelity_inexact(&r->fidelity) > r->golden_inexact;
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
    fputs("# RTL cycles of the parity cases, and where there are any how many "
          "commands\n"
          "# csim has in other cycles; `systolith parity --record` rewrites "
          "this.\n",
          file);
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct sth_parity_result *r = &result[i];
        bool exact = r->ran && r->bit_exact;
        uint64_t cycles = exact ? r->rtl.cycles : r->golden;
        uint64_t inexact =
            exact ? sth_fidelity_inexact(&r->fidelity) : r->golden_inexact;

        if (!cycles)
            continue;
        fprintf(file, "%-40s %10" PRIu64, cases->list[i].name, cycles);
        if (inexact)
            fprintf(file, " %10" PRIu64, inexact);
        fputc('\n', file);
    }
    good = !ferror(file);
    good = !fclose(file) && good && !rename(temporary, path);
    if (!good) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        unlink(temporary);
    }
    return good;
}
