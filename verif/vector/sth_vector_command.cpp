#include "sth_vector_command.h"

#include <algorithm>
#include <cstring>

using bench::Random;

namespace
{

constexpr uint32_t kLevels = __builtin_ctz(kLanes);
constexpr uint32_t kSteps = kCols / kLanes;
constexpr uint32_t kRegions = 5;

uint32_t random_word(Random &random)
{
    auto below = [&](uint32_t n) { return uint32_t(random.below(n)); };

    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345,
        0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff, 0x3f800000, 0xbf800000,
        0x4f000000, 0xcf000000, 0x42fe0000, 0x43000000, 0x7fffffff, 0x80000001};
    uint32_t pick = below(100);

    if (pick < 8)
        return random.pick(special);
    if (pick < 70) // sign, exponent of 2^-10 to 2^9, fraction
        return (below(2) << 31) | ((117 + below(20)) << 23) | below(1u << 23);
    if (pick < 80) // two bf16 of ordinary size
        return ((120 + below(12)) << 23 | below(1u << 23)) ^
               (below(1u << 16) & 0x7fu) ^ (0x3f00u + (below(8) << 7));
    if (pick < 90)
        return below(2000) - 1000;
    return random.bits();
}

uint32_t element_bytes(uint32_t type)
{
    return type == STH_DTYPE_I8 ? 1 : type == STH_DTYPE_BF16 ? 2 : 4;
}

#define PUT_OPERAND(c, NAME, o)                                                \
    do {                                                                       \
        STH_SET(c, VECTOR_##NAME##_ADDR, (o).addr);                            \
        STH_SET(c, VECTOR_##NAME##_SP, (o).sp);                                \
        STH_SET(c, VECTOR_##NAME##_TYPE, (o).type);                            \
        STH_SET(c, VECTOR_##NAME##_ROW, (o).row);                              \
        STH_SET(c, VECTOR_##NAME##_TILE, (o).tile);                            \
    } while (0)

// One try at a command; draw() says whether its operands fit the memories.
class Attempt
{
  public:
    explicit Attempt(Random &random) : random_(random)
    {
    }

    VectorCommand command = {};

    bool draw()
    {
        sth_command *w = &command.word;

        STH_SET(w, ANY_WAIT, below(1u << 16));
        STH_SET(w, ANY_POST, below(1u << 16));
        STH_SET(w, ANY_IRQ, below(2));
        command.sync = chance(5);
        STH_SET(w, ANY_OPCODE,
                command.sync ? STH_OP_SYNC_VECTOR : STH_OP_VECTOR);
        if (command.sync)
            return true;
        draw_shape();
        if (!draw_sources() || !draw_destination())
            return false;
        set_fields(w);
        return true;
    }

  private:
    uint32_t below(uint32_t n)
    {
        return uint32_t(random_.below(n));
    }

    bool chance(uint32_t percent)
    {
        return random_.percent(percent);
    }

    void draw_shape()
    {
        VectorCommand *c = &command;

        c->rows = 1 + below(chance(30) ? 3 : chance(50) ? 20 : 130);
        c->cols = 1 + below(chance(30)   ? kCols
                            : chance(50) ? 2 * kCols
                                         : 9 * kCols);
        // The counters' full width, on operands that do not move.
        huge_ = below(2000) == 0;
        if (huge_)
            (chance(50) ? c->cols : c->rows) = 65535 - below(3 * kCols);
        c->tiles = (c->cols + kCols - 1) / kCols;
        groups_ = (c->rows + kCols - 1) / kCols;
        c->mulsel = below(5);
        c->addsel = below(4);
        c->func = chance(40) ? 0 : below(8);
        c->reduce = chance(50) || (huge_ && c->rows > 1000) ? 0 : 1 + below(3);
        c->write = c->reduce == 0 || chance(60);
        c->carry = chance(40);
    }

    // An operand inside region number r of its memory: rows x tiles chunks.
    // False: it cannot fit.
    bool place(Operand *o, uint32_t r, uint32_t rows, uint32_t tiles,
               bool dense)
    {
        bool still = rows > 1000 || tiles > 1000;

        o->sp = below(2);
        o->type = o->sp ? below(4) : STH_DTYPE_FP32 + below(2);
        uint32_t es = o->sp ? element_bytes(o->type) : 1; // units of a chunk
        uint32_t unit = o->sp ? kCols : 1;
        // Units of a region: a multiple of the largest chunk.
        uint32_t size = (o->sp ? kSpBytes : kAccRows) / kRegions / unit / 4 * 4;

        o->tile = still ? 0 : es * (dense ? 1 : below(3));
        o->row = still                 ? 0
                 : dense || chance(40) ? es * tiles
                 : chance(30)          ? 0
                                       : es * below(2 * tiles + 1);
        uint32_t span = (rows - 1) * o->row + (tiles - 1) * o->tile + es;
        if (span > size)
            return false;
        o->addr = (r * size + below((size - span) / es + 1) * es) * unit;
        return true;
    }

    bool draw_sources()
    {
        VectorCommand *c = &command;
        bool y = c->mulsel == STH_OPERAND_SCALAR;
        bool z = c->addsel == STH_OPERAND_SCALAR;

        return place(&c->x, 0, c->rows, c->tiles, false) &&
               place(&c->y, 1, y ? groups_ : c->rows, y ? 1 : c->tiles,
                     false) &&
               place(&c->z, 2, z ? groups_ : c->rows, z ? 1 : c->tiles, false);
    }

    // A region of its own, or in place of a source that is a stream.
    bool draw_destination()
    {
        VectorCommand *c = &command;
        Operand *sources[] = {&c->x, &c->y, &c->z};
        const bool stream[] = {true, c->mulsel == STH_OPERAND_STREAM,
                               c->addsel == STH_OPERAND_STREAM};
        const uint32_t room = kAccRows / kRegions;
        uint32_t in_place = huge_ ? 4 : below(5);

        // Without a reduction, as for a huge command, nobody looks at it.
        c->r = 4 * room + (groups_ < room ? below(room - groups_ + 1) : 0);
        if (in_place > 2 || !stream[in_place])
            return place(&c->d, 3, c->rows, c->tiles, chance(60));
        if (!place(sources[in_place], in_place, c->rows, c->tiles, true))
            return false;
        c->d = *sources[in_place];
        return true;
    }

    void set_fields(sth_command *w)
    {
        const VectorCommand *c = &command;
        uint32_t offset =
            chance(80) ? below(2 * c->cols + c->rows) - c->cols - c->rows / 2
                       : random_.bits();

        STH_SET(w, VECTOR_ROWS, c->rows);
        STH_SET(w, VECTOR_COLS, c->cols);
        STH_SET(w, VECTOR_FUNC, c->func);
        STH_SET(w, VECTOR_GATE, below(3));
        STH_SET(w, VECTOR_REDUCE, c->reduce);
        STH_SET(w, VECTOR_CARRY, c->carry);
        STH_SET(w, VECTOR_MULSEL, c->mulsel);
        STH_SET(w, VECTOR_ADDSEL, c->addsel);
        STH_SET(w, VECTOR_ADDOP, below(3));
        STH_SET(w, VECTOR_MASK, below(2));
        STH_SET(w, VECTOR_WRITE, c->write);
        STH_SET(w, VECTOR_IMM_MUL, random_word(random_));
        STH_SET(w, VECTOR_IMM_ADD, random_word(random_));
        PUT_OPERAND(w, X, c->x);
        PUT_OPERAND(w, Y, c->y);
        PUT_OPERAND(w, Z, c->z);
        PUT_OPERAND(w, D, c->d);
        STH_SET(w, VECTOR_R_ADDR, c->r);
        STH_SET(w, VECTOR_MASK_OFFSET, offset & 0xfffffu);
        STH_SET(w, VECTOR_MASK_ROWS,
                chance(70) ? below(c->rows + 1) : random_.bits());
        STH_SET(w, VECTOR_MASK_WINDOW,
                chance(70) ? below(c->cols + 1) : random_.bits());
    }

    Random &random_;
    bool huge_ = false;
    uint32_t groups_ = 0; // of rows that share a reduction row
};

} // namespace

void randomize(Random &random, std::vector<uint8_t> &bytes)
{
    for (size_t i = 0; i < bytes.size(); i += 4) {
        uint32_t word = random_word(random);

        memcpy(&bytes[i], &word, 4);
    }
}

VectorCommand random_command(Random &random)
{
    for (;;) {
        Attempt attempt(random);

        if (attempt.draw())
            return attempt.command;
    }
}

uint64_t duration(const VectorCommand &c)
{
    const Operand carry = {0, STH_DTYPE_FP32, c.r, 1, 0};
    const struct {
        bool used, scalar;
        const Operand *o;
    } reads[4] = {
        {true, false, &c.x},
        {c.mulsel == STH_OPERAND_STREAM || c.mulsel == STH_OPERAND_SCALAR,
         c.mulsel == STH_OPERAND_SCALAR, &c.y},
        {c.addsel == STH_OPERAND_STREAM || c.addsel == STH_OPERAND_SCALAR,
         c.addsel == STH_OPERAND_SCALAR, &c.z},
        {c.reduce != 0 && c.carry, true, &carry},
    };
    const uint32_t turns = c.func ? kShare : 1;
    int64_t last[4] = {-1, -1, -1, -1};
    uint64_t cycles = 0;

    if (c.sync)
        return 1;
    for (uint32_t row = 0; row < c.rows; row++) {
        for (uint32_t tile = 0; tile < c.tiles; tile++) {
            uint32_t count[2] = {0, 0};
            bool group_last = tile == c.tiles - 1 &&
                              (row == c.rows - 1 || row % kCols == kCols - 1);

            for (int i = 0; i < 4; i++) {
                if (!reads[i].used)
                    continue;
                const Operand &o = *reads[i].o;
                int64_t at = reads[i].scalar ? row / kCols * o.row
                                             : row * o.row + tile * o.tile;
                count[o.sp] += at != last[i];
                last[i] = at;
            }
            uint32_t slot = c.reduce && c.write && !c.d.sp && group_last;
            cycles += std::max({count[0], count[1], 1 + slot, turns * kSteps});
        }
    }
    return STH_LAT_VECTOR_START + cycles - 1 + STH_LAT_VECTOR_PIPE +
           turns * (kSteps - 1) + (c.func ? STH_LAT_FUNC + kShare : 0) +
           (c.reduce ? STH_LAT_VECTOR_REDUCE + STH_LAT_VECTOR_LEVEL * kLevels
                     : 0) +
           STH_LAT_VECTOR_RETIRE;
}
