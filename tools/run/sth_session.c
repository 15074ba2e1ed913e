#include "sth_session.h"

#include "sth_decode.h"
#include "sth_hal.h"
#include "sth_reference.h"
#include "sth_rtl_library.h"
#include "sth_runtime.h"
#include "sth_tensor_data.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Everything that a session holds beyond its results. */
struct owned {
    char *text;  /* of the trace */
    void *arena; /* of the parsed trace */
    struct sth_source *sources;
    uint32_t sources_open;
    void *workspace;
    size_t workspace_bytes;
    struct sth_runtime *runtime;
    struct sth_hal hal;
    const struct sth_backend *backend;
    void *library;
    struct sth_mem *csim_mem, *rtl_mem;
    struct sth_device *csim, *rtl, *lockstep, *dev;
    uint64_t macs_total, macs_done;
    size_t events_room;
    bool event_lost;                       /* memory was short */
    uint64_t engine_end[STH_ENGINE_COUNT]; /* of the last command */
    uint32_t layer_first; /* operation; commands are numbered from it */
    uint64_t layer_later; /* cycles to add to those of events */
};

struct failure {
    char *text;
    size_t size;
};

static bool fail(struct failure *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(f->text, f->size, format, args);
    va_end(args);
    return false;
}

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void progress(struct sth_session *s, const char *what, double done)
{
    if (s->request.progress)
        s->request.progress(s->request.user, what, done);
}

/* Reads a whole file; NULL with a message when that fails. */
static char *read_file(const char *path, size_t *bytes, struct failure *f)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t room = 1 << 16;

    *bytes = 0;
    while (file && (text == NULL || *bytes == room)) {
        char *larger = realloc(text, room *= 2);

        if (!larger)
            break;
        text = larger;
        *bytes += fread(text + *bytes, 1, room - *bytes, file);
    }
    if (!file || ferror(file) || *bytes == room) {
        fail(f, "%s: %s", path, strerror(errno ? errno : EIO));
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

static bool load_trace(struct sth_session *s, struct failure *f)
{
    const char *path = s->request.trace_path;
    struct owned *o = s->owned;
    struct sth_trace_error error;
    size_t bytes, bound;

    o->text = read_file(path, &bytes, f);
    if (!o->text)
        return false;
    bound = sth_trace_arena_bound(o->text, bytes);
    o->arena = malloc(bound);
    if (!o->arena)
        return fail(f, "%s: out of memory", path);
    if (sth_trace_parse(&s->trace, o->text, bytes, o->arena, bound, &error)) {
        if (error.line)
            return fail(f, "%s:%u: %s", path, error.line, error.message);
        return fail(f, "%s: %s", path, error.message);
    }
    return true;
}

static void directory_of(const char *path, char *dir, size_t size)
{
    const char *slash = strrchr(path, '/');

    snprintf(dir, size, "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
}

static bool open_sources(struct sth_session *s, struct failure *f)
{
    struct owned *o = s->owned;
    char dir[4096], why[512];

    directory_of(s->request.trace_path, dir, sizeof(dir));
    o->sources = calloc(s->trace.tensors + 1, sizeof(*o->sources));
    if (!o->sources)
        return fail(f, "out of memory");
    for (uint32_t i = 0; i < s->trace.tensors; i++) {
        const struct sth_trace_tensor *t = &s->trace.tensor[i];

        if (!sth_source_open(&o->sources[i], t->source, t->dtype, t->rows,
                             t->cols, dir, why, sizeof(why)))
            return fail(f, "%s:%u: tensor '%s': %s", s->request.trace_path,
                        t->line, t->name, why);
        o->sources_open = i + 1;
    }
    return true;
}

static void keep_event(struct sth_session *s, const struct sth_event *event,
                       const struct sth_command *command)
{
    struct owned *o = s->owned;

    if (s->event_count == o->events_room) {
        size_t room = o->events_room ? 2 * o->events_room : 4096;
        void *events = realloc(s->events, room * sizeof(*s->events));
        void *commands =
            realloc(s->commands_seen, room * sizeof(*s->commands_seen));

        if (events)
            s->events = events;
        if (commands)
            s->commands_seen = commands;
        if (!events || !commands) {
            o->event_lost = true;
            return;
        }
        o->events_room = room;
    }
    s->events[s->event_count] = *event;
    memset(&s->commands_seen[s->event_count], 0, sizeof(*s->commands_seen));
    if (command)
        s->commands_seen[s->event_count] = *command;
    s->event_count++;
}

/* The phase that holds a command: phases are in command order. */
static struct sth_session_phase *find_phase(struct sth_session *s,
                                            uint32_t index)
{
    const struct owned *o = s->owned;
    uint32_t low = o->layer_first, high = s->phases;

    while (low + 1 < high) {
        uint32_t middle = (low + high) / 2;

        if (s->phase[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return low < s->phases && index >= s->phase[low].first ? &s->phase[low]
                                                           : NULL;
}

static void extend_span(struct sth_session_span *span,
                        const struct sth_event *event)
{
    if (!span->end || event->start < span->start)
        span->start = event->start;
    if (event->end > span->end)
        span->end = event->end;
    span->engine_end[event->engine] = event->end;
}

static void on_retire(void *context, const struct sth_event *event,
                      const struct sth_command *command)
{
    struct sth_session *s = context;
    struct owned *o = s->owned;
    struct sth_session_phase *p = find_phase(s, event->index);
    struct sth_event later = *event;

    later.start += o->layer_later;
    later.end += o->layer_later;
    if (p)
        extend_span(s->request.backend == STH_BACKEND_RTL ? &p->rtl : &p->csim,
                    &later);
    if (p && command)
        sth_work_add(&p->work, &o->engine_end[event->engine], &later, command,
                     &s->request.config.params);
    if (s->request.keep_events)
        keep_event(s, event, command);
}

/* The C model's half has come through on_retire(). */
static void on_pair(void *user, const struct sth_event *reference,
                    const struct sth_event *dut)
{
    struct sth_session_phase *p = find_phase(user, dut->index);

    (void)reference;
    if (p)
        extend_span(&p->rtl, dut);
}

static bool create_csim(struct sth_session *s, struct failure *f)
{
    const struct sth_session_request *q = &s->request;
    struct owned *o = s->owned;
    struct sth_csim_options options = {
        .mode = q->mode,
        .sanitize = q->sanitize,
        .no_events = q->backend == STH_BACKEND_CSIM,
        .on_retire = on_retire,
        .context = s,
    };

    o->csim_mem = sth_mem_create(&q->memory, q->config.params.bus_bytes,
                                 q->mode == STH_CSIM_TIME_ONLY);
    if (o->csim_mem)
        o->csim = sth_csim_create(&q->config.params, o->csim_mem, &options);
    return o->csim ? true : fail(f, "out of memory");
}

/* wave_last zero: no waveform. */
static bool create_rtl(struct sth_session *s, uint64_t wave_first,
                       uint64_t wave_last, struct failure *f)
{
    const struct sth_session_request *q = &s->request;
    struct owned *o = s->owned;
    struct sth_rtl_options options = {
        .wave_path = wave_last ? q->wave_path : NULL,
        .wave_first = wave_first,
        .wave_last = wave_last,
        .stall_percent = q->memory.stall_percent,
        .seed = (uint32_t)q->seed ^ q->memory.seed,
        .reorder = q->reorder,
    };

    if (!o->backend)
        o->backend = sth_rtl_library_open(q->library_dir, &q->config,
                                          &o->library, f->text, f->size);
    if (!o->backend)
        return false;
    o->rtl_mem = sth_mem_create(&q->memory, q->config.params.bus_bytes, false);
    if (o->rtl_mem)
        o->rtl = o->backend->create_rtl(o->rtl_mem, &options);
    return o->rtl ? true : fail(f, "out of memory");
}

static bool create_devices(struct sth_session *s, uint64_t wave_first,
                           uint64_t wave_last, struct failure *f)
{
    const enum sth_session_backend backend = s->request.backend;
    struct owned *o = s->owned;

    if (backend != STH_BACKEND_RTL && !create_csim(s, f))
        return false;
    if (backend != STH_BACKEND_CSIM && !create_rtl(s, wave_first, wave_last, f))
        return false;
    o->dev = backend == STH_BACKEND_CSIM ? o->csim : o->rtl;
    if (backend == STH_BACKEND_BOTH) {
        o->lockstep = o->backend->create_lockstep(o->csim, o->rtl);
        if (!o->lockstep)
            return fail(f, "out of memory");
        o->backend->observe(o->lockstep, on_pair, s);
        o->dev = o->lockstep;
    }
    return true;
}

static void destroy(struct sth_device **dev)
{
    if (*dev)
        (*dev)->ops->destroy(*dev);
    *dev = NULL;
}

static void destroy_devices(struct owned *o)
{
    destroy(&o->lockstep);
    destroy(&o->rtl);
    destroy(&o->csim);
    if (o->rtl_mem)
        sth_mem_destroy(o->rtl_mem);
    if (o->csim_mem)
        sth_mem_destroy(o->csim_mem);
    o->rtl_mem = o->csim_mem = NULL;
}

enum { FILL_BYTES = 1 << 16 };

static bool fill_tensor(struct sth_session *s, uint32_t i, struct failure *f)
{
    const struct sth_trace_tensor *t = &s->trace.tensor[i];
    struct owned *o = s->owned;
    const size_t element = sth_dtype_bytes(t->dtype);
    const uint64_t count = (uint64_t)t->rows * t->cols;
    uint8_t buffer[FILL_BYTES];

    if (o->sources[i].kind == STH_SOURCE_ZERO)
        return true; /* memory that was never written reads as zero */
    for (uint64_t first = 0; first < count; first += FILL_BYTES / element) {
        size_t n = FILL_BYTES / element;

        if (n > count - first)
            n = (size_t)(count - first);
        if (!sth_source_encode(&o->sources[i], first, n, buffer))
            return fail(f, "%s:%u: tensor '%s': its file cannot be read",
                        s->request.trace_path, t->line, t->name);
        o->dev->ops->mem_write(o->dev, t->addr + first * element, buffer,
                               n * element);
    }
    return true;
}

static bool fill_tensors(struct sth_session *s, struct failure *f)
{
    if (s->request.mode == STH_CSIM_TIME_ONLY)
        return true;
    for (uint32_t i = 0; i < s->trace.tensors; i++) {
        progress(s, "tensors", (double)i / s->trace.tensors);
        if (!fill_tensor(s, i, f))
            return false;
    }
    return true;
}

/* Multiply-accumulates that an operation needs; a causal mask saves some. */
static uint64_t count_macs(const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const uint64_t rows = v[STH_TRACE_VIEW_OUT].rows;
    const uint64_t cols = v[STH_TRACE_VIEW_OUT].cols;
    const uint64_t seq = op->number[STH_TRACE_NUMBER_SEQ];
    const uint64_t past = op->number[STH_TRACE_NUMBER_PAST];

    if (op->kind == STH_TRACE_KIND_MATMUL)
        return rows * cols * v[STH_TRACE_VIEW_X].cols;
    if (op->kind != STH_TRACE_KIND_ATTENTION)
        return 0;
    if (op->number[STH_TRACE_NUMBER_CAUSAL])
        return op->number[STH_TRACE_NUMBER_BATCH] * cols *
               (2 * seq * past + seq * (seq + 1));
    return 2 * rows * cols * (past + seq);
}

static void op_begin(void *user, uint32_t op, const struct sth_trace_op *what,
                     uint32_t command)
{
    struct sth_session *s = user;
    const struct owned *o = s->owned;
    struct sth_session_phase *p = &s->phase[o->layer_first + op];

    memset(p, 0, sizeof(*p));
    p->op = what;
    p->macs = count_macs(what);
    p->first = command;
    s->phases = o->layer_first + op + 1;
}

static void op_end(void *user, uint32_t op, const struct sth_trace_op *what,
                   uint32_t command)
{
    struct sth_session *s = user;
    struct owned *o = s->owned;

    (void)what;
    op += o->layer_first;
    s->phase[op].last = command;
    /* An operation without products still counts for a little. */
    o->macs_done += s->phase[op].macs + 1;
    progress(s, "run", (double)o->macs_done / (double)o->macs_total);
}

static bool prepare_runtime(struct sth_session *s, struct failure *f)
{
    struct owned *o = s->owned;
    struct sth_runtime_config config;
    enum sth_fw_err err;
    uint64_t end;

    sth_runtime_config_default(&config);
    config.driver.expected_hash = sth_params_hash(&s->request.config.params);
    config.hooks.user = s;
    config.hooks.op_begin = op_begin;
    config.hooks.op_end = op_end;
    sth_hal_host_init(&o->hal, o->dev);
    err = sth_runtime_init(o->runtime, &o->hal, &config);
    if (err)
        return fail(f, "the driver refuses the device: %s",
                    sth_fw_err_text(err));
    end = s->request.by_layer
              ? sth_layers_place(&s->trace, config.tensor_base, o->csim_mem)
              : sth_runtime_place(o->runtime, &s->trace);
    if (end >> STH_ADDR_BITS)
        return fail(f,
                    "%s: the tensors need more than the 1 TiB that the "
                    "chip can address",
                    s->request.trace_path);
    return true;
}

/* Words for a run that firmware gave up. */
static void explain(struct sth_session *s, enum sth_fw_err err,
                    struct failure *f)
{
    struct owned *o = s->owned;
    const struct sth_runtime *r = o->runtime;
    struct sth_driver_fault fault;
    const struct sth_trace_op *op =
        r->failed_op < s->trace.ops ? &s->trace.op[r->failed_op] : NULL;
    char place[128] = "";

    if (op)
        snprintf(place, sizeof(place), ":%u: operation '%s'", op->line,
                 *op->name ? op->name : sth_trace_kind_text(op->kind));
    sth_driver_read_fault(&o->runtime->driver, &fault);
    fail(f, "%s%s: %s (fault code %u, command %u, address 0x%llx)",
         s->request.trace_path, place, sth_fw_err_text(err), fault.code,
         fault.index, (unsigned long long)fault.addr);
}

static void read_side(struct sth_device *dev, struct sth_session_side *side)
{
    side->present = dev != NULL;
    if (!dev)
        return;
    for (uint32_t i = 0; i < STH_CNT_COUNT; i++) {
        uint32_t low = dev->ops->reg_read(dev, STH_REG_CNT_BASE + 8 * i);
        uint32_t high = dev->ops->reg_read(dev, STH_REG_CNT_BASE + 8 * i + 4);

        side->counter[i] = (uint64_t)high << 32 | low;
    }
    side->cycles = side->counter[STH_CNT_CYCLES];
}

static void layer_begin(void *user, uint32_t first, uint64_t later)
{
    struct sth_session *s = user;
    struct owned *o = s->owned;

    o->layer_first = first;
    o->layer_later = later;
}

static void shift_span(struct sth_session_span *span, uint64_t later)
{
    span->start += later;
    span->end += later;
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        span->engine_end[e] += span->engine_end[e] ? later : 0;
}

static void layer_copy(void *user, uint32_t first, uint32_t ops, uint32_t like,
                       uint64_t later)
{
    struct sth_session *s = user;
    struct owned *o = s->owned;

    for (uint32_t i = 0; i < ops; i++) {
        struct sth_session_phase *p = &s->phase[first + i];

        *p = s->phase[like + i];
        p->op = &s->trace.op[first + i];
        shift_span(&p->csim, later);
        o->macs_done += p->macs + 1;
    }
    s->phases = first + ops;
    progress(s, "run", (double)o->macs_done / (double)o->macs_total);
}

static enum sth_fw_err run_trace(struct sth_session *s)
{
    struct owned *o = s->owned;
    struct sth_layers job = {.runtime = o->runtime,
                             .csim = o->csim,
                             .mem = o->csim_mem,
                             .trace = &s->trace,
                             .workspace = o->workspace,
                             .workspace_bytes = o->workspace_bytes,
                             .simulate_all = s->request.all_layers,
                             .begin = layer_begin,
                             .copy = layer_copy,
                             .user = s};

    if (s->request.by_layer)
        return sth_layers_run(&job, &s->layers);
    return sth_runtime_run(o->runtime, &s->trace, o->workspace,
                           o->workspace_bytes);
}

/* The device counted its last layer only. */
static void take_layers(struct sth_session *s)
{
    memcpy(s->csim.counter, s->layers.counter, sizeof(s->csim.counter));
    s->csim.cycles = s->csim.counter[STH_CNT_CYCLES];
    s->macs = s->csim.counter[STH_CNT_MACS];
    s->commands = s->layers.commands;
}

static void collect(struct sth_session *s)
{
    struct owned *o = s->owned;
    const struct sth_session_side *side;
    const struct sth_diagnostic *list;
    struct sth_event event;

    read_side(o->csim, &s->csim);
    read_side(o->rtl, &s->rtl);
    side = sth_session_main(s);
    s->macs = side->counter[STH_CNT_MACS];
    s->commands = o->runtime->driver.tail;
    if (s->request.by_layer)
        take_layers(s);
    if (s->request.backend == STH_BACKEND_RTL)
        while (o->rtl->ops->next_event(o->rtl, &event))
            on_retire(s, &event, NULL);
    if (o->csim) {
        s->diagnostics = sth_csim_report(o->csim, &list);
        memcpy(s->diagnostic, list, s->diagnostics * sizeof(*list));
    }
    if (o->lockstep) {
        struct sth_difference difference;

        s->in_step = true;
        o->backend->difference(o->lockstep, &difference);
        s->bit_exact = !difference.found;
        snprintf(s->difference, sizeof(s->difference), "%s", difference.text);
    }
}

static void reference_progress(void *user, uint32_t done)
{
    struct sth_session *s = user;

    progress(s, "reference", (double)done / s->trace.ops);
}

struct error_sum {
    double worst, ours, theirs, product;
};

/* Compares one output tensor with the device's memory. */
static bool compare_tensor(struct sth_session *s, uint32_t i,
                           const double *expected, struct error_sum *sum)
{
    const struct sth_trace_tensor *t = &s->trace.tensor[i];
    struct owned *o = s->owned;
    size_t bytes = (size_t)sth_dtype_bytes(t->dtype) * t->cols;
    uint8_t *raw = malloc(bytes);
    double *row = malloc(t->cols * sizeof(*row));
    bool good = raw && row;

    for (uint32_t r = 0; good && r < t->rows; r++) {
        o->dev->ops->mem_read(o->dev, t->addr + (uint64_t)r * bytes, raw,
                              bytes);
        sth_tensor_decode(t->dtype, raw, t->cols, row);
        for (uint32_t c = 0; c < t->cols; c++) {
            double want = expected[(size_t)r * t->cols + c];
            double error = fabs(row[c] - want);

            if (!(error <= sum->worst)) /* NaN counts as the worst */
                sum->worst = error;
            sum->ours += row[c] * row[c];
            sum->theirs += want * want;
            sum->product += row[c] * want;
        }
    }
    free(raw);
    free(row);
    return good;
}

static bool compare_reference(struct sth_session *s, struct failure *f)
{
    struct owned *o = s->owned;
    struct error_sum sum = {0, 0, 0, 0};
    struct sth_reference *r;
    bool good = true;

    if (s->request.no_reference || s->request.mode == STH_CSIM_TIME_ONLY)
        return true;
    r = sth_reference_run(&s->trace, o->sources, reference_progress, s);
    if (!r)
        return fail(f, "out of memory in the reference");
    for (uint32_t i = 0; i < s->trace.tensors && good; i++) {
        const double *expected = sth_reference_tensor(r, i);

        if (s->trace.tensor[i].output && expected) {
            good = compare_tensor(s, i, expected, &sum);
            s->compared = true;
        }
    }
    sth_reference_destroy(r);
    s->max_abs_error = sum.worst;
    s->cosine = sum.ours > 0 && sum.theirs > 0
                    ? sum.product / sqrt(sum.ours) / sqrt(sum.theirs)
                    : (sum.ours == sum.theirs ? 1 : 0);
    return good ? true : fail(f, "out of memory");
}

/* Creates the devices, fills their memory and plays the trace. */
static bool play(struct sth_session *s, uint64_t wave_first, uint64_t wave_last,
                 int *status, struct failure *f)
{
    struct owned *o = s->owned;
    const char *rule = NULL;
    enum sth_fw_err err;
    double begin, cpu;

    *status = 2;
    o->macs_total = 1;
    for (uint32_t i = 0; i < s->trace.ops; i++)
        o->macs_total += count_macs(&s->trace.op[i]) + 1;
    o->macs_done = 0;
    memset(o->engine_end, 0, sizeof(o->engine_end));
    s->phases = 0;
    s->event_count = 0;
    o->event_lost = false;
    if (!create_devices(s, wave_first, wave_last, f) ||
        !prepare_runtime(s, f) || !fill_tensors(s, f))
        return false;
    o->workspace_bytes = sth_runtime_workspace_bytes(&s->trace);
    free(o->workspace);
    o->workspace = malloc(o->workspace_bytes);
    if (!o->workspace)
        return fail(f, "out of memory");
    begin = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    err = run_trace(s);
    s->seconds = now(CLOCK_MONOTONIC) - begin;
    s->cpu_seconds = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    *status = 1;
    collect(s);
    if (o->rtl && !o->lockstep)
        rule = o->backend->violation(o->rtl);
    if (rule)
        return fail(f, "%s", rule);
    if (err) {
        explain(s, err, f);
        return false;
    }
    return o->event_lost ? fail(f, "out of memory for the events") : true;
}

/*
 * Runs all of it again, this time with a waveform around the difference.  The
 * results of the first run stay, but the devices are those of the second.
 */
static void record_wave(struct sth_session *s, uint64_t cycle)
{
    static const uint64_t BEFORE = 2000, AFTER = 200;
    char text[512] = "";
    struct failure f = {text, sizeof(text)};
    struct owned *o = s->owned;
    struct sth_session copy = *s;
    int status;

    destroy_devices(o);
    copy.request.keep_events = false;
    play(&copy, cycle > BEFORE ? cycle - BEFORE : 0, cycle + AFTER, &status,
         &f);
}

static uint64_t difference_cycle(const struct sth_session *s)
{
    const struct owned *o = s->owned;
    struct sth_difference difference;

    o->backend->difference(o->lockstep, &difference);
    return difference.rtl_cycle;
}

int sth_session_run(struct sth_session *session,
                    const struct sth_session_request *request, char *error,
                    size_t error_size)
{
    struct sth_session *s = session;
    struct failure f = {error, error_size};
    struct owned *o;
    int status = 2;
    bool good;

    memset(s, 0, sizeof(*s));
    s->request = *request;
    error[0] = 0;
    s->owned = o = calloc(1, sizeof(*o));
    if (!o || !(o->runtime = calloc(1, sizeof(*o->runtime)))) {
        fail(&f, "out of memory");
        return 2;
    }
    if (!load_trace(s, &f) || !open_sources(s, &f))
        return 2;
    if (s->request.if_layers && sth_layers_count(&s->trace) < 2)
        s->request.by_layer = false;
    s->phase = calloc(s->trace.ops + 1, sizeof(*s->phase));
    if (!s->phase) {
        fail(&f, "out of memory");
        return 2;
    }
    good = play(s, 0, 0, &status, &f);
    if (good && !compare_reference(s, &f))
        return 2;
    if (s->in_step && !s->bit_exact && s->request.wave_path)
        record_wave(s, difference_cycle(s));
    if (!good)
        return status;
    return (s->in_step && !s->bit_exact) || s->diagnostics ? 1 : 0;
}

void sth_session_fini(struct sth_session *session)
{
    struct owned *o = session->owned;

    if (o) {
        destroy_devices(o);
        for (uint32_t i = 0; i < o->sources_open; i++)
            sth_source_close(&o->sources[i]);
        free(o->sources);
        free(o->workspace);
        free(o->runtime);
        free(o->arena);
        free(o->text);
        if (o->library)
            dlclose(o->library);
        free(o);
    }
    free(session->phase);
    free(session->events);
    free(session->commands_seen);
    memset(session, 0, sizeof(*session));
}

const struct sth_session_side *
sth_session_main(const struct sth_session *session)
{
    return session->rtl.present ? &session->rtl : &session->csim;
}

double sth_session_cycle_error_pct(const struct sth_session *session)
{
    if (!session->csim.present || !session->rtl.present || !session->rtl.cycles)
        return 0;
    return 100 * ((double)session->csim.cycles - (double)session->rtl.cycles) /
           (double)session->rtl.cycles;
}

static double span_cycles(const struct sth_session_span *span)
{
    return (double)(span->end - span->start);
}

double sth_session_phase_error_pct(const struct sth_session_phase *phase)
{
    if (!phase->csim.end || !phase->rtl.end)
        return 0;
    return 100 * (span_cycles(&phase->csim) - span_cycles(&phase->rtl)) /
           span_cycles(&phase->rtl);
}

const struct sth_session_span *
sth_session_phase_main(const struct sth_session *session,
                       const struct sth_session_phase *phase)
{
    return session->csim.present ? &phase->csim : &phase->rtl;
}

double sth_session_utilization(const struct sth_session *session)
{
    const struct sth_params *p = &session->request.config.params;
    const struct sth_session_side *side = sth_session_main(session);

    if (!side->cycles)
        return 0;
    return (double)session->macs /
           ((double)side->cycles * p->array_rows * p->array_cols);
}
