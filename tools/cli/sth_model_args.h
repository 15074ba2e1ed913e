/*
 * What options say of a model and of the work that is asked of it, alike for
 * all commands that take one.
 */
#ifndef STH_MODEL_ARGS_H
#define STH_MODEL_ARGS_H

#include "sth_args.h"
#include "sth_tracegen.h"

/* An option of OF_A_MODEL in sth_options.def, of the command `first` is of. */
#define STH_MODEL_OPTION(first, ID)                                            \
    ((enum sth_option_id)((int)(first) + (int)STH_OPT_TRACE_##ID -             \
                          (int)STH_OPT_TRACE_MODEL))

struct sth_model_args {
    const char *name; /* of --model */
    struct sth_model_ignored ignored;
    struct sth_model model;
    /* Sizes as they were given: seq and past, layers of the model. */
    struct sth_trace_request request;
    bool has_seq, has_past, has_layers;
    const char *experts; /* how they are chosen; NULL: not said */
    uint32_t *pasts;
    double *shares;
    char *notes; /* lines of text, or nothing */
};

/*
 * Reads the options of a model but for the model itself; first is the command's
 * --model.  False: a message has been printed.  fini in any case.
 */
bool sth_model_args_take(struct sth_model_args *m, const struct sth_args *args,
                         enum sth_option_id first);

/*
 * Loads the model, the path of whose file goes to path, and what depends on it:
 * layers, experts, the vocabulary.  False: a message has been printed.
 */
bool sth_model_args_load(struct sth_model_args *m, char *path, size_t size);

/*
 * Whether the model can do what is asked for, which may be a part of what was
 * given; if so, prints what there is to note.  decode: of new tokens behind
 * others.
 */
bool sth_model_args_check(struct sth_model_args *m,
                          const struct sth_trace_request *request, bool decode);

void sth_model_args_fini(struct sth_model_args *m);

#endif
