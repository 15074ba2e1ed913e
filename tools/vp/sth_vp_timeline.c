#include "sth_vp_timeline.h"

#include <inttypes.h>

/* Behind the groups of sth_timeline.c; its tracks. */
enum { GROUP = 3, TRACK_PROCESSOR = 0, TRACK_ACCESSES = 1, TRACK_LINES = 2 };

static void put_name(FILE *out, const char *kind, uint32_t track,
                     const char *name)
{
    fprintf(out,
            ",\n{\"ph\": \"M\", \"pid\": %d, \"tid\": %" PRIu32
            ", \"name\": \"%s\", \"args\": {\"name\": \"%s\"}}",
            GROUP, track, kind, name);
}

static void put_slice(FILE *out, uint32_t track, const char *name,
                      const struct sth_vp_span *span)
{
    fprintf(out,
            ",\n{\"ph\": \"X\", \"pid\": %d, \"tid\": %" PRIu32
            ", \"name\": \"%s\", \"ts\": %" PRIu64 ", \"dur\": %" PRIu64
            ", \"args\": {",
            GROUP, track, name, span->begin, span->end - span->begin);
}

static void put_span(FILE *out, const struct sth_vp_span *span)
{
    switch (span->kind) {
    case STH_VP_SPAN_RUN:
        put_slice(out, TRACK_PROCESSOR, "runs", span);
        fprintf(out, "\"instructions\": %" PRIu64, span->value);
        break;
    case STH_VP_SPAN_SLEEP:
        put_slice(out, TRACK_PROCESSOR, "waits for an interrupt", span);
        break;
    case STH_VP_SPAN_LINE:
        put_slice(out, TRACK_LINES + (uint32_t)span->value, "interrupt", span);
        break;
    case STH_VP_SPAN_ACCESS:
        put_slice(out, TRACK_ACCESSES, span->target, span);
        fprintf(out,
                "\"address\": \"0x%08" PRIx32 "\", \"%s\": \"0x%08" PRIx64
                "\"%s",
                span->addr, span->write ? "written" : "read", span->value,
                span->failed ? ", \"failed\": true" : "");
        break;
    }
    fputs("}}", out);
}

void sth_vp_timeline(FILE *out, const struct sth_vp_log *log)
{
    uint64_t lines = 0; /* seen */

    if (!log)
        return;
    put_name(out, "process_name", 0, "processor");
    put_name(out, "thread_name", TRACK_PROCESSOR, "processor");
    if (log->accesses)
        put_name(out, "thread_name", TRACK_ACCESSES, "accesses to devices");
    for (size_t i = 0; i < log->spans; i++) {
        const struct sth_vp_span *span = &log->span[i];
        char name[32];

        put_span(out, span);
        if (span->kind != STH_VP_SPAN_LINE || lines >> span->value & 1)
            continue;
        lines |= UINT64_C(1) << span->value;
        snprintf(name, sizeof(name), "accelerator %" PRIu64, span->value);
        put_name(out, "thread_name", TRACK_LINES + (uint32_t)span->value, name);
    }
}
