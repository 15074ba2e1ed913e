#include "sth_report_head.h"

#include "sth_version.h"
#include "sth_version_build.h"

json_t *sth_report_string(const char *text)
{
    json_t *value = json_string(text);
    char copy[STH_MEM_TEXT_MAX];

    if (value)
        return value;
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *c = copy; *c; c++)
        if (*c & 0x80)
            *c = '?';
    return json_string(copy);
}

json_t *sth_report_version(void)
{
    char contract[16];
    const char *build = sth_version_build();

    snprintf(contract, sizeof(contract), "%d.%d", STH_RESET_VERSION >> 16,
             STH_RESET_VERSION & 0xffff);
    return json_pack("{s:s, s:s, s:s?}", "project", STH_VERSION, "contract",
                     contract, "build", *build ? build : NULL);
}

json_t *sth_report_parameters(const struct sth_config *config)
{
    json_t *object = json_object();

#define PARAM(key, ...)                                                        \
    json_object_set_new(object, #key, json_integer(config->params.key));
#include "params.def"
#undef PARAM
    return object;
}

static json_t *hash_text(const struct sth_config *config)
{
    char hash[16];

    snprintf(hash, sizeof(hash), "0x%08x", (unsigned)sth_config_hash(config));
    return json_string(hash);
}

static json_t *memory_text(const struct sth_config *config)
{
    char text[STH_MEM_TEXT_MAX];

    sth_mem_config_text(&config->memory, text, sizeof(text));
    return sth_report_string(text);
}

/* All that a configuration says, and the hash of it. */
static void set_config(json_t *object, const struct sth_config *config)
{
    json_object_set_new(object, "parameters", sth_report_parameters(config));
    json_object_set_new(object, "clock_mhz",
                        json_integer(config->memory.clock_mhz));
    json_object_set_new(object, "memory", memory_text(config));
    json_object_set_new(object, "hash", hash_text(config));
}

void sth_report_head(json_t *object, const struct sth_config *config)
{
    json_object_set_new(object, "version", sth_report_version());
    json_object_set_new(object, "config", sth_report_string(config->name));
    set_config(object, config);
}

void sth_report_add_config(json_t *object, const struct sth_config *config)
{
    json_t *one = json_object();

    set_config(one, config);
    json_object_set_new(object, config->name, one);
}

bool sth_report_write(FILE *out, json_t *report)
{
    bool good = report && !json_dumpf(report, out, JSON_INDENT(2)) &&
                fputc('\n', out) != EOF;

    json_decref(report);
    return good;
}
