/*
 * systolith silicon: clock and area of a chip as `make silicon` measured them,
 * its power as `make silicon-power` did.
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
#include <string.h>
#include <unistd.h>

/* Percent by which a figure may leave the one on record. */
#define TOLERANCE 2.0

/*
 * False with a message when what a file says is of another chip; a record may
 * be of other parameters, which is a difference.
 */
static bool is_of(const char *path, const char *name, const uint32_t *hash,
                  const struct sth_config *config)
{
    if (strcmp(name, config->name) != 0)
        sth_cmd_error("%s: is of '%s', but the configuration is '%s'", path,
                      name, config->name);
    else if (hash && *hash != sth_params_hash(&config->params))
        sth_cmd_error("%s: '%s' had other parameters when it was measured",
                      path, name);
    else
        return true;
    return false;
}

/*
 * False with a message when there is none, or it is of another chip.  `target`
 * is the CONFIG that make measures it by, NULL of a record.
 */
static bool load(const char *path, const char *target,
                 const struct sth_config *config, struct sth_silicon *chip)
{
    char error[4600];

    if (target && access(path, F_OK)) {
        sth_cmd_error("%s: no measurement of '%s'; 'make silicon CONFIG=%s' "
                      "makes one",
                      path, config->name, target);
        return false;
    }
    if (!sth_silicon_load(path, chip, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    return is_of(path, chip->config, target ? &chip->hash : NULL, config);
}

/* The same for power, or for a record of it. */
static bool load_power(const char *path, bool record,
                       const struct sth_config *config,
                       struct sth_silicon_power *power)
{
    char error[4600];

    if (!sth_silicon_power_load(path, power, error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    return is_of(path, power->config, record ? NULL : &power->hash, config);
}

/* What is printed; `power` is empty where none was asked for. */
struct measured {
    const struct sth_config *config;
    struct sth_silicon chip, record;
    struct sth_silicon_power power, power_record;
    double period;
    struct sth_silicon_verdict verdict;
    char *differences; /* what the verdict rests on */
    bool held;         /* against a record */
};

static const struct sth_silicon_power *power_of(const struct measured *m)
{
    return m->power.blocks ? &m->power : NULL;
}

static bool write_json(FILE *out, const struct measured *m)
{
    return sth_silicon_json(out, &m->chip, power_of(m), m->config,
                            m->held ? &m->verdict : NULL);
}

static bool write_svg(FILE *out, const struct measured *m)
{
    return sth_silicon_svg(out, &m->chip);
}

static bool write_report(const char *path,
                         bool (*write)(FILE *out, const struct measured *m),
                         const struct measured *m)
{
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    if (write(output.file, m))
        return sth_output_commit(&output);
    sth_output_discard(&output);
    sth_cmd_error("cannot write '%s'", path);
    return false;
}

static bool print_markdown(const struct measured *m)
{
    return sth_silicon_markdown(stdout, &m->chip) &&
           (!power_of(m) ||
            sth_silicon_power_markdown(stdout, &m->power, m->period));
}

/* Prints what was asked for; returns the exit status. */
static int print(const struct sth_args *args, const struct measured *m)
{
    const char *name = args->text[STH_OPT_SILICON_BLOCK];
    const struct sth_silicon_block *block;

    if (args->given[STH_OPT_SILICON_MARKDOWN])
        return print_markdown(m) ? 0 : 1;
    if (power_of(m))
        return sth_silicon_power_text(stdout, &m->power, m->period) ? 0 : 1;
    if (!name)
        return sth_silicon_text(stdout, &m->chip) ? 0 : 1;
    block = sth_silicon_find(&m->chip, name);
    if (!block)
        return sth_cmd_error("option --block: '%s' has no block '%s'; without "
                             "the option all are listed",
                             m->chip.config, name);
    return sth_silicon_block_text(stdout, &m->chip, block) ? 0 : 1;
}

/* Holds the chip against its records; false with a message. */
static bool compare(const struct sth_args *args, struct measured *m)
{
    struct sth_silicon_verdict *v = &m->verdict;
    size_t size;
    FILE *out = open_memstream(&m->differences, &size);
    bool good;

    if (!out)
        return !sth_cmd_error("out of memory");
    if (args->text[STH_OPT_SILICON_GOLDEN])
        v->count += sth_silicon_compare(out, &m->chip, &m->record, TOLERANCE);
    if (args->text[STH_OPT_SILICON_POWER_GOLDEN])
        v->count += sth_silicon_power_compare(out, &m->power, &m->power_record,
                                              TOLERANCE);
    good = !ferror(out);
    good &= !fclose(out);
    v->percent = TOLERANCE;
    v->differences = m->differences;
    return good ? true : !sth_cmd_error("out of memory");
}

/* Says how the comparison ended. */
static void say_verdict(FILE *out, const struct sth_args *args,
                        const struct measured *m)
{
    if (!m->verdict.count)
        return;
    fprintf(out,
            "%s%u difference%s from the record, of more than %g %% where it is "
            "a measure; 'make silicon-record CONFIG=%s' accepts\n",
            m->differences, m->verdict.count, m->verdict.count > 1 ? "s" : "",
            TOLERANCE, args->text[STH_OPT_SILICON_CONFIG]);
}

/* Whether power and clock are of the same netlists; else with a message. */
static bool is_of_chip(const char *path, const struct measured *m)
{
    const struct {
        const char *what, *power, *chip;
    } texts[] = {{"commit", m->power.commit, m->chip.commit},
                 {"library", m->power.library, m->chip.library},
                 {"corner", m->power.corner, m->chip.corner}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (strcmp(texts[i].power, texts[i].chip) != 0) {
            sth_cmd_error("%s: is of %s '%s', but clock and area are of '%s'",
                          path, texts[i].what, texts[i].power, texts[i].chip);
            return false;
        }
    for (uint32_t i = 0; i < m->power.blocks; i++)
        if (!sth_silicon_find(&m->chip, m->power.block[i].name)) {
            sth_cmd_error("%s: block '%s' is none of the chip's", path,
                          m->power.block[i].name);
            return false;
        }
    for (uint32_t i = 0; i < m->chip.blocks; i++)
        if (sth_silicon_power_block(&m->power, m->chip.block[i].name) < 0) {
            sth_cmd_error("%s: no line 'energy' of block '%s'", path,
                          m->chip.block[i].name);
            return false;
        }
    return true;
}

/* What is needed to say what the chip spends; false with a message. */
static bool find_power(const struct sth_args *args, struct measured *m)
{
    const char *path = args->text[STH_OPT_SILICON_POWER];
    struct sth_silicon_sum sum;

    if (!path) {
        if (args->text[STH_OPT_SILICON_POWER_GOLDEN])
            sth_cmd_error("option --power-golden needs --power");
        return !args->text[STH_OPT_SILICON_POWER_GOLDEN];
    }
    sth_silicon_total(&m->chip, &sum);
    m->period = sum.period;
    if (!(m->period > 0)) {
        sth_cmd_error("option --power: the measurement has no period; it is of "
                      "some blocks alone");
        return false;
    }
    return load_power(path, false, m->config, &m->power) && is_of_chip(path, m);
}

/* Everything that is asked for; false with a message. */
static bool load_all(const struct sth_args *args, const char *measured,
                     struct measured *m)
{
    const char *const *text = args->text;
    const char *golden = text[STH_OPT_SILICON_GOLDEN];
    const char *power = text[STH_OPT_SILICON_POWER_GOLDEN];

    return load(measured, text[STH_OPT_SILICON_CONFIG], m->config, &m->chip) &&
           find_power(args, m) &&
           (!golden || load(golden, NULL, m->config, &m->record)) &&
           (!power || load_power(power, true, m->config, &m->power_record));
}

/* The exit status when what is written cannot be, or is what is read. */
static int check_targets(const struct sth_args *args,
                         const struct sth_config *config, const char *measured)
{
    const struct sth_target targets[] = {
        {"--json", args->text[STH_OPT_SILICON_JSON]},
        {"--svg", args->text[STH_OPT_SILICON_SVG]},
    };
    char path[4096];
    const char *const inputs[] = {
        measured,
        args->text[STH_OPT_SILICON_GOLDEN],
        args->text[STH_OPT_SILICON_POWER],
        args->text[STH_OPT_SILICON_POWER_GOLDEN],
        sth_mem_config_file(&config->memory),
        sth_config_path(args->text[STH_OPT_SILICON_CONFIG], sth_cmd_home(),
                        path, sizeof(path))
            ? path
            : NULL,
    };

    return sth_targets_check(targets, 2, inputs,
                             sizeof(inputs) / sizeof(*inputs));
}

static bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

static int run(const struct sth_args *args, struct measured *m)
{
    const char *measured = args->text[STH_OPT_SILICON_MEASURED];
    char path[4600];
    bool written, printed;
    int status;

    if (!measured) {
        snprintf(path, sizeof(path), "build/silicon/%s/chip.txt",
                 m->config->name);
        measured = path;
    }
    status = check_targets(args, m->config, measured);
    if (status)
        return status;
    if (!load_all(args, measured, m))
        return 2;
    if (!compare(args, m))
        return 2;
    /* A report on standard output stands there alone. */
    printed = !is_stdout(args->text[STH_OPT_SILICON_JSON]) &&
              !is_stdout(args->text[STH_OPT_SILICON_SVG]);
    status = printed ? print(args, m) : 0;
    if (status)
        return status;
    written = write_report(args->text[STH_OPT_SILICON_JSON], write_json, m);
    written &= write_report(args->text[STH_OPT_SILICON_SVG], write_svg, m);
    say_verdict(printed ? stdout : stderr, args, m);
    return m->verdict.count || !written ? 1 : 0;
}

int sth_cmd_silicon(int argc, char **argv)
{
    struct sth_config config;
    struct measured *m;
    struct sth_args args;
    char error[4600];
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_SILICON, argc, argv, &status))
        return status;
    if (args.text[STH_OPT_SILICON_BLOCK] &&
        (args.text[STH_OPT_SILICON_POWER] || args.text[STH_OPT_SILICON_JSON] ||
         args.text[STH_OPT_SILICON_SVG] ||
         args.given[STH_OPT_SILICON_MARKDOWN]))
        return sth_cmd_error("option --block goes with none of --power, "
                             "--markdown, --json and --svg, which are of the "
                             "whole chip");
    sth_mem_config_default(&config.memory);
    if (!sth_config_find(args.text[STH_OPT_SILICON_CONFIG], sth_cmd_home(),
                         &config, error, sizeof(error)))
        return sth_cmd_error("%s", error);
    m = calloc(1, sizeof(*m));
    if (!m)
        return sth_cmd_error("out of memory");
    m->config = &config;
    m->held = args.text[STH_OPT_SILICON_GOLDEN] ||
              args.text[STH_OPT_SILICON_POWER_GOLDEN];
    status = run(&args, m);
    free(m->differences);
    free(m);
    return status;
}
