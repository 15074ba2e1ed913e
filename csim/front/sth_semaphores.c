/* The semaphores; see sth_semaphores.h. */
#include "sth_semaphores.h"

#include <string.h>

enum { SEMAPHORE_MAX = 255 };

void sth_semaphores_reset(struct sth_semaphores *semaphores)
{
    memset(semaphores->count, 0, sizeof(semaphores->count));
    semaphores->taken = 0;
    semaphores->taken_in = 0;
    semaphores->posts = 0;
    semaphores->clock->next[STH_TURN_SEMAPHORES] = STH_NEVER;
}

bool sth_semaphores_ready(const struct sth_semaphores *semaphores,
                          uint32_t mask)
{
    for (unsigned s = 0; mask >> s != 0; s++) {
        if ((mask >> s & 1u) != 0 && semaphores->count[s] == 0)
            return false;
    }
    return true;
}

uint64_t sth_semaphores_from(const struct sth_semaphores *semaphores,
                             uint32_t mask)
{
    uint64_t now = semaphores->clock->now;

    if (!sth_semaphores_ready(semaphores, mask))
        return STH_NEVER;
    if (semaphores->taken_in == now && (semaphores->taken & mask) != 0)
        return now + 1;
    return now;
}

void sth_semaphores_take(struct sth_semaphores *semaphores, uint32_t mask)
{
    uint64_t now = semaphores->clock->now;

    semaphores->taken =
        mask | (semaphores->taken_in == now ? semaphores->taken : 0);
    semaphores->taken_in = now;
    for (unsigned s = 0; mask >> s != 0; s++) {
        if ((mask >> s & 1u) != 0)
            semaphores->count[s]--;
    }
}

void sth_semaphores_post(struct sth_semaphores *semaphores,
                         enum sth_engine engine, uint32_t index, uint32_t mask)
{
    if (mask == 0)
        return;
    semaphores->post[semaphores->posts++] =
        (struct sth_post){index, engine, mask};
    sth_clock_wake(semaphores->clock, STH_TURN_SEMAPHORES,
                   semaphores->clock->now);
}

/* Adds the posts of this cycle; returns the semaphores that overflowed. */
static uint32_t add_posts(struct sth_semaphores *semaphores)
{
    uint32_t overflowed = 0;

    for (uint32_t i = 0; i < semaphores->posts; i++) {
        uint32_t mask = semaphores->post[i].mask;

        for (unsigned s = 0; mask >> s != 0; s++) {
            if ((mask >> s & 1u) == 0)
                continue;
            if (semaphores->count[s] == SEMAPHORE_MAX)
                overflowed |= 1u << s;
            else
                semaphores->count[s]++;
        }
    }
    return overflowed;
}

/* Makes the posts of this cycle visible in the next. */
static void step(void *block)
{
    struct sth_semaphores *semaphores = block;
    uint64_t now = semaphores->clock->now;
    uint32_t overflowed = add_posts(semaphores);

    for (uint32_t i = 0; i < semaphores->posts; i++) {
        const struct sth_post *post = &semaphores->post[i];

        if ((post->mask & overflowed) == 0)
            continue;
        sth_engine_stop(semaphores->engine[post->engine]);
        sth_faults_raise(semaphores->faults, STH_FAULT_SEM_OVERFLOW,
                         post->index, 0);
    }
    semaphores->posts = 0;
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        sth_engine_posted(semaphores->engine[e], now + 1);
    semaphores->clock->next[STH_TURN_SEMAPHORES] = STH_NEVER;
}

void sth_semaphores_init(struct sth_semaphores *semaphores)
{
    sth_clock_enlist(semaphores->clock, STH_TURN_SEMAPHORES, step, semaphores);
}
