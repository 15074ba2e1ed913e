/*
 * What one pass through a model took: a part for the embedding, for each layer
 * and for the vocabulary, which add up to all of it.
 */
#ifndef STH_SERVE_TALLY_H
#define STH_SERVE_TALLY_H

#include "sth_model.h"
#include "sth_session.h"

/* Figures that add up. */
struct sth_serve_sum {
    uint64_t cycles, commands, macs;
    struct sth_traffic traffic;
};

struct sth_serve_part {
    char name[16]; /* "embed", "l0", ..., "head" */
    bool experts;  /* a layer with experts */
    bool copied;   /* equal to one that was simulated */
    struct sth_serve_sum sum;
};

struct sth_serve_tally {
    uint32_t past; /* tokens before it, of the sequence with the most */
    struct sth_serve_part *part;
    uint32_t parts;
    struct sth_serve_sum sum;
};

void sth_serve_add(struct sth_serve_sum *into,
                   const struct sth_serve_sum *from);

/* Whether the part is a layer. */
bool sth_serve_is_layer(const struct sth_serve_part *part);

/* Of a session by layers with traffic; false: out of memory. */
bool sth_serve_tally(struct sth_serve_tally *tally,
                     const struct sth_session *session,
                     const struct sth_model *model);
void sth_serve_tally_fini(struct sth_serve_tally *tally);

#endif
