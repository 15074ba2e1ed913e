/* The devices of a session and the contents of their memories. */
#include "sth_session_impl.h"

#include <string.h>

static bool create_csim(struct sth_session *s, struct sth_session_failure *f)
{
    const struct sth_session_request *q = &s->request;
    struct sth_session_owned *o = s->owned;
    struct sth_csim_options options = {
        .mode = q->mode,
        .sanitize = q->sanitize,
        .no_events = q->backend == STH_BACKEND_CSIM && !q->player,
        .on_retire = sth_session_on_retire,
        .context = s,
    };

    o->csim_mem = sth_mem_create(&q->config.memory, q->config.params.bus_bytes,
                                 q->mode == STH_CSIM_TIME_ONLY);
    if (o->csim_mem)
        o->csim = sth_csim_create(&q->config.params, o->csim_mem, &options);
    return o->csim ? true : sth_session_fail(f, "out of memory");
}

/* wave_last zero: no waveform. */
static bool create_rtl(struct sth_session *s, uint64_t wave_first,
                       uint64_t wave_last, struct sth_session_failure *f)
{
    const struct sth_session_request *q = &s->request;
    struct sth_session_owned *o = s->owned;
    struct sth_rtl_options options = {
        .wave_path = wave_last ? q->wave_path : NULL,
        .wave_first = wave_first,
        .wave_last = wave_last,
        .stall_percent = q->reorder ? q->config.memory.stall_percent : 0,
        .seed = (uint32_t)q->seed ^ q->config.memory.seed,
        .reorder = q->reorder,
    };

    if (!o->rtl_library.backend &&
        !sth_rtl_open(&o->rtl_library, q->library_dir, &q->config, f->text,
                      f->size))
        return false;
    o->rtl_mem =
        sth_mem_create(&q->config.memory, q->config.params.bus_bytes, false);
    if (o->rtl_mem)
        o->rtl = sth_rtl_create(o->rtl_library.backend, o->rtl_mem, &options);
    return o->rtl ? true : sth_session_fail(f, "out of memory");
}

bool sth_session_create_devices(struct sth_session *s, uint64_t wave_first,
                                uint64_t wave_last,
                                struct sth_session_failure *f)
{
    const enum sth_session_backend backend = s->request.backend;
    struct sth_session_owned *o = s->owned;
    const struct sth_backend *rtl;

    if (backend != STH_BACKEND_RTL && !create_csim(s, f))
        return false;
    if (backend != STH_BACKEND_CSIM && !create_rtl(s, wave_first, wave_last, f))
        return false;
    o->dev = backend == STH_BACKEND_CSIM ? o->csim : o->rtl;
    if (backend == STH_BACKEND_BOTH) {
        rtl = o->rtl_library.backend;
        o->lockstep = rtl->create_lockstep(o->csim, o->rtl);
        if (!o->lockstep)
            return sth_session_fail(f, "out of memory");
        rtl->observe(o->lockstep, sth_session_on_pair, s);
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

void sth_session_destroy_devices(struct sth_session_owned *o)
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

bool sth_session_memory_holds(const struct sth_session *s,
                              struct sth_session_failure *f)
{
    const struct sth_session_owned *o = s->owned;

    if ((!o->csim_mem || !sth_mem_failed(o->csim_mem)) &&
        (!o->rtl_mem || !sth_mem_failed(o->rtl_mem)))
        return true;
    return sth_session_fail(
        f, "out of memory for the simulated memory; use --time-only");
}

enum { FILL_BYTES = 1 << 16 };

static bool encode(struct sth_session *s, uint32_t i, uint64_t first,
                   size_t count, void *to, struct sth_session_failure *f)
{
    const struct sth_trace_tensor *t = &s->trace.tensor[i];
    struct sth_session_owned *o = s->owned;

    if (sth_source_encode(&o->sources[i], first, count, to))
        return true;
    return sth_session_fail(f, "%s:%u: tensor '%s': its file cannot be read",
                            s->request.trace_path, t->line, t->name);
}

static bool write(struct sth_session *s, uint64_t addr, const void *from,
                  size_t bytes, struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;

    o->dev->ops->mem_write(o->dev, addr, from, bytes);
    return sth_session_memory_holds(s, f);
}

/*
 * How many columns from `col` of memory on, `most` at most, are neighbours in
 * the source, and where they begin there.
 */
static size_t run_of(const struct sth_trace_tensor *t, uint32_t col,
                     size_t most, uint32_t *source)
{
    const uint32_t half = t->head / 2;
    const uint32_t part = half && col >= t->cols / 2;
    const uint32_t at = col - part * (t->cols / 2);
    size_t run = half ? half - at % half : t->cols - col;

    *source = half ? (2 * (at / half) + part) * half + at % half : col;
    return run < most ? run : most;
}

/* Row by row, where columns are not in their order. */
static bool fill_halves(struct sth_session *s, uint32_t i,
                        struct sth_session_failure *f)
{
    const struct sth_trace_tensor *t = &s->trace.tensor[i];
    const size_t element = sth_dtype_bytes(t->dtype);
    uint8_t buffer[FILL_BYTES];

    for (uint32_t row = 0; row < t->rows; row++)
        for (uint32_t col = 0; col < t->cols;) {
            const uint64_t first = (uint64_t)row * t->cols;
            uint32_t source;
            size_t n = run_of(t, col, FILL_BYTES / element, &source);

            if (!encode(s, i, first + source, n, buffer, f) ||
                !write(s, t->addr + (first + col) * element, buffer,
                       n * element, f))
                return false;
            col += (uint32_t)n;
        }
    return true;
}

static bool fill_rows(struct sth_session *s, uint32_t i,
                      struct sth_session_failure *f)
{
    const struct sth_trace_tensor *t = &s->trace.tensor[i];
    const size_t element = sth_dtype_bytes(t->dtype);
    const uint64_t count = (uint64_t)t->rows * t->cols;
    uint8_t buffer[FILL_BYTES];

    for (uint64_t first = 0; first < count; first += FILL_BYTES / element) {
        size_t n = FILL_BYTES / element;

        if (n > count - first)
            n = (size_t)(count - first);
        if (!encode(s, i, first, n, buffer, f) ||
            !write(s, t->addr + first * element, buffer, n * element, f))
            return false;
    }
    return true;
}

/* Rows of i8 two by two; beside an odd last one are zeros. */
static bool fill_pairs(struct sth_session *s, uint32_t i,
                       struct sth_session_failure *f)
{
    const struct sth_trace_tensor *t = &s->trace.tensor[i];
    uint8_t low[FILL_BYTES / 4], high[FILL_BYTES / 4], buffer[FILL_BYTES / 2];

    for (uint32_t row = 0; row < t->rows; row += 2) {
        for (uint32_t col = 0; col < t->cols;) {
            uint64_t first = (uint64_t)row * t->cols;
            uint32_t source;
            size_t n = run_of(t, col, FILL_BYTES / 4, &source);

            memset(high, 0, n);
            if (!encode(s, i, first + source, n, low, f) ||
                (row + 1 < t->rows &&
                 !encode(s, i, first + source + t->cols, n, high, f)))
                return false;
            for (size_t j = 0; j < n; j++) {
                buffer[2 * j] = low[j];
                buffer[2 * j + 1] = high[j];
            }
            if (!write(s, t->addr + first + 2 * col, buffer, 2 * n, f))
                return false;
            col += (uint32_t)n;
        }
    }
    return true;
}

static bool fill_tensor(struct sth_session *s, uint32_t i,
                        struct sth_session_failure *f)
{
    const struct sth_session_owned *o = s->owned;

    if (o->sources[i].kind == STH_SOURCE_ZERO)
        return true; /* memory that was never written reads as zero */
    if (s->trace.tensor[i].layout == STH_TRACE_LAYOUT_PAIRS)
        return fill_pairs(s, i, f);
    return s->trace.tensor[i].head ? fill_halves(s, i, f) : fill_rows(s, i, f);
}

bool sth_session_fill_tensors(struct sth_session *s,
                              struct sth_session_failure *f)
{
    if (s->request.mode == STH_CSIM_TIME_ONLY)
        return true;
    for (uint32_t i = 0; i < s->trace.tensors; i++) {
        sth_session_progress(s, "tensors", (double)i / s->trace.tensors);
        if (!fill_tensor(s, i, f))
            return false;
    }
    return true;
}
