#include "sth_disasm.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Pseudo-command of the fields that every command has. */
#define OPCODE_ANY 0x100

/* How a field is printed. */
enum form {
    FORM_NUMBER,
    FORM_HEX,
    FORM_FLAG,
    FORM_SEMAPHORES,
    FORM_SIGNED,
    FORM_DTYPE,
    FORM_FUNC,
    FORM_REDUCE,
    FORM_OPERAND
};

struct field {
    uint16_t opcode;
    uint8_t word;
    uint8_t lsb;
    uint8_t width;
    const char *name;
};

enum { STH_OP_ANY = OPCODE_ANY };

static const struct field fields[] = {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)                               \
    {STH_OP_##cmd, word, lsb, width, #name},
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* Fields whose form does not follow from their width. */
static const struct {
    const char *name;
    enum form form;
} forms[] = {
    {"WAIT", FORM_SEMAPHORES}, {"POST", FORM_SEMAPHORES},
    {"SP", FORM_HEX},          {"A", FORM_HEX},
    {"W", FORM_HEX},           {"IMM_MUL", FORM_HEX},
    {"IMM_ADD", FORM_HEX},     {"MASK_OFFSET", FORM_SIGNED},
    {"X_TYPE", FORM_DTYPE},    {"Y_TYPE", FORM_DTYPE},
    {"Z_TYPE", FORM_DTYPE},    {"D_TYPE", FORM_DTYPE},
    {"FUNC", FORM_FUNC},       {"REDUCE", FORM_REDUCE},
    {"MULSEL", FORM_OPERAND},  {"ADDSEL", FORM_OPERAND},
};

static const struct {
    const char *table;
    const char *name;
    uint32_t value;
    enum form form;
} values[] = {
#define ENUM(table, name, value, doc) {#table, #name, value, FORM_##table},
#include "enums.def"
#undef ENUM
};

struct line {
    char *text;
    size_t size;
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line,
                                                      const char *format, ...)
{
    bool room = line->length < line->size;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(room ? line->text + line->length : NULL,
                  room ? line->size - line->length : 0, format, args);
    va_end(args);
    if (n > 0)
        line->length += (size_t)n;
}

static void put_lower(struct line *line, const char *name)
{
    for (; *name != '\0'; name++)
        put(line, "%c", *name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
}

static enum form form_of(const struct field *field)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(forms[i].name, field->name) == 0)
            return forms[i].form;
    }
    return field->width == 1 ? FORM_FLAG : FORM_NUMBER;
}

static void put_semaphores(struct line *line, uint32_t set)
{
    const char *separator = "";

    for (unsigned s = 0; s < STH_SEMAPHORES; s++) {
        if ((set >> s & 1u) != 0) {
            put(line, "%s%u", separator, s);
            separator = ",";
        }
    }
}

static void put_value(struct line *line, enum form form, uint32_t value)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (values[i].form == form && values[i].value == value) {
            put_lower(line, values[i].name);
            return;
        }
    }
    put(line, "%u", value);
}

static void put_field(struct line *line, const struct field *field,
                      uint32_t value)
{
    enum form form = form_of(field);

    put(line, " ");
    put_lower(line, field->name);
    if (form == FORM_FLAG)
        return;
    put(line, "=");
    switch (form) {
    case FORM_HEX:
        put(line, "0x%x", value);
        break;
    case FORM_SIGNED:
        put(line, "%d",
            (int)value - (int)((value >> (field->width - 1)) << field->width));
        break;
    case FORM_SEMAPHORES:
        put_semaphores(line, value);
        break;
    case FORM_DTYPE:
    case FORM_FUNC:
    case FORM_REDUCE:
    case FORM_OPERAND:
        put_value(line, form, value);
        break;
    case FORM_NUMBER:
    case FORM_FLAG:
        put(line, "%u", value);
        break;
    }
}

/* Whether a field is worth printing: addresses and used types always are. */
static bool says_something(const struct field *field,
                           const struct sth_command *command)
{
    static const char *const addresses[] = {"SP", "A", "W", "ACC"};
    size_t length = strlen(field->name);

    if (sth_command_get(command, field->word, field->lsb, field->width) != 0)
        return true;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        if (strcmp(field->name, addresses[i]) == 0)
            return true;
    }
    return length > 5 && strcmp(field->name + length - 5, "_TYPE") == 0 &&
           command->word[field->word] != 0;
}

/* The fields of one opcode; MEM_LO and MEM_HI together as one address, behind
 * the name of a region if there is one. */
static void put_fields(struct line *line, const struct sth_command *command,
                       const char *region, uint32_t opcode)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *f = &fields[i];
        uint32_t value = sth_command_get(command, f->word, f->lsb, f->width);

        if (f->opcode != opcode || strcmp(f->name, "OPCODE") == 0 ||
            strcmp(f->name, "MEM_HI") == 0)
            continue;
        if (strcmp(f->name, "MEM_LO") == 0) {
            uint64_t high = STH_GET(command, LOAD_MEM_HI);

            put(line, " mem=%s%s0x%llx", region, *region ? "+" : "",
                (unsigned long long)(high << 32 | value));
        } else if (says_something(f, command)) {
            put_field(line, f, value);
        }
    }
}

const char *sth_opcode_name(uint32_t opcode)
{
    switch (opcode) {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc)                                         \
    case opcode:                                                               \
        return #name;
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    default:
        return NULL;
    }
}

const char *sth_engine_name(uint32_t engine)
{
    switch (engine) {
#define ENGINE(name, number, doc)                                              \
    case number:                                                               \
        return #name;
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    default:
        return NULL;
    }
}

const char *sth_fault_name(uint32_t code)
{
    switch (code) {
#define FAULT(name, code, doc)                                                 \
    case code:                                                                 \
        return #name;
#include "faults.def"
#undef FAULT
    default:
        return NULL;
    }
}

const char *sth_fault_meaning(uint32_t code)
{
    switch (code) {
#define FAULT(name, code, doc)                                                 \
    case code:                                                                 \
        return doc;
#include "faults.def"
#undef FAULT
    default:
        return "";
    }
}

size_t sth_disasm(const struct sth_command *command, char *text, size_t size)
{
    return sth_disasm_in(command, "", text, size);
}

size_t sth_disasm_in(const struct sth_command *command, const char *region,
                     char *text, size_t size)
{
    struct line line = {text, size, 0};
    uint32_t opcode = STH_GET(command, ANY_OPCODE);
    const char *name = sth_opcode_name(opcode);

    if (size > 0)
        text[0] = '\0';
    if (name == NULL) {
        put(&line, "unknown");
        for (int i = 0; i < STH_COMMAND_WORDS; i++)
            put(&line, " %08x", command->word[i]);
        return line.length;
    }
    put(&line, "%s", name);
    put_fields(&line, command, region, opcode);
    put_fields(&line, command, region, OPCODE_ANY);
    return line.length;
}
