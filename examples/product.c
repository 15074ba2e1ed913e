/*
 * One product by hand: bring the chip up, write four commands into its ring,
 * ring the doorbell, check the result.  Nothing but registers and memory.
 *
 *     cc product.c $(pkg-config --cflags --libs systolith) && ./a.out nano
 */
#include <stdio.h>
#include <string.h>
#include <systolith.h>
#include <systolith_rtl.h> /* sth_place_home() */

/* Where things lie in the memory behind the bus; rows of a and out. */
enum { RING = 0x1000, IN = 0x100000, OUT = 0x400000, ROWS = 4, COMMANDS = 4 };
/* Semaphores that hand the data from one engine to the next. */
enum { LOADED = 1, MULTIPLIED = 2, CONVERTED = 4 };

/* LOAD or STORE (they have the same fields) of a block without gaps. */
static struct sth_command copy(uint32_t opcode, uint32_t mem, uint32_t sp,
                               uint32_t bytes)
{
    struct sth_command c;

    memset(&c, 0, sizeof(c));
    STH_SET(&c, ANY_OPCODE, opcode);
    STH_SET(&c, LOAD_MEM_LO, mem);
    STH_SET(&c, LOAD_SP, sp);
    STH_SET(&c, LOAD_LEN, bytes);
    STH_SET(&c, LOAD_N1, 1);
    STH_SET(&c, LOAD_N2, 1);
    return c;
}

/* out[4][C] = a[4][K] * w[K][C] in int8: one tile of the R x C array, whose
 * depth is K = 2 R.  w lies in rows of pairs: w[K / 2][C][2]. */
static void write_commands(uint32_t k, uint32_t c, struct sth_command *ring)
{
    const uint32_t a = k * c, out = 2 * a; /* in the scratchpad; w is at 0 */

    memset(ring, 0, COMMANDS * sizeof(*ring));
    ring[0] = copy(STH_OP_LOAD, IN, 0, k * c + ROWS * k);
    STH_SET(&ring[0], ANY_POST, LOADED);

    STH_SET(&ring[1], ANY_OPCODE, STH_OP_MATMUL); /* to accumulator row 0 */
    STH_SET(&ring[1], ANY_WAIT, LOADED);
    STH_SET(&ring[1], ANY_POST, MULTIPLIED);
    STH_SET(&ring[1], MATMUL_A, a);
    STH_SET(&ring[1], MATMUL_M, ROWS);
    STH_SET(&ring[1], MATMUL_N, c);
    STH_SET(&ring[1], MATMUL_K, k);
    STH_SET(&ring[1], MATMUL_A_ROW, k);     /* bytes from row to row */
    STH_SET(&ring[1], MATMUL_W_ROW, 2 * c); /* ... from row of pairs to row */

    STH_SET(&ring[2], ANY_OPCODE, STH_OP_VECTOR); /* to the scratchpad */
    STH_SET(&ring[2], ANY_WAIT, MULTIPLIED);
    STH_SET(&ring[2], ANY_POST, CONVERTED);
    STH_SET(&ring[2], VECTOR_ROWS, ROWS);
    STH_SET(&ring[2], VECTOR_COLS, c);
    STH_SET(&ring[2], VECTOR_X_TYPE, STH_DTYPE_I32);
    STH_SET(&ring[2], VECTOR_X_ROW, 1); /* accumulator rows */
    STH_SET(&ring[2], VECTOR_WRITE, 1);
    STH_SET(&ring[2], VECTOR_D_SP, 1);
    STH_SET(&ring[2], VECTOR_D_ADDR, out);
    STH_SET(&ring[2], VECTOR_D_TYPE, STH_DTYPE_I32);
    STH_SET(&ring[2], VECTOR_D_ROW, 4); /* units of C bytes */

    ring[3] = copy(STH_OP_STORE, OUT, out, 4 * ROWS * c);
    STH_SET(&ring[3], ANY_WAIT, CONVERTED);
    STH_SET(&ring[3], ANY_IRQ, 1); /* the last one wakes the host */
}

int main(int argc, char **argv)
{
    static int8_t w[(512 + ROWS) * 1024]; /* no array is larger */
    char home[4096], error[512];
    struct sth_config config;
    struct sth_command ring[COMMANDS];
    uint32_t k, c, wrong = 0;

    sth_place_home(home, sizeof(home)); /* where configs/ is installed */
    if (!sth_config_find(argc > 1 ? argv[1] : "nano", home, &config, error,
                         sizeof(error))) {
        fprintf(stderr, "product: %s\n", error);
        return 2;
    }
    k = 2 * config.params.array_rows;
    c = config.params.array_cols;

    /* The memory that the configuration names, and a chip before it. */
    struct sth_mem *mem =
        sth_mem_create(&config.memory, config.params.bus_bytes, false);
    struct sth_device *dev = sth_csim_create(&config.params, mem, NULL);

    for (uint32_t i = 0; i < k * c + ROWS * k; i++)
        w[i] = (int8_t)(i % 19 - 9); /* w[K / 2][C][2], and a[4][K] behind it */
    sth_mem_write(mem, IN, w, k * c + ROWS * k);
    write_commands(k, c, ring);
    sth_mem_write(mem, RING, ring, sizeof(ring));

    dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, RING);
    dev->ops->reg_write(dev, STH_REG_RING_LOG2, STH_RING_LOG2_MIN);
    dev->ops->reg_write(dev, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    dev->ops->reg_write(dev, STH_REG_TAIL, COMMANDS); /* the doorbell */
    dev->ops->wait(dev, 1000000);

    for (uint32_t i = 0; i < ROWS * c; i++) {
        int32_t want = 0, got;
        for (uint32_t n = 0; n < k; n++)
            want +=
                w[k * c + i / c * k + n] * w[n / 2 * 2 * c + i % c * 2 + n % 2];
        sth_mem_read(mem, OUT + 4 * i, &got, sizeof(got));
        wrong += got != want;
    }
    printf("%llu cycles, %u values wrong\n",
           (unsigned long long)dev->ops->cycles(dev), (unsigned)wrong);
    dev->ops->destroy(dev);
    sth_mem_destroy(mem);
    return wrong != 0;
}
