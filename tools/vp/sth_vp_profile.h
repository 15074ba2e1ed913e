/*
 * Where the processor's cycles go: the calls that lead to where it is, looked
 * at every few hundred cycles, and how often each instruction was executed,
 * which is exact.  It takes none of the run's time.
 */
#ifndef STH_VP_PROFILE_H
#define STH_VP_PROFILE_H

#include "sth_spec.h"
#include "sth_symbols.h"
#include "sth_vp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A function as it was called; the first is the whole run. */
struct sth_vp_call {
    const char *function;
    uint32_t parent;
    uint32_t child, next; /* the first of it, the next of its parent; 0: none */
    uint64_t cycles;      /* in itself */
};

/* An instruction; count 0: it was not executed. */
struct sth_vp_line {
    struct sth_symbol place;
    uint64_t count;
};

struct sth_vp_profile {
    uint64_t counter[STH_VP_CHIPS][STH_CNT_COUNT]; /* of accelerators */
    uint32_t chips;
    struct sth_vp *vp;           /* while it runs */
    struct sth_symbols *symbols; /* of the image */
    struct sth_vp_sampler sampler;
    uint64_t cycles, idle; /* at the last look */
    struct sth_vp_call *call;
    uint32_t calls, call_room;
    struct sth_vp_line *line;
    uint32_t lines, line_room;
    bool lost; /* memory was short: some of it is missing */
};

/*
 * Begins with an image that is loaded; what was there of an earlier run goes.
 * False: out of memory, with a sentence.
 */
bool sth_vp_profile_begin(struct sth_vp_profile *profile, struct sth_vp *vp,
                          const void *file, size_t bytes, char *error,
                          size_t error_size);
/* The run is over. */
void sth_vp_profile_end(struct sth_vp_profile *profile);
void sth_vp_profile_fini(struct sth_vp_profile *profile);

/*
 * A table of functions: cycles in each, with those it calls, instructions; and
 * of the accelerators' engines.
 */
void sth_vp_profile_text(FILE *out, const struct sth_vp_profile *profile);

/* Lines and how often they were executed, as lcov has it. */
void sth_vp_profile_coverage(FILE *out, struct sth_vp_profile *profile);

/* A flame graph, the callers above: an SVG file. */
void sth_vp_profile_flame(FILE *out, const struct sth_vp_profile *profile);

#ifdef __cplusplus
}
#endif

#endif
