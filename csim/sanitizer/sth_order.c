#include "sth_order.h"

#include <string.h>

void sth_order_reset(struct sth_order *order)
{
    memset(order, 0, sizeof(*order));
    for (int i = 0; i < STH_SEMAPHORES; i++) {
        order->semaphore[i].poster = STH_ORDER_NO_ENGINE;
        order->semaphore[i].waiter = STH_ORDER_NO_ENGINE;
    }
}

static void join(struct sth_order_clock *to, const struct sth_order_clock *from)
{
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (from->before[e] > to->before[e])
            to->before[e] = from->before[e];
    }
}

/* Whether an engine takes the part of another for the first time. */
static bool is_misuse(struct sth_order_semaphore *semaphore, uint8_t *user,
                      uint32_t engine)
{
    if (*user == STH_ORDER_NO_ENGINE)
        *user = (uint8_t)engine;
    if (*user == engine || semaphore->misused)
        return false;
    semaphore->misused = true;
    return true;
}

static void take(struct sth_order_semaphore *semaphore,
                 struct sth_order_clock *clock)
{
    if (semaphore->count == 0)
        return;
    join(clock, &semaphore->post[semaphore->first]);
    semaphore->first = (semaphore->first + 1) % STH_ORDER_POSTS_MAX;
    semaphore->count--;
}

static void give(struct sth_order_semaphore *semaphore,
                 const struct sth_order_clock *clock)
{
    if (semaphore->count == STH_ORDER_POSTS_MAX)
        return;
    semaphore
        ->post[(semaphore->first + semaphore->count) % STH_ORDER_POSTS_MAX] =
        *clock;
    semaphore->count++;
}

uint32_t sth_order_wait(struct sth_order *order, uint32_t engine,
                        uint32_t waits)
{
    uint32_t misused = 0;

    for (uint32_t i = 0; waits >> i != 0; i++) {
        struct sth_order_semaphore *semaphore = &order->semaphore[i];

        if ((waits >> i & 1u) == 0)
            continue;
        if (is_misuse(semaphore, &semaphore->waiter, engine))
            misused |= 1u << i;
        take(semaphore, &order->clock[engine]);
    }
    return misused;
}

uint32_t sth_order_post(struct sth_order *order, uint32_t engine,
                        uint32_t posts, const struct sth_order_clock *clock)
{
    uint32_t misused = 0;

    for (uint32_t i = 0; posts >> i != 0; i++) {
        struct sth_order_semaphore *semaphore = &order->semaphore[i];

        if ((posts >> i & 1u) == 0)
            continue;
        if (is_misuse(semaphore, &semaphore->poster, engine))
            misused |= 1u << i;
        give(semaphore, clock);
    }
    return misused;
}

void sth_order_drained(struct sth_order *order, uint32_t index)
{
    for (int i = 0; i < STH_ENGINE_COUNT; i++)
        for (int e = 0; e < STH_ENGINE_COUNT; e++)
            order->clock[i].before[e] = index;
}
