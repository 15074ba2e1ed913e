/* Compiles a layer trace into a program. */
#include "sth_compile.h"

#include "sth_compiled.h"
#include "sth_pieces.h"
#include "sth_plan_judge.h"
#include "sth_recorder.h"
#include "sth_runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct compiler {
    const char *path;
    const char *text;
    size_t text_bytes;
    const struct sth_config *config;
    uint32_t steps;
    void *arena, *workspace;
    struct sth_trace trace;
    struct sth_runtime *runtime;
    struct sth_plan_book *plans, own_plans;
    struct sth_plan_judge *judge;
    struct sth_recorder recorder;
    struct sth_pieces pieces;
    uint32_t *first; /* command of each operation, and of the end */
    uint32_t *region;
    uint32_t commands; /* of the first step */
    char *error;
    size_t error_size;
};

static bool fail(struct compiler *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(struct compiler *c, const char *format, ...)
{
    va_list words;

    va_start(words, format);
    vsnprintf(c->error, c->error_size, format, words);
    va_end(words);
    return false;
}

static bool parse(struct compiler *c)
{
    size_t bound = sth_trace_arena_bound(c->text, c->text_bytes);
    struct sth_trace_error error;

    c->arena = malloc(bound);
    if (!c->arena)
        return fail(c, "%s: out of memory", c->path);
    if (!sth_trace_parse(&c->trace, c->text, c->text_bytes, c->arena, bound,
                         &error))
        return true;
    return error.line ? fail(c, "%s:%u: %s", c->path, error.line, error.message)
                      : fail(c, "%s: %s", c->path, error.message);
}

static void op_begin(void *user, uint32_t op, const struct sth_trace_op *what,
                     uint32_t command)
{
    struct compiler *c = user;

    (void)what;
    c->first[op] = command;
}

static void op_end(void *user, uint32_t op, const struct sth_trace_op *what,
                   uint32_t command)
{
    struct compiler *c = user;

    (void)what;
    c->first[op + 1] = command;
}

static bool prepare(struct compiler *c)
{
    c->first = calloc((size_t)c->trace.ops + 1, sizeof(*c->first));
    c->workspace = malloc(sth_runtime_workspace_bytes(&c->trace));
    c->runtime = calloc(1, sizeof(*c->runtime));
    c->judge = sth_plan_judge_create(c->config, c->plans);
    if (!c->first || !c->workspace || !c->runtime || !c->judge ||
        !sth_pieces_init(&c->pieces, c->trace.ops + 1))
        return fail(c, "out of memory");
    if (c->steps == 0)
        c->steps = c->trace.steps;
    if (c->steps > c->trace.steps)
        return fail(c, "%s: has %u steps, not %u", c->path, c->trace.steps,
                    c->steps);
    return true;
}

/* Firmware runs the present step on the recorder. */
static bool record(struct compiler *c)
{
    const struct sth_params *p = &c->config->params;
    struct sth_runtime_config config;
    const struct sth_trace_op *op;
    enum sth_fw_err err;

    sth_runtime_config_default(&config);
    config.hooks.user = c;
    config.hooks.op_begin = op_begin;
    config.hooks.op_end = op_end;
    sth_recorder_fini(&c->recorder);
    if (!sth_recorder_init(&c->recorder, p, config.driver.ring_addr,
                           config.driver.ring_log2))
        return fail(c, "out of memory");
    config.judge = sth_plan_judge_hook(c->judge);
    config.memory = sth_plan_memory_of(c->config);
    err = sth_runtime_init(c->runtime, &c->recorder.hal, &config);
    if (err == STH_FW_ERR_OK) {
        if (sth_runtime_place(c->runtime, &c->trace) >> STH_ADDR_BITS)
            return fail(c,
                        "%s: the tensors need more than the 1 TiB that the "
                        "chip can address",
                        c->path);
        err = sth_runtime_run(c->runtime, &c->trace, c->workspace,
                              sth_runtime_workspace_bytes(&c->trace));
    }
    if (c->recorder.full)
        return fail(c, "out of memory");
    if (err == STH_FW_ERR_OK)
        return true;
    op = &c->trace.op[c->runtime->failed_op];
    return fail(c, "%s:%u: operation '%s' in step %u on '%s': %s", c->path,
                op->line, sth_trace_op_name(op), c->trace.step, c->config->name,
                sth_fw_err_text(err));
}

/* The tensor that an address lies in; they ascend. */
static uint32_t region_of(const struct sth_trace *trace, uint64_t addr)
{
    uint32_t low = 0, high = trace->tensors;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (trace->tensor[middle].addr <= addr)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Makes addresses relative.  The driver marks commands of its own accord, by
 * their place in its ring: what it does again is taken back. */
static bool relocate(struct compiler *c)
{
    const uint32_t quarter = (1u << c->recorder.ring_log2) / 4;

    free(c->region);
    c->region = calloc((size_t)c->recorder.commands + 1, sizeof(*c->region));
    if (!c->region)
        return fail(c, "out of memory");
    for (uint32_t i = 0; i < c->recorder.commands; i++) {
        struct sth_command *command = &c->recorder.command[i];
        uint32_t opcode = STH_GET(command, ANY_OPCODE);
        uint64_t addr = sth_command_memory(command);

        if ((i + 1) % quarter == 0 && i + 1 != c->recorder.commands)
            STH_SET(command, ANY_IRQ, 0);
        c->region[i] = STH_COMPILED_NOWHERE;
        if (opcode != STH_OP_LOAD && opcode != STH_OP_STORE)
            continue;
        c->region[i] = region_of(&c->trace, addr);
        addr -= c->trace.tensor[c->region[i]].addr;
        sth_command_set_memory(command, addr);
    }
    return true;
}

/* The present step is one more of the program. */
static bool add_step(struct compiler *c)
{
    const struct sth_recorder *r = &c->recorder;

    if (!record(c) || !relocate(c))
        return false;
    for (uint32_t i = 0; i <= c->trace.ops; i++) {
        const uint32_t from = c->first[i];
        const uint32_t to = i < c->trace.ops ? c->first[i + 1] : r->commands;

        sth_pieces_add(&c->pieces, i, c->trace.step, &r->command[from],
                       &c->region[from], to - from);
    }
    if (c->trace.step == 0)
        c->commands = r->commands;
    return !c->pieces.full || fail(c, "out of memory");
}

static bool add_steps(struct compiler *c)
{
    for (uint32_t step = 0; step < c->steps; step++) {
        sth_trace_set_step(&c->trace, step);
        if (!add_step(c))
            return false;
    }
    sth_pieces_end(&c->pieces);
    return !c->pieces.full || fail(c, "out of memory");
}

/* Room for bytes of the file. */
static void *take(uint8_t **at, size_t bytes)
{
    uint8_t *from = *at;

    *at += bytes;
    return from;
}

static void put(uint8_t **at, const void *bytes, size_t count)
{
    if (count)
        memcpy(take(at, count), bytes, count);
}

static bool assemble(struct compiler *c, struct sth_compile_file *compiled)
{
    const struct sth_pieces *p = &c->pieces;
    struct sth_compiled_header h = {
        .magic = STH_COMPILED_MAGIC,
        .format = STH_COMPILED_FORMAT,
        .contract = (uint32_t)STH_RESET_VERSION,
        .hash = sth_params_hash(&c->config->params),
        .commands = p->command.count,
        .regions = c->trace.tensors,
        .operations = c->trace.ops,
        .steps = c->steps,
        .text_bytes = c->text_bytes,
    };
    struct sth_compiled_piece *piece;
    struct sth_compiled_patch *patch;
    size_t body;
    uint8_t *at;

    sth_pieces_count(p, &h.pieces, &h.patches);
    body = p->command.count * (p->command.size + p->region.size) +
           c->trace.tensors * sizeof(uint64_t) + h.pieces * sizeof(*piece) +
           h.patches * sizeof(*patch) +
           ((size_t)c->trace.ops + 2) * sizeof(uint32_t) + c->text_bytes;
    h.bytes = sizeof(h) + body;
    snprintf(h.config, sizeof(h.config), "%.*s", (int)sizeof(h.config) - 1,
             c->config->name);
    compiled->file = malloc(h.bytes);
    if (!compiled->file)
        return fail(c, "out of memory");
    at = compiled->file + sizeof(h);
    put(&at, p->command.byte, p->command.count * p->command.size);
    for (uint32_t i = 0; i < c->trace.tensors; i++) {
        uint64_t bytes = sth_trace_tensor_bytes(&c->trace.tensor[i]);

        put(&at, &bytes, sizeof(bytes));
    }
    put(&at, p->region.byte, p->region.count * p->region.size);
    piece = take(&at, h.pieces * sizeof(*piece));
    patch = take(&at, h.patches * sizeof(*patch));
    sth_pieces_write(p, piece, patch,
                     take(&at, ((size_t)c->trace.ops + 2) * sizeof(uint32_t)));
    put(&at, c->text, c->text_bytes);
    h.body_sum = sth_compiled_sum(0, compiled->file + sizeof(h), body);
    h.sum = sth_compiled_sum(0, &h, offsetof(struct sth_compiled_header, sum));
    memcpy(compiled->file, &h, sizeof(h));
    compiled->bytes = h.bytes;
    compiled->steps = c->steps;
    compiled->commands = c->commands;
    return true;
}

bool sth_compile(struct sth_compile_file *compiled, const char *text,
                 size_t text_bytes, const char *path,
                 const struct sth_config *config, struct sth_plan_book *plans,
                 uint32_t steps, char *error, size_t error_size)
{
    struct compiler c = {.path = path,
                         .text = text,
                         .text_bytes = text_bytes,
                         .config = config,
                         .steps = steps,
                         .error = error,
                         .error_size = error_size};
    bool good;

    memset(compiled, 0, sizeof(*compiled));
    sth_plan_book_init(&c.own_plans);
    c.plans = plans ? plans : &c.own_plans;
    good = parse(&c) && prepare(&c) && add_steps(&c) && assemble(&c, compiled);
    free(c.first);
    free(c.region);
    free(c.workspace);
    free(c.runtime);
    sth_plan_judge_destroy(c.judge);
    sth_plan_book_fini(&c.own_plans);
    free(c.arena);
    sth_recorder_fini(&c.recorder);
    sth_pieces_fini(&c.pieces);
    return good;
}
