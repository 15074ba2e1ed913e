/* systolith trace: layer traces from a model or a shape. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_family.h"
#include "sth_model_args.h"
#include "sth_output.h"
#include "sth_targets.h"
#include "sth_tracegen.h"
#include "sth_tracegen_op.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *gemm, *attention, *op, *out;
    uint64_t steps, seed;
    bool full, has_phase, decode;
    struct sth_model_args model;
};

enum { TOKENS_MAX = STH_TRACEGEN_TOKENS_MAX };
#define TENSOR_BYTES_MAX ((uint64_t)1 << 39) /* of a trace */

static void take(const struct sth_args *args, struct options *o)
{
    struct sth_trace_request *q = &o->model.request;

    o->gemm = args->text[STH_OPT_TRACE_GEMM];
    o->attention = args->text[STH_OPT_TRACE_ATTENTION];
    o->op = args->text[STH_OPT_TRACE_OP];
    o->out = args->text[STH_OPT_TRACE_OUT];
    o->seed = args->number[STH_OPT_TRACE_SEED];
    o->full = args->given[STH_OPT_TRACE_FULL];
    o->has_phase = args->given[STH_OPT_TRACE_PHASE];
    o->decode = args->word[STH_OPT_TRACE_PHASE] == 1;
    q->steps = (uint32_t)args->number[STH_OPT_TRACE_STEPS];
    q->room = (uint32_t)args->number[STH_OPT_TRACE_ROOM];
    q->experts.draw = args->number[STH_OPT_TRACE_DRAW];
    q->seed = o->seed;
}

static bool parse_shape(const char *text, uint32_t shape[3])
{
    char *end;

    for (int i = 0; i < 3; i++) {
        unsigned long value;

        if (*text < '0' || *text > '9')
            return false;
        value = strtoul(text, &end, 10);
        if (value < 1 || value > TOKENS_MAX || *end != (i < 2 ? 'x' : 0))
            return false;
        shape[i] = (uint32_t)value;
        text = end + 1;
    }
    return true;
}

/* Of the three matrices; the result is bf16. */
static uint64_t largest_bytes(const uint32_t s[3], bool int8)
{
    uint64_t x = (uint64_t)s[0] * s[2], w = (uint64_t)s[1] * s[2];
    uint64_t out = 2 * (uint64_t)s[0] * s[1], in = x > w ? x : w;

    in *= int8 ? 1 : 2;
    return in > out ? in : out;
}

static int write_gemm(const struct options *o)
{
    struct sth_output output;
    uint32_t s[3];

    if (!parse_shape(o->gemm, s))
        return sth_cmd_error("option --gemm: '%s' is not MxNxK with whole "
                             "numbers from 1 to %d",
                             o->gemm, TOKENS_MAX);
    if (largest_bytes(s, o->model.request.int8) > TENSOR_BYTES_MAX)
        return sth_cmd_error("option --gemm: a tensor of '%s' would exceed "
                             "512 GiB",
                             o->gemm);
    if (!sth_output_open(&output, o->out))
        return 1;
    sth_tracegen_gemm(output.file, s[0], s[1], s[2], o->model.request.int8,
                      o->seed);
    return sth_output_commit(&output) ? 0 : 1;
}

/* "H[/KV]xD" */
static bool parse_heads(const char *text, struct sth_attention_request *request)
{
    unsigned heads, kv_heads, dim;
    int end = 0;

    if (sscanf(text, "%5ux%5u%n", &heads, &dim, &end) == 2 && !text[end]) {
        kv_heads = heads;
    } else {
        end = 0;
        if (sscanf(text, "%5u/%5ux%5u%n", &heads, &kv_heads, &dim, &end) != 3 ||
            text[end])
            return false;
    }
    if (!heads || !kv_heads || heads % kv_heads || !dim || dim % 2 ||
        strpbrk(text, "+- "))
        return false;
    request->heads = heads;
    request->kv_heads = kv_heads;
    request->dim = dim;
    return true;
}

static int write_attention(const struct options *o)
{
    const struct sth_trace_request *q = &o->model.request;
    struct sth_attention_request request = {.seq = q->seq,
                                            .past = q->past,
                                            .batch = q->batch,
                                            .causal = !o->full,
                                            .seed = o->seed};
    uint64_t tokens = (uint64_t)q->batch * (q->seq + q->past);
    struct sth_output output;

    if (!parse_heads(o->attention, &request))
        return sth_cmd_error("option --attention: '%s' is not HEADSxDIM or "
                             "HEADS/KVxDIM with whole numbers up to 99999, "
                             "HEADS a multiple of KV, DIM even",
                             o->attention);
    if (!o->model.has_seq)
        return sth_cmd_error("option --seq is missing");
    if (q->int8)
        return sth_cmd_error("option --dtype: attention is bf16");
    if (q->pasts)
        return sth_cmd_error("option --past: attention alone has sequences "
                             "of one length");
    if (tokens > TOKENS_MAX)
        return sth_cmd_error("batch times sequence exceeds %d tokens",
                             TOKENS_MAX);
    if (2 * tokens * request.heads * request.dim > TENSOR_BYTES_MAX)
        return sth_cmd_error("option --attention: a tensor of '%s' would "
                             "exceed 512 GiB",
                             o->attention);
    if (!sth_output_open(&output, o->out))
        return 1;
    sth_tracegen_attention(output.file, &request);
    return sth_output_commit(&output) ? 0 : 1;
}

static int write_layers(struct options *o)
{
    struct sth_trace_request request = o->model.request;
    const struct sth_target target = {"-o", o->out};
    struct sth_output output;
    char path[4400];
    const char *const inputs[] = {path};
    bool written;

    if (!o->has_phase)
        return sth_cmd_error("option --phase is missing");
    if (!o->model.has_seq && !(o->model.has_past && o->decode))
        return sth_cmd_error("option --seq is missing");
    if (o->decode) {
        if (!o->model.has_past)
            request.past = request.seq;
        request.seq = 1;
    }
    if (request.steps > 1 && !o->decode)
        return sth_cmd_error("option --steps needs --phase decode");
    if ((uint64_t)request.batch *
            ((uint64_t)request.seq * request.steps + request.past) >
        TOKENS_MAX)
        return sth_cmd_error("batch times sequence exceeds %d tokens",
                             TOKENS_MAX);
    if (!sth_model_args_load(&o->model, path, sizeof(path)) ||
        sth_targets_check(&target, 1, inputs, 1))
        return 2;
    request.layers = o->model.request.layers;
    request.experts = o->model.request.experts;
    if (!sth_model_args_check(&o->model, &request, o->decode))
        return 2;
    if (!sth_output_open(&output, o->out))
        return 1;
    written = sth_tracegen_layers(output.file, &o->model.model, &request);
    if (written)
        return sth_output_commit(&output) ? 0 : 1;
    sth_output_discard(&output);
    sth_cmd_error("out of memory");
    return 1;
}

static int write_op(const struct options *o)
{
    struct sth_alone_request request = {.seed = o->seed};
    struct sth_output output;
    char error[512];

    if (!sth_tracegen_op_parse(o->op, &request, error, sizeof(error)))
        return sth_cmd_error("option --op: %s", error);
    if (!sth_output_open(&output, o->out))
        return 1;
    sth_tracegen_op(output.file, &request);
    return sth_output_commit(&output) ? 0 : 1;
}

static int write(const struct sth_args *args, struct options *o)
{
    static const enum sth_option_id of_gemm[] = {
        STH_OPT_TRACE_OUT, STH_OPT_TRACE_SEED, STH_OPT_TRACE_DTYPE,
        STH_OPT_COUNT};
    static const enum sth_option_id of_op[] = {
        STH_OPT_TRACE_OUT, STH_OPT_TRACE_SEED, STH_OPT_COUNT};
    static const enum sth_option_id of_attention[] = {
        STH_OPT_TRACE_OUT,   STH_OPT_TRACE_SEED,  STH_OPT_TRACE_SEQ,
        STH_OPT_TRACE_PAST,  STH_OPT_TRACE_BATCH, STH_OPT_TRACE_FULL,
        STH_OPT_TRACE_DTYPE, STH_OPT_COUNT};
    static const enum sth_option_id of_model[] = {
        STH_OPT_TRACE_OUT,     STH_OPT_TRACE_SEED,
        STH_OPT_TRACE_PHASE,   STH_OPT_TRACE_SEQ,
        STH_OPT_TRACE_PAST,    STH_OPT_TRACE_BATCH,
        STH_OPT_TRACE_LAYERS,  STH_OPT_TRACE_DTYPE,
        STH_OPT_TRACE_STEPS,   STH_OPT_TRACE_IGNORE,
        STH_OPT_TRACE_WHOLE,   STH_OPT_TRACE_TOPK,
        STH_OPT_TRACE_ROOM,    STH_OPT_TRACE_ALL_LOGITS,
        STH_OPT_TRACE_EXPERTS, STH_OPT_TRACE_DRAW,
        STH_OPT_COUNT};

    if (!o->out)
        return sth_cmd_error("option -o is missing; '-' is standard output");
    if (!!o->model.name + !!o->gemm + !!o->attention + !!o->op != 1)
        return sth_cmd_error(
            "give one of --model, --gemm, --attention and --op; see --help");
    if (o->gemm)
        return sth_args_only(args, STH_OPT_TRACE_GEMM, of_gemm) ? write_gemm(o)
                                                                : 2;
    if (o->attention)
        return sth_args_only(args, STH_OPT_TRACE_ATTENTION, of_attention)
                   ? write_attention(o)
                   : 2;
    if (o->op)
        return sth_args_only(args, STH_OPT_TRACE_OP, of_op) ? write_op(o) : 2;
    return sth_args_only(args, STH_OPT_TRACE_MODEL, of_model) ? write_layers(o)
                                                              : 2;
}

int sth_cmd_trace(int argc, char **argv)
{
    struct sth_args args;
    struct options o = {.out = NULL};
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_TRACE, argc, argv, &status))
        return status;
    if (args.text[STH_OPT_TRACE_MODEL] &&
        !strcmp(args.text[STH_OPT_TRACE_MODEL], "?")) {
        sth_family_print(stdout);
        return 0;
    }
    status = 2;
    if (sth_model_args_take(&o.model, &args, STH_OPT_TRACE_MODEL)) {
        take(&args, &o);
        status = write(&args, &o);
    }
    sth_model_args_fini(&o.model);
    return status;
}
