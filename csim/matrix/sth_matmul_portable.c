/* MATMUL for any host: element by element, with strict arithmetic. */
#include "sth_digest.h"
#include "sth_matmul_impl.h"
#include "sth_numerics.h"

/*
 * Down one array column: the sum of a tile row times a weight column, `depth`
 * lanes of both.  `odd`: the last lane of the row holds one int8.
 */
static uint32_t column_sum(const struct sth_matmul *m, uint32_t depth, bool odd,
                           const uint8_t *a, const uint8_t *w, uint32_t w_step)
{
    uint32_t sum = 0;

    for (uint32_t r = 0; r < depth; r++) {
        uint32_t bytes = odd && r + 1 == depth ? 1 : 2;

        sum = sth_acc_add(
            m->bf16, sum,
            sth_pe_mul(m->bf16, (uint16_t)sth_onchip_get(a + 2 * r, bytes),
                       (uint16_t)sth_onchip_get(w + r * w_step, 2)));
    }
    /* Only turns a -0 into +0. */
    return sth_acc_add(m->bf16, sum, 0);
}

uint32_t sth_matmul_portable(const struct sth_onchip *chip,
                             const struct sth_command *command)
{
    const struct sth_matmul m = sth_matmul_fields(command);
    uint32_t rows = sth_tile_lanes(chip->params, command);
    uint32_t cols = chip->params->array_cols;
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t nt = 0; nt * cols < m.n; nt++) {
        for (uint32_t kt = 0; kt * rows < m.lanes; kt++) {
            uint32_t left = m.lanes - kt * rows;
            uint32_t depth = left < rows ? left : rows;
            bool odd = !m.bf16 && m.k % 2 != 0 && depth == left;
            bool overwrite = kt == 0 && !m.accumulate;

            for (uint32_t i = 0; i < m.m; i++) {
                const uint8_t *a = chip->sp + m.a + i * m.a_row + kt * m.a_k;

                for (uint32_t c = 0; c < cols && nt * cols + c < m.n; c++) {
                    const uint8_t *w = chip->sp + m.w + nt * m.w_n +
                                       kt * m.w_k + c * (m.west ? m.w_row : 2);
                    uint32_t addr =
                        (m.acc + nt * m.acc_n + i) * 4 * cols + 4 * c;
                    uint32_t sum =
                        column_sum(&m, depth, odd, a, w, m.west ? 2 : m.w_row);

                    if (!overwrite)
                        sum = sth_acc_add(
                            m.bf16, sth_onchip_get(chip->acc + addr, 4), sum);
                    sth_onchip_put(chip->acc + addr, 4, sum);
                    sth_digest_add(&digest, addr, sum);
                }
            }
        }
    }
    return sth_digest_value(&digest);
}
