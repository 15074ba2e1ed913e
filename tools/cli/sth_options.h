/*
 * The table of sth_options.def as data: what the subcommands are called, which
 * options they take and what each means.
 */
#ifndef STH_OPTIONS_H
#define STH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sth_command_id {
#define COMMAND(id, name, operands, least, most, missing, summary, text)       \
    STH_COMMAND_##id,
#define OPTION(command, id, name, argument, kind, standard, group, help)
#include "sth_options.def"
#undef COMMAND
#undef OPTION
    STH_COMMAND_COUNT
};

/* STH_OPT_RUN_CONFIG, ... */
enum sth_option_id {
#define COMMAND(id, name, operands, least, most, missing, summary, text)
#define OPTION(command, id, name, argument, kind, standard, group, help)       \
    STH_OPT_##command##_##id,
#include "sth_options.def"
#undef COMMAND
#undef OPTION
    STH_OPT_COUNT
};

struct sth_command_entry {
    const char *name;
    const char *operands;
    int least, most; /* operands; most < 0: any number */
    const char *missing;
    const char *summary;
    const char *text;
};

enum sth_option_form {
    STH_FORM_FLAG,
    STH_FORM_TEXT,
    STH_FORM_READS,
    STH_FORM_WRITES,
    STH_FORM_CONFIG,
    STH_FORM_MODEL,
    STH_FORM_MEMORY,
    STH_FORM_NUMBER,
    STH_FORM_WORD
};

struct sth_option_kind {
    enum sth_option_form form;
    bool optional;     /* the argument may be left out */
    bool repeated;     /* every occurrence counts */
    const char *words; /* "a|b" */
    uint64_t least, most;
};

struct sth_option_entry {
    enum sth_command_id command;
    const char *name;
    const char *argument; /* NULL: a flag */
    struct sth_option_kind kind;
    const char *standard; /* what holds when it is not given, or NULL */
    const char *group;
    const char *help;
};

extern const struct sth_command_entry sth_commands[STH_COMMAND_COUNT];
/* The options of a command stand together, and so do those of a group. */
extern const struct sth_option_entry sth_options[STH_OPT_COUNT];

/* STH_COMMAND_COUNT when there is none of that name. */
enum sth_command_id sth_command_find(const char *name);

/* "-o" or "--seed", as it is typed; text has STH_OPTION_TYPED bytes. */
enum { STH_OPTION_TYPED = 32 };
const char *sth_option_typed(const struct sth_option_entry *option, char *text);

/* The word of "a|b|c" with this number from zero, as length and start. */
size_t sth_option_word(const char *words, int number, const char **start);

/*
 * Of `count` names, the one that is most likely meant by a mistyped `name`;
 * NULL when none comes near.  get() returns the names.
 */
const char *sth_nearest(const char *name, size_t count,
                        const char *(*get)(const void *context, size_t i),
                        const void *context);

#endif
