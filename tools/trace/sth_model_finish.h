/* What follows from a family's fields together. */
#ifndef STH_MODEL_FINISH_H
#define STH_MODEL_FINISH_H

#include "sth_model_reader.h"

/* Fills in what was left open and checks that all fits together. */
void sth_model_finish(struct sth_model_reader *r, struct sth_model *model);

#endif
