#include "sth_vp_chips.h"

#include <stdio.h>
#include <string.h>

static struct sth_device *create(struct sth_vp_chips *chips,
                                 const struct sth_session_request *q,
                                 struct sth_mem *mem)
{
    const struct sth_csim_options model = {.mode = STH_CSIM_FUNCTION_AND_TIME,
                                           .sanitize = q->sanitize};
    const struct sth_rtl_options rtl = {.seed = (uint32_t)q->seed};

    return q->backend == STH_BACKEND_RTL
               ? sth_rtl_create(chips->library.backend, mem, &rtl)
               : sth_csim_create(&q->config.params, mem, &model);
}

bool sth_vp_chips_add(struct sth_vp_chips *chips, struct sth_vp *vp,
                      const struct sth_session_request *q, uint32_t count,
                      struct sth_device *(*guarded)(void *user,
                                                    struct sth_device *device),
                      void *user, char *error, size_t error_size)
{
    if (count && q->backend == STH_BACKEND_RTL && !chips->library.backend &&
        !sth_rtl_open(&chips->library, q->library_dir, &q->config, error,
                      error_size))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct sth_mem *mem = sth_mem_create(&q->config.memory,
                                             q->config.params.bus_bytes, false);
        struct sth_device *dev = mem ? create(chips, q, mem) : NULL;
        const struct sth_vp_chip chip = {dev ? guarded(user, dev) : NULL, mem,
                                         &q->config,
                                         q->backend == STH_BACKEND_RTL, 0};

        if (!dev) {
            sth_mem_destroy(mem);
            snprintf(error, error_size, "out of memory for accelerators");
            return false;
        }
        chips->device[chips->count] = dev;
        chips->mem[chips->count++] = mem;
        if (!chip.device) {
            snprintf(error, error_size, "out of memory for accelerators");
            return false;
        }
        if (!sth_vp_add_chip(vp, &chip)) {
            snprintf(error, error_size, "the map has room for %d accelerators",
                     STH_VP_CHIPS);
            return false;
        }
    }
    return true;
}

void sth_vp_chips_fini(struct sth_vp_chips *chips)
{
    for (uint32_t i = 0; i < chips->count; i++) {
        chips->device[i]->ops->destroy(chips->device[i]);
        sth_mem_destroy(chips->mem[i]);
    }
    sth_rtl_close(&chips->library);
    memset(chips, 0, sizeof(*chips));
}

const char *sth_vp_chips_violation(const struct sth_vp_chips *chips,
                                   struct sth_device *device)
{
    for (uint32_t i = 0; chips->library.backend && i < chips->count; i++)
        if (chips->device[i] == device)
            return chips->library.backend->violation(device);
    return NULL;
}

size_t sth_vp_chips_report(const struct sth_vp_chips *chips,
                           struct sth_diagnostic *to)
{
    size_t count = 0;

    for (uint32_t i = 0; !chips->library.backend && i < chips->count; i++) {
        const struct sth_diagnostic *list;
        const size_t n = sth_csim_report(chips->device[i], &list);

        for (size_t j = 0; j < n && count < STH_REPORT_MAX; j++)
            to[count++] = list[j];
    }
    return count;
}
