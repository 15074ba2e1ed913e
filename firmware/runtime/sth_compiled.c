/* A compiled program: its check, and its player. */
#include <string.h>

#include "sth_compiled.h"

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
        ((uint64_t)h->operations + 1) * sizeof *p->first;

    if (fixed > h->bytes || h->bytes - fixed != h->text_bytes)
        return false;
    p->header = h;
    p->command = (const struct sth_command *)at;
    p->region_bytes = (const uint64_t *)(p->command + h->commands);
    p->region = (const uint32_t *)(p->region_bytes + h->regions);
    p->first = p->region + h->commands;
    p->text = (const char *)(p->first + h->operations + 1);
    return true;
}

/* Offset of something in the file. */
static uint64_t offset_of(const struct sth_compiled *p, const void *what)
{
    return (uint64_t)((const uint8_t *)what - (const uint8_t *)p->header);
}

/* LOAD and STORE have their fields in the same places. */
_Static_assert((int)STH_LOAD_MEM_LO_WORD == (int)STH_STORE_MEM_LO_WORD &&
                   (int)STH_LOAD_MEM_HI_WORD == (int)STH_STORE_MEM_HI_WORD &&
                   (int)STH_LOAD_LEN_WORD == (int)STH_STORE_LEN_WORD &&
                   (int)STH_LOAD_MEM_S2_WORD == (int)STH_STORE_MEM_S2_WORD,
               "what holds for loads is used for stores");

static uint64_t address_of(const struct sth_command *c)
{
    return STH_GET(c, LOAD_MEM_LO) | (uint64_t)STH_GET(c, LOAD_MEM_HI) << 32;
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

static const char *check_command(const struct sth_compiled *p, uint32_t index)
{
    const struct sth_command *c = &p->command[index];
    uint32_t opcode = STH_GET(c, ANY_OPCODE), region = p->region[index];
    uint64_t addr;

    if (opcode != STH_OP_LOAD && opcode != STH_OP_STORE)
        return region == STH_COMPILED_NOWHERE
                   ? NULL
                   : "a command without an address has a region";
    if (region >= p->header->regions)
        return "a command has a region that the program has not";
    addr = address_of(c);
    if (addr > p->region_bytes[region] ||
        span_of(c) > p->region_bytes[region] - addr)
        return "a command leaves its region";
    return NULL;
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
        const char *what = check_command(p, i);

        if (what != NULL)
            return fail(error, offset_of(p, &p->command[i]), what);
    }
    for (uint32_t i = 0; i <= h->operations; i++)
        if (p->first[i] > h->commands ||
            p->first[i] < p->first[i == 0 ? 0 : i - 1])
            return fail(error, offset_of(p, &p->first[i]),
                        "an operation begins where no command is");
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_compiled_play(const struct sth_compiled *p,
                                  struct sth_driver *driver,
                                  const uint64_t *base, uint32_t first,
                                  uint32_t last)
{
    if (p->header->hash != driver->hash)
        return STH_FW_ERR_EXPECTED_HASH;
    for (uint32_t i = first; i < last; i++) {
        struct sth_command command = p->command[i];
        uint32_t region = p->region[i];
        enum sth_fw_err err;

        if (region != STH_COMPILED_NOWHERE) {
            uint64_t addr = address_of(&command) + base[region];

            STH_SET(&command, LOAD_MEM_LO, (uint32_t)addr);
            STH_SET(&command, LOAD_MEM_HI, (uint32_t)(addr >> 32));
        }
        err = sth_driver_put(driver, &command);
        if (err != STH_FW_ERR_OK)
            return err;
    }
    return STH_FW_ERR_OK;
}
