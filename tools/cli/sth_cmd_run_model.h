/* systolith run --model: a model that answers prompts. */
#ifndef STH_CMD_RUN_MODEL_H
#define STH_CMD_RUN_MODEL_H

#include "sth_args.h"

/* Runs and reports; returns the exit status. */
int sth_cmd_run_model(const struct sth_args *args);

#endif
