#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_targets.h"
#include "sth_tracegen.h"
#include "sth_tracegen_op.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: systolith trace --model FILE --phase prefill|decode --seq N -o "
    "OUT\n"
    "       systolith trace --gemm MxNxK -o OUT\n"
    "       systolith trace --attention H[/KV]xD --seq N -o OUT\n"
    "       systolith trace --op WORD:SHAPE -o OUT\n"
    "\n"
    "Writes a layer trace: the operations of transformer layers, or one "
    "of\nthem alone.\n"
    "\n"
    "  --model FILE    config.json of Hugging Face, or a name of "
    "configs/models\n"
    "  --phase WORD    prefill: N tokens at once; decode: one token after N\n"
    "  --seq N         prefill: tokens; decode: tokens of cache, unless "
    "--past\n"
    "  --past N        tokens already in the KV cache (default 0)\n"
    "  --batch B       sequences (default 1)\n"
    "  --layers L      layers to write (default 1)\n"
    "  --gemm MxNxK    one M x K by K x N product\n"
    "  --attention H[/KV]xD  H heads and KV key/value heads (default H) of D\n"
    "                  features, causal, with --seq, --past and --batch\n"
    "  --op WORD:SHAPE another operation, as rmsnorm:64x768; --op ? lists all\n"
    "  --full          attention without the causal mask\n"
    "  --dtype WORD    bf16 (default) or int8: W8A8 with scales per channel\n"
    "  --seed S        of weights, inputs and expert routing (default 1)\n"
    "  -o FILE         output, '-' for standard output\n";

struct options {
    const char *model, *phase, *gemm, *attention, *op, *dtype, *out;
    uint64_t seq, past, batch, layers, seed;
    bool has_seq, has_past, full;
    uint32_t given; /* bit c - 'a' for each option */
};

enum { TOKENS_MAX = 1 << 20 };
#define TENSOR_BYTES_MAX ((uint64_t)1 << 39) /* of a trace */

static const struct option list[] = {
    {"model", required_argument, NULL, 'm'},
    {"phase", required_argument, NULL, 'p'},
    {"seq", required_argument, NULL, 's'},
    {"past", required_argument, NULL, 'a'},
    {"batch", required_argument, NULL, 'b'},
    {"layers", required_argument, NULL, 'l'},
    {"gemm", required_argument, NULL, 'g'},
    {"attention", required_argument, NULL, 't'},
    {"op", required_argument, NULL, 'e'},
    {"full", no_argument, NULL, 'f'},
    {"dtype", required_argument, NULL, 'd'},
    {"seed", required_argument, NULL, 'r'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool parse(int argc, char **argv, struct options *o)
{
    bool good = true;
    int c;

    while (good && (c = getopt_long(argc, argv, "o:h", list, NULL)) != -1) {
        if (c >= 'a' && c <= 'z')
            o->given |= 1u << (c - 'a');
        switch (c) {
        case 'm':
            o->model = optarg;
            break;
        case 'p':
            o->phase = optarg;
            break;
        case 's':
            good = sth_cmd_number("--seq", optarg, 1, TOKENS_MAX, &o->seq);
            o->has_seq = true;
            break;
        case 'a':
            good = sth_cmd_number("--past", optarg, 0, TOKENS_MAX, &o->past);
            o->has_past = true;
            break;
        case 'b':
            good = sth_cmd_number("--batch", optarg, 1, 65535, &o->batch);
            break;
        case 'l':
            good = sth_cmd_number("--layers", optarg, 1, 4096, &o->layers);
            break;
        case 'g':
            o->gemm = optarg;
            break;
        case 't':
            o->attention = optarg;
            break;
        case 'e':
            o->op = optarg;
            break;
        case 'f':
            o->full = true;
            break;
        case 'd':
            o->dtype = optarg;
            break;
        case 'r':
            good = sth_cmd_number("--seed", optarg, 0, UINT32_MAX, &o->seed);
            break;
        case 'o':
            o->out = optarg;
            break;
        case 'h':
            fputs(help, stdout);
            exit(0);
        default:
            return false;
        }
    }
    if (good && optind < argc) {
        sth_cmd_error("unexpected argument '%s'", argv[optind]);
        return false;
    }
    return good;
}

/* Every option given is one of those letters, which `what` goes by. */
static bool all_count(const struct options *o, const char *letters,
                      const char *what)
{
    for (const struct option *entry = list; entry->name; entry++) {
        if ((o->given >> (entry->val - 'a') & 1u) == 0 ||
            strchr(letters, entry->val))
            continue;
        sth_cmd_error("option --%s has no effect with --%s", entry->name, what);
        return false;
    }
    return true;
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

static int write_gemm(const struct options *o, bool int8)
{
    struct sth_output output;
    uint32_t s[3];

    if (!parse_shape(o->gemm, s))
        return sth_cmd_error("option --gemm: '%s' is not MxNxK with whole "
                             "numbers from 1 to %d",
                             o->gemm, TOKENS_MAX);
    if (largest_bytes(s, int8) > TENSOR_BYTES_MAX)
        return sth_cmd_error("option --gemm: a tensor of '%s' would exceed "
                             "512 GiB",
                             o->gemm);
    if (!sth_output_open(&output, o->out))
        return 1;
    sth_tracegen_gemm(output.file, s[0], s[1], s[2], int8, o->seed);
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

static int write_attention(const struct options *o, bool int8)
{
    struct sth_attention_request request = {.seq = (uint32_t)o->seq,
                                            .past = (uint32_t)o->past,
                                            .batch = (uint32_t)o->batch,
                                            .causal = !o->full,
                                            .seed = o->seed};
    uint64_t tokens = o->batch * (o->seq + o->past);
    struct sth_output output;

    if (!parse_heads(o->attention, &request))
        return sth_cmd_error("option --attention: '%s' is not HEADSxDIM or "
                             "HEADS/KVxDIM with whole numbers up to 99999, "
                             "HEADS a multiple of KV, DIM even",
                             o->attention);
    if (!o->has_seq)
        return sth_cmd_error("option --seq is missing");
    if (int8)
        return sth_cmd_error("option --dtype: attention is bf16");
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

/* A bare name is looked up among the shipped models. */
static bool load_model(const struct options *o, struct sth_model *model)
{
    const char *name = o->model;
    char path[4400], error[4600];
    const struct sth_target target = {"-o", o->out};
    const char *const inputs[] = {path, NULL};

    if (strchr(name, '/') || strstr(name, ".json"))
        snprintf(path, sizeof(path), "%s", name);
    else
        snprintf(path, sizeof(path), "%s/configs/models/%s.json",
                 sth_cmd_home(), name);
    if (sth_model_load(path, model, error, sizeof(error)))
        return !sth_targets_check(&target, 1, inputs);
    sth_cmd_error("%s", error);
    return false;
}

/* Whether the model can do what is asked for. */
static bool check_request(const struct sth_model *m,
                          const struct sth_trace_request *request, bool decode)
{
    char error[256];

    if (request->layers > m->layers) {
        sth_cmd_error("option --layers: the model has %u layers", m->layers);
        return false;
    }
    if (decode && m->family == STH_MODEL_BERT) {
        sth_cmd_error("option --phase: bert is not causal and has no decode; "
                      "use prefill");
        return false;
    }
    if (!sth_model_takes(m, request->past, request->seq, error,
                         sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    if (*error)
        fprintf(stderr, "systolith: note: %s\n", error);
    return true;
}

static int write_layers(const struct options *o, bool int8)
{
    struct sth_trace_request request = {
        .seq = (uint32_t)o->seq,
        .past = (uint32_t)o->past,
        .batch = (uint32_t)o->batch,
        .layers = (uint32_t)o->layers,
        .int8 = int8,
        .seed = o->seed,
    };
    struct sth_output output;
    struct sth_model model;

    if (!o->phase ||
        (strcmp(o->phase, "prefill") && strcmp(o->phase, "decode")))
        return sth_cmd_error("option --phase must be prefill or decode");
    if (!o->has_seq && !(o->has_past && !strcmp(o->phase, "decode")))
        return sth_cmd_error("option --seq is missing");
    if (!strcmp(o->phase, "decode")) {
        if (!o->has_past)
            request.past = request.seq;
        request.seq = 1;
    }
    if ((uint64_t)request.batch * (request.seq + request.past) > TOKENS_MAX)
        return sth_cmd_error("batch times sequence exceeds %d tokens",
                             TOKENS_MAX);
    if (!load_model(o, &model))
        return 2;
    if (!check_request(&model, &request, !strcmp(o->phase, "decode")))
        return 2;
    if (!sth_output_open(&output, o->out))
        return 1;
    if (!sth_tracegen_layers(output.file, &model, &request)) {
        sth_output_discard(&output);
        sth_cmd_error("out of memory");
        return 1;
    }
    return sth_output_commit(&output) ? 0 : 1;
}

int sth_cmd_trace(int argc, char **argv)
{
    struct options o = {.dtype = "bf16", .batch = 1, .layers = 1, .seed = 1};
    bool int8;

    if (!parse(argc, argv, &o))
        return 2;
    int8 = !strcmp(o.dtype, "int8");
    if (!int8 && strcmp(o.dtype, "bf16"))
        return sth_cmd_error("option --dtype: '%s' is neither bf16 nor int8",
                             o.dtype);
    if (!o.out)
        return sth_cmd_error("option -o is missing; '-' is standard output");
    if (!!o.model + !!o.gemm + !!o.attention + !!o.op != 1)
        return sth_cmd_error(
            "give one of --model, --gemm, --attention and --op; see --help");
    if (o.gemm)
        return all_count(&o, "godr", "gemm") ? write_gemm(&o, int8) : 2;
    if (o.attention)
        return all_count(&o, "tosabfdr", "attention")
                   ? write_attention(&o, int8)
                   : 2;
    if (o.op)
        return all_count(&o, "eor", "op") ? write_op(&o) : 2;
    return all_count(&o, "mopsabldr", "model") ? write_layers(&o, int8) : 2;
}
