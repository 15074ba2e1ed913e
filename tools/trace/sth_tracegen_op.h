/* Traces of one operation, from the table sth_tracegen_op.def. */
#ifndef STH_TRACEGEN_OP_H
#define STH_TRACEGEN_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct sth_alone {
    const char *word;  /* of the operation */
    const char *form;  /* of its shape: "ROWSxCOLS" */
    const char *lines; /* with places for numbers */
};

/* The rows of the table; *count receives how many. */
const struct sth_alone *sth_tracegen_op_list(size_t *count);

struct sth_alone_request {
    const struct sth_alone *row;
    uint32_t number[3]; /* of the shape, from 1 to 2^20 */
    bool fp32;          /* false: bf16 */
    uint64_t seed;
};

/*
 * Reads "WORD:SHAPE" for bf16 and seed 1.  On failure returns false with a
 * phrase that follows the text in question: "'x:2' is none of ...".
 */
bool sth_tracegen_op_parse(const char *text, struct sth_alone_request *request,
                           char *error, size_t error_size);

void sth_tracegen_op(FILE *out, const struct sth_alone_request *request);

#endif
