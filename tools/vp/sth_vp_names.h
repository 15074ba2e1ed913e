/* What commands of a program that is played belong to, in words. */
#ifndef STH_VP_NAMES_H
#define STH_VP_NAMES_H

#include "sth_compiled.h"
#include "sth_session.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_vp_names {
    struct sth_compiled program;
    const struct sth_trace *trace;
};

/* Of a program, which outlives them; false: it is none. */
bool sth_vp_names_init(struct sth_vp_names *names,
                       const struct sth_session_program *program);

/*
 * "operation 3 of step 0, qkv (matmul), tensor w": the operation of a command,
 * counted from the program's first, and the tensor at a bus address.  `user` is
 * the names; empty if nothing is known.
 */
void sth_vp_names_find(void *user, uint32_t index, uint64_t addr, char *text,
                       size_t size);

#ifdef __cplusplus
}
#endif

#endif
