/* Roofline: bounds of operations, as figures, table and JSON. */
#include "sth_roofline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* From these shares on a resource is taken to be the bound. */
static const double SATURATED = 0.8, DOMINANT = 0.6;

void sth_roofline_peaks(const struct sth_session *session,
                        struct sth_roofline_peaks *peaks)
{
    const struct sth_params *p = &session->request.config.params;

    peaks->products = 1;
    for (uint32_t i = 0; i < session->phases; i++)
        if (session->phase[i].products > peaks->products)
            peaks->products = session->phase[i].products;
    peaks->macs = (double)peaks->products * p->array_rows * p->array_cols;
    peaks->lanes = p->vector_lanes;
    peaks->bus_bytes = p->bus_bytes;
    peaks->memory = session->request.config.memory;
    peaks->bytes =
        1e9 / sth_mem_cycles(&peaks->memory, p->bus_bytes, 1000000000, 0);
}

static const char *lift_of(enum sth_bound bound, double streaming)
{
    switch (bound) {
    case STH_BOUND_ARRAY:
        return streaming < SATURATED
                   ? "more rows for each weight tile: a larger batch or block"
                   : "a larger array";
    case STH_BOUND_VECTOR:
        return "more lanes, or fewer passes over the data";
    case STH_BOUND_LOAD:
        return "a wider bus, or blocks that reuse more of what they load";
    case STH_BOUND_STORE:
        return "a wider bus, or narrower results";
    case STH_BOUND_MEMORY:
        return "a faster memory, or blocks that reuse more of what they load";
    case STH_BOUND_LATENCY:
        return "longer runs of bytes, or more bursts in flight";
    case STH_BOUND_ISSUE:
        return "larger blocks: fewer commands";
    default:
        return "more buffers or blocks, so that engines overlap";
    }
}

/* A busy engine of the bus waits for bytes, or for the latency of each. */
static enum sth_bound bus_bound(const double *share, enum sth_bound direction,
                                double busy)
{
    enum sth_bound bound = share[STH_BOUND_MEMORY] > share[direction]
                               ? STH_BOUND_MEMORY
                               : direction;

    return share[bound] >= DOMINANT * busy ? bound : STH_BOUND_LATENCY;
}

/* What a full resource says first; then what is busy for most of the time. */
static enum sth_bound classify(const struct sth_work *w, double cycles,
                               const double *share, double *how_much)
{
    double busy[STH_ENGINE_COUNT];
    unsigned most = STH_BOUND_ARRAY;

    for (unsigned b = STH_BOUND_ARRAY; b <= STH_BOUND_ISSUE; b++)
        if (share[b] > share[most])
            most = b;
    *how_much = share[most];
    if (share[most] >= SATURATED)
        return (enum sth_bound)most;
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        busy[e] = (double)w->busy[e] / cycles;
    *how_much = share[STH_BOUND_ISSUE];
    most = STH_BOUND_ISSUE;
    if (busy[STH_ENGINE_MATRIX] > *how_much) {
        *how_much = busy[STH_ENGINE_MATRIX];
        most = STH_BOUND_ARRAY;
    }
    if (busy[STH_ENGINE_VECTOR] > *how_much) {
        *how_much = busy[STH_ENGINE_VECTOR];
        most = STH_BOUND_VECTOR;
    }
    if (busy[STH_ENGINE_LOAD] > *how_much) {
        *how_much = busy[STH_ENGINE_LOAD];
        most = bus_bound(share, STH_BOUND_LOAD, *how_much);
    }
    if (busy[STH_ENGINE_STORE] > *how_much) {
        *how_much = busy[STH_ENGINE_STORE];
        most = bus_bound(share, STH_BOUND_STORE, *how_much);
    }
    if (*how_much >= DOMINANT)
        return (enum sth_bound)most;
    *how_much = 1 - *how_much;
    return STH_BOUND_DEPENDENCY;
}

void sth_roofline_point(const struct sth_roofline_peaks *peaks,
                        const struct sth_work *work, uint64_t macs,
                        uint32_t products, uint64_t cycles,
                        struct sth_roofline_point *point)
{
    double time = cycles ? (double)cycles : 1;
    double bytes =
        (double)(work->load_bytes > work->store_bytes ? work->load_bytes
                                                      : work->store_bytes);
    double ops = (double)(macs ? macs : work->lanes);
    double streaming =
        work->busy[STH_ENGINE_MATRIX]
            ? (double)work->rows / (double)work->busy[STH_ENGINE_MATRIX]
            : 0;
    double bus_only = bytes / peaks->bus_bytes;
    double least = sth_mem_cycles(&peaks->memory, peaks->bus_bytes,
                                  work->load_bytes, work->store_bytes);
    const double share[STH_BOUND_COUNT] = {
        [STH_BOUND_ARRAY] = (double)work->rows / time,
        [STH_BOUND_VECTOR] = (double)work->busy[STH_ENGINE_VECTOR] / time,
        [STH_BOUND_LOAD] = (double)work->load_bytes / peaks->bus_bytes / time,
        [STH_BOUND_STORE] = (double)work->store_bytes / peaks->bus_bytes / time,
        [STH_BOUND_MEMORY] = least > bus_only ? least / time : 0,
        [STH_BOUND_ISSUE] = (double)work->commands * STH_LAT_DECODE / time,
    };

    *point = (struct sth_roofline_point){.cycles = cycles};
    point->bound = classify(work, time, share, &point->share);
    point->intensity = bytes > 0 ? ops / bytes : 0;
    point->macs_attained = (double)macs / time;
    if (macs) {
        point->macs_attainable = peaks->macs * products / peaks->products;
        if (least > 0 && (double)macs / least < point->macs_attainable)
            point->macs_attainable = (double)macs / least;
    }
    point->lanes_attained = (double)work->lanes / time;
    point->bytes_attained = bytes / time;
    point->bytes_attainable = least > 0 ? bytes / least : peaks->bytes;
    point->lift = lift_of(point->bound, streaming);
}

const char *sth_roofline_bound_name(enum sth_bound bound)
{
    static const char *const names[STH_BOUND_COUNT] = {
        [STH_BOUND_ARRAY] = "array",
        [STH_BOUND_VECTOR] = "vector",
        [STH_BOUND_LOAD] = "load",
        [STH_BOUND_STORE] = "store",
        [STH_BOUND_MEMORY] = "memory",
        [STH_BOUND_LATENCY] = "memory latency",
        [STH_BOUND_ISSUE] = "command issue",
        [STH_BOUND_DEPENDENCY] = "dependency",
    };

    return names[bound];
}

static uint64_t phase_cycles(const struct sth_session_phase *phase)
{
    return phase->csim.end - phase->csim.start;
}

/* Whether an earlier operation has the same name and kind. */
static bool is_repeated(const struct sth_session *s, uint32_t phase)
{
    const struct sth_session_phase *p = &s->phase[phase];

    for (uint32_t i = 0; i < phase; i++)
        if (s->phase[i].op->kind == p->op->kind &&
            !strcmp(sth_trace_op_name(s->phase[i].op),
                    sth_trace_op_name(p->op)))
            return true;
    return false;
}

static void print_line(FILE *out, const struct sth_session *s,
                       const struct sth_roofline_peaks *peaks, uint32_t phase)
{
    const struct sth_session_phase *p = &s->phase[phase];
    struct sth_roofline_point point;
    struct sth_work work = {0};
    uint64_t macs = 0, cycles = 0;
    uint32_t count = 0;

    for (uint32_t i = phase; i < s->phases; i++) {
        if (s->phase[i].op->kind != p->op->kind ||
            strcmp(sth_trace_op_name(s->phase[i].op), sth_trace_op_name(p->op)))
            continue;
        sth_work_sum(&work, &s->phase[i].work);
        macs += s->phase[i].macs;
        cycles += phase_cycles(&s->phase[i]);
        count++;
    }
    sth_roofline_point(peaks, &work, macs, p->products, cycles, &point);
    fprintf(out, "  %-20s %5" PRIu32 " %12" PRIu64 " %9.2f",
            sth_trace_op_name(p->op), count, cycles, point.intensity);
    if (macs)
        fprintf(out, " %9.1f %9.1f", point.macs_attained,
                point.macs_attainable);
    else
        fprintf(out, " %9s %9s", "", "");
    fprintf(out, " %7.1f %7.1f  %-14s %3.0f %%  %s\n", point.bytes_attained,
            point.bytes_attainable, sth_roofline_bound_name(point.bound),
            100 * point.share, point.lift);
}

void sth_roofline_text(FILE *out, const struct sth_session *session)
{
    struct sth_roofline_peaks peaks;
    struct sth_mem_peak peak;

    sth_roofline_peaks(session, &peaks);
    peak = sth_mem_config_peak(&peaks.memory);
    fprintf(out,
            "\nroofline: array %.0f MAC/cycle, bus %" PRIu32
            " byte/cycle each way",
            peaks.macs, peaks.bus_bytes);
    if (peak.bytes > 0)
        fprintf(out, ", memory %.1f %s", peak.bytes,
                peak.shared ? "both ways together" : "each way");
    fprintf(out,
            ", ridge %.1f MAC/byte\n"
            "  %-20s %5s %12s %9s %19s %15s  %-14s %5s  %s\n"
            "  %-20s %5s %12s %9s %9s %9s %7s %7s\n",
            peaks.macs / peaks.bytes, "", "", "", "MAC or op", "MAC/cycle",
            "byte/cycle", "", "", "", "operation", "times", "cycles",
            "per byte", "is", "could be", "is", "could be");
    for (uint32_t i = 0; i < session->phases; i++)
        if (!is_repeated(session, i) &&
            session->phase[i].last != session->phase[i].first)
            print_line(out, session, &peaks, i);
}

static json_t *point_object(const struct sth_roofline_peaks *peaks,
                            const struct sth_session_phase *p)
{
    struct sth_roofline_point point;

    sth_roofline_point(peaks, &p->work, p->macs, p->products, phase_cycles(p),
                       &point);
    return json_pack(
        "{s:s?, s:I, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:s}",
        "name", sth_trace_op_name(p->op), "cycles", (json_int_t)point.cycles,
        "bound", sth_roofline_bound_name(point.bound), "share", point.share,
        "intensity", point.intensity, "mac_per_cycle", point.macs_attained,
        "mac_per_cycle_attainable", point.macs_attainable, "lane_per_cycle",
        point.lanes_attained, "byte_per_cycle", point.bytes_attained,
        "byte_per_cycle_attainable", point.bytes_attainable, "load_bytes",
        (json_int_t)p->work.load_bytes, "store_bytes",
        (json_int_t)p->work.store_bytes, "lift", point.lift);
}

static void set_parts(json_t *root, const char *key,
                      const struct sth_session_side *side)
{
    uint64_t part[STH_PART_COUNT];
    json_t *object;

    if (!side->present)
        return;
    object = json_object();
    sth_work_parts(side->counter, part);
    for (int i = 0; i < STH_PART_COUNT; i++)
        json_object_set_new(object, sth_work_part_name((enum sth_part)i),
                            json_integer((json_int_t)part[i]));
    json_object_set_new(root, key, object);
}

json_t *sth_roofline_json(const struct sth_session *session)
{
    struct sth_roofline_peaks peaks;
    json_t *operations = json_array(), *root;

    sth_roofline_peaks(session, &peaks);
    for (uint32_t i = 0; i < session->phases; i++)
        json_array_append_new(operations,
                              point_object(&peaks, &session->phase[i]));
    root = json_pack("{s:f, s:f, s:f, s:o}", "mac_per_cycle", peaks.macs,
                     "lane_per_cycle", peaks.lanes, "byte_per_cycle",
                     peaks.bytes, "operations", operations);
    set_parts(root, "csim_cycles", &session->csim);
    set_parts(root, "rtl_cycles", &session->rtl);
    return root;
}
