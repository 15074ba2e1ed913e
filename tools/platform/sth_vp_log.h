/*
 * What a run of the platform leaves for a timeline: spans of cycles, in the
 * order in which they end.
 */
#ifndef STH_VP_LOG_H
#define STH_VP_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sth_vp_span_kind {
    STH_VP_SPAN_RUN,   /* the processor runs; value: instructions */
    STH_VP_SPAN_SLEEP, /* it waits for an interrupt */
    STH_VP_SPAN_LINE,  /* an accelerator's line is high; value: which */
    STH_VP_SPAN_ACCESS /* an access to a device */
};

struct sth_vp_span {
    enum sth_vp_span_kind kind;
    bool write, failed; /* ACCESS */
    uint64_t begin, end;
    uint64_t value;     /* ACCESS: read or written */
    uint32_t addr;      /* ACCESS */
    const char *target; /* ACCESS: outlives the log */
};

struct sth_vp_log {
    struct sth_vp_span *span;
    size_t spans, room;
    bool lost;     /* memory was short */
    bool accesses; /* those are asked for */
};

/* NULL takes nothing. */
void sth_vp_log_add(struct sth_vp_log *log, const struct sth_vp_span *span);
void sth_vp_log_fini(struct sth_vp_log *log);

#ifdef __cplusplus
}
#endif

#endif
