#include "sth_footprint.h"

#include "sth_command_operand.h"
#include "sth_math.h"

struct walk {
    const struct sth_params *params;
    const struct sth_command *command;
    void (*visit)(void *context, const struct sth_footprint_run *run);
    void *context;
};

static void put(const struct walk *w, enum sth_footprint_space space,
                enum sth_footprint_role role, uint64_t addr, uint64_t bytes)
{
    struct sth_footprint_run run = {space, role, addr, bytes};

    w->visit(w->context, &run);
}

static void copy_side(const struct walk *w, enum sth_footprint_space space,
                      enum sth_footprint_role role, uint64_t addr, uint64_t s1,
                      uint64_t s2)
{
    uint64_t length = STH_GET(w->command, LOAD_LEN);
    uint32_t n1 = STH_GET(w->command, LOAD_N1);
    uint32_t n2 = STH_GET(w->command, LOAD_N2);

    for (uint32_t i2 = 0; i2 < n2; i2++) {
        for (uint32_t i1 = 0; i1 < n1; i1++)
            put(w, space, role, addr + i2 * s2 + i1 * s1, length);
    }
}

static void visit_copy(const struct walk *w, bool load)
{
    const struct sth_command *c = w->command;
    uint64_t mem = sth_command_memory(c);

    if (load)
        copy_side(w, STH_FOOTPRINT_MEM, STH_FOOTPRINT_READ, mem,
                  STH_GET(c, LOAD_MEM_S1), STH_GET(c, LOAD_MEM_S2));
    copy_side(
        w, STH_FOOTPRINT_SP, load ? STH_FOOTPRINT_WRITE : STH_FOOTPRINT_READ,
        STH_GET(c, LOAD_SP), STH_GET(c, LOAD_SP_S1), STH_GET(c, LOAD_SP_S2));
    if (!load)
        copy_side(w, STH_FOOTPRINT_MEM, STH_FOOTPRINT_WRITE, mem,
                  STH_GET(c, LOAD_MEM_S1), STH_GET(c, LOAD_MEM_S2));
}

/*
 * The rows of one weight tile that hold n columns of w and `lanes` of depth,
 * `depth` bytes in all of each column.
 */
static void visit_weight_tile(const struct walk *w, uint64_t addr, uint64_t n,
                              uint64_t lanes, uint64_t depth)
{
    bool west = STH_GET(w->command, MATMUL_WEST) != 0;
    uint64_t row = STH_GET(w->command, MATMUL_W_ROW);
    uint64_t rows = west ? n : lanes;
    uint64_t bytes = west ? depth : STH_LANE_BYTES * n;

    for (uint64_t i = 0; i < rows; i++)
        put(w, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, addr + i * row, bytes);
}

static void visit_matmul(const struct walk *w)
{
    const struct sth_command *c = w->command;
    uint64_t rows = sth_tile_lanes(w->params, w->command);
    uint64_t cols = w->params->array_cols;
    uint64_t m = STH_GET(c, MATMUL_M);
    uint64_t n = STH_GET(c, MATMUL_N);
    uint64_t k = STH_GET(c, MATMUL_K);
    uint64_t bytes = STH_GET(c, MATMUL_BF16) != 0 ? 2 * k : k;
    uint64_t lanes =
        sth_depth_lanes(STH_GET(c, MATMUL_K), STH_GET(c, MATMUL_BF16));
    uint64_t acc = STH_GET(c, MATMUL_ACC);

    for (uint64_t i = 0; i * rows < lanes; i++) {
        uint64_t a = STH_GET(c, MATMUL_A) + i * STH_GET(c, MATMUL_A_K);
        uint64_t tile = STH_LANE_BYTES * rows;
        uint64_t depth = sth_min64(bytes - i * tile, tile);

        for (uint64_t row = 0; row < m; row++)
            put(w, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ,
                a + row * STH_GET(c, MATMUL_A_ROW), depth);
        for (uint64_t j = 0; j * cols < n; j++)
            visit_weight_tile(w,
                              STH_GET(c, MATMUL_W) +
                                  i * STH_GET(c, MATMUL_W_K) +
                                  j * STH_GET(c, MATMUL_W_N),
                              sth_min64(n - j * cols, cols),
                              sth_min64(lanes - i * rows, rows), depth);
    }
    if (STH_GET(c, MATMUL_ACCUMULATE) != 0) {
        for (uint64_t j = 0; j * cols < n; j++)
            put(w, STH_FOOTPRINT_ACC, STH_FOOTPRINT_READ_BACK,
                acc + j * STH_GET(c, MATMUL_ACC_N), m);
    }
    for (uint64_t j = 0; j * cols < n; j++)
        put(w, STH_FOOTPRINT_ACC, STH_FOOTPRINT_WRITE,
            acc + j * STH_GET(c, MATMUL_ACC_N), m);
}

/* One operand of VECTOR, its address at word. */
static void visit_operand(const struct walk *w, uint32_t word, bool scalar,
                          enum sth_footprint_role role)
{
    const struct sth_command *c = w->command;
    const struct sth_command_operand o = sth_command_get_operand(c, word);
    uint64_t lanes = w->params->array_cols;
    uint64_t rows = STH_GET(c, VECTOR_ROWS);
    uint64_t cols = STH_GET(c, VECTOR_COLS);

    for (uint64_t row = 0; row < rows; row++) {
        if (scalar && row % lanes != 0)
            continue;
        for (uint64_t tile = 0; tile * lanes < cols; tile++) {
            uint64_t units = row * o.row + tile * o.tile;
            uint64_t count = sth_min64(cols - tile * lanes, lanes);

            if (scalar) {
                units = row / lanes * o.row;
                count = sth_min64(rows - row, lanes);
            }
            if (o.sp)
                put(w, STH_FOOTPRINT_SP, role, o.addr + units * lanes,
                    count * o.bytes);
            else
                put(w, STH_FOOTPRINT_ACC, role, o.addr + units, 1);
            if (scalar)
                break;
        }
    }
}

/* Whether VECTOR reads a streamed operand where it writes d. */
static bool is_in_place(const struct sth_command *c, uint32_t word)
{
    const struct sth_command_operand o = sth_command_get_operand(c, word);
    const struct sth_command_operand d =
        sth_command_get_operand(c, STH_VECTOR_D_ADDR_WORD);

    return STH_GET(c, VECTOR_WRITE) != 0 && o.addr == d.addr && o.sp == d.sp &&
           o.bytes == d.bytes && o.row == d.row && o.tile == d.tile;
}

static void visit_source(const struct walk *w, uint32_t word, uint32_t select)
{
    if (select == STH_OPERAND_STREAM)
        visit_operand(w, word, false,
                      is_in_place(w->command, word) ? STH_FOOTPRINT_READ_SAME
                                                    : STH_FOOTPRINT_READ);
    else if (select == STH_OPERAND_SCALAR)
        visit_operand(w, word, true, STH_FOOTPRINT_READ);
}

static void visit_vector(const struct walk *w)
{
    const struct sth_command *c = w->command;
    uint64_t lanes = w->params->array_cols;
    uint64_t sums = (STH_GET(c, VECTOR_ROWS) + lanes - 1) / lanes;
    bool reduce = STH_GET(c, VECTOR_REDUCE) != STH_REDUCE_NONE;

    visit_source(w, STH_VECTOR_X_ADDR_WORD, STH_OPERAND_STREAM);
    visit_source(w, STH_VECTOR_Y_ADDR_WORD, STH_GET(c, VECTOR_MULSEL));
    visit_source(w, STH_VECTOR_Z_ADDR_WORD, STH_GET(c, VECTOR_ADDSEL));
    if (reduce && STH_GET(c, VECTOR_CARRY) != 0)
        put(w, STH_FOOTPRINT_ACC, STH_FOOTPRINT_READ_BACK,
            STH_GET(c, VECTOR_R_ADDR), sums);
    if (STH_GET(c, VECTOR_WRITE) != 0)
        visit_operand(w, STH_VECTOR_D_ADDR_WORD, false, STH_FOOTPRINT_WRITE);
    if (reduce)
        put(w, STH_FOOTPRINT_ACC, STH_FOOTPRINT_WRITE_SUM,
            STH_GET(c, VECTOR_R_ADDR), sums);
}

void sth_footprint_visit(const struct sth_params *params,
                         const struct sth_command *command,
                         void (*visit)(void *context,
                                       const struct sth_footprint_run *run),
                         void *context)
{
    struct walk walk = {params, command, visit, context};

    switch (STH_GET(command, ANY_OPCODE)) {
    case STH_OP_LOAD:
        visit_copy(&walk, true);
        break;
    case STH_OP_STORE:
        visit_copy(&walk, false);
        break;
    case STH_OP_MATMUL:
        visit_matmul(&walk);
        break;
    case STH_OP_VECTOR:
        visit_vector(&walk);
        break;
    default:
        break;
    }
}
