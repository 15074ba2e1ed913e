/* Findings in words. */
#include "sth_guard_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sth_disasm.h"

const char *sth_guard_kind_name(enum sth_guard_kind kind)
{
    static const char *const name[] = {
#define FINDING(name, text, doc) text,
#include "sth_guard_kinds.def"
#undef FINDING
    };

    return name[kind];
}

void sth_guard_describe(const struct sth_guard_flight *flight,
                        char text[STH_GUARD_LINE])
{
    char line[STH_DISASM_BYTES];

    sth_disasm(&flight->command, line, sizeof(line));
    snprintf(text, STH_GUARD_LINE, "command %u (%.200s)", flight->index, line);
}

void sth_guard_name_fields(const struct sth_command *command, uint32_t word,
                           char *text, size_t size)
{
    const uint32_t opcode = STH_GET(command, ANY_OPCODE);
    size_t length = 0;
    enum { STH_OP_ANY = 0x100 };
    static const struct {
        uint32_t opcode, word;
        const char *name;
    } field[] = {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)                               \
    {(uint32_t)STH_OP_##cmd, word, #name},
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    };

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
        if (field[i].word == word && length < size &&
            (field[i].opcode == opcode || field[i].opcode == STH_OP_ANY))
            length += (size_t)snprintf(text + length, size - length, " %s",
                                       field[i].name);
}

/* Whether this kind was found of the command before; then it is. */
static bool is_old(const struct sth_guard *g, enum sth_guard_kind kind,
                   struct sth_guard_flight *flight)
{
    if (flight == NULL) {
        for (size_t i = 0; i < g->findings; i++)
            if (g->finding[i].kind == kind && g->finding[i].commands == 0 &&
                kind != STH_GUARD_REGISTER)
                return true;
        return false;
    }
    if ((flight->reported >> kind & 1u) != 0)
        return true;
    flight->reported |= 1u << kind;
    return false;
}

static void add_command(struct sth_guard_finding *found,
                        const struct sth_guard_flight *flight)
{
    if (flight == NULL)
        return;
    found->index[found->commands] = flight->index;
    found->doorbell[found->commands++] = flight->doorbell;
}

void sth_guard_find(struct sth_guard *g, enum sth_guard_kind kind,
                    struct sth_guard_flight *flight,
                    struct sth_guard_flight *other, const char *format, ...)
{
    struct sth_guard_finding *found = &g->finding[g->findings];
    va_list args;

    if (is_old(g, kind, flight) || g->findings == STH_GUARD_FINDINGS)
        return;
    *found =
        (struct sth_guard_finding){.kind = kind, .number = g->options.number};
    va_start(args, format);
    vsnprintf(found->text, sizeof(found->text), format, args);
    va_end(args);
    add_command(found, flight);
    add_command(found, other);
    if (g->options.where != NULL)
        g->options.where(g->options.user, &found->here);
    g->findings++;
    if (g->options.found != NULL)
        g->options.found(g->options.user, found);
}

bool sth_guard_is_written(const struct sth_guard *g, uint64_t addr,
                          uint64_t bytes, uint64_t *first)
{
    return g->options.is_written != NULL
               ? g->options.is_written(g->options.user, addr, bytes, first)
               : sth_guard_memory_is_written(&g->memory, addr, bytes, first);
}

size_t sth_guard_findings(const struct sth_guard *g,
                          const struct sth_guard_finding **list)
{
    *list = g->finding;
    return g->findings;
}
