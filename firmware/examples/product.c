/*
 * A product written by hand: y = x w in bf16, a tile of columns at a time. Each
 * engine has two buffers to fill, so that load, array, vector and store work on
 * four tiles at once; a semaphore in each direction counts full and free ones.
 * For chips of at most N columns.
 */
#include <string.h>

#include "sth_accelerator.h"
#include "sth_board.h"
#include "sth_console.h"

enum { M = 8, K = 16, N = 32 };
enum { LOADED, LOAD_FREE, SUMMED, SUM_FREE, ROUNDED, ROUND_FREE };
enum { X = 0, W = 1024, Y = 2048, BUFFER = 512 }; /* scratchpad */

static uint16_t x[M][K], w[K][N], y[M][N];
static struct sth_driver driver;
static enum sth_fw_err err; /* the first */

/* The first two tiles of each engine find their buffers free. */
static void put(struct sth_command c, uint32_t tile, uint32_t wait,
                uint32_t free, uint32_t post)
{
    STH_SET(&c, ANY_WAIT, wait | (tile >= 2 ? free : 0));
    STH_SET(&c, ANY_POST, post);
    if (!err)
        err = sth_driver_put(&driver, &c);
}

/* Runs of so many bytes, apart in memory, packed in the scratchpad. */
static struct sth_command copy(uint32_t opcode, const void *mem, uint32_t sp,
                               uint32_t bytes, uint32_t runs, uint32_t apart)
{
    return (struct sth_command){{opcode, 0, sth_accelerator_address(mem), 0, sp,
                                 bytes, runs | 1u << 16, apart, 0, bytes}};
}

/* From the scratchpad to the accumulator, and back in bf16. */
static struct sth_command multiply(uint32_t b, uint32_t acc)
{
    const uint32_t rows = driver.params.array_rows;
    const uint32_t cols = driver.params.array_cols;

    return (struct sth_command){{STH_OP_MATMUL, 0, X, b, acc, M | cols << 16,
                                 K | 1u << STH_MATMUL_BF16_LSB, sizeof x[0],
                                 2 * rows, 2 * cols, 2 * cols * rows}};
}

static struct sth_command convert(uint32_t acc, uint32_t sp)
{
    struct sth_command c = {{STH_OP_VECTOR}};

    c.word[2] = M | driver.params.array_cols << 16;
    c.word[3] = 1u << STH_VECTOR_WRITE_LSB;
    c.word[6] = acc | (uint32_t)STH_DTYPE_FP32 << STH_VECTOR_X_TYPE_LSB;
    c.word[7] = 1; /* X_ROW */
    c.word[12] = sp | 1u << STH_VECTOR_D_SP_LSB |
                 (uint32_t)STH_DTYPE_BF16 << STH_VECTOR_D_TYPE_LSB;
    c.word[13] = 2; /* D_ROW */
    return c;
}

static void put_tile(uint32_t t, uint32_t cols)
{
    const uint32_t half = t % 2 * BUFFER, acc = t % 2 * M, bytes = 2 * cols;
    const uint32_t again = t + 2 < N / cols; /* someone waits for the buffer */
    struct sth_command store =
        copy(STH_OP_STORE, &y[0][t * cols], Y + half, bytes, M, sizeof y[0]);

    STH_SET(&store, ANY_IRQ, t + 1 == N / cols);
    put(copy(STH_OP_LOAD, &w[0][t * cols], W + half, bytes, K, sizeof w[0]), t,
        0, 1u << LOAD_FREE, 1u << LOADED);
    put(multiply(W + half, acc), t, 1u << LOADED, 1u << SUM_FREE,
        1u << SUMMED | again << LOAD_FREE);
    put(convert(acc, Y + half), t, 1u << SUMMED, 1u << ROUND_FREE,
        1u << ROUNDED | again << SUM_FREE);
    put(store, t, 1u << ROUNDED, 0, again << ROUND_FREE);
}

/* Ones on the diagonal of x: y is the first rows of w. */
int main(void)
{
    bool right = false;

    err = sth_accelerator_open(&driver, 0);
    for (uint32_t m = 0; m < M; m++)
        x[m][m] = 0x3f80;
    for (uint32_t i = 0; i < K * N; i++)
        w[i / N][i % N] = (uint16_t)(0x3f80 + i);
    put(copy(STH_OP_LOAD, x, X, sizeof x, 1, 0), 0, 0, 0, 0);
    for (uint32_t t = 0; !err && t < N / driver.params.array_cols; t++)
        put_tile(t, driver.params.array_cols);
    if (!err)
        err = sth_driver_wait_retired(&driver);
    if (!err)
        right = memcmp(y, w, sizeof y) == 0;
    sth_console_text(right ? "y is right\n" : "y is wrong\n");
    return right ? STH_BOARD_STATUS_OK : STH_BOARD_STATUS_FAILED;
}
