#include "sth_matrix_ref.h"

#include "sth_numerics.h"
#include "sth_spec.h"

static uint32_t ceil_div(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint32_t rotate_left(uint32_t v, uint32_t by)
{
    return by == 0 ? v : v << by | v >> (32 - by);
}

void sth_matrix_ref_init(struct sth_matrix_ref *ref, uint32_t rows,
                         uint32_t cols)
{
    ref->rows = rows;
    ref->cols = cols;
    ref->load_end = 0;
    ref->row_end = 0;
    ref->fall = 0;
    ref->sum_end = 0;
    ref->tile_end[0] = 0;
    ref->tile_end[1] = 0;
    ref->tile_first = 0;
    ref->tile_acc = 0;
    ref->tile_m = 0;
}

/* Rows of the array that a tile has. */
static uint32_t tile_rows(const struct sth_matrix_ref *ref,
                          const struct sth_matrix_ref_cmd *cmd)
{
    return ref->rows >> cmd->halves;
}

/* Elements in the depth of a tile: one bf16 or two int8 a row. */
static uint32_t tile_depth(const struct sth_matrix_ref *ref,
                           const struct sth_matrix_ref_cmd *cmd)
{
    return (cmd->bf16 ? 1 : 2) * tile_rows(ref, cmd);
}

uint32_t sth_matrix_ref_depth_tiles(const struct sth_matrix_ref *ref,
                                    const struct sth_matrix_ref_cmd *cmd)
{
    return ceil_div(cmd->k, tile_depth(ref, cmd));
}

/* The element at a byte: an int8, or a bf16 as fp32. */
static uint32_t element(const struct sth_matrix_ref *ref, bool bf16,
                        uint32_t at)
{
    if (bf16)
        return (uint32_t)ref->sp[at] << 16 | (uint32_t)ref->sp[at + 1] << 24;
    return (uint32_t)(int32_t)(int8_t)ref->sp[at];
}

static uint32_t activation(const struct sth_matrix_ref *ref,
                           const struct sth_matrix_ref_cmd *cmd, uint32_t m,
                           uint32_t kt, uint32_t r)
{
    return element(ref, cmd->bf16,
                   cmd->a + m * cmd->a_row + kt * cmd->a_k +
                       (cmd->bf16 ? 2 * r : r));
}

/* Row r of a depth tile, column n. */
static uint32_t weight(const struct sth_matrix_ref *ref,
                       const struct sth_matrix_ref_cmd *cmd, uint32_t kt,
                       uint32_t r, uint32_t n)
{
    uint32_t nt = n / ref->cols, c = n % ref->cols;
    uint32_t at = cmd->w + kt * cmd->w_k + nt * cmd->w_n;

    if (cmd->west)
        at += c * cmd->w_row + (cmd->bf16 ? 2 * r : r);
    else if (cmd->bf16)
        at += r * cmd->w_row + 2 * c;
    else
        at += r / 2 * cmd->w_row + 2 * c + r % 2;
    return element(ref, cmd->bf16, at);
}

/* Sum of one depth tile of element (m, n), in the order of the array. */
static uint32_t tile_sum(const struct sth_matrix_ref *ref,
                         const struct sth_matrix_ref_cmd *cmd, uint32_t m,
                         uint32_t n, uint32_t kt)
{
    uint32_t sum = 0, depth = tile_depth(ref, cmd);

    /* Behind the last row one product of zeros. */
    for (uint32_t r = 0; r <= depth; r++) {
        uint32_t a = 0, w = 0;

        if (r < depth && kt * depth + r < cmd->k) {
            a = activation(ref, cmd, m, kt, r);
            w = weight(ref, cmd, kt, r, n);
        }
        sum = cmd->bf16 ? sth_fp32_add(sum, sth_fp32_mul(a, w)) : sum + a * w;
    }
    return sum;
}

uint32_t sth_matrix_ref_run(struct sth_matrix_ref *ref,
                            const struct sth_matrix_ref_cmd *cmd)
{
    uint32_t digest = 0;

    if (cmd->sync)
        return 0;
    for (uint32_t nt = 0; nt < ceil_div(cmd->n, ref->cols); nt++) {
        for (uint32_t kt = 0; kt < sth_matrix_ref_depth_tiles(ref, cmd); kt++) {
            for (uint32_t m = 0; m < cmd->m; m++) {
                uint32_t row = cmd->acc + nt * cmd->acc_n + m;
                uint32_t first = nt * ref->cols;
                uint32_t used = min_u32(cmd->n - first, ref->cols);

                for (uint32_t c = 0; c < used; c++) {
                    uint32_t a = row * ref->cols + c;
                    uint32_t sum = tile_sum(ref, cmd, m, first + c, kt);

                    if (kt != 0 || cmd->accumulate)
                        sum = cmd->bf16 ? sth_fp32_add(ref->acc[a], sum)
                                        : ref->acc[a] + sum;
                    ref->acc[a] = sum;
                    digest ^= rotate_left(sum, (a ^ a >> 5 ^ a >> 10) & 31);
                }
            }
        }
    }
    return digest;
}

/* The first cycle in which a tile finds the sums of the one before it. */
static uint64_t sums_found(const struct sth_matrix_ref *ref, uint32_t acc,
                           uint32_t m)
{
    bool apart = acc + m <= ref->tile_acc || ref->tile_acc + ref->tile_m <= acc;

    if (ref->tile_m == 0)
        return 0;
    if (apart || acc == ref->tile_acc)
        return ref->tile_first + STH_LAT_MATRIX_SUM;
    return ref->tile_end[1] + STH_LAT_MATRIX_SUM;
}

/*
 * Cycles in which the sums of a tile with that first row pass the rows of its
 * depth, 4 or 8 or 16 ...; if they came among those of the tile before, as many
 * as those.
 */
static uint32_t sum_fall(const struct sth_matrix_ref *ref, uint64_t first,
                         uint32_t lanes)
{
    uint32_t rows = 4;

    while (rows < lanes)
        rows *= 2;
    rows *= STH_LAT_PE_SUM;
    if (rows < ref->fall &&
        first + rows < ref->tile_end[1] + ref->fall + STH_LAT_MATRIX_SUM)
        return ref->fall;
    return rows;
}

struct sth_matrix_ref_times
sth_matrix_ref_time(struct sth_matrix_ref *ref,
                    const struct sth_matrix_ref_cmd *cmd, uint64_t grant,
                    bool (*denied)(uint64_t cycle))
{
    struct sth_matrix_ref_times times = {0};
    uint64_t first = grant + STH_LAT_MATRIX_LOAD;
    uint32_t tiles_n = ceil_div(cmd->n, ref->cols);
    uint32_t tiles_k = sth_matrix_ref_depth_tiles(ref, cmd);
    uint32_t lanes = cmd->bf16 ? cmd->k : ceil_div(cmd->k, 2);
    uint32_t rows = tile_rows(ref, cmd);

    if (cmd->sync) {
        /* One cycle in each stage. */
        times.accept_next = max_u64(ref->load_end + 1, first);
        ref->load_end = times.accept_next;
        ref->row_end = max_u64(ref->row_end, grant) + 1;
        ref->sum_end = max_u64(ref->sum_end, grant) + 1;
        times.retire = ref->sum_end + STH_LAT_MATRIX_SYNC - 1;
        return times;
    }
    for (uint32_t nt = 0; nt < tiles_n; nt++) {
        for (uint32_t kt = 0; kt < tiles_k; kt++) {
            uint32_t depth = min_u32(lanes - kt * rows, rows);
            uint32_t steps =
                cmd->west ? min_u32(cmd->n - nt * ref->cols, ref->cols) : depth;
            uint64_t step = max_u64(ref->load_end + 1, first);
            uint32_t acc = cmd->acc + nt * cmd->acc_n;
            uint64_t row, start;

            times.accept_next = step;
            step = max_u64(step, ref->tile_end[0] + 1);
            for (uint32_t s = 0; s < steps; s++, step++) {
                while (denied(step))
                    step++;
            }
            ref->load_end = step - 1;

            row = max_u64(ref->row_end, grant) + 1;
            start = max_u64(ref->load_end + STH_LAT_MATRIX_STREAM,
                            sums_found(ref, acc, cmd->m));
            if (row < start) {
                times.stall += start - row;
                row = start;
            }
            ref->fall = sum_fall(ref, row, depth);
            ref->tile_first = row;
            ref->tile_acc = acc;
            ref->tile_m = cmd->m;
            ref->row_end = row + cmd->m - 1;
            ref->tile_end[0] = ref->tile_end[1];
            ref->tile_end[1] = ref->row_end;
        }
    }
    times.retire = ref->row_end + ref->fall + ref->cols + STH_LAT_MATRIX_RETIRE;
    /* From the last sum on a command takes what SYNC takes from its start. */
    ref->sum_end = times.retire - (STH_LAT_MATRIX_SYNC - STH_LAT_MATRIX_LOAD);
    return times;
}
