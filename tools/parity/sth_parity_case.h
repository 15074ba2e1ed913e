/*
 * The cases of the parity suite, read from a text file: one case a line,
 *
 *   name | quick/full | workload | configuration | memory | stalls or - | %
 *
 * where the last column is the largest error of csim's cycles that passes.
 * docs/parity.md describes the workloads.
 */
#ifndef STH_PARITY_CASE_H
#define STH_PARITY_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_config.h"
#include "sth_mem.h"
#include "sth_tracegen_op.h"

enum sth_parity_kind {
    STH_PARITY_GEMM,      /* gemm MxNxK DTYPE */
    STH_PARITY_VECTOR,    /* vector OP SHAPE [DTYPE] */
    STH_PARITY_ATTENTION, /* attention SEQ+PAST HEADS/KVxDIM causal|full */
    STH_PARITY_MODEL,     /* model NAME prefill|decode N DTYPE [batch B] */
    STH_PARITY_FILE       /* file PATH */
};

struct sth_parity_workload {
    enum sth_parity_kind kind;
    struct sth_alone_request alone; /* vector */
    uint32_t m, n, k;               /* gemm */
    uint32_t seq, past, batch;      /* attention, model */
    uint32_t heads, kv_heads, dim;  /* attention */
    bool causal;
    char dtype[8];
    char path[1024]; /* of the model or the trace */
};

struct sth_parity_case {
    char name[48];
    char text[160]; /* the workload as written */
    uint32_t line;
    bool quick;
    struct sth_parity_workload work;
    struct sth_config config;
    char config_path[4096], config_memory[STH_MEM_NAME_MAX]; /* its files */
    char memory_text[48], stalls_text[24];
    double tolerance; /* percent */
};

struct sth_parity_cases {
    struct sth_parity_case *list;
    uint32_t count;
};

/*
 * Reads the file; traces and models are looked up beside it, in traces/ and
 * models/, models also in configs/models of `home`.  On failure returns false
 * with a sentence that begins FILE:LINE and leaves nothing to release.
 */
bool sth_parity_cases_load(const char *path, const char *home,
                           struct sth_parity_cases *cases, char *error,
                           size_t error_size);
void sth_parity_cases_fini(struct sth_parity_cases *cases);

#endif
