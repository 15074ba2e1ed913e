/* Serves a debugger; see sth_gdb_stub.h. */
#include "sth_gdb_stub.h"

#include "sth_gdb_remote.h"
#include "sth_gdb_script.h"

#include <errno.h>
#include <sys/mman.h>

/* In memory that a process shares with its copies: going back to one of them
 * (sth_gdb_copy.h) takes the machine there, and leaves the session here. */
struct sth_gdb {
    struct sth_gdb_session session;
    struct sth_gdb_remote remote;
};

struct sth_gdb *sth_gdb_open(const struct sth_gdb_target *target, int in,
                             int out)
{
    struct sth_gdb *gdb = mmap(NULL, sizeof(*gdb), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (gdb == MAP_FAILED)
        return NULL;
    gdb->session.target = target;
    gdb->remote.session = &gdb->session;
    sth_gdb_link_init(&gdb->session.link, in, out);
    return gdb;
}

static void answer(struct sth_gdb_remote *r)
{
    const struct sth_gdb_packet *p = &r->session->link.packet;
    const struct sth_gdb_reader packet = {p->data, p->data + p->bytes};

    r->answer.bytes = 0;
    r->is_silent = false;
    /* One that nobody knows has an empty answer. */
    if (p->bytes > 0 && !sth_gdb_resume(r, packet) && !sth_gdb_data(r, packet))
        (void)sth_gdb_query(r, packet);
    if (!r->is_silent)
        sth_gdb_link_answer(&r->session->link, r->answer.data, r->answer.bytes);
}

/* What is too long to be kept cannot be carried out. */
static void refuse(struct sth_gdb *gdb)
{
    struct sth_gdb_remote *r = &gdb->remote;

    if (sth_gdb_link_is_script(&gdb->session.link)) {
        sth_gdb_script_refuse(&gdb->session, "the line is too long");
        return;
    }
    sth_gdb_error(r, E2BIG);
    sth_gdb_link_answer(&gdb->session.link, r->answer.data, r->answer.bytes);
}

/* The machine stands in reset, by another way than the one it was sent. */
static void pay(struct sth_gdb *gdb)
{
    static const char text[] = STH_GDB_SESSION_RESET_TEXT;
    struct sth_gdb_remote *r = &gdb->remote;
    const bool is_stop = gdb->session.owed == STH_GDB_OWED_STOP;

    gdb->session.owed = STH_GDB_OWED_NOTHING;
    if (sth_gdb_link_is_script(&gdb->session.link)) {
        sth_gdb_script_say(&gdb->session, text);
        return;
    }
    r->answer.bytes = 0;
    if (is_stop) {
        sth_gdb_put_stop(r);
    } else {
        sth_gdb_say(r, text, sizeof(text) - 1);
        sth_gdb_ok(r);
    }
    sth_gdb_link_answer(&gdb->session.link, r->answer.data, r->answer.bytes);
}

static void serve(struct sth_gdb *gdb)
{
    struct sth_gdb_session *s = &gdb->session;

    switch (sth_gdb_session_wait(s)) {
    case STH_GDB_EVENT_PACKET:
        answer(&gdb->remote);
        break;
    case STH_GDB_EVENT_LINE:
        sth_gdb_script_line(s);
        break;
    case STH_GDB_EVENT_LONG:
        refuse(gdb);
        break;
    case STH_GDB_EVENT_LOST:
        sth_gdb_session_finish(s, gdb->remote.is_killed ? STH_GDB_END_KILLED
                                                        : STH_GDB_END_LOST);
        break;
    default: /* Ctrl-C, and nothing runs */
        break;
    }
}

enum sth_gdb_order sth_gdb_stopped(struct sth_gdb *gdb,
                                   const struct sth_gdb_stop *stop)
{
    struct sth_gdb_session *s = &gdb->session;

    if (!sth_gdb_session_take_stop(s, stop))
        return STH_GDB_ORDER_STEP;
    if (s->is_running) {
        s->is_running = false;
        if (sth_gdb_link_is_script(&s->link))
            sth_gdb_script_stopped(s);
        else
            sth_gdb_remote_stopped(&gdb->remote);
    }
    if (s->owed != STH_GDB_OWED_NOTHING)
        pay(gdb);
    while (!s->is_running && !s->is_ended)
        serve(gdb);
    if (s->is_ended)
        return STH_GDB_ORDER_END;
    return s->go.step ? STH_GDB_ORDER_STEP : STH_GDB_ORDER_RUN;
}

void sth_gdb_insert_again(struct sth_gdb *gdb)
{
    sth_gdb_points_insert(&gdb->session.points, gdb->session.target);
}

bool sth_gdb_wants_stop(struct sth_gdb *gdb)
{
    return sth_gdb_session_wants_stop(&gdb->session);
}

enum sth_gdb_end sth_gdb_close(struct sth_gdb *gdb)
{
    const enum sth_gdb_end end = gdb->session.end;

    sth_gdb_points_clear(&gdb->session.points, gdb->session.target);
    munmap(gdb, sizeof(*gdb));
    return end;
}
