/* A compiled program: its check, and its player. */
#include <string.h>

#include "sth_compiled.h"
#include "sth_trace.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "a program is read as it lies in the file");
_Static_assert(sizeof(struct sth_compiled_header) % sizeof(uint64_t) == 0 &&
                   sizeof(struct sth_command) == STH_COMMAND_BYTES,
               "the parts of a program are aligned one behind the other");

uint32_t sth_compiled_sum(uint32_t sum, const void *bytes, size_t count)
{
    /* By halves of a byte: the table of a quarter of the polynomial. */
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    const uint8_t *byte = bytes;

    sum = ~sum;
    for (size_t i = 0; i < count; i++) {
        sum ^= byte[i];
        sum = table[sum & 15u] ^ sum >> 4;
        sum = table[sum & 15u] ^ sum >> 4;
    }
    return ~sum;
}

bool sth_compiled_is(const void *file, size_t bytes)
{
    return bytes >= sizeof(STH_COMPILED_MAGIC) &&
           memcmp(file, STH_COMPILED_MAGIC, sizeof(STH_COMPILED_MAGIC)) == 0;
}

static enum sth_fw_err fail(struct sth_compiled_error *error, uint64_t offset,
                            const char *what)
{
    error->offset = offset;
    error->what = what;
    return STH_FW_ERR_PROGRAM;
}

/* Offset of a member of the header. */
#define AT(member) offsetof(struct sth_compiled_header, member)

static enum sth_fw_err check_header(const struct sth_compiled_header *h,
                                    size_t bytes,
                                    struct sth_compiled_error *error)
{
    if (!sth_compiled_is(h, bytes))
        return fail(error, 0, "it is no program");
    if (bytes < sizeof *h)
        return fail(error, bytes, "it ends within its header");
    if (h->format != STH_COMPILED_FORMAT)
        return fail(error, AT(format), "it has a format of another version");
    if (h->sum != sth_compiled_sum(0, h, AT(sum)))
        return fail(error, AT(sum), "its header is damaged");
    if (h->contract >> 16 != (uint32_t)STH_RESET_VERSION >> 16)
        return fail(error, AT(contract),
                    "it is for devices of another contract version");
    if (h->steps == 0 || h->steps > STH_TRACE_STEPS_MAX || h->reserved != 0)
        return fail(error, AT(steps), "it has no step, or too many");
    if (h->config[STH_COMPILED_CONFIG_MAX - 1] != 0)
        return fail(error, AT(config), "its configuration has no end");
    if (h->bytes > bytes)
        return fail(error, bytes, "its end is missing");
    if (h->bytes < bytes)
        return fail(error, h->bytes, "something stands behind its end");
    return STH_FW_ERR_OK;
}

/* Lays the parts out; false when they are not as long as the file. */
static bool lay_out(struct sth_compiled *p, const struct sth_compiled_header *h)
{
    const uint8_t *at = (const uint8_t *)(h + 1);
    uint64_t fixed =
        sizeof *h +
        (uint64_t)h->commands * (sizeof *p->command + sizeof *p->region) +
        (uint64_t)h->regions * sizeof *p->region_bytes +
        (uint64_t)h->pieces * sizeof *p->piece +
        (uint64_t)h->patches * sizeof *p->patch +
        ((uint64_t)h->operations + 2) * sizeof *p->first;

    if (fixed > h->bytes || h->bytes - fixed != h->text_bytes)
        return false;
    p->header = h;
    p->command = (const struct sth_command *)at;
    p->region_bytes = (const uint64_t *)(p->command + h->commands);
    p->region = (const uint32_t *)(p->region_bytes + h->regions);
    p->piece = (const struct sth_compiled_piece *)(p->region + h->commands);
    p->patch = (const struct sth_compiled_patch *)(p->piece + h->pieces);
    p->first = (const uint32_t *)(p->patch + h->patches);
    p->text = (const char *)(p->first + h->operations + 2);
    return true;
}

/* Offset of something in the file. */
static uint64_t offset_of(const struct sth_compiled *p, const void *what)
{
    return (uint64_t)((const uint8_t *)what - (const uint8_t *)p->header);
}

/* Bytes from the first to the last that a LOAD or STORE touches. */
static uint64_t span_of(const struct sth_command *c)
{
    uint32_t n1 = STH_GET(c, LOAD_N1), n2 = STH_GET(c, LOAD_N2);

    if (n1 == 0 || n2 == 0)
        return 0;
    return (uint64_t)(n1 - 1) * STH_GET(c, LOAD_MEM_S1) +
           (uint64_t)(n2 - 1) * STH_GET(c, LOAD_MEM_S2) + STH_GET(c, LOAD_LEN);
}

static const char *check_command(const struct sth_compiled *p,
                                 const struct sth_command *c, uint32_t region)
{
    uint32_t opcode = STH_GET(c, ANY_OPCODE);
    uint64_t addr;

    if (opcode != STH_OP_LOAD && opcode != STH_OP_STORE)
        return region == STH_COMPILED_NOWHERE
                   ? NULL
                   : "a command without an address has a region";
    if (region >= p->header->regions)
        return "a command has a region that the program has not";
    addr = sth_command_memory(c);
    if (addr > p->region_bytes[region] ||
        span_of(c) > p->region_bytes[region] - addr)
        return "a command leaves its region";
    return NULL;
}

/*
 * The patches from `first` on, of one command, in each of so many steps.  One
 * without an address remains so as long as its opcode, in word 0, does.
 */
static const char *check_patches(const struct sth_compiled *p, uint32_t index,
                                 uint32_t first, uint32_t end, uint32_t steps)
{
    if (p->region[index] == STH_COMPILED_NOWHERE &&
        p->patch[first].at % STH_COMMAND_BYTES != 0)
        return NULL;
    for (uint32_t age = 0; age < steps; age++) {
        struct sth_command command = p->command[index];
        const char *what;

        for (uint32_t i = first; i < end; i++)
            command.word[p->patch[i].at % STH_COMMAND_BYTES / 4] +=
                p->patch[i].add + p->patch[i].grow * age;
        what = check_command(p, &command, p->region[index]);
        if (what != NULL)
            return what;
    }
    return NULL;
}

/* A piece that serves for so many steps: patches ascend, commands are right. */
static enum sth_fw_err check_piece(const struct sth_compiled *p, uint32_t index,
                                   uint32_t steps,
                                   struct sth_compiled_error *error)
{
    const struct sth_compiled_piece *piece = &p->piece[index];
    const uint32_t end = sth_compiled_patch_end(p, index);
    uint32_t next = piece->patch;

    if (piece->first > p->header->commands ||
        piece->commands > p->header->commands - piece->first)
        return fail(error, offset_of(p, piece),
                    "a piece has commands that the program has not");
    if (next > end || end > p->header->patches)
        return fail(error, offset_of(p, piece),
                    "a piece has patches that the program has not");
    while (next < end) {
        const uint32_t first = next;
        const uint32_t command = p->patch[first].at / STH_COMMAND_BYTES;
        const char *what;

        for (next++;
             next < end && p->patch[next].at / STH_COMMAND_BYTES == command;
             next++)
            if (p->patch[next].at <= p->patch[next - 1].at ||
                p->patch[next].at % 4 != 0)
                return fail(error, offset_of(p, &p->patch[next]),
                            "patches of a command do not ascend");
        if (command >= piece->commands || p->patch[first].at % 4 != 0 ||
            (next < end && p->patch[next].at < p->patch[first].at))
            return fail(error, offset_of(p, &p->patch[first]),
                        "a patch is of no word, or out of order");
        what = check_patches(p, piece->first + command, first, next, steps);
        if (what != NULL)
            return fail(error, offset_of(p, &p->patch[first]), what);
    }
    return STH_FW_ERR_OK;
}

/* The pieces of an operation: one for each step, in order. */
static enum sth_fw_err check_operation(const struct sth_compiled *p,
                                       const uint32_t *first,
                                       struct sth_compiled_error *error)
{
    if (first[0] >= first[1] || first[1] > p->header->pieces)
        return fail(error, offset_of(p, first),
                    "an operation has no piece, or one that is not there");
    for (uint32_t i = first[0]; i < first[1]; i++) {
        const struct sth_compiled_piece *piece = &p->piece[i];
        const uint32_t to = i + 1 < first[1] ? piece[1].step : p->header->steps;
        enum sth_fw_err err;

        if (to <= piece->step || to > p->header->steps ||
            (i == first[0] && piece->step != 0))
            return fail(error, offset_of(p, piece),
                        "the pieces of an operation leave a step out");
        err = check_piece(p, i, to - piece->step, error);
        if (err != STH_FW_ERR_OK)
            return err;
    }
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_compiled_open(struct sth_compiled *p, const void *file,
                                  size_t bytes,
                                  struct sth_compiled_error *error)
{
    const struct sth_compiled_header *h = file;
    enum sth_fw_err err = check_header(h, bytes, error);

    if (err != STH_FW_ERR_OK)
        return err;
    if (!lay_out(p, h))
        return fail(error, AT(commands), "its parts do not add up to its size");
    if (h->body_sum != sth_compiled_sum(0, h + 1, bytes - sizeof *h))
        return fail(error, AT(body_sum), "its commands are damaged");
    for (uint32_t i = 0; i < h->commands; i++) {
        const char *what = check_command(p, &p->command[i], p->region[i]);

        if (what != NULL)
            return fail(error, offset_of(p, &p->command[i]), what);
    }
    for (uint32_t i = 0; i <= h->operations && err == STH_FW_ERR_OK; i++)
        err = check_operation(p, &p->first[i], error);
    if (err == STH_FW_ERR_OK &&
        (p->first[0] != 0 || p->first[h->operations + 1] != h->pieces))
        return fail(error, offset_of(p, p->first),
                    "a piece is of no operation");
    return err;
}

/* ---- playing ----------------------------------------------------------- */

uint32_t sth_compiled_patch_end(const struct sth_compiled *p, uint32_t piece)
{
    return piece + 1 < p->header->pieces ? p->piece[piece + 1].patch
                                         : p->header->patches;
}

uint32_t sth_compiled_find(const struct sth_compiled *p, uint32_t step,
                           uint32_t operation)
{
    uint32_t low = p->first[operation], high = p->first[operation + 1];

    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;

        if (p->piece[middle].step <= step)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Without a call, and without a loop where it is built for size too. */
static inline void copy(struct sth_command *restrict to,
                        const struct sth_command *restrict from)
{
#pragma GCC unroll 16
    for (uint32_t i = 0; i < STH_COMMAND_WORDS; i++)
        to->word[i] = from->word[i];
}

static inline void relocate(struct sth_command *c, uint64_t base)
{
    const uint64_t addr = sth_command_memory(c) + base;

    sth_command_set_memory(c, addr);
}

/* Of a step and an operation that there are. */
static inline enum sth_fw_err play(const struct sth_compiled *p,
                                   struct sth_driver *driver,
                                   const uint64_t *base, uint32_t step,
                                   uint32_t operation)
{
    const uint32_t index = sth_compiled_find(p, step, operation);
    const struct sth_compiled_piece *piece = &p->piece[index];
    const struct sth_compiled_patch *patch = &p->patch[piece->patch];
    const struct sth_compiled_patch *end =
        &p->patch[sth_compiled_patch_end(p, index)];
    const struct sth_command *from = &p->command[piece->first];
    const uint32_t *region = &p->region[piece->first];
    const uint32_t age = step - piece->step;
    uint32_t at = 0, next = patch != end ? patch->at : UINT32_MAX;
    uint32_t left = piece->commands;

    while (left != 0) {
        uint32_t count = left;
        struct sth_command *to;
        enum sth_fw_err err = sth_driver_claim(driver, &count, &to);

        if (err != STH_FW_ERR_OK)
            return err;
        left -= count;
        for (uint32_t i = 0; i < count; i++, to++, from++, region++) {
            copy(to, from);
            for (; next - at < STH_COMMAND_BYTES;
                 next = ++patch != end ? patch->at : UINT32_MAX)
                to->word[(next - at) / 4] += patch->add + patch->grow * age;
            at += STH_COMMAND_BYTES;
            if (*region != STH_COMPILED_NOWHERE)
                relocate(to, base[*region]);
        }
        sth_driver_commit(driver, to - count, count);
    }
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_compiled_play(const struct sth_compiled *p,
                                  struct sth_driver *driver,
                                  const uint64_t *base, uint32_t step,
                                  uint32_t operation)
{
    if (p->header->hash != driver->hash)
        return STH_FW_ERR_EXPECTED_HASH;
    if (step >= p->header->steps || operation > p->header->operations)
        return STH_FW_ERR_ARGUMENT;
    return play(p, driver, base, step, operation);
}
