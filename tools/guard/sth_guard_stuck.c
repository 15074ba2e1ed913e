/* Why nothing moves, and what is left at the end. */
#include "sth_guard_state.h"

#include <stdarg.h>
#include <stdio.h>

#include "sth_disasm.h"

enum { STILL_CYCLES = 10000 }; /* a fault would have been reported */

/* What the front end has put into the queues, as far as it is known: it stops
 * at a command that is refused and at a queue that is full. */
struct front {
    uint32_t oldest[STH_ENGINE_COUNT]; /* that has not retired */
    uint32_t queued[STH_ENGINE_COUNT];
    uint32_t end; /* the first that it has not put into a queue */
};

static struct front find_front(struct sth_guard *g)
{
    struct front front = {.end = g->flights.first};

    for (; front.end != g->flights.tail; front.end++) {
        const struct sth_guard_flight *f =
            sth_guard_flights_at(&g->flights, front.end);

        if (f == NULL || f->retired)
            continue;
        if (f->engine == STH_ENGINE_COUNT ||
            front.queued[f->engine] >= g->params.queue_depth)
            break;
        if (front.queued[f->engine]++ == 0)
            front.oldest[f->engine] = front.end;
    }
    return front;
}

/* Semaphores that the command lacks. */
static uint32_t lacks(const struct sth_guard *g,
                      const struct sth_guard_flight *f)
{
    const uint32_t wait = STH_GET(&f->command, ANY_WAIT);
    uint32_t mask = 0;

    for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
        if ((wait >> s & 1u) != 0 && g->token[s] == 0)
            mask |= 1u << s;
    return mask;
}

static bool is_stuck(struct sth_guard *g, const struct front *front)
{
    bool waits = false;

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        if (front->queued[e] == 0)
            continue;
        waits = true;
        if (lacks(g, sth_guard_flights_at(&g->flights, front->oldest[e])) == 0)
            return false;
    }
    return waits;
}

bool sth_guard_is_stuck(struct sth_guard *g)
{
    const struct front front = find_front(g);

    if (g->lost)
        return true;
    if (g->flights.first == g->flights.tail)
        return false;
    return !g->enabled || is_stuck(g, &front) ||
           (front.end == g->flights.first &&
            front.end != g->flights.tail); /* the oldest is refused */
}

/* Behind a fault nothing moves; to ask takes the device a few cycles. */
static bool is_faulted(struct sth_guard *g)
{
    return (g->inner->ops->reg_read(g->inner, STH_REG_STATUS) &
            STH_STATUS_FAULTED) != 0;
}

bool sth_guard_is_silent(struct sth_guard *g)
{
    const bool still =
        g->inner->ops->cycles(g->inner) - g->since > STILL_CYCLES;

    for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
        const struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

        if (f != NULL && !f->retired)
            return still && ((g->watchdog == 0 && sth_guard_is_stuck(g)) ||
                             is_faulted(g));
    }
    return !g->lost || (still && (g->watchdog == 0 || is_faulted(g)));
}

/* ---- words ------------------------------------------------------------- */

struct text {
    char at[900];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text,
                                                      const char *format, ...)
{
    va_list args;
    int n;

    if (text->length >= sizeof(text->at))
        return;
    va_start(args, format);
    n = vsnprintf(text->at + text->length, sizeof(text->at) - text->length,
                  format, args);
    va_end(args);
    if (n > 0)
        text->length += (size_t)n;
}

/* Who among those under way would post. */
static void put_poster(struct sth_guard *g, struct text *text, uint32_t s)
{
    for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
        const struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

        if (f != NULL && !f->retired &&
            (STH_GET(&f->command, ANY_POST) >> s & 1u) != 0) {
            put(text, " for semaphore %u, which command %u would post", s, i);
            return;
        }
    }
    put(text, " for semaphore %u, which no command under way posts", s);
}

/* If it is one. */
static bool find_deadlock(struct sth_guard *g)
{
    const struct front front = find_front(g);
    struct sth_guard_flight *first = NULL, *second = NULL;
    struct text text = {.length = 0};

    if (!is_stuck(g, &front))
        return false;
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        struct sth_guard_flight *f =
            sth_guard_flights_at(&g->flights, front.oldest[e]);
        char line[STH_GUARD_LINE];
        uint32_t mask;

        if (front.queued[e] == 0)
            continue;
        mask = lacks(g, f);
        sth_guard_describe(f, line);
        put(&text, "; %s waits at %s", sth_engine_name(e), line);
        for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
            if ((mask >> s & 1u) != 0)
                put_poster(g, &text, s);
        if (first == NULL)
            first = f;
        else if (second == NULL)
            second = f;
    }
    if (front.end != g->flights.tail)
        put(&text, "; command %u finds its queue full", front.end);
    sth_guard_find(g, STH_GUARD_DEADLOCK, first, second,
                   "no command can proceed%s", text.at);
    return true;
}

/* Where the fault is: "; word 4, SP", "; address 0x1000", or nothing. */
static void describe_fault(uint32_t code, uint64_t addr,
                           const struct sth_guard_flight *f, char *text,
                           size_t size)
{
    char fields[80] = "";

    text[0] = '\0';
    if (code <= STH_FAULT_RANGE) {
        if (f != NULL)
            sth_guard_name_fields(&f->command, (uint32_t)addr, fields,
                                  sizeof(fields));
        snprintf(text, size, "; word %u,%s", (uint32_t)addr, fields);
    } else if (code <= STH_FAULT_STORE_BUS) {
        snprintf(text, size, "; address 0x%llx", (unsigned long long)addr);
    }
}

void sth_guard_find_fault(struct sth_guard *g)
{
    struct sth_device *dev = g->inner;
    const uint32_t code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);
    const uint32_t index = dev->ops->reg_read(dev, STH_REG_FAULT_INDEX);
    uint64_t addr = dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_LO);
    struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, index);
    char line[STH_GUARD_LINE], place[128];

    addr |= (uint64_t)dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_HI) << 32;
    if (code == STH_FAULT_NONE)
        return;
    if (code == STH_FAULT_WATCHDOG)
        (void)find_deadlock(g);
    snprintf(line, sizeof(line), "command %u", index);
    if (f != NULL) {
        sth_guard_refresh(g, f);
        sth_guard_describe(f, line);
    }
    describe_fault(code, addr, f, place, sizeof(place));
    sth_guard_find(g, STH_GUARD_FAULT, f, NULL, "%s at %s: %s%s",
                   sth_fault_name(code), line, sth_fault_meaning(code), place);
}

/* Why commands under way do not retire; false: they may. */
static bool find_reason(struct sth_guard *g)
{
    struct sth_device *dev = g->inner;

    if (g->flights.first == g->flights.tail && !g->lost)
        return false;
    if ((dev->ops->reg_read(dev, STH_REG_STATUS) & STH_STATUS_FAULTED) != 0) {
        const uint32_t code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);

        sth_guard_find_fault(g);
        if (code != STH_FAULT_WATCHDOG)
            return true;
    }
    if (!g->enabled && !g->lost) {
        sth_guard_find(g, STH_GUARD_DISABLED,
                       sth_guard_flights_at(&g->flights, g->flights.first),
                       NULL,
                       "%u commands are announced, and CTRL.ENABLE is zero: "
                       "the front end fetches none",
                       g->flights.tail - g->flights.first);
        return true;
    }
    return find_deadlock(g) || g->lost;
}

void sth_guard_sleep(struct sth_guard *g)
{
    struct sth_guard_flight *f;
    char line[STH_GUARD_LINE];

    if (!g->unseen)
        return;
    f = sth_guard_flights_at(&g->flights, g->unseen_index);
    if (f == NULL)
        return;
    sth_guard_describe(f, line);
    sth_guard_find(g, STH_GUARD_INTERRUPT, f, NULL,
                   "the interrupt of %s was cleared, and firmware sleeps "
                   "without having looked what has retired",
                   line);
}

void sth_guard_hangs(struct sth_guard *g)
{
    bool interrupts = false;
    uint32_t left = 0;

    sth_guard_drain(g);
    if (find_reason(g))
        return;
    for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
        const struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

        if (f == NULL || f->known)
            continue;
        left++;
        interrupts = interrupts || STH_GET(&f->command, ANY_IRQ) != 0;
    }
    if (left == 0)
        sth_guard_find(g, STH_GUARD_SLEEP, NULL, NULL,
                       "firmware waits, and no command is under way");
    else if (!interrupts)
        sth_guard_find(g, STH_GUARD_SLEEP, NULL, NULL,
                       "firmware waits, and none of the %u commands under way "
                       "has the IRQ flag",
                       left);
    else
        sth_guard_find(g, STH_GUARD_SLEEP, NULL, NULL,
                       "firmware waits for the interrupt of the chip, and "
                       "IRQ_ENABLE is 0x%x",
                       g->irq_enable);
}

void sth_guard_end(struct sth_guard *g, bool done)
{
    struct sth_guard_flight *f;
    char line[STH_GUARD_LINE];

    sth_guard_drain(g);
    if (find_reason(g) || !done)
        return;
    for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
        f = sth_guard_flights_at(&g->flights, i);
        if (f == NULL || f->known)
            continue;
        sth_guard_describe(f, line);
        sth_guard_find(g, STH_GUARD_UNFINISHED, f, NULL,
                       "the end, and firmware has not seen %s retire", line);
        return; /* semaphores are not at rest */
    }
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        if (g->token[s] == 0)
            continue;
        f = sth_guard_flights_at(&g->flights, g->poster[s]);
        if (f != NULL)
            sth_guard_describe(f, line);
        else
            snprintf(line, sizeof(line), "command %u", g->poster[s]);
        sth_guard_find(g, STH_GUARD_TOKEN, f, NULL,
                       "semaphore %u is %u at the end: nobody waits for what "
                       "%s posted last",
                       s, g->token[s], line);
    }
}
