/* systolith silicon: clock and area of a chip, as `make silicon` measured it.
 */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_config.h"
#include "sth_output.h"
#include "sth_silicon_report.h"
#include "sth_targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Percent by which a figure may leave the one on record. */
#define TOLERANCE 2.0

/* False with a message when there is none, or it is of other parameters. */
static bool load(const char *path, const struct sth_config *config,
                 struct sth_silicon *chip)
{
    char error[4600];

    if (access(path, F_OK)) {
        sth_cmd_error("%s: no measurement of '%s'; 'make silicon "
                      "SILICON_CONFIGS=%s' makes one",
                      path, config->name, config->name);
        return false;
    }
    if (!sth_silicon_load(path, chip, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    if (chip->hash == sth_params_hash(&config->params))
        return true;
    sth_cmd_error("%s: was measured of '%s' with parameters other than those "
                  "of '%s'",
                  path, chip->config, config->name);
    return false;
}

static bool write_json(FILE *out, const struct sth_silicon *chip,
                       const struct sth_config *config)
{
    return sth_silicon_json(out, chip, config);
}

static bool write_svg(FILE *out, const struct sth_silicon *chip,
                      const struct sth_config *config)
{
    (void)config;
    return sth_silicon_svg(out, chip);
}

static bool
write_report(const char *path,
             bool (*write)(FILE *out, const struct sth_silicon *chip,
                           const struct sth_config *config),
             const struct sth_silicon *chip, const struct sth_config *config)
{
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    if (write(output.file, chip, config))
        return sth_output_commit(&output);
    sth_output_discard(&output);
    sth_cmd_error("cannot write '%s'", path);
    return false;
}

/* Prints what was asked for; returns the exit status. */
static int print(const struct sth_args *args, const struct sth_silicon *chip)
{
    const char *name = args->text[STH_OPT_SILICON_BLOCK];
    const struct sth_silicon_block *block;

    if (args->given[STH_OPT_SILICON_MARKDOWN])
        return sth_silicon_markdown(stdout, chip) ? 0 : 1;
    if (!name)
        return sth_silicon_text(stdout, chip) ? 0 : 1;
    block = sth_silicon_find(chip, name);
    if (!block)
        return sth_cmd_error("option --block: '%s' has no block '%s'; without "
                             "the option all are listed",
                             chip->config, name);
    return sth_silicon_block_text(stdout, chip, block) ? 0 : 1;
}

/* The exit status when the chip is held against a record. */
static int compare(const struct sth_silicon *chip, const char *path,
                   const struct sth_config *config)
{
    struct sth_silicon *record;
    int status = 2;

    if (!path)
        return 0;
    record = malloc(sizeof(*record));
    if (!record)
        return sth_cmd_error("out of memory");
    if (load(path, config, record))
        status = sth_silicon_compare(stdout, chip, record, TOLERANCE) ? 1 : 0;
    free(record);
    return status;
}

static int run(const struct sth_args *args, const struct sth_config *config,
               struct sth_silicon *chip)
{
    const char *measured = args->text[STH_OPT_SILICON_MEASURED];
    char path[4600];
    int status, compared;
    bool written;

    if (!measured) {
        snprintf(path, sizeof(path), "build/silicon/%s/chip.txt", config->name);
        measured = path;
    }
    if (!load(measured, config, chip))
        return 2;
    status = print(args, chip);
    if (status)
        return status;
    written = write_report(args->text[STH_OPT_SILICON_JSON], write_json, chip,
                           config);
    written &=
        write_report(args->text[STH_OPT_SILICON_SVG], write_svg, chip, config);
    compared = compare(chip, args->text[STH_OPT_SILICON_GOLDEN], config);
    return compared ? compared : written ? 0 : 1;
}

int sth_cmd_silicon(int argc, char **argv)
{
    struct sth_config config;
    struct sth_silicon *chip;
    struct sth_args args;
    char error[4600];
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_SILICON, argc, argv, &status))
        return status;
    sth_mem_config_default(&config.memory);
    if (!sth_config_find(args.text[STH_OPT_SILICON_CONFIG], sth_cmd_home(),
                         &config, error, sizeof(error)))
        return sth_cmd_error("%s", error);
    {
        const struct sth_target targets[] = {
            {"--json", args.text[STH_OPT_SILICON_JSON]},
            {"--svg", args.text[STH_OPT_SILICON_SVG]},
        };
        const char *const inputs[] = {args.text[STH_OPT_SILICON_MEASURED],
                                      args.text[STH_OPT_SILICON_GOLDEN], NULL};

        status = sth_targets_check(targets, 2, inputs);
    }
    if (status)
        return status;
    chip = malloc(sizeof(*chip));
    if (!chip)
        return sth_cmd_error("out of memory");
    status = run(&args, &config, chip);
    free(chip);
    return status;
}
