/* Sixteen counters of 0 to 255: taken at start, posted at retirement. */
#include "sth_csim.h"

enum { SEMAPHORE_MAX = 255 };

bool sth_semaphores_ready(const struct sth_csim *csim, uint32_t mask)
{
    for (unsigned s = 0; mask >> s != 0; s++) {
        if ((mask >> s & 1u) != 0 && csim->semaphore[s] == 0)
            return false;
    }
    return true;
}

void sth_semaphores_take(struct sth_csim *csim, uint32_t mask)
{
    for (unsigned s = 0; mask >> s != 0; s++) {
        if ((mask >> s & 1u) != 0)
            csim->semaphore[s]--;
    }
}

void sth_semaphores_post(struct sth_csim *csim, uint32_t engine, uint32_t index,
                         uint32_t mask)
{
    if (mask != 0)
        csim->post[csim->posts++] = (struct sth_post){index, engine, mask};
}

/* The oldest of this cycle's commands that posted to one of a set. */
static const struct sth_post *oldest_poster(const struct sth_csim *csim,
                                            uint32_t semaphores)
{
    const struct sth_post *oldest = NULL;

    for (uint32_t i = 0; i < csim->posts; i++) {
        const struct sth_post *post = &csim->post[i];

        if ((post->mask & semaphores) != 0 &&
            (oldest == NULL || (int32_t)(post->index - oldest->index) < 0))
            oldest = post;
    }
    return oldest;
}

void sth_semaphores_commit(struct sth_csim *csim)
{
    uint32_t overflowed = 0;

    for (uint32_t i = 0; i < csim->posts; i++) {
        uint32_t mask = csim->post[i].mask;

        for (unsigned s = 0; mask >> s != 0; s++) {
            if ((mask >> s & 1u) == 0)
                continue;
            if (csim->semaphore[s] == SEMAPHORE_MAX)
                overflowed |= 1u << s;
            else
                csim->semaphore[s]++;
        }
    }
    if (overflowed != 0) {
        const struct sth_post *oldest = oldest_poster(csim, overflowed);

        sth_engine_stop(csim, (int)oldest->engine);
        sth_fault_raise(csim, STH_FAULT_SEM_OVERFLOW, oldest->index, 0);
    }
    csim->posts = 0;
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (csim->engine[e].waits)
            sth_csim_wake(csim, e, csim->now + 1);
    }
}
