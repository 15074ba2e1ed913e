/*
 * What the tests of the kernels share: random data and special values, memories
 * with guards, and the comparison of every instruction set with an oracle for
 * the shapes of all shipped configurations and a few extreme ones.  An oracle
 * follows the definition of a command element by element with the strict
 * arithmetic of sth_numerics.h.
 */
#ifndef KERNEL_FIXTURE_H
#define KERNEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sth_config.h"
#include "sth_decode.h"
#include "sth_isa.h"
#include "sth_mem.h"
#include "sth_onchip.h"
#include "sth_random.h"

#define SP_BYTES 65536
#define ACC_BYTES 65536
#define GUARD 64

static inline void load_edge(struct sth_config *config)
{
    char error[256];

    if (!sth_config_find("edge", ".", config, error, sizeof error))
        fail_msg("%s", error);
}

/* ---- Random numbers ---- */

static uint64_t random_state;

static inline uint32_t random_u32(void)
{
    return (uint32_t)(sth_random_next(&random_state) >> 32);
}

/* 0..count-1 */
static inline uint32_t pick(uint32_t count)
{
    return (uint32_t)((uint64_t)random_u32() * count >> 32);
}

static const uint32_t special[] = {
    0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001,
    0x7f800001, 0x00000001, 0x807fffff, 0x00800000, 0x80800000, 0x00800001,
    0x7f7fffff, 0xff7fffff, 0x3f800000, 0xbf800000, 0x4f000000, 0xcf000000,
    0x4effffff, 0x42fe0000, 0x42ff0000, 0xc3000000, 0xc3008000, 0x3f000000,
    0x3fc00000, 0x40200000, 0x42b00000, 0xc2b00000, 0x42b17218, 0x3f7f8000,
    0x3f808000, 0x3f818000, 0x41100000, 0x7fff7fff, 0xffffffff, 0x7fffffff,
};

/* One 32-bit word of memory in one of several styles. */
static inline uint32_t random_word(uint32_t style)
{
    uint32_t bits = random_u32();

    if (pick(16) == 0)
        return special[pick(sizeof special / sizeof *special)];
    switch (style) {
    case 0: /* fp32 about 1 */
        return (bits & 0x80ffffff) + 0x3e000000 + (pick(4) << 23);
    case 1: /* two bf16 about 1 */
        return (bits & 0x80ff80ff) + 0x3f003f00;
    case 2: /* fp32 near the smallest normal: 2^-126 .. 2^-120 */
        return (bits & 0x807fffff) + (pick(7) << 23);
    case 3: /* bf16 whose products are near the smallest normal */
        return (bits & 0x80ff80ff) + 0x1f801f80;
    case 4: /* fp32 of every magnitude that func, int8 and int32 react to */
        return (bits & 0x807fffff) + ((110 + pick(50)) << 23);
    case 5: /* small integers */
        return (uint32_t)((int32_t)bits >> (8 + pick(24)));
    default: /* any bits */
        return bits;
    }
}

static inline void random_fill(uint8_t *to, size_t bytes)
{
    uint32_t style = pick(8), word = 0;

    for (size_t i = 0; i < bytes; i += 4) {
        if (i % 512 == 0 && pick(4) == 0)
            style = pick(8);
        word = random_word(style);
        memcpy(to + i, &word, 4);
    }
}

/* A multiple below a bound. */
static inline uint32_t multiple(uint32_t of, uint32_t below)
{
    return pick((below + of - 1) / of) * of;
}

/* ---- Memories ---- */

struct memories {
    uint8_t *sp;
    uint8_t *acc;
};

/* Memory with guard bytes behind it, so that an overrun shows. */
static inline uint8_t *new_memory(size_t bytes)
{
    uint8_t *p = malloc(bytes + GUARD);

    assert_non_null(p);
    memset(p + bytes, 0xa5, GUARD);
    return p;
}

static inline struct memories new_memories(void)
{
    return (struct memories){new_memory(SP_BYTES), new_memory(ACC_BYTES)};
}

static inline void free_memories(struct memories *m)
{
    free(m->sp);
    free(m->acc);
}

static inline void copy_memories(struct memories *to,
                                 const struct memories *from)
{
    memcpy(to->sp, from->sp, SP_BYTES);
    memcpy(to->acc, from->acc, ACC_BYTES);
}

static inline uint32_t oracle_rotation(uint32_t byte_address)
{
    uint32_t a = byte_address / 4;

    return (a ^ (a >> 5) ^ (a >> 10)) % 32;
}

static inline uint32_t rotl(uint32_t x, uint32_t n)
{
    return n ? (x << n) | (x >> (32 - n)) : x;
}

/* Writes an element and returns what that adds to the digest. */
static inline uint32_t put(uint8_t *space, uint32_t addr, uint32_t bytes,
                           uint32_t value)
{
    memcpy(space + addr, &value, bytes);
    if (bytes < 4)
        value &= (1u << (8 * bytes)) - 1;
    return rotl(value << (8 * (addr % 4)), oracle_rotation(addr));
}

/* ---- The comparison ---- */

/* A kernel, the description of what it does, and a source of commands. */
struct kernel_test {
    sth_kernel *kernel;
    uint32_t (*oracle)(const struct sth_params *params,
                       const struct memories *at,
                       const struct sth_command *command);
    /* May be illegal for the memories, but for nothing else. */
    struct sth_command (*draw)(const struct sth_params *params);
    unsigned factor; /* of the number of commands */
};

static inline void expect_same(const uint8_t *want, const uint8_t *got,
                               size_t bytes, const char *space,
                               enum sth_isa isa, const struct sth_command *c)
{
    size_t i = 0;

    if (!memcmp(want, got, bytes + GUARD))
        return;
    while (want[i] == got[i])
        i++;
    i &= ~(size_t)3;
    fprintf(stderr, "%s: %s byte 0x%zx is %08x, not %08x after\n",
            sth_isa_name(isa), space, i, sth_onchip_get(got + i, 4),
            sth_onchip_get(want + i, 4));
    for (int w = 0; w < STH_COMMAND_WORDS; w++)
        fprintf(stderr, "  word %d: %08x\n", w, c->word[w]);
    fail();
}

static inline struct sth_command legal_command(const struct kernel_test *test,
                                               const struct sth_params *params)
{
    struct sth_decoder decoder;
    struct sth_command c;

    sth_decode_init(&decoder, params);
    do
        c = test->draw(params);
    while (sth_decode_check(&decoder, &c).code != STH_FAULT_NONE);
    return c;
}

static inline void compare_shape(const struct kernel_test *test, uint32_t rows,
                                 uint32_t cols, unsigned commands)
{
    struct sth_config config;
    struct memories begin = new_memories(), want = new_memories();
    struct memories got = new_memories();

    load_edge(&config);
    config.params.array_rows = rows;
    config.params.array_cols = cols;
    config.params.sp_bytes = SP_BYTES;
    config.params.acc_bytes = ACC_BYTES;
    for (unsigned i = 0; i < commands; i++) {
        struct sth_command c;
        uint32_t digest;

        config.params.vector_lanes = cols >> i % 3;
        random_state = ((uint64_t)rows << 48) + ((uint64_t)cols << 32) + i;
        random_fill(begin.sp, SP_BYTES);
        random_fill(begin.acc, ACC_BYTES);
        c = legal_command(test, &config.params);
        copy_memories(&want, &begin);
        digest = test->oracle(&config.params, &want, &c);
        for (enum sth_isa isa = 0; isa < STH_ISA_COUNT; isa++) {
            struct sth_onchip chip = {&config.params, got.sp, got.acc, isa};
            uint32_t value;

            if (!sth_isa_supported(isa))
                continue;
            copy_memories(&got, &begin);
            value = test->kernel(&chip, &c);
            expect_same(want.sp, got.sp, SP_BYTES, "sp", isa, &c);
            expect_same(want.acc, got.acc, ACC_BYTES, "acc", isa, &c);
            assert_int_equal(value, digest);
        }
    }
    free_memories(&begin);
    free_memories(&want);
    free_memories(&got);
}

/* The shapes of configs/ and what params.def admits beyond them. */
static inline void compare_shapes(const struct kernel_test *test)
{
    static const struct {
        const char *name; /* NULL: no configuration has it */
        uint32_t rows, cols;
        unsigned commands;
    } shapes[] = {
        {"nano", 4, 4, 400},      {"edge", 16, 16, 400}, {"wide", 8, 16, 400},
        {"server", 128, 128, 40}, {NULL, 4, 256, 40},    {NULL, 256, 4, 40},
        {NULL, 4, 512, 20},       {NULL, 512, 4, 20},    {NULL, 8, 8, 200},
        {NULL, 32, 64, 60},
    };

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct sth_config config;
        char error[256];

        compare_shape(test, shapes[i].rows, shapes[i].cols,
                      test->factor * shapes[i].commands);
        if (shapes[i].name == NULL)
            continue;
        if (!sth_config_find(shapes[i].name, ".", &config, error, sizeof error))
            fail_msg("%s", error);
        assert_int_equal(config.params.array_rows, shapes[i].rows);
        assert_int_equal(config.params.array_cols, shapes[i].cols);
    }
}

/* ---- Copies ---- */

/* A LOAD or STORE whose runs do not overlap, near the start of SP_BYTES. */
static inline void random_copy(struct sth_command *c, uint32_t opcode)
{
    memset(c, 0, sizeof *c);
    c->word[0] = opcode;
    STH_SET(c, LOAD_MEM_LO, random_u32());
    STH_SET(c, LOAD_MEM_HI, pick(16));
    STH_SET(c, LOAD_SP, pick(1000));
    STH_SET(c, LOAD_LEN, 1 + pick(pick(2) ? 8 : 400));
    STH_SET(c, LOAD_N1, 1 + pick(5));
    STH_SET(c, LOAD_N2, 1 + pick(3));
    STH_SET(c, LOAD_MEM_S1, STH_GET(c, LOAD_LEN) + pick(5000));
    STH_SET(c, LOAD_MEM_S2, 5 * STH_GET(c, LOAD_MEM_S1) + pick(5000));
    STH_SET(c, LOAD_SP_S1, STH_GET(c, LOAD_LEN) + pick(50));
    STH_SET(c, LOAD_SP_S2, 5 * STH_GET(c, LOAD_SP_S1) + pick(50));
}

/* Calls visit for every byte of a copy. */
static inline void for_copied_bytes(const struct sth_command *c, void *context,
                                    void (*visit)(void *context, uint64_t mem,
                                                  uint32_t sp))
{
    for (uint32_t i2 = 0; i2 < STH_GET(c, LOAD_N2); i2++)
        for (uint32_t i1 = 0; i1 < STH_GET(c, LOAD_N1); i1++)
            for (uint32_t b = 0; b < STH_GET(c, LOAD_LEN); b++)
                visit(context,
                      ((uint64_t)c->word[3] << 32 | c->word[2]) +
                          (uint64_t)i2 * c->word[8] +
                          (uint64_t)i1 * c->word[7] + b,
                      c->word[4] + i2 * c->word[10] + i1 * c->word[9] + b);
}

/* What a test knows of one copy. */
struct copied {
    struct sth_mem *mem;
    uint8_t *sp;   /* what the kernel works on */
    uint8_t *want; /* what it has to leave */
    uint32_t digest;
};

/*
 * Random copies on a kernel of LOAD or STORE.  Before each one `expect` is
 * called for every byte of it, and `see` afterwards unless it is NULL; both get
 * a struct copied.
 */
static inline void
compare_copies(uint32_t opcode,
               uint32_t (*kernel)(const struct sth_onchip *,
                                  const struct sth_command *, struct sth_mem *),
               void (*expect)(void *context, uint64_t mem, uint32_t sp),
               void (*see)(void *context, uint64_t mem, uint32_t sp))
{
    struct sth_config config;
    struct sth_mem_config mem_config;
    struct copied t = {.sp = new_memory(SP_BYTES),
                       .want = new_memory(SP_BYTES)};

    load_edge(&config);
    sth_mem_config_default(&mem_config);
    t.mem = sth_mem_create(&mem_config, 16, false);
    assert_non_null(t.mem);
    for (unsigned i = 0; i < 250; i++) {
        struct sth_onchip chip = {&config.params, t.sp, NULL, STH_ISA_PORTABLE};
        struct sth_command c;

        random_state = i;
        random_copy(&c, opcode);
        random_fill(t.sp, SP_BYTES);
        memcpy(t.want, t.sp, SP_BYTES);
        t.digest = 0;
        for_copied_bytes(&c, &t, expect);
        assert_int_equal(kernel(&chip, &c, t.mem), t.digest);
        assert_memory_equal(t.want, t.sp, SP_BYTES + GUARD);
        if (see != NULL)
            for_copied_bytes(&c, &t, see);
    }
    sth_mem_destroy(t.mem);
    free(t.sp);
    free(t.want);
}

#endif
