/*
 * A new operation, written as kernels are: y = (x u) * sigmoid(x v) in bf16, on
 * two sets of buffers.  The scheduler makes the semaphores.
 */
#include "sth_accelerator.h"
#include "sth_board.h"
#include "sth_console.h"
#include "sth_emit.h"

enum { M = 8, K = 16, N = 64, SETS = 2, X = 0, U, V, Y, TENSORS };

static uint16_t x[M][K], u[K][N], v[K][N], y[M][N];

static struct sth_operand tensor(void *at, uint32_t rows, uint32_t cols,
                                 struct sth_tensor_state *state)
{
    struct sth_operand t = {sth_accelerator_address(at), .tensor = state};

    state->band_rows = sth_ceil_div(rows, STH_TENSOR_BANDS);
    t.rows = rows;
    t.cols = cols;
    t.stride = 2 * cols;
    t.dtype = STH_DTYPE_BF16;
    return t;
}

static void multiply(struct sth_schedule *s, const struct sth_block *w,
                     struct sth_product *p, struct sth_buffer *acc)
{
    p->n = w->cols;
    p->w = w->buffer;
    p->w_stride = w->stride;
    p->acc = acc;
    sth_emit_load(s, w);
    sth_emit_product(s, p);
}

static void gated_product(struct sth_schedule *s, const struct sth_operand *t)
{
    const struct sth_params *p = &s->driver->params;
    const uint32_t width = p->array_cols, row = 2 * width; /* bytes */
    const uint32_t along = sth_stream_stride(p, 2 * K, 2 * p->array_rows);
    struct sth_buffer *sp[SETS][TENSORS], *acc[SETS][TENSORS];
    struct sth_block all = {&t[X], 0, M, 0, K, .stride = along};
    struct sth_product product = {
        M, 0, K, p->array_rows, .bf16 = true, .a_stride = along, .acc_tile = M};

    sth_schedule_begin_operation(s);
    all.buffer = product.a = sth_schedule_alloc(s, STH_SCHEDULE_SP, M * along);
    for (uint32_t i = 0; i < SETS; i++)
        for (uint32_t n = U; n <= Y; n++) {
            sp[i][n] = sth_schedule_alloc(s, STH_SCHEDULE_SP, t[n].rows * row);
            acc[i][n] = sth_schedule_alloc(s, STH_SCHEDULE_ACC, M);
        }
    sth_emit_load(s, &all);
    for (uint32_t n = 0; n < N; n += width) {
        const uint32_t i = n / width % SETS, cols = sth_min_u32(width, N - n);
        struct sth_block bu = {&t[U], 0, K, n, cols, sp[i][U], .stride = row};
        struct sth_block bv = {&t[V], 0, K, n, cols, sp[i][V], .stride = row};
        struct sth_block by = {&t[Y], 0, M, n, cols, sp[i][Y], .stride = row};
        struct sth_pass gate = {M, cols, STH_FUNC_SIGMOID, .gate = 2};

        gate.mul = STH_OPERAND_IMM; /* 0: sigmoid(0 x + z) x */
        gate.add = STH_OPERAND_STREAM;
        gate.x = sth_tile_acc(acc[i][U], 0, M, STH_DTYPE_FP32);
        gate.z = sth_tile_acc(acc[i][V], 0, M, STH_DTYPE_FP32);
        gate.d = sth_tile_sp(s, sp[i][Y], 0, row, STH_DTYPE_BF16);
        multiply(s, &bu, &product, acc[i][U]);
        multiply(s, &bv, &product, acc[i][V]);
        sth_emit_vector(s, &gate);
        sth_emit_store(s, &by);
    }
}

/* Ones on the diagonal of x; v is 0 and 64 in turn: y is u halved, and u. */
int main(void)
{
    static struct sth_tensor_state state[TENSORS];
    static struct sth_schedule schedule;
    static struct sth_driver driver;
    const struct sth_operand t[] = {
        tensor(x, M, K, &state[X]), tensor(u, K, N, &state[U]),
        tensor(v, K, N, &state[V]), tensor(y, M, N, &state[Y])};
    bool right = sth_accelerator_open(&driver, 0) == STH_FW_ERR_OK;

    for (uint32_t i = 0; i < K * N; i++) {
        x[i % M][i % M] = 0x3f80;
        u[i / N][i % N] = (uint16_t)(0x3f80 + i);
        v[i / N][i % N] = i % 2 ? 0x4280 : 0;
    }
    if (right) {
        sth_schedule_init(&schedule, &driver);
        gated_product(&schedule, t);
        right = sth_schedule_finish(&schedule) == STH_FW_ERR_OK;
    }
    for (uint32_t i = 0; i < M * N; i++)
        right &= y[i / N][i % N] == u[i / N][i % N] - (i % 2 ? 0 : 0x80);
    sth_console_text(right ? "y is right\n" : "y is wrong\n");
    return right ? STH_BOARD_STATUS_OK : STH_BOARD_STATUS_FAILED;
}
