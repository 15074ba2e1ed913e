/*
 * The mathematical reference: a trace evaluated in double precision, from the
 * stored values of its source tensors.  Nothing in between is rounded or
 * quantised, so a comparison with a device's outputs shows all that its
 * number formats cost.
 */
#ifndef STH_REFERENCE_H
#define STH_REFERENCE_H

#include <stdbool.h>

#include "sth_tensor_data.h"
#include "sth_trace.h"

struct sth_reference;

/*
 * Evaluates every operation of every step.  sources[i] belongs to
 * trace->tensor[i]. progress, when not NULL, is called with the number of
 * operations done. Returns NULL when out of memory.
 */
struct sth_reference *
sth_reference_run(struct sth_trace *trace, struct sth_source *sources,
                  void (*progress)(void *user, uint32_t done), void *user);
void sth_reference_destroy(struct sth_reference *reference);

/*
 * The values of a tensor, rows * cols; NULL when no operation wrote it, or
 * when quantize did, since its results mean something only together.
 */
const double *sth_reference_tensor(const struct sth_reference *reference,
                                   uint32_t tensor);

#endif
