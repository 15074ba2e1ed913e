/*
 * Layers of transformers in double precision, from the published equations of
 * each family and its config.json: what generated traces are held against.
 * Nothing here is shared with the writer of traces; from the trace come only
 * the numbers of its tensors, by their names, and the choice of experts.
 */
#ifndef EQUATIONS_H
#define EQUATIONS_H

#include <jansson.h>

#include "sth_trace.h"

struct phase {
    int seq, past, batch;
    const int *pasts; /* of each sequence, past the most; NULL: past of all */
    int room;         /* of a cache, if more than there are */
    int steps;        /* of the trace; the equations are of one */
};

/*
 * The largest difference of a layer's output in `value` (every tensor of the
 * trace, or NULL where unknown) from the equations on the outputs before it,
 * over 1 + the largest output; infinite where a tensor is missing or has
 * another shape.
 */
double equations_difference(const json_t *config, const struct sth_trace *trace,
                            double *const *value, const struct phase *phase,
                            int layer);

/* The same of the embedding, and of the logits behind that many layers. */
double equations_embedding_difference(const json_t *config,
                                      const struct sth_trace *trace,
                                      double *const *value,
                                      const struct phase *phase);
double equations_head_difference(const json_t *config,
                                 const struct sth_trace *trace,
                                 double *const *value,
                                 const struct phase *phase, int layers);

#endif
