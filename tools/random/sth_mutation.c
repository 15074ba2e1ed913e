#include "sth_mutation.h"

#include "sth_random.h"

enum { ATTEMPTS = 400 };

/* How a field is set. */
enum how {
    VALUE,    /* to a value from first to last */
    MISALIGN, /* to its legal value and a little more */
    LIMIT     /* to the lowest value that is out of range, or above it */
};

struct rule {
    uint8_t code, opcode;
    uint8_t word, lsb, width;
    uint8_t how;
    uint8_t reported; /* the word that the fault names */
    uint32_t first, last;
};

#define AT(command, field)                                                     \
    STH_##command##_##field##_WORD, STH_##command##_##field##_LSB,             \
        STH_##command##_##field##_WIDTH
#define FIELD(command, field, first, last)                                     \
    {                                                                          \
        STH_FAULT_FIELD, STH_OP_##command, AT(command, field), VALUE,          \
            STH_##command##_##field##_WORD, first, last                        \
    }
#define ALIGN(command, field)                                                  \
    {                                                                          \
        STH_FAULT_ALIGN, STH_OP_##command, AT(command, field), MISALIGN,       \
            STH_##command##_##field##_WORD, 0, 0                               \
    }
/* step: a distance that keeps the alignment, 0 for a scratchpad word. */
#define RANGE(command, field, base, step)                                      \
    {                                                                          \
        STH_FAULT_RANGE, STH_OP_##command, AT(command, field), LIMIT,          \
            STH_##command##_##base##_WORD, step, 0                             \
    }

static const struct rule rules[] = {
    FIELD(LOAD, LEN, 0, 0),
    FIELD(LOAD, N1, 0, 0),
    FIELD(LOAD, N2, 0, 0),
    FIELD(STORE, LEN, 0, 0),
    FIELD(STORE, N1, 0, 0),
    FIELD(STORE, N2, 0, 0),
    FIELD(MATMUL, M, 0, 0),
    FIELD(MATMUL, N, 0, 0),
    FIELD(MATMUL, K, 0, 0),
    FIELD(MATMUL, BF16, 0, 1),
    FIELD(VECTOR, ROWS, 0, 0),
    FIELD(VECTOR, COLS, 0, 0),
    FIELD(VECTOR, FUNC, 8, 15),
    FIELD(VECTOR, GATE, 3, 3),
    FIELD(VECTOR, MULSEL, 5, 7),
    FIELD(VECTOR, ADDSEL, 4, 7),
    FIELD(VECTOR, ADDOP, 3, 3),
    FIELD(VECTOR, WRITE, 0, 0),
    FIELD(VECTOR, X_TYPE, STH_DTYPE_I8, STH_DTYPE_BF16),
    FIELD(VECTOR, Y_TYPE, STH_DTYPE_I8, STH_DTYPE_BF16),
    FIELD(VECTOR, Z_TYPE, STH_DTYPE_I8, STH_DTYPE_BF16),
    FIELD(VECTOR, D_TYPE, STH_DTYPE_I8, STH_DTYPE_BF16),
    ALIGN(MATMUL, A),
    ALIGN(MATMUL, W),
    ALIGN(MATMUL, A_ROW),
    ALIGN(MATMUL, A_K),
    ALIGN(MATMUL, W_ROW),
    ALIGN(MATMUL, W_K),
    ALIGN(MATMUL, W_N),
    ALIGN(VECTOR, X_ADDR),
    ALIGN(VECTOR, X_ROW),
    ALIGN(VECTOR, X_TILE),
    ALIGN(VECTOR, Y_ADDR),
    ALIGN(VECTOR, Y_ROW),
    ALIGN(VECTOR, Y_TILE),
    ALIGN(VECTOR, Z_ADDR),
    ALIGN(VECTOR, Z_ROW),
    ALIGN(VECTOR, Z_TILE),
    ALIGN(VECTOR, D_ADDR),
    ALIGN(VECTOR, D_ROW),
    ALIGN(VECTOR, D_TILE),
    RANGE(LOAD, MEM_LO, MEM_LO, 1),
    RANGE(LOAD, MEM_S1, MEM_LO, 1),
    RANGE(LOAD, MEM_S2, MEM_LO, 1),
    RANGE(LOAD, SP, SP, 1),
    RANGE(LOAD, LEN, SP, 1),
    RANGE(LOAD, N1, SP, 1),
    RANGE(LOAD, SP_S1, SP, 1),
    RANGE(LOAD, SP_S2, SP, 1),
    RANGE(STORE, MEM_LO, MEM_LO, 1),
    RANGE(STORE, MEM_S1, MEM_LO, 1),
    RANGE(STORE, MEM_S2, MEM_LO, 1),
    RANGE(STORE, SP, SP, 1),
    RANGE(STORE, N2, SP, 1),
    RANGE(STORE, SP_S1, SP, 1),
    RANGE(STORE, SP_S2, SP, 1),
    RANGE(MATMUL, A, A, 0),
    RANGE(MATMUL, A_ROW, A, 0),
    RANGE(MATMUL, A_K, A, 0),
    RANGE(MATMUL, W, W, 0),
    RANGE(MATMUL, W_ROW, W, 0),
    RANGE(MATMUL, W_K, W, 0),
    RANGE(MATMUL, W_N, W, 0),
    RANGE(MATMUL, ACC, ACC, 1),
    RANGE(MATMUL, M, ACC, 1),
    RANGE(MATMUL, ACC_N, ACC, 1),
    RANGE(VECTOR, X_ADDR, X_ADDR, 0),
    RANGE(VECTOR, X_ROW, X_ADDR, 4),
    RANGE(VECTOR, X_TILE, X_ADDR, 4),
    RANGE(VECTOR, Y_ADDR, Y_ADDR, 0),
    RANGE(VECTOR, Y_ROW, Y_ADDR, 4),
    RANGE(VECTOR, Y_TILE, Y_ADDR, 4),
    RANGE(VECTOR, Z_ADDR, Z_ADDR, 0),
    RANGE(VECTOR, Z_ROW, Z_ADDR, 4),
    RANGE(VECTOR, Z_TILE, Z_ADDR, 4),
    RANGE(VECTOR, D_ADDR, D_ADDR, 0),
    RANGE(VECTOR, D_ROW, D_ADDR, 4),
    RANGE(VECTOR, D_TILE, D_ADDR, 4),
    RANGE(VECTOR, R_ADDR, R_ADDR, 1),
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

static const uint8_t opcodes[] = {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc) opcode,
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
};

enum { OPCODES = sizeof(opcodes), WORD_BITS = 32 };

struct source {
    struct sth_program *windows;
    const struct sth_decoder *decoder;
    uint64_t random;
};

static uint32_t draw(struct source *s)
{
    return (uint32_t)(sth_random_next(&s->random) >> 32);
}

uint32_t sth_mutation_count(enum sth_fault code)
{
    uint32_t count = 0;

    if (code == STH_FAULT_OPCODE)
        return 1;
    if (code == STH_FAULT_RESERVED)
        return OPCODES;
    for (uint32_t i = 0; i < RULES; i++)
        count += rules[i].code == code;
    return count;
}

static bool base(struct source *s, uint32_t opcode, struct sth_command *command)
{
    return sth_program_command(s->windows, &s->decoder->params,
                               (uint64_t)draw(s) << 32 | draw(s), opcode,
                               command);
}

static bool bad_opcode(struct source *s, struct sth_command *command)
{
    uint32_t opcode = draw(s) % 256;

    if (!base(s, opcodes[draw(s) % OPCODES], command))
        return false;
    STH_SET(command, ANY_OPCODE, opcode);
    return s->decoder->kind[opcode] == 0;
}

/* Sets a bit that no field of the command names. */
static bool reserved_bit(struct source *s, uint32_t opcode,
                         struct sth_command *command)
{
    const uint32_t *legal = s->decoder->legal[s->decoder->kind[opcode]];
    uint32_t bit = draw(s) % (STH_COMMAND_WORDS * WORD_BITS);

    if (!base(s, opcode, command) ||
        (legal[bit / WORD_BITS] >> bit % WORD_BITS & 1u) != 0)
        return false;
    command->word[bit / WORD_BITS] |= 1u << bit % WORD_BITS;
    return true;
}

/* Whether the field value `value` makes the command break the rule. */
static bool breaks(const struct source *s, const struct rule *rule,
                   struct sth_command *command, uint64_t value)
{
    struct sth_decode_fault fault;

    sth_command_set(command, rule->word, rule->lsb, rule->width,
                    (uint32_t)value);
    fault = sth_decode_check(s->decoder, command);
    return fault.code == (enum sth_fault)rule->code &&
           fault.word == rule->reported;
}

/* Goes up to the lowest value that breaks the rule, half of the time on. */
static bool pass_limit(struct source *s, const struct rule *rule,
                       struct sth_command *command)
{
    const uint64_t end = (uint64_t)1 << rule->width;
    const uint64_t step =
        rule->first ? rule->first : sth_sp_word_bytes(&s->decoder->params);
    uint64_t low = sth_command_get(command, rule->word, rule->lsb, rule->width);
    uint64_t steps = 1;

    while (low + steps * step < end &&
           !breaks(s, rule, command, low + steps * step))
        steps *= 2;
    /* Legal at low, broken `steps` steps above. */
    while (steps > 1) {
        uint64_t half = steps / 2;

        if (low + half * step < end &&
            !breaks(s, rule, command, low + half * step))
            low += half * step;
        steps -= half;
    }
    low += step;
    if (draw(s) % 2 == 0 && low < end)
        low += draw(s) % ((end - 1 - low) / step + 1) * step;
    return low < end && breaks(s, rule, command, low);
}

static bool mutate(struct source *s, const struct rule *rule,
                   struct sth_command *command)
{
    if (!base(s, rule->opcode, command))
        return false;
    /* The end of memory is near only from there. */
    if (rule->how == LIMIT && rule->reported == STH_LOAD_MEM_LO_WORD &&
        (rule->opcode == STH_OP_LOAD || rule->opcode == STH_OP_STORE))
        STH_SET(command, LOAD_MEM_HI, 0xff);
    if (rule->how == LIMIT)
        return pass_limit(s, rule, command);
    if (rule->how == MISALIGN)
        return breaks(s, rule, command,
                      (uint64_t)sth_command_get(command, rule->word, rule->lsb,
                                                rule->width) +
                          1 + draw(s) % 7);
    return breaks(s, rule, command,
                  rule->first + draw(s) % (rule->last - rule->first + 1));
}

/* A command that breaks rule `which` of a code. */
static bool break_rule(struct source *s, enum sth_fault code, uint32_t which,
                       struct sth_command *command)
{
    uint32_t rule = 0;

    for (uint32_t skip = which;
         rule < RULES && (rules[rule].code != code || skip-- > 0); rule++)
        continue;
    for (int i = 0; i < ATTEMPTS; i++) {
        bool good;

        if (code == STH_FAULT_OPCODE)
            good = bad_opcode(s, command);
        else if (code == STH_FAULT_RESERVED)
            good = reserved_bit(s, opcodes[which % OPCODES], command);
        else
            good = rule < RULES && mutate(s, &rules[rule], command);
        if (good)
            return true;
    }
    return false;
}

bool sth_mutation_draw(struct sth_program *windows,
                       const struct sth_decoder *decoder, enum sth_fault code,
                       uint32_t which, uint64_t seed,
                       struct sth_command *command)
{
    const uint32_t count = sth_mutation_count(code);
    struct source s = {windows, decoder, seed};

    for (uint32_t i = 0; i < count; i++)
        if (break_rule(&s, code, (which + i) % count, command))
            return true;
    return false;
}
