/* Help as the source of manual pages. */
#include "sth_help.h"

#include "sth_version.h"

#include <ctype.h>
#include <string.h>

/* Text in which troff sees no request and no escape. */
static void print(FILE *out, const char *text)
{
    bool line_begins = true;

    for (; *text; text++) {
        if (line_begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        line_begins = *text == '\n';
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\n')
            fputs(text[1] == '\n' ? "" : "\n.PP\n", out);
        else
            fputc(*text, out);
    }
}

static void begin(FILE *out, const char *name, const char *summary)
{
    fputs(".TH SYSTOLITH", out);
    if (*name)
        fputc('-', out);
    for (const char *c = name; *c; c++)
        fputc(toupper((unsigned char)*c), out);
    fprintf(out, " 1 \"\" \"systolith %s\" \"Systolith\"\n", STH_VERSION);
    fprintf(out, ".SH NAME\nsystolith%s%s \\- ", *name ? "-" : "", name);
    print(out, summary);
    fputs("\n.SH SYNOPSIS\n.B systolith\n", out);
}

static void print_options(FILE *out, enum sth_command_id command)
{
    char typed[64], meaning[1024];
    const char *group = "";

    fputs(".SH OPTIONS\n", out);
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        if (sth_options[i].command != command)
            continue;
        if (strcmp(group, sth_options[i].group) &&
            strcmp(sth_options[i].group, "Options"))
            fprintf(out, ".SS %s\n", sth_options[i].group);
        group = sth_options[i].group;
        sth_help_option(&sth_options[i], typed, sizeof(typed), meaning,
                        sizeof(meaning));
        fputs(".TP\n\\fB", out);
        print(out, typed);
        fputs("\\fR\n", out);
        print(out, meaning);
        fputc('\n', out);
    }
}

static void print_overview(FILE *out)
{
    begin(out, "", "a transformer accelerator as a model: the command");
    fputs(".I COMMAND\n.RI [ ARGUMENTS ]\n.SH COMMANDS\n", out);
    for (int i = 0; i < STH_COMMAND_COUNT; i++) {
        fprintf(out, ".TP\n.BR systolith\\-%s (1)\n", sth_commands[i].name);
        print(out, sth_commands[i].summary);
        fputc('\n', out);
    }
    fputs(".SH EXIT STATUS\n.TP\n0\neverything asked for holds\n"
          ".TP\n1\nit does not: a difference, a fault, a diagnostic, an "
          "output that cannot be written\n"
          ".TP\n2\nbad usage or bad input; a message on standard error names "
          "the option, or the file with line and field\n"
          ".SH ENVIRONMENT\n.TP\nSYSTOLITH_HOME\nwhere configs/ stands\n"
          ".TP\nSYSTOLITH_RTL\nwhere the RTL libraries stand, each in a folder "
          "of its configuration's name\n",
          out);
}

void sth_help_man(FILE *out, enum sth_command_id command)
{
    const struct sth_command_entry *c = &sth_commands[command];

    if (command == STH_COMMAND_COUNT) {
        print_overview(out);
        return;
    }
    begin(out, c->name, c->summary);
    fprintf(out, ".B %s\n", c->name);
    print(out, c->operands);
    fputs("\n.SH DESCRIPTION\n", out);
    print(out, c->text);
    fputc('\n', out);
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        if (sth_options[i].command == command) {
            print_options(out, command);
            break;
        }
    }
    fputs(".SH SEE ALSO\n.BR systolith (1)\n", out);
}
