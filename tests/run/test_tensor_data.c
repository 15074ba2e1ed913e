/* Sources of tensors: syntax, distribution, rounding, files. */
#include "tool_files.h"

#include "sth_tensor_data.h"
#include "sth_spec.h"

#include <math.h>

static struct sth_source open_source(const char *text, uint32_t dtype,
                                     uint32_t rows, uint32_t cols)
{
    struct sth_source s;
    char error[512];

    if (!sth_source_open(&s, text, dtype, rows, cols, ".", error,
                         sizeof(error)))
        fail_msg("%s: %s", text, error);
    return s;
}

static void values(struct sth_source *s, uint64_t first, size_t count,
                   double *to)
{
    uint8_t *raw = malloc(4 * count);

    assert_non_null(raw);
    assert_true(sth_source_encode(s, first, count, raw));
    sth_tensor_decode(s->dtype, raw, count, to);
    free(raw);
}

#define SEED_MESSAGE "source must be seed:SEED:SCALE[:OFFSET]"
#define ROPE_MESSAGE                                                           \
    "source must be rope:cos|sin:THETA:PAST:SEQ[:REPEAT] on bf16 or fp32"
#define ANGLES_MESSAGE                                                         \
    "source must be angles:cos|sin:PAST:SEQ:REPEAT:FACTOR:RATE,... on bf16 "   \
    "or "                                                                      \
    "fp32, with no more rates than columns"
#define ALIBI_MESSAGE "source must be alibi:MAX[:FACTOR] on bf16 or fp32"
#define FILE_MESSAGE "source must be file:PATH:BYTEOFFSET"

static void test_source_mistakes_have_their_messages(void **state)
{
    static const struct {
        const char *text;
        uint32_t dtype;
        const char *message;
    } rows[] = {
        {"one", STH_DTYPE_BF16,
         "source 'one' is none of zero, seed:, rope:, angles:, alibi: and "
         "file:"},
        {"zero:1", STH_DTYPE_BF16,
         "source 'zero:1' is none of zero, seed:, rope:, angles:, alibi: and "
         "file:"},
        {"seed:", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:1", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:1:", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:x:1", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:-1:1", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:1:1:", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:1:1:2:3", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:1:inf", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:1:nan", STH_DTYPE_BF16, SEED_MESSAGE},
        {"seed:18446744073709551616:1", STH_DTYPE_BF16, SEED_MESSAGE},
        {"rope:tan:10000:0:8", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:0", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:0:0", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:0:0:8", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:0:8:", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:4294967296:8", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:0,:8", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:,0:8", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:0,4294967296:8", STH_DTYPE_BF16, ROPE_MESSAGE},
        {"rope:cos:10000:0:8", STH_DTYPE_I8, ROPE_MESSAGE},
        {"angles:cos:0:8:1:1", STH_DTYPE_BF16, ANGLES_MESSAGE},
        {"angles:cos:0:8:1:1:", STH_DTYPE_BF16, ANGLES_MESSAGE},
        {"angles:cos:0:8:1:0:1", STH_DTYPE_BF16, ANGLES_MESSAGE},
        {"angles:cos:0:8:1:1:1,", STH_DTYPE_BF16, ANGLES_MESSAGE},
        {"angles:cos:0:8:1:1:1,x", STH_DTYPE_BF16, ANGLES_MESSAGE},
        {"angles:cos:0:8:1:1:1,2,3,4,5,6,7,8,9", STH_DTYPE_BF16,
         ANGLES_MESSAGE},
        {"angles:tan:0:8:1:1:1", STH_DTYPE_BF16, ANGLES_MESSAGE},
        {"angles:cos:0:8:1:1:1", STH_DTYPE_I8, ANGLES_MESSAGE},
        {"alibi:", STH_DTYPE_FP32, ALIBI_MESSAGE},
        {"alibi:0", STH_DTYPE_FP32, ALIBI_MESSAGE},
        {"alibi:8:", STH_DTYPE_FP32, ALIBI_MESSAGE},
        {"alibi:8:0", STH_DTYPE_FP32, ALIBI_MESSAGE},
        {"alibi:8:1:1", STH_DTYPE_FP32, ALIBI_MESSAGE},
        {"alibi:8", STH_DTYPE_I8, ALIBI_MESSAGE},
        {"file:", STH_DTYPE_BF16, FILE_MESSAGE},
        {"file:x", STH_DTYPE_BF16, FILE_MESSAGE},
        {"file::0", STH_DTYPE_BF16, FILE_MESSAGE},
        {"file:x:", STH_DTYPE_BF16, FILE_MESSAGE},
        {"file:x:12k", STH_DTYPE_BF16, FILE_MESSAGE},
        {"file:csim:0", STH_DTYPE_BF16, "./csim: Is a directory"},
        {"file:/dev/zero:0", STH_DTYPE_BF16,
         "/dev/zero: neither a file nor a pipe"},
        {"file:absent.bin:0", STH_DTYPE_BF16,
         "./absent.bin: No such file or directory"},
        {"file:/absent.bin:0", STH_DTYPE_BF16,
         "/absent.bin: No such file or directory"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sth_source s;
        char error[512] = "accepted";

        assert_false(sth_source_open(&s, rows[i].text, rows[i].dtype, 4, 4, ".",
                                     error, sizeof(error)));
        assert_string_equal(error, rows[i].message);
        assert_null(s.file);
    }
}

static void test_source_zero_is_zero(void **state)
{
    struct sth_source s = open_source("zero", STH_DTYPE_FP32, 2, 3);
    double v[6];

    (void)state;
    values(&s, 0, 6, v);
    for (int i = 0; i < 6; i++)
        assert_true(v[i] == 0);
}

enum { SAMPLES = 200000 };

/* Bounds are six standard errors of the estimates. */
static void test_source_seed_has_mean_and_variance(void **state)
{
    double *v = malloc(SAMPLES * sizeof(*v));

    (void)state;
    assert_non_null(v);
    for (uint64_t seed = 0; seed < 5; seed++) {
        char text[64];
        struct sth_source s;
        double mean = 0, variance = 0, neighbours = 0;

        snprintf(text, sizeof(text), "seed:%d:2:0.5", (int)seed);
        s = open_source(text, STH_DTYPE_FP32, SAMPLES, 1);
        values(&s, 0, SAMPLES, v);
        for (int i = 0; i < SAMPLES; i++)
            mean += v[i] / SAMPLES;
        for (int i = 0; i < SAMPLES; i++)
            variance += (v[i] - mean) * (v[i] - mean) / SAMPLES;
        for (int i = 1; i < SAMPLES; i++)
            neighbours += (v[i] - mean) * (v[i - 1] - mean) / SAMPLES;
        assert_true(fabs(mean - 0.5) < 6 * 2 / sqrt(SAMPLES));
        assert_true(fabs(variance / 4 - 1) < 6 * 1.4 / sqrt(SAMPLES));
        assert_true(fabs(neighbours / 4) < 6 / sqrt(SAMPLES));
    }
    free(v);
}

static void test_source_seeds_differ_and_repeat(void **state)
{
    struct sth_source a = open_source("seed:1:1", STH_DTYPE_FP32, 64, 1);
    struct sth_source b = open_source("seed:2:1", STH_DTYPE_FP32, 64, 1);
    uint8_t x[256], y[256], z[256];

    (void)state;
    assert_true(sth_source_encode(&a, 0, 64, x));
    assert_true(sth_source_encode(&b, 0, 64, y));
    assert_memory_not_equal(x, y, sizeof(x));
    assert_true(sth_source_encode(&a, 0, 64, z));
    assert_memory_equal(x, z, sizeof(x));
}

static void test_source_pieces_equal_the_whole(void **state)
{
    static const char *const texts[] = {"seed:7:1:0.25", "rope:sin:500:3:5",
                                        "rope:cos:10000:0:9"};
    static const uint32_t types[] = {STH_DTYPE_BF16, STH_DTYPE_FP32};

    (void)state;
    for (int t = 0; t < 3; t++)
        for (int d = 0; d < 2; d++) {
            struct sth_source s = open_source(texts[t], types[d], 9, 7);
            const size_t es = d ? 4 : 2;
            uint8_t whole[63 * 4], piece[63 * 4];

            assert_true(sth_source_encode(&s, 0, 63, whole));
            for (size_t first = 0; first < 63; first += 5) {
                size_t n = first + 5 < 63 ? 5 : 63 - first;

                assert_true(sth_source_encode(&s, first, n, piece));
                assert_memory_equal(piece, whole + first * es, n * es);
            }
            sth_source_close(&s);
        }
}

/* The bf16 nearest to x, ties to even, by search among its neighbours. */
static double nearest_bf16(float x)
{
    uint32_t bits, best = 0;
    double error = INFINITY;

    memcpy(&bits, &x, sizeof(bits));
    for (int step = 0; step < 2; step++) {
        uint32_t candidate = (bits & 0xffff0000u) + ((uint32_t)step << 16);
        float value;
        double e;

        memcpy(&value, &candidate, sizeof(value));
        e = fabs((double)value - (double)x);
        if (e < error || (e == error && !(candidate >> 16 & 1))) {
            error = e;
            best = candidate;
        }
    }
    memcpy(&x, &best, sizeof(x));
    return (double)x;
}

static void test_source_bf16_rounds_to_nearest_even(void **state)
{
    struct sth_source wide = open_source("seed:3:1", STH_DTYPE_FP32, 5000, 1);
    struct sth_source narrow = open_source("seed:3:1", STH_DTYPE_BF16, 5000, 1);
    double a[5000], b[5000];
    /* Ties: 1 + 2^-8 to 1, 1 + 3 * 2^-8 to 1 + 2^-6. */
    struct sth_source down =
        open_source("seed:1:0:1.00390625", STH_DTYPE_BF16, 1, 1);
    struct sth_source up =
        open_source("seed:1:0:1.01171875", STH_DTYPE_BF16, 1, 1);

    (void)state;
    values(&wide, 0, 5000, a);
    values(&narrow, 0, 5000, b);
    for (int i = 0; i < 5000; i++)
        assert_true(b[i] == nearest_bf16((float)a[i]));
    values(&down, 0, 1, a);
    values(&up, 0, 1, b);
    assert_true(a[0] == 1);
    assert_true(b[0] == 1.015625);
}

static void test_source_int8_rounds_and_saturates(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"seed:1:0:0.5", 0},     {"seed:1:0:1.5", 2},     {"seed:1:0:2.5", 2},
        {"seed:1:0:-1.5", -2},   {"seed:1:0:126.6", 127}, {"seed:1:0:300", 127},
        {"seed:1:0:-300", -127},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sth_source s = open_source(rows[i].text, STH_DTYPE_I8, 1, 1);
        double v;

        values(&s, 0, 1, &v);
        assert_true(v == rows[i].value);
    }
}

static void test_source_rope_gives_the_angles(void **state)
{
    struct sth_source c = open_source("rope:cos:100:5:3", STH_DTYPE_FP32, 6, 4);
    struct sth_source s = open_source("rope:sin:100:5:3", STH_DTYPE_FP32, 6, 4);
    double cosine[24], sine[24];

    (void)state;
    values(&c, 0, 24, cosine);
    values(&s, 0, 24, sine);
    for (int row = 0; row < 6; row++)
        for (int col = 0; col < 4; col++) {
            /* Two sequences of three tokens, each at positions 5, 6, 7;
               four pairs of a head of eight: theta^(-2 col / 8). */
            double angle = (5 + row % 3) / pow(100, 2.0 * col / 8);

            assert_true(fabs(cosine[row * 4 + col] - cos(angle)) < 1e-7);
            assert_true(fabs(sine[row * 4 + col] - sin(angle)) < 1e-7);
        }
    sth_source_close(&c);
    sth_source_close(&s);
}

/* Three sequences of their own pasts: two tokens each, one after another, and
 * a token of each side by side. */
static void test_source_rope_has_pasts_of_sequences(void **state)
{
    struct sth_source a =
        open_source("rope:cos:100:5,0,9:2", STH_DTYPE_FP32, 6, 1);
    struct sth_source b =
        open_source("angles:cos:5,0,9:2:3:1:1", STH_DTYPE_FP32, 6, 1);
    static const int behind[] = {5, 6, 0, 1, 9, 10};
    static const int beside[] = {5, 0, 9, 6, 1, 10};
    double of_a[6], of_b[6];

    (void)state;
    values(&a, 0, 6, of_a);
    values(&b, 0, 6, of_b);
    for (int row = 0; row < 6; row++) {
        assert_true(fabs(of_a[row] - cos(behind[row])) < 1e-7);
        assert_true(fabs(of_b[row] - cos(beside[row])) < 1e-7);
    }
    sth_source_close(&a);
    sth_source_close(&b);
}

/* Two columns turn at their own rates and are stretched, two stand still. */
static void test_source_angles_have_rates_of_their_own(void **state)
{
    struct sth_source c =
        open_source("angles:cos:5:3:1:1.5:1,0.25", STH_DTYPE_FP32, 6, 4);
    struct sth_source s =
        open_source("angles:sin:5:3:1:1.5:1,0.25", STH_DTYPE_FP32, 6, 4);
    double cosine[24], sine[24];

    (void)state;
    values(&c, 0, 24, cosine);
    values(&s, 0, 24, sine);
    for (int row = 0; row < 6; row++)
        for (int col = 0; col < 4; col++) {
            const double position = 5 + row % 3;
            const double angle = position * (col ? 0.25 : 1);
            const bool turns = col < 2;

            assert_true(fabs(cosine[row * 4 + col] -
                             (turns ? 1.5 * cos(angle) : 1)) < 1e-6);
            assert_true(fabs(sine[row * 4 + col] -
                             (turns ? 1.5 * sin(angle) : 0)) < 1e-6);
        }
    sth_source_close(&c);
    sth_source_close(&s);
}

static void test_source_file_is_read_at_its_offset(void **state)
{
    uint8_t bytes[40], read[32];
    char path[TEST_PATH], text[TEST_PATH + 64], error[512], *slash;
    struct sth_source s;

    (void)state;
    for (int i = 0; i < 40; i++)
        bytes[i] = (uint8_t)(i * 7);
    write_temporary(path, bytes, sizeof(bytes));
    snprintf(text, sizeof(text), "file:%s:8", path);
    s = open_source(text, STH_DTYPE_BF16, 4, 4);
    assert_true(sth_source_encode(&s, 0, 16, read));
    assert_memory_equal(read, bytes + 8, 32);
    assert_true(sth_source_encode(&s, 3, 2, read));
    assert_memory_equal(read, bytes + 14, 4);
    sth_source_close(&s);
    snprintf(text, sizeof(text), "file:%s:9", path);
    assert_false(sth_source_open(&s, text, STH_DTYPE_BF16, 4, 4, ".", error,
                                 sizeof(error)));
    assert_non_null(strstr(error, "is shorter than offset 9 + 32 bytes"));
    /* A relative path is relative to the trace's directory. */
    slash = strrchr(path, '/');
    snprintf(text, sizeof(text), "file:%s:0", slash + 1);
    *slash = 0;
    assert_true(sth_source_open(&s, text, STH_DTYPE_I8, 4, 4, path, error,
                                sizeof(error)));
    *slash = '/';
    sth_source_close(&s);
    unlink(path);
}

static void test_source_file_that_shrinks_is_an_error(void **state)
{
    static uint8_t bytes[1 << 16], read[1 << 16]; /* beyond any buffer */
    char path[TEST_PATH], text[TEST_PATH + 64];
    struct sth_source s;

    (void)state;
    write_temporary(path, bytes, sizeof(bytes));
    snprintf(text, sizeof(text), "file:%s:0", path);
    s = open_source(text, STH_DTYPE_I8, 1, sizeof(bytes));
    assert_int_equal(truncate(path, 5), 0);
    assert_false(sth_source_encode(&s, 0, sizeof(read), read));
    sth_source_close(&s);
    unlink(path);
}

static void test_decode_reads_every_type(void **state)
{
    static const uint8_t raw[] = {0x80, 0xff, 0x80, 0x3f};
    double v[2];

    (void)state;
    sth_tensor_decode(STH_DTYPE_I8, raw, 2, v);
    assert_true(v[0] == -128 && v[1] == -1);
    sth_tensor_decode(STH_DTYPE_BF16, raw + 2, 1, v);
    assert_true(v[0] == 1);
    sth_tensor_decode(STH_DTYPE_FP32, "\0\0\x80\x3f", 1, v);
    assert_true(v[0] == 1);
    sth_tensor_decode(STH_DTYPE_I32, "\xfe\xff\xff\xff", 1, v);
    assert_true(v[0] == -2);
}

/* Those that the published code has for 4, 12 and 6 heads. */
static void test_source_alibi_has_the_slopes_of_the_publication(void **state)
{
    static const struct {
        const char *text;
        uint32_t heads;
        double exponent[12], factor;
    } cases[] = {
        {"alibi:8", 4, {2, 4, 6, 8}, 1},
        {"alibi:8", 12, {1, 2, 3, 4, 5, 6, 7, 8, 0.5, 1.5, 2.5, 3.5}, 1},
        {"alibi:4:0.25", 6, {1, 2, 3, 4, 0.5, 1.5}, 0.25},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sth_source s =
            open_source(cases[i].text, STH_DTYPE_FP32, cases[i].heads, 5);
        double v[60];

        values(&s, 0, 5 * cases[i].heads, v);
        for (uint32_t h = 0; h < cases[i].heads; h++)
            for (uint32_t j = 0; j < 5; j++)
                assert_true(fabs(v[5 * h + j] -
                                 cases[i].factor * j *
                                     exp2(-cases[i].exponent[h])) < 1e-6);
        sth_source_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_mistakes_have_their_messages),
        cmocka_unit_test(test_source_alibi_has_the_slopes_of_the_publication),
        cmocka_unit_test(test_source_zero_is_zero),
        cmocka_unit_test(test_source_seed_has_mean_and_variance),
        cmocka_unit_test(test_source_seeds_differ_and_repeat),
        cmocka_unit_test(test_source_pieces_equal_the_whole),
        cmocka_unit_test(test_source_bf16_rounds_to_nearest_even),
        cmocka_unit_test(test_source_int8_rounds_and_saturates),
        cmocka_unit_test(test_source_rope_gives_the_angles),
        cmocka_unit_test(test_source_rope_has_pasts_of_sequences),
        cmocka_unit_test(test_source_angles_have_rates_of_their_own),
        cmocka_unit_test(test_source_file_is_read_at_its_offset),
        cmocka_unit_test(test_source_file_that_shrinks_is_an_error),
        cmocka_unit_test(test_decode_reads_every_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
