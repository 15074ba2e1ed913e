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

/* The bound with most of an engine's demand, once `lifted` has half of its own;
 * the engine's whole demand goes to *cycles. */
static enum sth_bound demand_of(uint32_t engine, enum sth_bound lifted,
                                const uint64_t demand[STH_BOUND_COUNT],
                                double *cycles)
{
    enum sth_bound most = lifted;
    double highest = 0;

    *cycles = 0;
    for (unsigned b = 0; b < STH_BOUND_COUNT; b++) {
        double part = (double)demand[b] / (b == lifted ? 2 : 1);

        if (sth_bound_engine((enum sth_bound)b) != engine)
            continue;
        *cycles += part;
        if (part > highest) {
            highest = part;
            most = (enum sth_bound)b;
        }
    }
    return most;
}

/* What half of the bound would bring, which others may not let happen. */
static void find_promise(struct sth_roofline_point *point,
                         const uint64_t critical[STH_BOUND_COUNT],
                         const uint64_t demand[STH_BOUND_COUNT])
{
    double all = (double)point->critical;
    double left = all - (double)critical[point->bound] / 2;

    point->next = point->bound;
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        double cycles;
        enum sth_bound most = demand_of(e, point->bound, demand, &cycles);

        if (cycles > left) {
            left = cycles < all ? cycles : all;
            point->next = most;
        }
    }
    point->promise = all / left;
}

/* What most of the critical cycles go to. */
static void find_bound(struct sth_roofline_point *point,
                       const uint64_t critical[STH_BOUND_COUNT],
                       const uint64_t demand[STH_BOUND_COUNT])
{
    unsigned most = 0;

    for (unsigned b = 0; b < STH_BOUND_COUNT; b++) {
        point->critical += critical[b];
        if (critical[b] > critical[most])
            most = b;
    }
    point->bound = point->next = (enum sth_bound)most;
    point->promise = 1;
    if (point->critical == 0) {
        point->lift = "nothing: it is hidden behind others";
        return;
    }
    point->share = (double)critical[most] / (double)point->critical;
    point->lift = sth_bound_lift(point->bound);
    find_promise(point, critical, demand);
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

    *point = (struct sth_roofline_point){.cycles = cycles};
    find_bound(point, critical, demand);
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

const char *sth_roofline_bound(const struct sth_roofline_point *point)
{
    return point->critical ? sth_bound_name(point->bound) : "hidden";
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

    sth_roofline_point(peaks, &g->work, g->macs, g->first->products, g->csim,
                       g->critical, g->demand, &point);
    fprintf(out, "  %-20s %5" PRIu32 " %12" PRIu64 " %9.2f",
            sth_trace_op_name(g->first->op), g->times, g->csim,
            point.intensity);
    if (g->macs)
        fprintf(out, " %9.1f %9.1f", point.macs_attained,
                point.macs_attainable);
    else
        fprintf(out, " %9s %9s", "", "");
    fprintf(out, " %7.1f %7.1f  %-14s %3.0f %% %5.2f  %s%s%s\n",
            point.bytes_attained, point.bytes_attainable,
            sth_roofline_bound(&point), 100 * point.share, point.promise,
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
            "  %-20s %5s %12s %9s %19s %15s  %-14s %5s %5s\n"
            "  %-20s %5s %12s %9s %9s %9s %7s %7s  %-14s %5s %5s  what would "
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
    json_t *critical = json_object();

    for (int b = 0; b < STH_BOUND_COUNT; b++)
        json_object_set_new(critical, sth_bound_name((enum sth_bound)b),
                            json_integer((json_int_t)p->critical[b]));
    return json_pack(
        "{s:s?, s:I, s:o, s:s, s:f, s:f, s:s, s:f, s:f, s:f, s:f, s:f, s:f, "
        "s:I, "
        "s:I, s:s}",
        "name", sth_trace_op_name(p->op), "cycles", (json_int_t)point.cycles,
        "critical_cycles", critical, "bound", sth_roofline_bound(&point),
        "share", point.share, "promise", point.promise, "next",
        sth_bound_name(point.next), "intensity", point.intensity,
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
