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
static bool stuck(struct sth_csim *csim)
{
    if (!sth_csim_busy(csim) || csim->fault.pending || csim->resetting)
        return false;
    for (int actor = 0; actor < STH_ACTOR_CONTROL; actor++) {
        if (csim->next[actor] != STH_NEVER)
            return false;
    }
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (csim->engine[e].queue_count > 0)
            return true;
    }
    return false;
}

/* The command with the lowest index that will post, among those queued. */
static bool find_poster(const struct sth_csim *csim, uint32_t semaphore,
                        uint32_t *index)
{
    const struct sth_front *front = &csim->front;
    bool found = false;
    uint32_t i;

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_engine_state *engine = &csim->engine[e];

        for (i = 0; i < engine->queue_count; i++) {
            const struct sth_queued *entry =
                &engine->queue[(engine->queue_first + i) % STH_QUEUE_MAX];

            if ((STH_GET(&entry->command, ANY_POST) >> semaphore & 1u) != 0 &&
                (!found || (int32_t)(entry->index - *index) < 0)) {
                found = true;
                *index = entry->index;
            }
        }
    }
    i = front->decoded - (front->decoding ? 1u : 0u);
    for (; !found && i != front->requested; i++) {
        const struct sth_command *command =
            &front->slot[i % STH_FETCH_MAX].command;

        if ((STH_GET(command, ANY_POST) >> semaphore & 1u) != 0) {
            found = true;
            *index = i;
        }
    }
    return found;
}

static void put_engine(struct sth_csim *csim, struct text *text, int e)
{
    const struct sth_engine_state *engine = &csim->engine[e];
    const struct sth_queued *entry = &engine->queue[engine->queue_first];
    uint32_t wait = STH_GET(&entry->command, ANY_WAIT);
    char line[STH_DISASM_BYTES];
    uint32_t poster;

    sth_disasm(&entry->command, line, sizeof(line));
    put(text, "; %s waits at command %u (%.90s)", sth_engine_name((uint32_t)e),
        entry->index, line);
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        if ((wait >> s & 1u) == 0 || csim->semaphore[s] > 0)
            continue;
        if (find_poster(csim, s, &poster))
            put(text, " for semaphore %u, which command %u would post", s,
                poster);
        else
            put(text, " for semaphore %u, which nobody queued posts", s);
    }
}

bool sth_deadlock_find(struct sth_csim *csim, struct sth_diagnostic *found)
{
    const struct sth_front *front = &csim->front;
    struct text text = {found->text, sizeof(found->text), 0};
    bool first = true;

    if (!stuck(csim))
        return false;
    found->kind = STH_DIAGNOSTIC_DEADLOCK;
    put(&text, "deadlock at cycle %llu", (unsigned long long)csim->now);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_engine_state *engine = &csim->engine[e];
        uint32_t index = engine->queue[engine->queue_first].index;

        if (engine->queue_count == 0)
            continue;
        if (first || (int32_t)(index - found->index) < 0)
            found->index = index;
        first = false;
        put_engine(csim, &text, e);
    }
    if (front->decoding && front->stalled) {
        const struct sth_command *command =
            &front->slot[(front->decoded - 1) % STH_FETCH_MAX].command;

        put(&text, "; command %u finds the %s queue full", front->decoded - 1,
            sth_engine_name(sth_decode_engine(command)));
    }
    found->other = found->index;
    return true;
}
