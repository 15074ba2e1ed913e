/* The table of options, and how to find things in it. */
#include "sth_options.h"

#include "sth_mem_config.h"
#include "sth_program.h"
#include "sth_trace.h"
#include "sth_tracegen.h"

#include <stdio.h>
#include <string.h>

/* The kinds of sth_options.def. */
#define KIND(which, ...)                                                       \
    {                                                                          \
        .form = (which), __VA_ARGS__                                           \
    }
#define FLAG KIND(STH_FORM_FLAG, .words = NULL)
#define TEXT KIND(STH_FORM_TEXT, .words = NULL)
#define REPEATED KIND(STH_FORM_TEXT, .repeated = true)
#define READS KIND(STH_FORM_READS, .words = NULL)
#define WRITES KIND(STH_FORM_WRITES, .words = NULL)
#define MAYBE_WRITES KIND(STH_FORM_WRITES, .optional = true)
#define CONFIG KIND(STH_FORM_CONFIG, .words = NULL)
#define MODEL KIND(STH_FORM_MODEL, .words = NULL)
#define MEMORY KIND(STH_FORM_MEMORY, .words = NULL)
#define NUMBER(from, to) KIND(STH_FORM_NUMBER, .least = (from), .most = (to))
#define WORD(list) KIND(STH_FORM_WORD, .words = (list))
#define MAYBE_WORD(list) KIND(STH_FORM_WORD, .words = (list), .optional = true)

const struct sth_command_entry sth_commands[STH_COMMAND_COUNT] = {
#define COMMAND(id, name, operands, least, most, missing, summary, text)       \
    {#name, operands, least, most, missing, summary, text},
#define OPTION(command, id, name, argument, kind, standard, group, help)
#include "sth_options.def"
#undef COMMAND
#undef OPTION
};

const struct sth_option_entry sth_options[STH_OPT_COUNT] = {
#define COMMAND(id, name, operands, least, most, missing, summary, text)
#define OPTION(command, id, name, argument, kind, standard, group, help)       \
    {STH_COMMAND_##command, name, argument, kind, standard, group, help},
#include "sth_options.def"
#undef COMMAND
#undef OPTION
};

enum sth_command_id sth_command_find(const char *name)
{
    int i = 0;

    while (i < STH_COMMAND_COUNT && strcmp(name, sth_commands[i].name))
        i++;
    return (enum sth_command_id)i;
}

const char *sth_option_typed(const struct sth_option_entry *option, char *text)
{
    snprintf(text, STH_OPTION_TYPED, "%s%s", option->name[1] ? "--" : "-",
             option->name);
    return text;
}

size_t sth_option_word(const char *words, int number, const char **start)
{
    for (; *words && number > 0; words++)
        number -= *words == '|';
    *start = words;
    return strcspn(words, "|");
}

enum { NAME_MAX_LENGTH = 40 };

/* Letters to insert, remove or replace to make one of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + 1], length = strlen(b);

    if (length > NAME_MAX_LENGTH)
        return length;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t before = row[0]; /* the row above, one to the left */

        row[0] = i + 1;
        for (size_t j = 1; j <= length; j++) {
            size_t best = before + (a[i] != b[j - 1]);

            before = row[j];
            if (before + 1 < best)
                best = before + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[length];
}

const char *sth_nearest(const char *name, size_t count,
                        const char *(*get)(const void *context, size_t i),
                        const void *context)
{
    size_t best = strlen(name) / 3 + 2;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        const char *other = get(context, i);
        size_t d = other[1] ? distance(name, other) : best;

        if (d < best && d < strlen(other)) {
            best = d;
            nearest = other;
        }
    }
    return nearest;
}
