/*
 * One kernel through the firmware library: the driver finds the chip, the
 * scheduler orders its engines, and the kernel tiles a product of any size.
 *
 *     cc kernel.c $(pkg-config --cflags --libs systolith) && ./a.out edge
 */
#include <stdio.h>
#include <string.h>
#include <systolith.h>
#include <systolith_firmware.h>
#include <systolith_rtl.h> /* sth_place_home() */

enum { M = 33, N = 47, K = 65 };

/* bf16 is the upper half of binary32. */
static uint16_t to_bf16(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)(bits >> 16);
}

/* A bf16 tensor in memory; the scheduler orders accesses by its state. */
static struct sth_operand tensor(struct sth_tensor_state *state, uint64_t addr,
                                 uint32_t rows, uint32_t cols)
{
    struct sth_operand o;

    state->band_rows = (rows + STH_TENSOR_BANDS - 1) / STH_TENSOR_BANDS;
    memset(&o, 0, sizeof(o));
    o.addr = addr;
    o.rows = rows;
    o.cols = cols;
    o.stride = 2 * (uint64_t)cols;
    o.dtype = STH_DTYPE_BF16;
    o.tensor = state;
    return o;
}

/* Small whole numbers: every sum of products is exact. */
static float value(uint32_t row, uint32_t col)
{
    return (float)((row + 2 * col) % 5) - 2;
}

static void fill(struct sth_device *dev, const struct sth_operand *o)
{
    for (uint32_t i = 0; i < o->rows * o->cols; i++) {
        uint16_t bits = to_bf16(value(i / o->cols, i % o->cols));

        dev->ops->mem_write(dev, o->addr + 2 * i, &bits, sizeof(bits));
    }
}

/* out = x * w on whatever the device is. */
static enum sth_fw_err multiply(struct sth_device *dev)
{
    static struct sth_schedule schedule; /* too large for some stacks */
    static struct sth_tensor_state state[3];
    struct sth_operand x = tensor(&state[0], 0x100000, M, K);
    struct sth_operand w = tensor(&state[1], 0x200000, K, N);
    struct sth_operand out = tensor(&state[2], 0x300000, M, N);
    struct sth_driver_config config;
    struct sth_driver driver;
    struct sth_hal hal;
    struct sth_gemm gemm;
    enum sth_fw_err err;

    sth_hal_host_init(&hal, dev);
    sth_driver_config_default(&config);
    err = sth_driver_init(&driver, &hal, &config);
    if (err != STH_FW_ERR_OK)
        return err;
    fill(dev, &x);
    fill(dev, &w);
    memset(&gemm, 0, sizeof(gemm)); /* no bias, no scales, no activation */
    gemm.out = &out;
    gemm.x = &x;
    gemm.w = &w;
    sth_schedule_init(&schedule, &driver);
    sth_schedule_begin_operation(&schedule);
    sth_kernel_gemm(&schedule, &gemm);
    return sth_schedule_finish(&schedule);
}

int main(int argc, char **argv)
{
    char home[4096], error[512];
    struct sth_config config;
    uint32_t wrong = 0;

    sth_place_home(home, sizeof(home)); /* where configs/ is installed */
    if (!sth_config_find(argc > 1 ? argv[1] : "nano", home, &config, error,
                         sizeof(error))) {
        fprintf(stderr, "kernel: %s\n", error);
        return 2;
    }
    struct sth_mem *mem =
        sth_mem_create(&config.memory, config.params.bus_bytes, false);
    struct sth_device *dev = sth_csim_create(&config.params, mem, NULL);
    enum sth_fw_err err = multiply(dev);

    for (uint32_t i = 0; err == STH_FW_ERR_OK && i < M * N; i++) {
        float want = 0;
        uint16_t got;
        for (uint32_t k = 0; k < K; k++)
            want += value(i / N, k) * value(k, i % N);
        dev->ops->mem_read(dev, 0x300000 + 2 * i, &got, sizeof(got));
        wrong += got != to_bf16(want);
    }
    printf("%s: %llu cycles, %u values wrong\n", sth_fw_err_text(err),
           (unsigned long long)dev->ops->cycles(dev), (unsigned)wrong);
    dev->ops->destroy(dev);
    sth_mem_destroy(mem);
    return err == STH_FW_ERR_OK && !wrong ? 0 : 1;
}
