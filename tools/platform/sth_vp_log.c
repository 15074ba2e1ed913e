#include "sth_vp_log.h"

#include <stdlib.h>

void sth_vp_log_add(struct sth_vp_log *log, const struct sth_vp_span *span)
{
    if (!log || log->lost)
        return;
    if (log->spans == log->room) {
        const size_t room = log->room ? 2 * log->room : 1024;
        void *more = realloc(log->span, room * sizeof(*span));

        if (!more) {
            log->lost = true;
            return;
        }
        log->span = more;
        log->room = room;
    }
    log->span[log->spans++] = *span;
}

void sth_vp_log_fini(struct sth_vp_log *log)
{
    free(log->span);
    log->span = NULL;
    log->spans = log->room = 0;
    log->lost = false;
}
