/* Before the layers: rows of tokens, positions and types, added up. */
#include "sth_writer.h"

#include "sth_random.h"

#include <stdio.h>
#include <stdlib.h>

/* Where the sum stands while it grows, and how much is still to come. */
struct sum {
    const char *at; /* NULL: nothing yet */
    uint32_t left;
};

/* Where the next result goes: the last to the output. */
static const char *next(struct sum *sum)
{
    sum->at = --sum->left ? "@rows" : "@out";
    return sum->at;
}

/* A table's rows that lie before the last step's, which is the next rows'. */
static void moving_table(const struct sth_writer *w, const char *table,
                         uint32_t rows, char *text, size_t size)
{
    const uint32_t steps = w->request->steps;

    snprintf(text, size, "@%s", table);
    if (steps > 1 && rows > steps)
        snprintf(text, size, "@%s[0+1:%u+1]", table, rows - steps + 1);
}

/* The rows of the table of tokens that are drawn. */
static void tokens(struct sth_writer *w, struct sum *sum, uint32_t *rows)
{
    const struct sth_model_ends *e = &w->model->ends;
    const uint32_t steps = w->request->steps;
    const uint32_t count = e->vocab > steps ? e->vocab - steps + 1 : e->vocab;
    const bool narrow = e->width != w->model->hidden;
    uint64_t state = w->request->seed * 1000033u;
    char table[64];

    for (uint32_t t = 0; t < w->tokens; t++)
        rows[t] = (uint32_t)(sth_random_next(&state) % count);
    sth_writer_seeded(w, "table", "bf16", e->vocab, e->width, e->scale, 0);
    if (narrow)
        sth_writer_zero(w, "narrow", "bf16", w->tokens, e->width);
    moving_table(w, "table", e->vocab, table, sizeof(table));
    sth_writer_gather(w, "tokens", narrow ? "@narrow" : next(sum), table, rows,
                      w->tokens);
    if (narrow)
        sth_writer_product(w, "widen", next(sum), "@narrow", w->tokens,
                           e->width, w->model->hidden, false, "");
}

static void add(struct sth_writer *w, const char *name, struct sum *sum,
                const char *rows)
{
    const char *from = sum->at;

    sth_writer_op(w, "add name=%s out=%s a=%s b=%s", name, next(sum), from,
                  rows);
}

static void add_gathered(struct sth_writer *w, const char *name,
                         struct sum *sum, const char *table,
                         const uint32_t *rows)
{
    char from[64], gather[64], each[64];

    snprintf(from, sizeof(from), "%s.rows", name);
    sth_writer_zero(w, from, "bf16", w->tokens, w->model->hidden);
    snprintf(gather, sizeof(gather), "%s.gather", name);
    snprintf(each, sizeof(each), "@%s.rows", name);
    sth_writer_gather(w, gather, each, table, rows, w->tokens);
    add(w, name, sum, each);
}

static uint32_t past_of(const struct sth_writer *w, uint32_t b)
{
    return w->request->pasts ? w->request->pasts[b] : w->request->past;
}

/* Of several tokens the positions are rows of the table that follow each
 * other; of one token of several sequences they are gathered. */
static void positions(struct sth_writer *w, struct sum *sum, uint32_t *rows)
{
    const struct sth_trace_request *r = w->request;
    const uint32_t skipped = w->model->ends.skipped;
    const uint32_t all = w->model->positions + skipped;
    const char *from = sum->at, *to;
    char table[64], moves[32] = "", range[64];

    sth_writer_seeded(w, "positions", "bf16", all, w->model->hidden, 0.5, 0);
    if (r->seq == 1 && r->batch > 1) {
        for (uint32_t b = 0; b < r->batch; b++)
            rows[b] = skipped + past_of(w, b);
        moving_table(w, "positions", all, table, sizeof(table));
        add_gathered(w, "position", sum, table, rows);
        return;
    }
    if (r->steps > 1)
        snprintf(moves, sizeof(moves), "+%u", r->seq);
    to = next(sum);
    for (uint32_t b = 0; b < r->batch; b++) {
        const uint32_t first = skipped + past_of(w, b);

        *range = 0;
        if (r->batch > 1)
            snprintf(range, sizeof(range), "[%u:%u]", b * r->seq,
                     (b + 1) * r->seq);
        sth_writer_op(w,
                      "add name=position out=%s%s a=%s%s "
                      "b=@positions[%u%s:%u%s]",
                      to, range, from, range, first, moves, first + r->seq,
                      moves);
    }
}

/* Each type has its part of a sequence. */
static void types(struct sth_writer *w, struct sum *sum, uint32_t *rows)
{
    const struct sth_trace_request *r = w->request;
    const uint32_t count = w->model->ends.types;

    sth_writer_seeded(w, "types", "bf16", count, w->model->hidden, 0.5, 0);
    for (uint32_t t = 0; t < w->tokens; t++) {
        const uint32_t past = past_of(w, t / r->seq);

        rows[t] =
            (uint32_t)((uint64_t)count * (past + t % r->seq) / (past + r->seq));
    }
    add_gathered(w, "type", sum, "@types", rows);
}

void sth_writer_embedding(struct sth_writer *w)
{
    const struct sth_model *m = w->model;
    uint32_t *rows = malloc(sizeof(*rows) * w->tokens);
    struct sum sum = {NULL, 1u + m->learned + (m->ends.types > 0) +
                                m->ends.first_norm};

    w->failed |= !rows;
    if (!rows)
        return;
    fputs("# embedding\n", w->out);
    sth_writer_begin(w, "embed.");
    w->wide = true;
    if (sum.left > 1)
        sth_writer_zero(w, "rows", "bf16", w->tokens, m->hidden);
    sth_writer_zero(w, "out", "bf16", w->tokens * w->request->steps, m->hidden);
    tokens(w, &sum, rows);
    if (m->learned)
        positions(w, &sum, rows);
    if (m->ends.types)
        types(w, &sum, rows);
    if (m->ends.first_norm)
        sth_writer_norm(w, "norm", "@out", "@rows");
    w->wide = false;
    fputs("output embed.out\n", w->out);
    free(rows);
}
