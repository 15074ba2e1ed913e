/* Roofline: bounds of operations, as figures, table and JSON. */
#include "sth_roofline.h"

#include "sth_groups.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_lifted(const struct sth_roofline_point *point, unsigned bound)
{
    return bound == point->bound || bound == point->with;
}

/* What limits a lifted bound beside the engines' demands, in cycles. */
struct floors {
    double memory; /* it moves the bytes over a bus of twice the width */
    double rows;   /* they stream through full tiles, whatever weights take */
};

/* An engine's cycles, once what bounds has half of its own; the bound with most
 * of them goes to *most. */
static double demand_of(const struct sth_roofline_point *point, uint32_t engine,
                        const struct floors *floors,
                        const uint64_t demand[STH_BOUND_COUNT],
                        enum sth_bound *most)
{
    double cycles = 0, highest = 0;

    *most = point->bound;
    for (unsigned b = 0; b < STH_BOUND_COUNT; b++) {
        double part = (double)demand[b] / (is_lifted(point, b) ? 2 : 1);

        if (sth_bound_engine((enum sth_bound)b) != engine)
            continue;
        cycles += part;
        if (part > highest) {
            highest = part;
            *most = (enum sth_bound)b;
        }
    }
    if (engine == STH_ENGINE_MATRIX && is_lifted(point, STH_BOUND_WEIGHTS) &&
        !is_lifted(point, STH_BOUND_ARRAY) && floors->rows > cycles) {
        cycles = floors->rows;
        *most = STH_BOUND_ARRAY;
    }
    return cycles;
}

/*
 * The path with half of the bound: an engine's own cycles on it, with those of
 * the bound that it may hide, are no less than it has to do.  `remains` is of
 * all the path.
 */
static double path_with(const struct sth_roofline_point *point, uint32_t engine,
                        double cycles, double remains,
                        const uint64_t critical[STH_BOUND_COUNT])
{
    double part = 0;

    for (unsigned b = 0; b < STH_BOUND_COUNT; b++) {
        const bool own = sth_bound_engine((enum sth_bound)b) == engine;

        if (is_lifted(point, b))
            part += (double)critical[b] / 2;
        else if (own)
            part += (double)critical[b];
    }
    return remains + (cycles > part ? cycles - part : 0);
}

static bool is_of_bus(enum sth_bound bound)
{
    return bound == STH_BOUND_LOAD || bound == STH_BOUND_STORE;
}

/* What half of the bound would bring, which others may not let happen, nor the
 * memory behind a bus of twice the width. */
static void find_promise(struct sth_roofline_point *point,
                         const struct floors *floors,
                         const uint64_t critical[STH_BOUND_COUNT],
                         const uint64_t demand[STH_BOUND_COUNT])
{
    const double all = (double)point->critical;
    const bool bus = is_of_bus(point->bound) || is_of_bus(point->with);
    double remains = all, left;

    for (unsigned b = 0; b < STH_BOUND_COUNT; b++)
        if (is_lifted(point, b))
            remains -= (double)critical[b] / 2;
    point->share = 2 * (all - remains) / all;
    point->next = point->bound;
    left = remains;
    for (uint32_t e = 0; e <= STH_ENGINE_COUNT; e++) {
        const bool memory = e == STH_ENGINE_COUNT;
        enum sth_bound most = STH_BOUND_MEMORY;
        double cycles = memory ? bus ? floors->memory : 0
                               : demand_of(point, e, floors, demand, &most);
        double path = path_with(point, memory ? STH_ENGINE_LOAD : e, cycles,
                                remains, critical);

        if (path > left) {
            left = path < all ? path : all;
            point->next = is_lifted(point, most) ? point->bound : most;
        }
    }
    point->promise = all / left;
}

/* Another engine leaves less than a quarter of what the bound alone would
 * bring. */
static bool is_tied(const struct sth_roofline_point *point)
{
    const double gain = 1 - 1 / point->promise;

    return !is_lifted(point, point->next) && point->next != STH_BOUND_MEMORY &&
           gain < point->share / 2 / 4;
}

/* What most of the critical cycles go to. */
static void find_bound(struct sth_roofline_point *point,
                       const struct floors *floors,
                       const uint64_t critical[STH_BOUND_COUNT],
                       const uint64_t demand[STH_BOUND_COUNT])
{
    unsigned most = 0;

    for (unsigned b = 0; b < STH_BOUND_COUNT; b++) {
        point->critical += critical[b];
        if (critical[b] > critical[most])
            most = b;
    }
    point->bound = point->with = point->next = (enum sth_bound)most;
    point->promise = 1;
    if (point->critical == 0) {
        snprintf(point->lift, sizeof(point->lift),
                 "nothing: it is hidden behind others");
        return;
    }
    find_promise(point, floors, critical, demand);
    if (is_tied(point)) {
        point->with = point->next;
        if (point->with < point->bound) {
            point->with = point->bound;
            point->bound = point->next;
        }
        find_promise(point, floors, critical, demand);
    }
    snprintf(point->lift, sizeof(point->lift), "%s%s%s",
             sth_bound_lift(point->bound),
             point->with == point->bound ? "" : "; and ",
             point->with == point->bound ? "" : sth_bound_lift(point->with));
}

void sth_roofline_point(const struct sth_roofline_peaks *peaks,
                        const struct sth_work *work, uint64_t macs,
                        uint32_t products, uint64_t cycles,
                        const uint64_t critical[STH_BOUND_COUNT],
                        const uint64_t demand[STH_BOUND_COUNT],
                        struct sth_roofline_point *point)
{
    double time = cycles ? (double)cycles : 1;
    double bytes =
        (double)(work->load_bytes > work->store_bytes ? work->load_bytes
                                                      : work->store_bytes);
    double ops = (double)(macs ? macs : work->lanes);
    double least = sth_mem_cycles(&peaks->memory, peaks->bus_bytes,
                                  work->load_bytes, work->store_bytes);
    const struct floors floors = {
        .memory = sth_mem_cycles(&peaks->memory, 2 * peaks->bus_bytes,
                                 work->load_bytes, work->store_bytes),
        .rows = (double)work->least_rows};

    *point = (struct sth_roofline_point){.cycles = cycles};
    find_bound(point, &floors, critical, demand);
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
}

const char *sth_roofline_bound(const struct sth_roofline_point *point,
                               char text[STH_ROOFLINE_NAME])
{
    const bool both = point->critical && point->with != point->bound;

    snprintf(text, STH_ROOFLINE_NAME, "%s%s%s",
             point->critical ? sth_bound_name(point->bound) : "hidden",
             both ? " + " : "", both ? sth_bound_name(point->with) : "");
    return text;
}

static uint64_t phase_cycles(const struct sth_session_phase *phase)
{
    return phase->csim.end - phase->csim.start;
}

struct sth_roofline_point
sth_roofline_of(const struct sth_roofline_peaks *peaks,
                const struct sth_session_phase *phase)
{
    struct sth_roofline_point point;

    sth_roofline_point(peaks, &phase->work, phase->macs, phase->products,
                       phase_cycles(phase), phase->critical, phase->demand,
                       &point);
    return point;
}

static void print_line(FILE *out, const struct sth_roofline_peaks *peaks,
                       const struct sth_group *g)
{
    struct sth_roofline_point point;
    char bound[STH_ROOFLINE_NAME], name[STH_GROUP_NAME];

    sth_roofline_point(peaks, &g->work, g->macs, g->first->products, g->csim,
                       g->critical, g->demand, &point);
    fprintf(out, "  %-20s %5" PRIu32 " %12" PRIu64 " %9.2f",
            sth_group_name(g->first->op, g->numbers, name), g->times, g->csim,
            point.intensity);
    if (g->macs)
        fprintf(out, " %9.1f %9.1f", point.macs_attained,
                point.macs_attainable);
    else
        fprintf(out, " %9s %9s", "", "");
    fprintf(out, " %7.1f %7.1f  %-16s %3.0f %% %5.2f  %s%s%s\n",
            point.bytes_attained, point.bytes_attainable,
            sth_roofline_bound(&point, bound), 100 * point.share, point.promise,
            point.lift, point.next == point.bound ? "" : "; then ",
            point.next == point.bound ? "" : sth_bound_name(point.next));
}

void sth_roofline_text(FILE *out, const struct sth_session *session)
{
    struct sth_groups groups;
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
            "  %-20s %5s %12s %9s %19s %15s  %-16s %5s %5s\n"
            "  %-20s %5s %12s %9s %9s %9s %7s %7s  %-16s %5s %5s  what would "
            "lift it\n",
            peaks.macs / peaks.bytes, "", "", "", "MAC or op", "MAC/cycle",
            "byte/cycle", "", "", "lifted", "operation", "times", "cycles",
            "per byte", "is", "could be", "is", "could be", "bound by", "",
            "times");
    if (!sth_groups_init(&groups, session))
        return;
    for (uint32_t i = 0; i < groups.count; i++)
        if (groups.group[i].commands)
            print_line(out, &peaks, &groups.group[i]);
    sth_groups_fini(&groups);
}

static json_t *point_object(const struct sth_roofline_peaks *peaks,
                            const struct sth_session_phase *p)
{
    struct sth_roofline_point point = sth_roofline_of(peaks, p);
    json_t *critical = json_object(), *bounds = json_array();
    char bound[STH_ROOFLINE_NAME];

    if (point.critical)
        json_array_append_new(bounds, json_string(sth_bound_name(point.bound)));
    if (point.critical && point.with != point.bound)
        json_array_append_new(bounds, json_string(sth_bound_name(point.with)));
    for (int b = 0; b < STH_BOUND_COUNT; b++)
        json_object_set_new(critical, sth_bound_name((enum sth_bound)b),
                            json_integer((json_int_t)p->critical[b]));
    return json_pack(
        "{s:s?, s:I, s:o, s:s, s:o, s:f, s:f, s:s, s:f, s:f, s:f, s:f, s:f, "
        "s:f, s:I, s:I, s:s}",
        "name", sth_trace_op_name(p->op), "cycles", (json_int_t)point.cycles,
        "critical_cycles", critical, "bound", sth_roofline_bound(&point, bound),
        "bounds", bounds, "share", point.share, "promise", point.promise,
        "next", sth_bound_name(point.next), "intensity", point.intensity,
        "mac_per_cycle", point.macs_attained, "mac_per_cycle_attainable",
        point.macs_attainable, "lane_per_cycle", point.lanes_attained,
        "byte_per_cycle", point.bytes_attained, "byte_per_cycle_attainable",
        point.bytes_attainable, "load_bytes", (json_int_t)p->work.load_bytes,
        "store_bytes", (json_int_t)p->work.store_bytes, "lift", point.lift);
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
