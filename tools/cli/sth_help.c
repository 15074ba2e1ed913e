/* Help as text and as Markdown. */
#include "sth_help.h"

#include "sth_mem.h"

#include <inttypes.h>
#include <string.h>

enum { WIDTH = 79, INDENT = 20, MEANING = 1024, TYPED = 64 };

/* Appends to text, whose end *used keeps. */
#define APPEND(...)                                                            \
    (*used += *used < size                                                     \
                  ? (size_t)snprintf(text + *used, size - *used, __VA_ARGS__)  \
                  : 0)

static void append_words(const char *words, char *text, size_t size,
                         size_t *used)
{
    const char *word;
    size_t length;

    for (int i = 0; (length = sth_option_word(words, i, &word)) > 0; i++)
        APPEND("%s%.*s", i ? ", " : "; one of ", (int)length, word);
}

static void append_presets(char *text, size_t size, size_t *used)
{
    for (uint32_t i = 0; i < sth_mem_preset_count(); i++)
        APPEND("%s%s", i ? ", " : ": ", sth_mem_preset_name(i));
}

void sth_help_option(const struct sth_option_entry *option, char *typed,
                     size_t typed_size, char *text, size_t size)
{
    const struct sth_option_kind *k = &option->kind;
    char name[STH_OPTION_TYPED];
    size_t end = 0, *used = &end;

    sth_option_typed(option, name);
    if (!option->argument)
        snprintf(typed, typed_size, "%s", name);
    else
        snprintf(typed, typed_size, k->optional ? "%s[=%s]" : "%s %s", name,
                 option->argument);
    APPEND("%s", option->help);
    if (k->form == STH_FORM_WORD && !strstr(option->help, "one of"))
        append_words(k->words, text, size, used);
    if (k->form == STH_FORM_MEMORY)
        append_presets(text, size, used);
    if (k->form == STH_FORM_NUMBER)
        APPEND(" (%" PRIu64 " to %" PRIu64 "%s%s)", k->least, k->most,
               option->standard ? "; default " : "",
               option->standard ? option->standard : "");
    else if (option->standard)
        APPEND(" (default %s)", option->standard);
}

/*
 * Words from column `column` on; lines are broken where they are too long, and
 * begin at `indent` then.
 */
static void wrap(FILE *out, const char *text, int column, int indent)
{
    int space = 0; /* before the next word */

    while (*text) {
        int length = (int)strcspn(text, " \n");

        if (space && column + space + length > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            space = 0;
        }
        fprintf(out, "%*s%.*s", space, "", length, text);
        column += space + length;
        text += length;
        space = *text == ' ';
        text += space;
        for (; *text == '\n'; text++, column = 0)
            fputc('\n', out);
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct sth_option_entry *option)
{
    char typed[TYPED], meaning[MEANING];
    int column;

    sth_help_option(option, typed, sizeof(typed), meaning, sizeof(meaning));
    column = fprintf(out, "  %-*s", INDENT - 4, typed);
    if (column > INDENT - 2)
        column = fprintf(out, "\n%*s", INDENT, "") - 1;
    else
        column += fprintf(out, "%*s", INDENT - column, "");
    wrap(out, meaning, column, INDENT);
}

static void print_list(FILE *out)
{
    fputs("usage: systolith COMMAND [ARGUMENTS]\n"
          "       systolith --version\n"
          "       systolith --home    where configs/ stands\n\ncommands:\n",
          out);
    for (int i = 0; i < STH_COMMAND_COUNT; i++)
        fprintf(out, "  %-8s %s\n", sth_commands[i].name,
                sth_commands[i].summary);
    fputs("\n`systolith COMMAND --help` says more about each.\n", out);
}

void sth_help_text(FILE *out, enum sth_command_id command)
{
    const struct sth_command_entry *c = &sth_commands[command];
    const char *group = "";

    if (command == STH_COMMAND_COUNT) {
        print_list(out);
        return;
    }
    wrap(out, c->operands, fprintf(out, "usage: systolith %s ", c->name), 17);
    fputc('\n', out);
    wrap(out, c->text, 0, 0);
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        if (sth_options[i].command != command)
            continue;
        if (strcmp(group, sth_options[i].group))
            fprintf(out, "\n%s:\n", sth_options[i].group);
        group = sth_options[i].group;
        print_option(out, &sth_options[i]);
    }
}

/* Text of a cell; a bar would end it. */
static void print_cell(FILE *out, const char *text)
{
    for (; *text; text++)
        fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
}

void sth_help_table(FILE *out, enum sth_command_id command)
{
    char typed[TYPED], meaning[MEANING];

    fputs("| option | meaning |\n|---|---|\n", out);
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        if (sth_options[i].command != command)
            continue;
        sth_help_option(&sth_options[i], typed, sizeof(typed), meaning,
                        sizeof(meaning));
        fputs("| `", out);
        print_cell(out, typed);
        fputs("` | ", out);
        print_cell(out, meaning);
        fputs(" |\n", out);
    }
}
