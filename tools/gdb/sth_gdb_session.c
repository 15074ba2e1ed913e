/* A debugging session; see sth_gdb_session.h. */
#include "sth_gdb_session.h"

#include "sth_gdb_describe.h"

#include <stdio.h>
#include <time.h>

static uint64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum sth_gdb_event sth_gdb_session_wait(struct sth_gdb_session *session)
{
    enum sth_gdb_event event = session->pending;

    session->pending = STH_GDB_EVENT_NONE;
    while (event == STH_GDB_EVENT_NONE)
        event = sth_gdb_link_wait(&session->link, -1);
    return event;
}

uint32_t sth_gdb_session_pc(const struct sth_gdb_session *session)
{
    uint32_t pc = 0;

    (void)session->target->reg_read(session->target->user, STH_GDB_REG_PC, &pc);
    return pc;
}

void sth_gdb_session_go(struct sth_gdb_session *session,
                        const struct sth_gdb_go *go)
{
    session->go = *go;
    session->was_over = session->stop.kind == STH_GDB_STOP_EXIT;
    session->is_late = false;
    session->is_running = true;
    session->deadline = go->limit ? milliseconds() + go->limit : UINT64_MAX;
}

bool sth_gdb_session_wants_stop(struct sth_gdb_session *session)
{
    const struct sth_gdb_target *target = session->target;

    if (session->pending == STH_GDB_EVENT_NONE)
        session->pending = sth_gdb_link_wait(&session->link, 0);
    if (session->go.limit && milliseconds() >= session->deadline)
        session->is_late = true;
    if (session->go.until != UINT64_MAX &&
        target->cycles(target->user) >= session->go.until)
        session->is_late = true;
    return session->is_late || session->pending != STH_GDB_EVENT_NONE;
}

/* Whether another step follows. */
static bool steps_on(struct sth_gdb_session *session)
{
    struct sth_gdb_go *go = &session->go;

    if (sth_gdb_session_pc(session) - go->first < go->end - go->first)
        return true;
    if (go->more == 0)
        return false;
    go->more--;
    return true;
}

bool sth_gdb_session_take_stop(struct sth_gdb_session *session,
                               const struct sth_gdb_stop *stop)
{
    if (session->is_running && stop->kind == STH_GDB_STOP_STEP &&
        steps_on(session) && !sth_gdb_session_wants_stop(session))
        return false;
    session->stop = *stop;
    /* Ctrl-C has done its work; anything else is to be answered. */
    if (session->pending == STH_GDB_EVENT_INTERRUPT) {
        session->pending = STH_GDB_EVENT_NONE;
        if (stop->kind == STH_GDB_STOP_STEP)
            session->stop.kind = STH_GDB_STOP_ASKED;
    }
    return true;
}

bool sth_gdb_session_change(struct sth_gdb_session *session,
                            bool (*change)(void *, char *, size_t), char *text,
                            size_t size)
{
    text[0] = 0;
    if (!change) {
        snprintf(text, size, "this machine cannot do that");
        return false;
    }
    if (!change(session->target->user, text, size))
        return false;
    session->stop = (struct sth_gdb_stop){.kind = STH_GDB_STOP_STEP};
    return true;
}

bool sth_gdb_session_reset(struct sth_gdb_session *session,
                           enum sth_gdb_owed owed, char *text, size_t size)
{
    bool done;

    session->owed = owed;
    done = sth_gdb_session_change(session, session->target->reset, text, size);
    session->owed = STH_GDB_OWED_NOTHING;
    return done;
}

void sth_gdb_session_finish(struct sth_gdb_session *session,
                            enum sth_gdb_end end)
{
    if (!session->is_ended)
        session->end = end;
    session->is_ended = true;
}
