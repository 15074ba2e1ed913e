/* Accelerators that are the platform's own, and what the RTL's library says. */
#ifndef STH_VP_CHIPS_H
#define STH_VP_CHIPS_H

#include "sth_session.h"
#include "sth_vp.h"
#include "systolith_rtl.h"

struct sth_vp_chips {
    struct sth_rtl library; /* empty with the C model */
    struct sth_device *device[STH_VP_CHIPS];
    struct sth_mem *mem[STH_VP_CHIPS];
    uint32_t count;
};

/*
 * Puts so many more on the platform, as the request has them, each behind what
 * `guarded` makes of it (NULL: out of memory).  On failure
 * returns false with a sentence in error; *chips is for fini either way.
 */
bool sth_vp_chips_add(struct sth_vp_chips *chips, struct sth_vp *vp,
                      const struct sth_session_request *request, uint32_t count,
                      struct sth_device *(*guarded)(void *user,
                                                    struct sth_device *device),
                      void *user, char *error, size_t error_size);
void sth_vp_chips_fini(struct sth_vp_chips *chips);

/* What went wrong around a device that is one of them; NULL: nothing. */
const char *sth_vp_chips_violation(const struct sth_vp_chips *chips,
                                   struct sth_device *device);

/* What the C models have to say, at most STH_REPORT_MAX; how many. */
size_t sth_vp_chips_report(const struct sth_vp_chips *chips,
                           struct sth_diagnostic *to);

#endif
