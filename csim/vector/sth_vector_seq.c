/* The sequencer of the vector engine; see sth_vector_seq.h. */
#include "sth_vector_seq.h"

#include "sth_time.h"

/* When an operand's chunk has to be read (again). */
struct operand {
    bool sp;
    bool tile_moves;  /* from one tile of a row to the next */
    bool row_moves;   /* from the last tile of a row to the next row's first */
    bool group_moves; /* the same where row is a multiple of array_cols */
};

static struct operand operand_of(const struct sth_vector_source *source,
                                 uint32_t tiles)
{
    struct operand o = {.sp = source->sp};

    o.group_moves = source->row_step != 0;
    if (!source->scalar) {
        o.tile_moves = source->tile_step != 0;
        o.row_moves = (uint64_t)source->row_step !=
                      (uint64_t)(tiles - 1) * source->tile_step;
        o.group_moves = o.row_moves;
    }
    return o;
}

/* Cycles of a row-tile: its steps, or reads of the busier port. */
static uint64_t cost(const struct sth_vector_seq *seq, const struct operand *o,
                     const bool *read)
{
    uint64_t acc = 0;
    uint64_t sp = 0;

    for (uint32_t i = 0; i < seq->sources; i++) {
        sp += read[i] && o[i].sp;
        acc += read[i] && !o[i].sp;
    }
    return sth_max64(sth_vector_seq_least(seq, false), sth_max64(acc, sp));
}

uint64_t sth_vector_seq_total(const struct sth_vector_seq *seq)
{
    uint32_t cols = seq->cols;
    uint64_t rows = seq->rows_left;
    uint64_t groups = (rows + cols - 1) / cols;
    struct operand o[STH_VECTOR_SOURCES];
    bool all[STH_VECTOR_SOURCES], tile[STH_VECTOR_SOURCES];
    bool row[STH_VECTOR_SOURCES], group[STH_VECTOR_SOURCES];
    uint64_t first, next, start, begin, total;

    for (uint32_t i = 0; i < seq->sources; i++) {
        o[i] = operand_of(&seq->source[i], seq->tiles);
        all[i] = true;
        tile[i] = o[i].tile_moves;
        row[i] = o[i].row_moves;
        group[i] = o[i].group_moves;
    }
    first = cost(seq, o, all);
    begin = cost(seq, o, group);
    start = cost(seq, o, row);
    next = cost(seq, o, tile);
    total = first + (groups - 1) * begin + (rows - groups) * start +
            rows * (seq->tiles - 1) * next;
    /* The last row-tile of a group of rows takes two cycles. */
    if (seq->slot && seq->tiles > 1) {
        total += next == 1 ? groups : 0;
    } else if (seq->slot) {
        bool alone = (rows - 1) % cols == 0;

        total += start == 1 ? groups - (alone ? 1 : 0) : 0;
        if (alone && (groups == 1 ? first : begin) == 1)
            total++;
    }
    return total;
}

static struct sth_vector_source source_of(const struct sth_command *c,
                                          uint32_t cols, uint32_t word)
{
    uint32_t unit = 1;
    struct sth_vector_source source = {
        .sp = (c->word[word] >> STH_VECTOR_X_SP_LSB & 1u) != 0,
        .addr = sth_command_get(c, word, STH_VECTOR_X_ADDR_LSB,
                                STH_VECTOR_X_ADDR_WIDTH),
    };

    if (source.sp)
        unit = cols;
    source.row_addr = source.addr;
    source.row_step = (c->word[word + 1] & 0xffffu) * unit;
    source.tile_step = (c->word[word + 1] >> 16) * unit;
    source.pending = true;
    return source;
}

/* One more source, unless the selection reads nothing. */
static void add_source(struct sth_vector_seq *seq,
                       struct sth_vector_source source, uint32_t select)
{
    if (select != STH_OPERAND_STREAM && select != STH_OPERAND_SCALAR)
        return;
    source.scalar = select == STH_OPERAND_SCALAR;
    seq->reads_sp |= source.sp;
    seq->source[seq->sources++] = source;
}

void sth_vector_seq_begin(struct sth_vector_seq *seq,
                          const struct sth_params *params,
                          const struct sth_command *c)
{
    uint32_t cols = params->array_cols;
    struct sth_vector_source d = source_of(c, cols, STH_VECTOR_D_ADDR_WORD);

    *seq = (struct sth_vector_seq){.cols = cols};
    seq->rows_left = STH_GET(c, VECTOR_ROWS);
    seq->steps = sth_vector_steps(params);
    seq->tiles = (STH_GET(c, VECTOR_COLS) + cols - 1) / cols;
    seq->reduce = STH_GET(c, VECTOR_REDUCE) != STH_REDUCE_NONE;
    seq->r_addr = STH_GET(c, VECTOR_R_ADDR);
    /* In the order in which they are read. */
    add_source(seq, source_of(c, cols, STH_VECTOR_X_ADDR_WORD),
               STH_OPERAND_STREAM);
    add_source(seq, source_of(c, cols, STH_VECTOR_Y_ADDR_WORD),
               STH_GET(c, VECTOR_MULSEL));
    add_source(seq, source_of(c, cols, STH_VECTOR_Z_ADDR_WORD),
               STH_GET(c, VECTOR_ADDSEL));
    if (seq->reduce && STH_GET(c, VECTOR_CARRY) != 0)
        add_source(seq,
                   (struct sth_vector_source){.row_step = 1,
                                              .row_addr = seq->r_addr,
                                              .addr = seq->r_addr,
                                              .pending = true},
                   STH_OPERAND_SCALAR);
    seq->write = STH_GET(c, VECTOR_WRITE) != 0;
    seq->d_sp = d.sp;
    seq->d_addr = d.addr;
    seq->d_row_addr = d.addr;
    seq->d_row_step = d.row_step;
    seq->d_tile_step = d.tile_step;
    seq->function = STH_GET(c, VECTOR_FUNC) != STH_FUNC_NONE;
    seq->turns = sth_vector_turns(params, seq->function);
    seq->slot = seq->reduce && seq->write && !seq->d_sp;
}

uint64_t sth_vector_seq_cost(const struct sth_vector_seq *seq, bool extra)
{
    uint64_t acc = 0;
    uint64_t sp = 0;

    for (uint32_t i = 0; i < seq->sources; i++) {
        sp += seq->source[i].pending && seq->source[i].sp;
        acc += seq->source[i].pending && !seq->source[i].sp;
    }
    return sth_max64(sth_max64(acc, sp), sth_vector_seq_least(seq, extra));
}

void sth_vector_seq_advance(struct sth_vector_seq *seq)
{
    bool row_ends = sth_vector_seq_ends_row(seq);
    bool lane_last = seq->lane == seq->cols - 1;

    for (uint32_t i = 0; i < seq->sources; i++) {
        struct sth_vector_source *s = &seq->source[i];
        uint32_t before = s->addr;

        if (row_ends && (!s->scalar || lane_last))
            s->row_addr += s->row_step;
        if (row_ends)
            s->addr = s->row_addr;
        else if (!s->scalar)
            s->addr += s->tile_step;
        s->pending = s->addr != before;
    }
    if (row_ends) {
        seq->d_row_addr += seq->d_row_step;
        seq->d_addr = seq->d_row_addr;
        seq->tile = 0;
        seq->rows_left--;
        seq->lane = lane_last ? 0 : seq->lane + 1;
    } else {
        seq->d_addr += seq->d_tile_step;
        seq->tile++;
    }
}
