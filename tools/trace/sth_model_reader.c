#include "sth_model_reader.h"

#include "sth_model_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIELD_MAX = 256 };

static void begin(struct sth_model_reader *r, int line)
{
    int used = line > 0
                   ? snprintf(r->message, r->size, "%s:%d: ", r->path, line)
                   : snprintf(r->message, r->size, "%s: ", r->path);

    if (r->type && used >= 0 && (size_t)used < r->size)
        snprintf(r->message + used, r->size - (size_t)used, "%s: ", r->type);
}

static void append(struct sth_model_reader *r, const char *format, va_list args)
{
    const size_t used = strlen(r->message);

    vsnprintf(r->message + used, r->size - used, format, args);
}

static void append_text(struct sth_model_reader *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append(r, format, args);
    va_end(args);
}

void sth_model_fail(struct sth_model_reader *r, const char *format, ...)
{
    va_list args;

    if (r->failed)
        return;
    r->failed = true;
    begin(r, 0);
    va_start(args, format);
    append(r, format, args);
    va_end(args);
}

void sth_model_fail_field(struct sth_model_reader *r, const char *key,
                          const char *format, ...)
{
    char field[FIELD_MAX];
    va_list args;

    if (r->failed)
        return;
    r->failed = true;
    snprintf(field, sizeof(field), "%s%s", r->within, key);
    begin(r, sth_model_text_line(r->text, field));
    append_text(r, "field '%s' ", field);
    va_start(args, format);
    append(r, format, args);
    va_end(args);
}

void sth_model_note(struct sth_model_reader *r, const char *format, ...)
{
    va_list args;

    if (r->failed)
        return;
    append_text(r, "%s%s: ", *r->message ? "\n" : "", r->type);
    va_start(args, format);
    append(r, format, args);
    va_end(args);
}

const json_t *sth_model_field(const struct sth_model_reader *r, const char *key)
{
    const json_t *object = r->object;
    char name[FIELD_MAX];

    for (; strchr(key, '.') && !json_object_get(object, key);
         key = strchr(key, '.') + 1) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(key, "."), key);
        object = json_object_get(object, name);
    }
    return json_object_get(object, key);
}

bool sth_model_has(const struct sth_model_reader *r, const char *key)
{
    const json_t *value = sth_model_field(r, key);

    return value && !json_is_null(value);
}

uint32_t sth_model_count(struct sth_model_reader *r, const char *key,
                         double min, double max)
{
    const json_t *value = sth_model_field(r, key);
    const double number = (double)json_integer_value(value);

    if (json_is_integer(value) && number >= min && number <= max)
        return (uint32_t)number;
    sth_model_fail_field(r, key, "must be a whole number from %.0f to %.0f",
                         min, max);
    return (uint32_t)min;
}

/* What stands in the text for Infinity and NaN. */
static const char *no_number(const json_t *value)
{
    const char *text = json_string_value(value);

    if (text && !strcmp(text, "\u221e"))
        return ", not Infinity";
    return text && !strcmp(text, "?") ? ", not NaN" : "";
}

double sth_model_real(struct sth_model_reader *r, const char *key)
{
    const json_t *value = sth_model_field(r, key);
    const double number = json_number_value(value);

    if (json_is_number(value) && number > 0 && number < 1e12)
        return number;
    sth_model_fail_field(r, key, "must be a positive number below 1e12%s",
                         no_number(value));
    return 1;
}

bool sth_model_flag(struct sth_model_reader *r, const char *key)
{
    const json_t *value = sth_model_field(r, key);

    if (!json_is_boolean(value))
        sth_model_fail_field(r, key, "must be true or false");
    return json_is_true(value);
}

enum sth_model_act sth_model_act_named(struct sth_model_reader *r,
                                       const char *key)
{
    static const struct {
        const char *name;
        enum sth_model_act act;
    } list[] = {{"gelu", STH_MODEL_GELU_ERF},
                {"gelu_python", STH_MODEL_GELU_ERF},
                {"gelu_new", STH_MODEL_GELU_TANH},
                {"gelu_fast", STH_MODEL_GELU_TANH},
                {"gelu_accurate", STH_MODEL_GELU_TANH},
                {"gelu_pytorch_tanh", STH_MODEL_GELU_TANH},
                {"quick_gelu", STH_MODEL_QUICK_GELU},
                {"silu", STH_MODEL_SILU},
                {"swish", STH_MODEL_SILU},
                {"relu", STH_MODEL_RELU},
                {"relu2", STH_MODEL_RELU2}};
    const char *name = json_string_value(sth_model_field(r, key));

    for (size_t i = 0; name && i < sizeof(list) / sizeof(*list); i++)
        if (!strcmp(name, list[i].name))
            return list[i].act;
    sth_model_fail_field(
        r, key,
        "must be one of gelu, gelu_new, gelu_fast, "
        "gelu_pytorch_tanh, quick_gelu, silu, swish, relu and relu2");
    return STH_MODEL_SILU;
}

bool sth_model_is_ignored(const struct sth_model_reader *r, const char *key)
{
    const size_t within = strlen(r->within);

    for (unsigned i = 0; i < r->ignored->count; i++) {
        const char *name = r->ignored->key[i];

        if (!strcmp(name, key) ||
            (!strncmp(name, r->within, within) && !strcmp(name + within, key)))
            return true;
    }
    return false;
}
