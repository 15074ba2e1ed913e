/* Reads arguments; every message names the option and what it takes. */
#include "sth_args.h"

#include "sth_cmd.h"
#include "sth_help.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST = 256, /* what getopt returns for option 0 */
    HELP = FIRST + STH_OPT_COUNT
};

/* What getopt wants to know. */
struct lists {
    struct option longs[STH_OPT_COUNT + 2];
    char shorts[2 * STH_OPT_COUNT + 3];
    enum sth_option_id letter[256]; /* option of a letter */
};

static void fill_lists(struct lists *lists, enum sth_command_id command)
{
    size_t longs = 0, shorts = 0;

    memset(lists, 0, sizeof(*lists));
    lists->shorts[shorts++] = ':'; /* tells a missing argument apart */
    lists->shorts[shorts++] = 'h';
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        const struct sth_option_entry *o = &sth_options[i];

        if (o->command != command)
            continue;
        if (o->name[1]) {
            lists->longs[longs++] =
                (struct option){o->name,
                                !o->argument       ? no_argument
                                : o->kind.optional ? optional_argument
                                                   : required_argument,
                                NULL, FIRST + i};
        } else {
            lists->letter[(unsigned char)*o->name] = (enum sth_option_id)i;
            lists->shorts[shorts++] = *o->name;
            if (o->argument)
                lists->shorts[shorts++] = ':';
        }
    }
    lists->longs[longs] = (struct option){"help", no_argument, NULL, HELP};
}

/* Writes "'a', 'b' or 'c'" as the messages have it: "none of a, b and c". */
static void list_words(const char *words, char *text, size_t size)
{
    const char *word;
    size_t used = 0, length;
    int count = 0;

    while (sth_option_word(words, count, &word) > 0)
        count++;
    used += (size_t)snprintf(text, size, count == 2 ? "neither " : "none of ");
    for (int i = 0; i < count && used < size; i++) {
        length = sth_option_word(words, i, &word);
        used += (size_t)snprintf(text + used, size - used, "%s%.*s",
                                 i == 0           ? ""
                                 : count == 2     ? " nor "
                                 : i == count - 1 ? " and "
                                                  : ", ",
                                 (int)length, word);
    }
}

static int find_word(const char *words, const char *text)
{
    const char *word;
    size_t length;

    for (int i = 0; (length = sth_option_word(words, i, &word)) > 0; i++)
        if (strlen(text) == length && !memcmp(word, text, length))
            return i;
    return -1;
}

/* Keeps a value of option i, or says what is wrong with it. */
static bool take(struct sth_args *args, int i, const char *text)
{
    const struct sth_option_entry *o = &sth_options[i];
    char typed[STH_OPTION_TYPED], words[256];

    sth_option_typed(o, typed);
    args->text[i] = text;
    if (o->kind.form == STH_FORM_NUMBER)
        return sth_cmd_number(typed, text, o->kind.least, o->kind.most,
                              &args->number[i]);
    if (o->kind.form == STH_FORM_WORD && text) {
        args->word[i] = find_word(o->kind.words, text);
        if (args->word[i] >= 0)
            return true;
        list_words(o->kind.words, words, sizeof(words));
        sth_cmd_error("option %s: '%s' is %s", typed, text, words);
        return false;
    }
    if (!o->kind.repeated)
        return true;
    if (args->repeats == STH_ARGS_REPEATS) {
        sth_cmd_error("option %s: more than %d", typed, STH_ARGS_REPEATS);
        return false;
    }
    args->repeat[args->repeats++] = text;
    return true;
}

/* Every option has its default, none is given. */
static void set_defaults(struct sth_args *args, enum sth_command_id command)
{
    memset(args, 0, sizeof(*args));
    args->command = command;
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        args->word[i] = -1;
        if (sth_options[i].command == command && sth_options[i].standard &&
            !take(args, i, sth_options[i].standard))
            abort(); /* the table contradicts itself */
    }
}

static const char *long_name(const void *context, size_t i)
{
    const struct option *longs = context;

    return longs[i].name;
}

/* An option that getopt does not know, as it was typed. */
static void complain_unknown(const struct lists *lists,
                             enum sth_command_id command, const char *typed)
{
    const char *name = typed + strspn(typed, "-"), *nearest;
    char word[64];
    size_t count = 0;

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, "="), name);
    while (lists->longs[count].name)
        count++;
    for (size_t i = 0, fits = 0; i < count && *word; i++) {
        fits += !strncmp(lists->longs[i].name, word, strlen(word));
        if (fits == 2) {
            sth_cmd_error("option --%s: several options of 'systolith %s' "
                          "begin so",
                          word, sth_commands[command].name);
            return;
        }
    }
    nearest = sth_nearest(word, count, long_name, lists->longs);
    sth_cmd_error("'systolith %s' has no option '%.*s'; %s%s%s",
                  sth_commands[command].name, (int)strcspn(typed, "="), typed,
                  nearest ? "did you mean --" : "see --help",
                  nearest ? nearest : "", nearest ? "?" : "");
}

/* What getopt returned for a mistake. */
static void complain(const struct lists *lists, enum sth_command_id command,
                     int c, const char *typed)
{
    char text[STH_OPTION_TYPED];

    if (optopt >= FIRST && optopt < HELP)
        sth_option_typed(&sth_options[optopt - FIRST], text);
    else if (optopt == HELP)
        snprintf(text, sizeof(text), "--help");
    else
        snprintf(text, sizeof(text), "-%c", optopt ? optopt : '?');
    if (c == ':')
        sth_cmd_error("option %s needs an argument", text);
    else if (optopt >= FIRST)
        sth_cmd_error("option %s takes no argument", text);
    else if (optopt)
        complain_unknown(lists, command, text);
    else
        complain_unknown(lists, command, typed);
}

/* Reads the options; false with *status when the command shall not run. */
static bool parse_options(struct sth_args *args, int argc, char **argv,
                          int *status)
{
    struct lists lists;
    int c;

    fill_lists(&lists, args->command);
    opterr = 0;
    optind = 0; /* start afresh */
    *status = 2;
    while ((c = getopt_long(argc, argv, lists.shorts, lists.longs, NULL)) !=
           -1) {
        int i = c >= FIRST ? c - FIRST : (int)lists.letter[c & 0xff];

        if (c == 'h' || c == HELP) {
            sth_help_text(stdout, args->command);
            *status = 0;
            return false;
        }
        if (c == '?' || c == ':') {
            complain(&lists, args->command, c, argv[optind - 1]);
            return false;
        }
        args->given[i]++;
        if (!take(args, i, optarg))
            return false;
    }
    return true;
}

bool sth_args_parse(struct sth_args *args, enum sth_command_id command,
                    int argc, char **argv, int *status)
{
    const struct sth_command_entry *entry = &sth_commands[command];

    set_defaults(args, command);
    if (!parse_options(args, argc, argv, status))
        return false;
    args->operand = argv + optind;
    args->operands = argc - optind;
    if (args->operands < entry->least)
        *status = sth_cmd_error("%s; see --help", entry->missing);
    else if (entry->most >= 0 && args->operands > entry->most)
        *status = sth_cmd_error("unexpected argument '%s'",
                                args->operand[entry->most]);
    else
        return true;
    return false;
}

bool sth_args_only(const struct sth_args *args, enum sth_option_id what,
                   const enum sth_option_id *list)
{
    char typed[2][STH_OPTION_TYPED];

    for (int i = 0; i < STH_OPT_COUNT; i++) {
        const enum sth_option_id *one = list;

        while (*one != STH_OPT_COUNT && (int)*one != i)
            one++;
        if (!args->given[i] || (int)*one == i || i == (int)what)
            continue;
        sth_cmd_error("option %s has no effect with %s",
                      sth_option_typed(&sth_options[i], typed[0]),
                      sth_option_typed(&sth_options[what], typed[1]));
        return false;
    }
    return true;
}
