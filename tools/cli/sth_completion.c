#include "sth_completion.h"

#include "sth_mem.h"
#include "sth_options.h"

#include <string.h>

static void print_words(FILE *out, const char *words)
{
    for (; *words; words++)
        fputc(*words == '|' ? ' ' : *words, out);
}

/* What stands behind an option, as a call of the script's own functions. */
static void print_argument(FILE *out, const struct sth_option_entry *option)
{
    switch (option->kind.form) {
    case STH_FORM_READS:
    case STH_FORM_WRITES:
        fputs("_systolith_files", out);
        break;
    case STH_FORM_CONFIG:
        fputs("_systolith_names configs cfg", out);
        break;
    case STH_FORM_MODEL:
        fputs("_systolith_names configs/models json", out);
        break;
    case STH_FORM_MEMORY:
        fputs("_systolith_words 'fixed:100:0", out);
        for (uint32_t i = 0; i < sth_mem_preset_count(); i++)
            fprintf(out, " %s", sth_mem_preset_name(i));
        fputc('\'', out);
        break;
    case STH_FORM_WORD:
        fputs("_systolith_words '", out);
        print_words(out, option->kind.words);
        fputc('\'', out);
        break;
    default:
        fputs("COMPREPLY=()", out); /* anything */
    }
}

/* One line for each option that takes an argument of its own. */
static void print_arguments(FILE *out, int command)
{
    char typed[STH_OPTION_TYPED];

    for (int i = 0; i < STH_OPT_COUNT; i++) {
        const struct sth_option_entry *o = &sth_options[i];

        if ((int)o->command != command || !o->argument || o->kind.optional)
            continue;
        fprintf(out, "  %s:%s) ", sth_commands[command].name,
                sth_option_typed(o, typed));
        print_argument(out, o);
        fputs("; return ;;\n", out);
    }
}

static void print_options(FILE *out, int command)
{
    char typed[STH_OPTION_TYPED];

    fprintf(out, "  %s) _systolith_words '--help", sth_commands[command].name);
    for (int i = 0; i < STH_OPT_COUNT; i++)
        if ((int)sth_options[i].command == command)
            fprintf(out, " %s", sth_option_typed(&sth_options[i], typed));
    fputs("' ;;\n", out);
}

static void print_commands(FILE *out)
{
    for (int i = 0; i < STH_COMMAND_COUNT; i++)
        fprintf(out, "%s%s", i ? " " : "", sth_commands[i].name);
}

static void print_operand(FILE *out, int command)
{
    fprintf(out, "  %s) ", sth_commands[command].name);
    if (command == STH_COMMAND_INFO) {
        fputs("_systolith_names configs cfg", out);
    } else if (command == STH_COMMAND_HELP) {
        fputs("_systolith_words '", out);
        print_commands(out);
        fputc('\'', out);
    } else {
        fputs(sth_commands[command].most ? "_systolith_files" : ":", out);
    }
    fputs(" ;;\n", out);
}

void sth_completion_bash(FILE *out)
{
    fputs("# Completion of systolith in bash.\n"
          "_systolith_words() { COMPREPLY=($(compgen -W \"$1\" -- "
          "\"$cur\")); }\n"
          "_systolith_files() { COMPREPLY=($(compgen -f -- \"$cur\")); }\n"
          "# Names of shipped files, and paths.\n"
          "_systolith_names() {\n"
          "  local home names\n"
          "  home=$(\"${COMP_WORDS[0]}\" --home 2>/dev/null)\n"
          "  names=$(cd \"$home/$1\" 2>/dev/null && printf '%s\\n' *.\"$2\")\n"
          "  COMPREPLY=($(compgen -W \"${names//.$2/}\" -- \"$cur\")\n"
          "    $(compgen -f -- \"$cur\"))\n"
          "}\n"
          "_systolith() {\n"
          "  local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
          "  local previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "    _systolith_words '--help --version ",
          out);
    print_commands(out);
    fputs("'\n    return\n  fi\n  case $command:$previous in\n", out);
    for (int i = 0; i < STH_COMMAND_COUNT; i++)
        print_arguments(out, i);
    fputs("  esac\n  case $cur in\n  -*) case $command in\n", out);
    for (int i = 0; i < STH_COMMAND_COUNT; i++)
        print_options(out, i);
    fputs("  esac ;;\n  *) case $command in\n", out);
    for (int i = 0; i < STH_COMMAND_COUNT; i++)
        print_operand(out, i);
    fputs("  esac ;;\n  esac\n}\ncomplete -o filenames -F _systolith "
          "systolith\n",
          out);
}

void sth_completion_zsh(FILE *out)
{
    fputs("#compdef systolith\nautoload -U +X bashcompinit && bashcompinit\n",
          out);
    sth_completion_bash(out);
}
