#include "sth_decode.h"

#include <assert.h>
#include <string.h>

#include "sth_command_operand.h"
#include "sth_math.h"

/* LOAD and STORE have their fields in the same places. */
_Static_assert((int)STH_LOAD_MEM_LO_WORD == (int)STH_STORE_MEM_LO_WORD &&
                   (int)STH_LOAD_MEM_HI_WORD == (int)STH_STORE_MEM_HI_WORD &&
                   (int)STH_LOAD_LEN_WORD == (int)STH_STORE_LEN_WORD &&
                   (int)STH_LOAD_N1_WORD == (int)STH_STORE_N1_WORD &&
                   (int)STH_LOAD_N2_LSB == (int)STH_STORE_N2_LSB &&
                   (int)STH_LOAD_MEM_S2_WORD == (int)STH_STORE_MEM_S2_WORD,
               "what holds for loads is used for stores");

/* The operands of VECTOR that are addressed alike. */
struct operand {
    uint32_t word;
    bool used;
    bool scalar;
    struct sth_command_operand at;
};

enum { OPERANDS = 4 };

static struct sth_decode_fault fault(enum sth_fault code, uint32_t word)
{
    return (struct sth_decode_fault){code, word};
}

static const struct sth_decode_fault legal = {STH_FAULT_NONE, 0};

bool sth_decode_is_sync(const struct sth_command *command)
{
    return (STH_GET(command, ANY_OPCODE) & 0xf0u) == 0x10u;
}

enum sth_engine sth_decode_engine(const struct sth_command *command)
{
    switch (STH_GET(command, ANY_OPCODE)) {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc)                                         \
    case opcode:                                                               \
        return STH_ENGINE_##engine;
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    default:
        assert(!"a legal command");
        return STH_ENGINE_LOAD;
    }
}

void sth_decode_init(struct sth_decoder *decoder,
                     const struct sth_params *params)
{
    enum { ANY = 0x100 };
    static const uint16_t opcodes[] = {
        ANY,
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc) opcode,
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    };
    enum { STH_OP_ANY = ANY };
    static const struct {
        uint16_t opcode;
        uint8_t word, lsb, width;
    } fields[] = {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)                               \
    {STH_OP_##cmd, word, lsb, width},
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    };
    const size_t kinds = sizeof(opcodes) / sizeof(opcodes[0]);

    memset(decoder, 0, sizeof(*decoder));
    decoder->params = *params;
    assert(kinds <= sizeof(decoder->legal) / sizeof(decoder->legal[0]));
    for (size_t kind = 1; kind < kinds; kind++) {
        decoder->kind[opcodes[kind]] = (uint8_t)kind;
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
            uint32_t bits = (0xffffffffu >> (32 - fields[i].width))
                            << fields[i].lsb;

            if (fields[i].opcode == opcodes[kind] || fields[i].opcode == ANY)
                decoder->legal[kind][fields[i].word] |= bits;
        }
    }
}

static struct sth_decode_fault check_copy(const struct sth_params *p,
                                          const struct sth_command *c)
{
    uint64_t mem = sth_command_memory(c);
    uint64_t sp = STH_GET(c, LOAD_SP);
    uint64_t length = STH_GET(c, LOAD_LEN);
    uint64_t n1 = STH_GET(c, LOAD_N1);
    uint64_t n2 = STH_GET(c, LOAD_N2);

    if (length == 0)
        return fault(STH_FAULT_FIELD, STH_LOAD_LEN_WORD);
    if (n1 == 0 || n2 == 0)
        return fault(STH_FAULT_FIELD, STH_LOAD_N1_WORD);
    if (mem + (n2 - 1) * STH_GET(c, LOAD_MEM_S2) +
            (n1 - 1) * STH_GET(c, LOAD_MEM_S1) + length >
        1ull << STH_ADDR_BITS)
        return fault(STH_FAULT_RANGE, STH_LOAD_MEM_LO_WORD);
    if (sp + (n2 - 1) * STH_GET(c, LOAD_SP_S2) +
            (n1 - 1) * STH_GET(c, LOAD_SP_S1) + length >
        p->sp_bytes)
        return fault(STH_FAULT_RANGE, STH_LOAD_SP_WORD);
    return legal;
}

/* Where the last weight chunk that is read ends, from W; k lanes of depth. */
static uint64_t weight_span(const struct sth_params *p,
                            const struct sth_command *c, uint64_t k)
{
    uint64_t rows = sth_tile_lanes(p, c);
    uint64_t cols = p->array_cols;
    uint64_t n = STH_GET(c, MATMUL_N);
    uint64_t kt = sth_ceil_div64(k, rows);
    uint64_t nt = sth_ceil_div64(n, cols);
    uint64_t w_row = STH_GET(c, MATMUL_W_ROW);
    uint64_t w_k = STH_GET(c, MATMUL_W_K);
    uint64_t w_n = STH_GET(c, MATMUL_W_N);
    uint64_t last;
    uint64_t before = 0;

    if (STH_GET(c, MATMUL_WEST) != 0) {
        last = (nt - 1) * w_n + (n - 1) % cols * w_row;
        if (nt > 1)
            before = (nt - 2) * w_n + (cols - 1) * w_row;
        return (kt - 1) * w_k + rows * STH_LANE_BYTES + sth_max64(last, before);
    }
    last = (kt - 1) * w_k + (k - 1) % rows * w_row;
    if (kt > 1)
        before = (kt - 2) * w_k + (rows - 1) * w_row;
    return (nt - 1) * w_n + cols * STH_LANE_BYTES + sth_max64(last, before);
}

static struct sth_decode_fault check_matmul(const struct sth_params *p,
                                            const struct sth_command *c)
{
    uint64_t m = STH_GET(c, MATMUL_M);
    uint64_t n = STH_GET(c, MATMUL_N);
    uint32_t bf16 = STH_GET(c, MATMUL_BF16);
    uint64_t k = sth_depth_lanes(STH_GET(c, MATMUL_K), bf16);
    uint32_t type = bf16 != 0 ? STH_DATA_TYPE_BF16 : STH_DATA_TYPE_INT8;
    uint32_t rows = sth_tile_lanes(p, c);
    uint32_t a_mask = rows * STH_LANE_BYTES - 1;
    uint32_t w_mask =
        (STH_GET(c, MATMUL_WEST) != 0 ? rows : p->array_cols) * STH_LANE_BYTES -
        1;
    const struct {
        uint32_t word;
        uint32_t mask;
    } aligned[] = {
        {STH_MATMUL_A_WORD, a_mask},     {STH_MATMUL_W_WORD, w_mask},
        {STH_MATMUL_A_ROW_WORD, a_mask}, {STH_MATMUL_A_K_WORD, a_mask},
        {STH_MATMUL_W_ROW_WORD, w_mask}, {STH_MATMUL_W_K_WORD, w_mask},
        {STH_MATMUL_W_N_WORD, w_mask},
    };
    uint64_t kt;
    uint64_t nt;

    if (m == 0 || n == 0)
        return fault(STH_FAULT_FIELD, STH_MATMUL_M_WORD);
    if (k == 0 || (p->data_types & type) == 0 || rows < STH_TILE_LANES_MIN)
        return fault(STH_FAULT_FIELD, STH_MATMUL_K_WORD);
    for (size_t i = 0; i < sizeof(aligned) / sizeof(aligned[0]); i++) {
        if ((c->word[aligned[i].word] & aligned[i].mask) != 0)
            return fault(STH_FAULT_ALIGN, aligned[i].word);
    }
    kt = sth_ceil_div64(k, rows);
    nt = sth_ceil_div64(n, p->array_cols);
    if (STH_GET(c, MATMUL_A) + (m - 1) * STH_GET(c, MATMUL_A_ROW) +
            (kt - 1) * STH_GET(c, MATMUL_A_K) + rows * STH_LANE_BYTES >
        p->sp_bytes)
        return fault(STH_FAULT_RANGE, STH_MATMUL_A_WORD);
    if (STH_GET(c, MATMUL_W) + weight_span(p, c, k) > p->sp_bytes)
        return fault(STH_FAULT_RANGE, STH_MATMUL_W_WORD);
    if (STH_GET(c, MATMUL_ACC) + (nt - 1) * STH_GET(c, MATMUL_ACC_N) + m - 1 >=
        p->acc_bytes / sth_acc_row_bytes(p))
        return fault(STH_FAULT_RANGE, STH_MATMUL_ACC_WORD);
    return legal;
}

static struct operand operand(const struct sth_command *c, uint32_t word,
                              uint32_t select)
{
    return (struct operand){
        .word = word,
        .used = select == STH_OPERAND_STREAM || select == STH_OPERAND_SCALAR,
        .scalar = select == STH_OPERAND_SCALAR,
        .at = sth_command_get_operand(c, word),
    };
}

static struct sth_decode_fault
check_vector_fields(const struct sth_command *c, const struct operand *operands)
{
    uint32_t addsel = STH_GET(c, VECTOR_ADDSEL);

    if (STH_GET(c, VECTOR_ROWS) == 0 || STH_GET(c, VECTOR_COLS) == 0)
        return fault(STH_FAULT_FIELD, STH_VECTOR_ROWS_WORD);
    if (STH_GET(c, VECTOR_FUNC) > STH_FUNC_PHI || STH_GET(c, VECTOR_GATE) > 2 ||
        STH_GET(c, VECTOR_MULSEL) > STH_OPERAND_SELF ||
        addsel > STH_OPERAND_SCALAR || STH_GET(c, VECTOR_ADDOP) > 2 ||
        (STH_GET(c, VECTOR_WRITE) == 0 &&
         STH_GET(c, VECTOR_REDUCE) == STH_REDUCE_NONE))
        return fault(STH_FAULT_FIELD, STH_VECTOR_FUNC_WORD);
    for (int i = 0; i < OPERANDS; i++) {
        const struct sth_command_operand *at = &operands[i].at;

        if (operands[i].used && !at->sp && at->type != STH_DTYPE_FP32 &&
            at->type != STH_DTYPE_I32)
            return fault(STH_FAULT_FIELD, operands[i].word);
    }
    return legal;
}

static struct sth_decode_fault
check_vector_align(const struct sth_params *p, const struct operand *operands)
{
    for (int i = 0; i < OPERANDS; i++) {
        const struct sth_command_operand *at = &operands[i].at;
        uint32_t strides = operands[i].scalar ? at->row : at->row | at->tile;

        if (!operands[i].used || !at->sp)
            continue;
        if (at->addr % (p->array_cols * at->bytes) != 0)
            return fault(STH_FAULT_ALIGN, operands[i].word);
        if (strides % at->bytes != 0)
            return fault(STH_FAULT_ALIGN, operands[i].word + 1);
    }
    return legal;
}

static struct sth_decode_fault
check_vector_range(const struct sth_params *p, const struct sth_command *c,
                   const struct operand *operands)
{
    uint64_t rows = STH_GET(c, VECTOR_ROWS);
    uint64_t tiles = sth_ceil_div64(STH_GET(c, VECTOR_COLS), p->array_cols);
    uint64_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);

    for (int i = 0; i < OPERANDS; i++) {
        const struct sth_command_operand *at = &operands[i].at;
        uint64_t units = operands[i].scalar
                             ? (rows - 1) / p->array_cols * at->row
                             : (rows - 1) * at->row + (tiles - 1) * at->tile;
        bool bad;

        if (!operands[i].used)
            continue;
        if (at->sp)
            bad = at->addr + (units + at->bytes) * p->array_cols > p->sp_bytes;
        else
            bad = at->addr + units >= acc_rows;
        if (bad)
            return fault(STH_FAULT_RANGE, operands[i].word);
    }
    if (STH_GET(c, VECTOR_REDUCE) != STH_REDUCE_NONE &&
        STH_GET(c, VECTOR_R_ADDR) + (rows - 1) / p->array_cols >= acc_rows)
        return fault(STH_FAULT_RANGE, STH_VECTOR_R_ADDR_WORD);
    return legal;
}

static struct sth_decode_fault check_vector(const struct sth_params *p,
                                            const struct sth_command *c)
{
    const struct operand operands[OPERANDS] = {
        operand(c, STH_VECTOR_X_ADDR_WORD, STH_OPERAND_STREAM),
        operand(c, STH_VECTOR_Y_ADDR_WORD, STH_GET(c, VECTOR_MULSEL)),
        operand(c, STH_VECTOR_Z_ADDR_WORD, STH_GET(c, VECTOR_ADDSEL)),
        operand(c, STH_VECTOR_D_ADDR_WORD,
                STH_GET(c, VECTOR_WRITE) != 0 ? STH_OPERAND_STREAM
                                              : STH_OPERAND_NONE),
    };
    struct sth_decode_fault found = check_vector_fields(c, operands);

    if (found.code == STH_FAULT_NONE)
        found = check_vector_align(p, operands);
    if (found.code == STH_FAULT_NONE)
        found = check_vector_range(p, c, operands);
    return found;
}

struct sth_decode_fault sth_decode_check(const struct sth_decoder *decoder,
                                         const struct sth_command *command)
{
    uint32_t opcode = STH_GET(command, ANY_OPCODE);
    const uint32_t *bits = decoder->legal[decoder->kind[opcode]];

    if (decoder->kind[opcode] == 0)
        return fault(STH_FAULT_OPCODE, STH_ANY_OPCODE_WORD);
    for (uint32_t word = 0; word < STH_COMMAND_WORDS; word++) {
        if ((command->word[word] & ~bits[word]) != 0)
            return fault(STH_FAULT_RESERVED, word);
    }
    switch (opcode) {
    case STH_OP_LOAD:
    case STH_OP_STORE:
        return check_copy(&decoder->params, command);
    case STH_OP_MATMUL:
        return check_matmul(&decoder->params, command);
    case STH_OP_VECTOR:
        return check_vector(&decoder->params, command);
    default:
        return legal;
    }
}
