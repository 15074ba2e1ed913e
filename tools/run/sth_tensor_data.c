#include "sth_tensor_data.h"

#include "sth_decode.h"
#include "sth_input.h"
#include "sth_numerics.h"
#include "sth_random.h"
#include "sth_spec.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps over a field that ends at `end`; a ':' must be followed by another. */
static bool step_over(const char **text, const char *end)
{
    if (*end && (*end != ':' || !end[1]))
        return false;
    *text = *end ? end + 1 : end;
    return true;
}

static bool take_number(const char **text, double *value)
{
    char *end;

    *value = strtod(*text, &end);
    return end != *text && isfinite(*value) && step_over(text, end);
}

static bool take_integer(const char **text, uint64_t max, uint64_t *value)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    return !errno && *value <= max && step_over(text, end);
}

static bool parse_seed(struct sth_source *s, const char *text, char *error,
                       size_t size)
{
    s->kind = STH_SOURCE_SEED;
    if (take_integer(&text, UINT64_MAX, &s->seed) &&
        take_number(&text, &s->scale) &&
        (!*text || (take_number(&text, &s->offset) && !*text)))
        return true;
    snprintf(error, size, "source must be seed:SEED:SCALE[:OFFSET]");
    return false;
}

/* PAST, or one for each sequence with commas between them. */
static bool take_pasts(const char **text, struct sth_source *s)
{
    const size_t bytes = strcspn(*text, ":");
    uint32_t count = 1;
    char *end;

    for (size_t i = 0; i < bytes; i++)
        count += (*text)[i] == ',';
    s->past = calloc(count, sizeof(*s->past));
    if (!s->past)
        return false;
    for (; s->pasts < count; s->pasts++) {
        uint64_t past;

        if (**text < '0' || **text > '9')
            return false;
        errno = 0;
        past = strtoull(*text, &end, 10);
        if (errno || past > UINT32_MAX)
            return false;
        s->past[s->pasts] = (uint32_t)past;
        if (s->pasts + 1 < count ? *end != ',' : !step_over(text, end))
            return false;
        if (s->pasts + 1 < count)
            *text = end + 1;
    }
    return true;
}

/* PAST:SEQ */
static bool take_positions(const char **text, struct sth_source *s)
{
    uint64_t seq;

    if (!take_pasts(text, s) || !take_integer(text, UINT32_MAX, &seq) || !seq)
        return false;
    s->seq = (uint32_t)seq;
    return true;
}

static bool take_repeat(const char **text, struct sth_source *s)
{
    uint64_t repeat;

    if (!take_integer(text, UINT32_MAX, &repeat) || !repeat)
        return false;
    s->repeat = (uint32_t)repeat;
    return true;
}

static bool parse_rope(struct sth_source *s, const char *text, char *error,
                       size_t size)
{
    s->kind = STH_SOURCE_ROPE;
    s->repeat = 1;
    s->sine = !strncmp(text, "sin:", 4);
    if (s->sine || !strncmp(text, "cos:", 4)) {
        text += 4;
        if (take_number(&text, &s->theta) && s->theta > 0 &&
            take_positions(&text, s) && (!*text || take_repeat(&text, s)) &&
            !*text && s->dtype != STH_DTYPE_I8)
            return true;
        sth_source_close(s);
    }
    snprintf(
        error, size,
        "source must be rope:cos|sin:THETA:PAST:SEQ[:REPEAT] on bf16 or fp32");
    return false;
}

/* FACTOR and RATE, ... behind cos|sin:PAST:SEQ: */
static bool parse_rates(struct sth_source *s, const char *text)
{
    uint32_t count = 1;
    char *end;

    if (!take_number(&text, &s->factor) || s->factor <= 0)
        return false;
    for (const char *c = text; *c; c++)
        count += *c == ',';
    if (count > s->cols)
        return false;
    s->rate = calloc(count, sizeof(*s->rate));
    if (!s->rate)
        return false;
    for (; s->rates < count; text = end + 1) {
        s->rate[s->rates++] = strtod(text, &end);
        if (end == text || !isfinite(s->rate[s->rates - 1]) ||
            *end != (s->rates < count ? ',' : 0))
            return false;
    }
    return true;
}

static bool parse_angles(struct sth_source *s, const char *text, char *error,
                         size_t size)
{
    s->kind = STH_SOURCE_ANGLES;
    s->sine = !strncmp(text, "sin:", 4);
    if (s->sine || !strncmp(text, "cos:", 4)) {
        text += 4;
        if (take_positions(&text, s) && take_repeat(&text, s) &&
            s->dtype != STH_DTYPE_I8 && parse_rates(s, text))
            return true;
        sth_source_close(s);
    }
    snprintf(
        error, size,
        "source must be angles:cos|sin:PAST:SEQ:REPEAT:FACTOR:RATE,... on bf16 "
        "or fp32, with no more rates than columns");
    return false;
}

static bool parse_alibi(struct sth_source *s, const char *text, char *error,
                        size_t size)
{
    s->kind = STH_SOURCE_ALIBI;
    s->factor = 1;
    if (take_number(&text, &s->steepness) && s->steepness > 0 &&
        (!*text || (take_number(&text, &s->factor) && !*text)) &&
        s->factor > 0 && s->dtype != STH_DTYPE_I8)
        return true;
    snprintf(error, size, "source must be alibi:MAX[:FACTOR] on bf16 or fp32");
    return false;
}

bool sth_source_path(const char *text, const char *directory, char *path,
                     size_t size)
{
    const char *name = text + strlen("file:"), *colon = strrchr(text, ':');

    if (strncmp(text, "file:", 5) || colon <= name)
        return false;
    snprintf(path, size, "%s%s%.*s", *name == '/' ? "" : directory,
             *name == '/' ? "" : "/", (int)(colon - name), name);
    return true;
}

static bool open_file(struct sth_source *s, const char *text,
                      const char *directory, char *error, size_t size)
{
    const char *number = strrchr(text, ':') + 1;
    char path[4096];
    uint64_t bytes = (uint64_t)s->rows * s->cols * sth_dtype_bytes(s->dtype);
    long end;

    if (!sth_source_path(text, directory, path, sizeof(path)) ||
        !take_integer(&number, INT64_MAX / 2, &s->file_offset) || *number) {
        snprintf(error, size, "source must be file:PATH:BYTEOFFSET");
        return false;
    }
    s->file = sth_input_open(path, error, size);
    if (!s->file)
        return false;
    if (fseek(s->file, 0, SEEK_END) || (end = ftell(s->file)) < 0 ||
        (uint64_t)end < s->file_offset + bytes) {
        snprintf(error, size, "'%s' is shorter than offset %llu + %llu bytes",
                 path, (unsigned long long)s->file_offset,
                 (unsigned long long)bytes);
        sth_source_close(s);
        return false;
    }
    s->kind = STH_SOURCE_FILE;
    return true;
}

bool sth_source_open(struct sth_source *source, const char *text,
                     uint32_t dtype, uint32_t rows, uint32_t cols,
                     const char *directory, char *error, size_t error_size)
{
    memset(source, 0, sizeof(*source));
    source->dtype = dtype;
    source->rows = rows;
    source->cols = cols;
    if (!strcmp(text, "zero"))
        return true;
    if (!strncmp(text, "seed:", 5))
        return parse_seed(source, text + 5, error, error_size);
    if (!strncmp(text, "rope:", 5))
        return parse_rope(source, text + 5, error, error_size);
    if (!strncmp(text, "angles:", 7))
        return parse_angles(source, text + 7, error, error_size);
    if (!strncmp(text, "alibi:", 6))
        return parse_alibi(source, text + 6, error, error_size);
    if (!strncmp(text, "file:", 5))
        return open_file(source, text, directory, error, error_size);
    snprintf(
        error, error_size,
        "source '%s' is none of zero, seed:, rope:, angles:, alibi: and file:",
        text);
    return false;
}

void sth_source_close(struct sth_source *source)
{
    if (source->file)
        fclose(source->file);
    source->file = NULL;
    free(source->rate);
    source->rate = NULL;
    free(source->past);
    source->past = NULL;
}

/*
 * Element i of a seeded tensor: the sum of four 16-bit uniform numbers of one
 * splitmix64 output, centred and scaled to unit variance (Irwin-Hall).
 */
static double normal(uint64_t seed, uint64_t i)
{
    uint64_t z =
        sth_random_mix((seed + 1) * 0xd1342543de82ef95u + i * STH_RANDOM_STEP);
    double sum = (double)((z & 0xffff) + (z >> 16 & 0xffff) +
                          (z >> 32 & 0xffff) + (z >> 48));

    return (sum / 65536 - 2) * 1.7320508075688772;
}

/* Of a row: REPEAT sequences have their rows side by side. */
static uint64_t position_of(const struct sth_source *s, uint64_t row)
{
    const uint64_t sequence =
        row % s->repeat + row / s->repeat / s->seq * s->repeat;

    return s->past[sequence % s->pasts] + row / s->repeat % s->seq;
}

static double rope_value(const struct sth_source *s, uint64_t i)
{
    uint64_t position = position_of(s, i / s->cols);
    double angle = (double)position *
                   pow(s->theta, -(double)(i % s->cols) / (double)s->cols);

    return s->sine ? sin(angle) : cos(angle);
}

static double angles_value(const struct sth_source *s, uint64_t i)
{
    uint64_t position = position_of(s, i / s->cols);
    uint64_t column = i % s->cols;
    double angle;

    if (column >= s->rates)
        return s->sine ? 0 : 1;
    angle = (double)position * s->rate[column];
    return s->factor * (s->sine ? sin(angle) : cos(angle));
}

/*
 * Heads in a power of two have slopes 2^(-MAX h / heads), h = 1, 2, ...; others
 * those of the next power of two, every second first, then those between them.
 */
static double alibi_value(const struct sth_source *s, uint64_t i)
{
    uint32_t heads = 1, h = (uint32_t)(i / s->cols);

    while (heads < s->rows)
        heads *= 2;
    if (heads == s->rows)
        h = h + 1;
    else
        h = h < heads / 2 ? 2 * h + 2 : 2 * (h - heads / 2) + 1;
    return s->factor * exp2(-s->steepness * h / heads) * (double)(i % s->cols);
}

static double clamp(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

/* Rounds to nearest even, to bf16 by way of fp32; values are finite. */
static void encode(uint32_t dtype, double value, void *to)
{
    float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof(bits));
    if (dtype == STH_DTYPE_I8) {
        int8_t byte = (int8_t)clamp(nearbyint(value), 127);

        memcpy(to, &byte, 1);
    } else if (dtype == STH_DTYPE_BF16) {
        uint16_t half = sth_fp32_to_bf16(bits);

        memcpy(to, &half, 2);
    } else {
        memcpy(to, &bits, 4);
    }
}

bool sth_source_encode(struct sth_source *source, uint64_t first, size_t count,
                       void *to)
{
    const size_t bytes = sth_dtype_bytes(source->dtype);
    uint8_t *out = to;

    switch (source->kind) {
    case STH_SOURCE_ZERO:
        memset(to, 0, count * bytes);
        break;
    case STH_SOURCE_SEED:
        for (size_t i = 0; i < count; i++)
            encode(source->dtype,
                   source->offset +
                       source->scale * normal(source->seed, first + i),
                   out + i * bytes);
        break;
    case STH_SOURCE_ROPE:
        for (size_t i = 0; i < count; i++)
            encode(source->dtype, rope_value(source, first + i),
                   out + i * bytes);
        break;
    case STH_SOURCE_ANGLES:
        for (size_t i = 0; i < count; i++)
            encode(source->dtype, angles_value(source, first + i),
                   out + i * bytes);
        break;
    case STH_SOURCE_ALIBI:
        for (size_t i = 0; i < count; i++)
            encode(source->dtype, alibi_value(source, first + i),
                   out + i * bytes);
        break;
    case STH_SOURCE_FILE:
        return !fseek(source->file, (long)(source->file_offset + first * bytes),
                      SEEK_SET) &&
               fread(to, bytes, count, source->file) == count;
    }
    return true;
}

void sth_tensor_decode(uint32_t dtype, const void *from, size_t count,
                       double *to)
{
    const uint8_t *in = from;

    for (size_t i = 0; i < count; i++) {
        uint32_t bits = 0;
        float narrow;

        if (dtype == STH_DTYPE_I8) {
            to[i] = (int8_t)in[i];
            continue;
        }
        if (dtype == STH_DTYPE_BF16)
            bits = (uint32_t)in[2 * i] << 16 | (uint32_t)in[2 * i + 1] << 24;
        else
            memcpy(&bits, in + 4 * i, 4);
        if (dtype == STH_DTYPE_I32) {
            to[i] = (int32_t)bits;
            continue;
        }
        memcpy(&narrow, &bits, sizeof(narrow));
        to[i] = narrow;
    }
}
