#include "sth_vp_status.h"

int sth_vp_status(const struct sth_vp_result *r)
{
    const struct sth_vp_figures *f = &r->figures;

    switch (f->end) {
    case STH_VP_END_EXIT:
        if (f->status)
            return f->status < STH_VP_STATUS_ASLEEP ? (int)f->status
                                                    : STH_VP_STATUS_ASLEEP - 1;
        return r->status || r->diagnostics || r->mistakes
                   ? STH_VP_STATUS_DIAGNOSTIC
                   : 0;
    case STH_VP_END_STOP:
        return STH_VP_STATUS_STOP;
    case STH_VP_END_CHIP:
        return STH_VP_STATUS_CHIP;
    case STH_VP_END_LIMIT:
        return STH_VP_STATUS_LIMIT;
    case STH_VP_END_QUIT:
        return STH_VP_STATUS_QUIT;
    default:
        return STH_VP_STATUS_ASLEEP;
    }
}
