/* Reports. */
#include "sth_diagnosis_state.h"

#include <stdarg.h>

#include "sth_disasm.h"

enum { LAST_COMMANDS = 6, WFI_BYTES = 4 };

static bool read_word(void *user, uint32_t addr, uint32_t *value)
{
    const struct sth_diagnosis *d = user;

    return sth_vp_peek(d->vp, addr, value, sizeof(*value));
}

void sth_diagnosis_where(void *diagnosis, struct sth_guard_place *place)
{
    struct sth_diagnosis *d = diagnosis;
    const struct sth_hart_state *s = &d->vp->hart.state;

    const uint32_t pc = s->waiting ? s->pc - WFI_BYTES : s->pc;

    place->calls = 1;
    place->pc[0] = pc;
    if (d->symbols != NULL)
        place->calls = sth_symbols_unwind(d->symbols, pc, s->x, read_word, d,
                                          place->pc, STH_GUARD_CALLS);
}

/* "main (hello.c:9)". */
static void say_symbol(FILE *out, const struct sth_symbol *at, uint32_t pc)
{
    if (at->function != NULL)
        fprintf(out, "%s", at->function);
    else
        fprintf(out, "0x%08x", pc & ~1u);
    if (at->file != NULL)
        fprintf(out, " (%s:%u)", at->file, at->line);
}

static void say_place(struct sth_diagnosis *d, const char *what,
                      const struct sth_guard_place *place)
{
    const char *before = " ";

    fprintf(d->out, "    %s", what);
    for (uint32_t i = 0; i < place->calls; i++) {
        struct sth_symbol at[STH_SYMBOLS_INLINED] = {{NULL, NULL, 0}};
        uint32_t count = 1;

        if (d->symbols != NULL)
            count = sth_symbols_find(d->symbols, place->pc[i], at);
        for (uint32_t k = 0; k < count; k++) {
            fputs(before, d->out);
            say_symbol(d->out, &at[k], place->pc[i]);
            before = " < ";
        }
        if (i == 0)
            fprintf(d->out, ", pc 0x%08x", place->pc[0]);
    }
    fputc('\n', d->out);
}

/* False: enough was said. */
static bool begin(struct sth_diagnosis *d)
{
    if (d->reports++ < STH_DIAGNOSIS_MOST)
        return true;
    if (d->reports == STH_DIAGNOSIS_MOST + 1)
        fprintf(d->out, "systolith: and more, which is not said\n");
    return false;
}

void sth_diagnosis_report(struct sth_diagnosis *d, const char *kind,
                          const char *format, ...)
{
    struct sth_guard_place here;
    va_list args;

    if (!begin(d))
        return;
    fprintf(d->out, "systolith: %s: ", kind);
    va_start(args, format);
    vfprintf(d->out, format, args);
    va_end(args);
    fputc('\n', d->out);
    sth_diagnosis_where(d, &here);
    say_place(d, "at", &here);
}

/* What a command belongs to: an operation, a tensor. */
static void say_name(struct sth_diagnosis *d,
                     const struct sth_guard_finding *finding, uint32_t i)
{
    struct sth_guard_past past;
    uint64_t addr = UINT64_MAX;
    char text[160] = "";

    if (d->name == NULL || finding->number != 0)
        return;
    if (sth_guard_command_at(d->guard[0], finding->index[i], &past) &&
        (STH_GET(&past.command, ANY_OPCODE) == STH_OP_LOAD ||
         STH_GET(&past.command, ANY_OPCODE) == STH_OP_STORE))
        addr = STH_GET(&past.command, LOAD_MEM_LO) |
               (uint64_t)STH_GET(&past.command, LOAD_MEM_HI) << 32;
    d->name(d->name_user, finding->index[i], addr, text, sizeof(text));
    if (text[0] != '\0')
        fprintf(d->out, "    command %u is of %s\n", finding->index[i], text);
}

void sth_diagnosis_report_finding(struct sth_diagnosis *d,
                                  const struct sth_guard_finding *finding)
{
    if (!begin(d))
        return;
    fprintf(d->out, "systolith: %s: ", sth_guard_kind_name(finding->kind));
    if (d->guards > 1)
        fprintf(d->out, "accelerator %u: ", finding->number);
    fprintf(d->out, "%s\n", finding->text);
    if (finding->here.calls != 0)
        say_place(d, "at", &finding->here);
    for (uint32_t i = 0; i < finding->commands; i++) {
        char what[48];

        say_name(d, finding, i);
        if (finding->doorbell[i].calls == 0)
            continue;
        snprintf(what, sizeof(what),
                 "doorbell of command %u:", finding->index[i]);
        say_place(d, what, &finding->doorbell[i]);
    }
}

void sth_diagnosis_list_commands(struct sth_diagnosis *d)
{
    for (uint32_t i = 0; i < d->guards; i++) {
        struct sth_guard_past past;
        uint32_t back = LAST_COMMANDS;

        while (back != 0 && !sth_guard_command(d->guard[i], back, &past))
            back--;
        if (back != 0)
            fprintf(d->out, "systolith: the last commands of accelerator %u:\n",
                    i);
        for (; back != 0; back--) {
            char line[STH_DISASM_BYTES];

            if (!sth_guard_command(d->guard[i], back, &past))
                continue;
            sth_disasm(&past.command, line, sizeof(line));
            fprintf(d->out, "    %u %s: %s\n", past.index, line,
                    past.retired ? "retired" : "has not retired");
        }
    }
}
