/* Deadlock: nothing is scheduled, yet commands have not retired. */
#include "sth_csim.h"

#include <stdarg.h>
#include <stdio.h>

#include "sth_disasm.h"

struct text {
    char *at;
    size_t size;
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text,
                                                      const char *format, ...)
{
    va_list args;
    int n;

    if (text->length >= text->size)
        return;
    va_start(args, format);
    n = vsnprintf(text->at + text->length, text->size - text->length, format,
                  args);
    va_end(args);
    if (n > 0)
        text->length += (size_t)n;
}

/* Whether commands wait and no actor but the watchdog will ever act. */
static bool stuck(const struct sth_csim *csim)
{
    bool waits = false;

    if (!sth_status_busy(&csim->front.status) ||
        sth_faults_pending(&csim->front.faults) ||
        sth_clock_resets(&csim->clock))
        return false;
    for (int turn = 0; turn < STH_TURNS; turn++) {
        if (turn != STH_TURN_CONTROL && csim->clock.next[turn] != STH_NEVER)
            return false;
    }
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        waits |= sth_engine_queued(csim->engine[e], 0) != NULL;
    return waits;
}

static bool posts(const struct sth_command *command, uint32_t semaphore)
{
    return (STH_GET(command, ANY_POST) >> semaphore & 1u) != 0;
}

/* The command with the lowest index that will post, among those queued. */
static bool find_poster(const struct sth_csim *csim, uint32_t semaphore,
                        uint32_t *index)
{
    const struct sth_fetch *fetch = &csim->front.fetch;
    const struct sth_queued *entry;
    bool found = false;

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        for (uint32_t i = 0;
             (entry = sth_engine_queued(csim->engine[e], i)) != NULL; i++) {
            if (posts(&entry->command, semaphore) &&
                (!found || (int32_t)(entry->index - *index) < 0)) {
                found = true;
                *index = entry->index;
            }
        }
    }
    for (uint32_t i = sth_dispatch_next(&csim->front.dispatch);
         !found && i != sth_fetch_requested(fetch); i++) {
        if (posts(&sth_fetch_slot(fetch, i)->command, semaphore)) {
            found = true;
            *index = i;
        }
    }
    return found;
}

/* What the engine waits for, at the oldest of its queued commands. */
static void put_engine(const struct sth_csim *csim, struct text *text, int e,
                       const struct sth_queued *entry)
{
    uint32_t wait = STH_GET(&entry->command, ANY_WAIT);
    char line[STH_DISASM_BYTES];
    uint32_t poster;

    sth_disasm(&entry->command, line, sizeof(line));
    put(text, "; %s waits at command %u (%.90s)", sth_engine_name((uint32_t)e),
        entry->index, line);
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        if ((wait >> s & 1u) == 0 ||
            sth_semaphores_ready(&csim->front.semaphores, 1u << s))
            continue;
        if (find_poster(csim, s, &poster))
            put(text, " for semaphore %u, which command %u would post", s,
                poster);
        else
            put(text, " for semaphore %u, which nobody queued posts", s);
    }
}

bool sth_deadlock_find(const struct sth_csim *csim,
                       struct sth_diagnostic *found)
{
    const struct sth_command *blocked =
        sth_dispatch_blocked(&csim->front.dispatch);
    struct text text = {found->text, sizeof(found->text), 0};
    bool first = true;

    if (!stuck(csim))
        return false;
    found->kind = STH_DIAGNOSTIC_DEADLOCK;
    put(&text, "deadlock at cycle %llu", (unsigned long long)csim->clock.now);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_queued *entry = sth_engine_queued(csim->engine[e], 0);

        if (entry == NULL)
            continue;
        if (first || (int32_t)(entry->index - found->index) < 0)
            found->index = entry->index;
        first = false;
        put_engine(csim, &text, e, entry);
    }
    if (blocked != NULL)
        put(&text, "; command %u finds the %s queue full",
            sth_dispatch_next(&csim->front.dispatch),
            sth_engine_name(sth_decode_engine(blocked)));
    found->other = found->index;
    return true;
}
