/*
 * Programs that are refused: not whole, not for the chip, forged, or none.
 */
#include "compile_fixture.h"

#include "sth_recorder.h"

static const char text[] =
    "systolith-trace 1\n"
    "steps 40\n"
    "tensor x bf16 40x32 seed:1:1\n"
    "tensor g bf16 1x32 seed:2:0.1:1\n"
    "tensor q bf16 1x32 zero\n"
    "tensor k bf16 60x32 seed:3:1\n"
    "tensor v bf16 60x32 seed:4:1\n"
    "tensor y bf16 40x32 zero\n"
    "op rmsnorm out=q x=x[0+1:1+1] gamma=g eps=0x3727c5ac invn=0x3d000000\n"
    "op copy out=k[20+1:21+1] x=q\n"
    "op copy out=v[20+1:21+1] x=x[0+1:1+1]\n"
    "op attention out=y[0+1:1+1] q=q k=k v=v heads=2 kv_heads=2 batch=1 seq=1 "
    "past=20+1 room=60 causal=1 scale=0x3e800000\n"
    "output y\n";

/* Made once: planning is slow under sanitizers. */
static struct compile_file compiled;

static int compile_once(void **unused)
{
    (void)unused;
    compiled = compile_text(text, "nano");
    return 0;
}

static int release(void **unused)
{
    (void)unused;
    free(compiled.byte);
    return 0;
}

static struct compile_file copy_of_it(void)
{
    const struct compile_file file = {malloc(compiled.bytes), compiled.bytes};

    memcpy(file.byte, compiled.byte, file.bytes);
    return file;
}

static struct sth_compiled_header *header_of(const struct compile_file *file)
{
    return (struct sth_compiled_header *)file->byte;
}

/* What the sums say is true again. */
static void seal(const struct compile_file *file)
{
    struct sth_compiled_header *h = header_of(file);

    h->body_sum = sth_compiled_sum(0, h + 1, file->bytes - sizeof(*h));
    h->sum = sth_compiled_sum(0, h, offsetof(struct sth_compiled_header, sum));
}

/* Refused for a cause whose words contain `what`. */
static void refused(const struct compile_file *file, size_t bytes,
                    const char *what)
{
    struct sth_compiled program;
    struct sth_compiled_error error = {0, NULL};
    void *copy = malloc(bytes + 1);

    /* A copy of its own length, so that a read behind its end is seen. */
    memcpy(copy, file->byte, bytes);
    assert_int_equal(sth_compiled_open(&program, copy, bytes, &error),
                     STH_FW_ERR_PROGRAM);
    if (what && !strstr(error.what, what))
        fail_msg("'%s' instead of '%s'", error.what, what);
    assert_true(error.offset <= bytes);
    free(copy);
}

static void test_compile_cut_or_flipped_is_refused(void **unused)
{
    struct compile_file file = copy_of_it();
    uint64_t random = 3;

    (void)unused;
    for (size_t i = 0; i <= sizeof(struct sth_compiled_header); i += 3)
        refused(&file, i, NULL);
    for (int i = 0; i < 40; i++)
        refused(&file, fixture_random(&random) % file.bytes, NULL);
    refused(&file, file.bytes - 1, "end is missing");
    for (size_t i = 0; i < sizeof(struct sth_compiled_header); i++) {
        file.byte[i] ^= 0x10;
        refused(&file, file.bytes, NULL);
        file.byte[i] ^= 0x10;
    }
    for (int i = 0; i < 40; i++) {
        size_t at = fixture_random(&random) % file.bytes;

        file.byte[at] ^= 1;
        refused(&file, file.bytes, NULL);
        file.byte[at] ^= 1;
    }
    compile_open(&file);
    free(file.byte);
}

/* A file whose sums are right and that is wrong nonetheless: its parts. */
struct forge {
    struct compile_file file, good; /* to spoil, and as it was */
    struct sth_compiled_header *h;
    struct sth_command *command;
    uint64_t *bytes;
    uint32_t *region;
    struct sth_compiled_piece *piece;
    struct sth_compiled_patch *patch;
    uint32_t *first;
    uint32_t load, other; /* commands with an address and without */
    uint32_t grown;       /* a piece of several steps with patches */
};

static struct forge forge_begin(void)
{
    struct forge f = {.file = copy_of_it(), .good = compiled};
    const struct sth_compiled p = compile_open(&f.file);

    f.h = header_of(&f.file);
    f.command = (struct sth_command *)p.command;
    f.bytes = (uint64_t *)p.region_bytes;
    f.region = (uint32_t *)p.region;
    f.piece = (struct sth_compiled_piece *)p.piece;
    f.patch = (struct sth_compiled_patch *)p.patch;
    f.first = (uint32_t *)p.first;
    while (f.region[f.load] == STH_COMPILED_NOWHERE)
        f.load++;
    while (f.region[f.other] != STH_COMPILED_NOWHERE)
        f.other++;
    while (sth_compiled_patch_end(&p, f.grown) < f.piece[f.grown].patch + 2)
        f.grown++;
    return f;
}

static void forge_end(struct forge *f)
{
    seal(&f->file);
    compile_open(&f->file);
    free(f->file.byte);
}

#define FORGED(change, what)                                                   \
    do {                                                                       \
        change;                                                                \
        seal(&f.file);                                                         \
        refused(&f.file, f.file.bytes, what);                                  \
        memcpy(f.file.byte, f.good.byte, f.file.bytes);                        \
    } while (0)

static void test_compile_forged_header_is_refused(void **unused)
{
    struct forge f = forge_begin();

    (void)unused;
    FORGED(f.h->format++, "format");
    FORGED(f.h->format--, "format");
    FORGED(f.h->contract += 0x10000, "contract");
    FORGED(memset(f.h->config, 'x', sizeof(f.h->config)), "no end");
    FORGED(f.h->bytes--, "behind its end");
    FORGED(f.h->bytes++, "end is missing");
    FORGED(f.h->commands++, "add up");
    FORGED(f.h->commands = UINT32_MAX, "add up");
    FORGED(f.h->regions--, "add up");
    FORGED(f.h->regions = UINT32_MAX, "add up");
    FORGED(f.h->operations = UINT32_MAX, "add up");
    FORGED(f.h->pieces = UINT32_MAX, "add up");
    FORGED(f.h->pieces--, "add up");
    FORGED(f.h->patches = UINT32_MAX, "add up");
    FORGED(f.h->patches++, "add up");
    FORGED(f.h->text_bytes = UINT64_MAX, "add up");
    FORGED(f.h->steps = 0, "no step");
    FORGED(f.h->steps = STH_TRACE_STEPS_MAX + 1, "too many");
    FORGED(f.h->reserved = 1, "no step");
    forge_end(&f);
}

static void test_compile_forged_command_is_refused(void **unused)
{
    struct forge f = forge_begin();
    struct sth_command *load = &f.command[f.load];

    (void)unused;
    FORGED(f.region[f.load] = f.h->regions, "has not");
    FORGED(f.region[f.load] = STH_COMPILED_NOWHERE, "has not");
    FORGED(f.region[f.other] = 0, "without");
    FORGED(STH_SET(load, LOAD_MEM_HI, 0xff), "leaves its region");
    FORGED(STH_SET(load, LOAD_LEN, 0xffffff), "leaves its region");
    FORGED((STH_SET(load, LOAD_N2, 0xffff),
            STH_SET(load, LOAD_MEM_S2, 0xffffffff)),
           "leaves its region");
    FORGED(f.bytes[f.region[f.load]] = 1, "leaves its region");
    forge_end(&f);
}

static void test_compile_forged_pieces_are_refused(void **unused)
{
    struct forge f = forge_begin();
    struct sth_compiled_piece *grown = &f.piece[f.grown];
    struct sth_compiled_patch *patch = &f.patch[grown->patch];
    const uint32_t all = f.h->pieces;

    (void)unused;
    FORGED(f.first[0] = 1, "no piece");
    FORGED(f.first[1] = f.first[0], "no piece");
    FORGED(f.first[1] = all + 1, "not there");
    FORGED(f.first[f.h->operations + 1] = all - 1, "no piece");
    FORGED(f.first[f.h->operations + 1] = all + 1, "not there");
    FORGED(f.piece[0].step = 1, "leave a step out");
    FORGED(f.piece[all - 1].step = f.h->steps, "leave a step out");
    FORGED(f.h->steps = 1, "leave a step out");
    FORGED(grown->first = f.h->commands, "commands that the program");
    FORGED(grown->first = UINT32_MAX, "commands that the program");
    FORGED(grown->commands = UINT32_MAX, "commands that the program");
    FORGED(grown->commands = 0, "of no word");
    FORGED(grown->patch = f.h->patches + 1, "patches that the program");
    FORGED(grown[1].patch = UINT32_MAX, "patches that the program");
    FORGED(patch[0].at = UINT32_MAX, NULL);
    FORGED(patch[1].at = patch[0].at, "do not ascend");
    FORGED(patch[1].at = grown->commands * STH_COMMAND_BYTES, NULL);
    FORGED(patch[0].at++, "of no word");
    forge_end(&f);
}

/* A command without an address may not become one with it in a later step. */
static void test_compile_forged_opcode_is_refused(void **unused)
{
    struct forge f = forge_begin();
    uint32_t piece = 0, i, command;

    (void)unused;
    for (i = 0;; i++) {
        while (piece + 1 < f.h->pieces && f.piece[piece + 1].patch <= i)
            piece++;
        command = f.piece[piece].first + f.patch[i].at / STH_COMMAND_BYTES;
        if (f.region[command] == STH_COMPILED_NOWHERE)
            break;
    }
    FORGED((f.patch[i].at -= f.patch[i].at % STH_COMMAND_BYTES,
            f.patch[i].add =
                STH_OP_LOAD - STH_GET(&f.command[command], ANY_OPCODE),
            f.patch[i].grow = 0),
           "has not");
    forge_end(&f);
}

/* A command is looked at in each step: the first may be right, the last not. */
static void test_compile_forged_growth_is_refused(void **unused)
{
    struct forge f = forge_begin();
    uint32_t i = 0;

    (void)unused;
    while (f.patch[i].at % STH_COMMAND_BYTES / 4 != STH_LOAD_MEM_LO_WORD ||
           f.patch[i].grow == 0)
        i++;
    FORGED(f.patch[i].grow *= 2, "leaves its region");
    FORGED(f.patch[i].grow = 0x80000000, "leaves its region");
    FORGED(f.patch[i].add = 0x1000, "leaves its region");
    FORGED(f.patch[i].at -= 4 * STH_LOAD_MEM_LO_WORD, "");
    FORGED(f.patch[i].at += 4, "leaves its region");
    forge_end(&f);
}
#undef FORGED

/* ---- random damage ------------------------------------------------------ */

#ifndef ROUNDS
#define ROUNDS 400
#endif

/* A word of the file, header included, becomes another. */
static void spoil(const struct compile_file *file,
                  const struct sth_compiled *good, uint64_t *random)
{
    const uint32_t *begin = (const void *)good->header;
    uint32_t *word = (uint32_t *)(void *)file->byte;
    const size_t all = (size_t)(good->first - begin) + good->header->operations;
    /* Half of them where the pieces are. */
    const size_t from =
        fixture_random(random) % 2
            ? (size_t)((const uint32_t *)(const void *)good->piece - begin)
            : 2;

    for (uint32_t n = fixture_random(random) % 3 + 1; n != 0; n--) {
        const size_t at = from + fixture_random(random) % (all - from);
        const size_t other = from + fixture_random(random) % (all - from);

        switch (fixture_random(random) % 6) {
        case 0:
            word[at] ^= 1u << fixture_random(random) % 32;
            break;
        case 1:
            word[at] = fixture_random(random);
            break;
        case 2:
            word[at] = word[other];
            break;
        case 3:
            word[at] = 0;
            break;
        case 4:
            word[at] = UINT32_MAX;
            break;
        default:
            word[at] += fixture_random(random) % 5 - 2;
            break;
        }
    }
}

/* Every command of every step stays in its region, as the ring sees it. */
static void check_played(const struct sth_compiled *p)
{
    struct sth_driver_config config;
    struct sth_recorder recorder;
    struct sth_driver driver;
    uint64_t base[64];
    const struct sth_config chip = compile_config("nano");

    for (uint32_t i = 0; i < p->header->regions; i++)
        base[i] = (uint64_t)(i + 1) << 32;
    sth_driver_config_default(&config);
    assert_true(sth_recorder_init(&recorder, &chip.params, 0, 10));
    assert_int_equal(sth_driver_init(&driver, &recorder.hal, &config), 0);
    for (uint32_t s = 0; s < p->header->steps; s++)
        for (uint32_t i = 0; i <= p->header->operations; i++)
            if (sth_compiled_play(p, &driver, base, s, i))
                assert_int_not_equal(p->header->hash, driver.hash);
    sth_driver_flush(&driver);
    for (uint32_t i = 0; i < recorder.commands; i++) {
        const struct sth_command *c = &recorder.command[i];
        const uint64_t addr = sth_command_memory(c);
        const uint64_t n1 = STH_GET(c, LOAD_N1), n2 = STH_GET(c, LOAD_N2);
        const uint32_t opcode = STH_GET(c, ANY_OPCODE);

        if ((opcode != STH_OP_LOAD && opcode != STH_OP_STORE) || !n1 || !n2)
            continue;
        assert_in_range(addr >> 32, 1, p->header->regions);
        assert_true((addr & UINT32_MAX) + (n1 - 1) * STH_GET(c, LOAD_MEM_S1) +
                        (n2 - 1) * STH_GET(c, LOAD_MEM_S2) +
                        STH_GET(c, LOAD_LEN) <=
                    p->region_bytes[(addr >> 32) - 1]);
    }
    sth_recorder_fini(&recorder);
}

/* Whatever is accepted plays, and reads and writes nothing but its regions. */
static void test_compile_random_damage_does_no_harm(void **unused)
{
    const struct compile_file file = copy_of_it();
    const struct sth_compiled whole = compile_open(&compiled);
    uint32_t accepted = 0;
    uint64_t random = 11;

    (void)unused;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct sth_compiled_error error;
        struct sth_compiled p;

        memcpy(file.byte, compiled.byte, file.bytes);
        spoil(&file, &whole, &random);
        seal(&file);
        if (sth_compiled_open(&p, file.byte, file.bytes, &error))
            continue;
        accepted++;
        check_played(&p);
    }
    assert_in_range(accepted, ROUNDS / 20, ROUNDS - ROUNDS / 20);
    free(file.byte);
}

/* The sum is that of the standard: its check value. */
static void test_compile_sum_is_crc32(void **unused)
{
    (void)unused;
    assert_int_equal(sth_compiled_sum(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(
        sth_compiled_sum(sth_compiled_sum(0, "1234", 4), "56789", 5),
        0xcbf43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_cut_or_flipped_is_refused),
        cmocka_unit_test(test_compile_forged_header_is_refused),
        cmocka_unit_test(test_compile_forged_command_is_refused),
        cmocka_unit_test(test_compile_forged_pieces_are_refused),
        cmocka_unit_test(test_compile_forged_opcode_is_refused),
        cmocka_unit_test(test_compile_forged_growth_is_refused),
        cmocka_unit_test(test_compile_random_damage_does_no_harm),
        cmocka_unit_test(test_compile_sum_is_crc32),
    };

    return cmocka_run_group_tests(tests, compile_once, release) != 0;
}
