/* Running and stopping, as gdb asks for it. */
#include "sth_gdb_remote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What gdb calls signals. */
enum { SIGNAL_INT = 2, SIGNAL_TRAP = 5, SIGNAL_SEGV = 11, SIGNAL_TERM = 15 };

enum { RA = 1, SP = 2, FP = 8, PC = 32 };

static uint8_t signal_of(enum sth_gdb_stop_kind kind)
{
    switch (kind) {
    case STH_GDB_STOP_ASKED:
        return SIGNAL_INT;
    case STH_GDB_STOP_FAULT:
        return SIGNAL_SEGV;
    case STH_GDB_STOP_EXIT:
        return SIGNAL_TERM;
    default:
        return SIGNAL_TRAP;
    }
}

/* The address must be one that is watched: an access may begin before it. */
static void put_watch(struct sth_gdb_remote *r, const struct sth_gdb_stop *stop,
                      const struct sth_gdb_point *point)
{
    static const char *const name[STH_GDB_POINT_KINDS] = {
        [STH_GDB_POINT_WRITE] = "watch:",
        [STH_GDB_POINT_READ] = "rwatch:",
        [STH_GDB_POINT_ACCESS] = "awatch:",
    };

    sth_gdb_put(&r->answer, name[point->kind]);
    sth_gdb_put_number(&r->answer,
                       stop->addr > point->addr ? stop->addr : point->addr);
    sth_gdb_put(&r->answer, ";");
}

static void put_reason(struct sth_gdb_remote *r)
{
    const struct sth_gdb_stop *stop = &r->session->stop;
    const struct sth_gdb_point *point =
        sth_gdb_points_find(&r->session->points, stop);

    if (point && stop->kind == STH_GDB_STOP_WATCH)
        put_watch(r, stop, point);
    else if (point && r->tells_breaks)
        sth_gdb_put(&r->answer, point->kind == STH_GDB_POINT_SOFTWARE_BREAK
                                    ? "swbreak:;"
                                    : "hwbreak:;");
}

void sth_gdb_put_stop(struct sth_gdb_remote *r)
{
    static const uint8_t sent[] = {RA, SP, FP, PC};
    const struct sth_gdb_target *t = r->session->target;
    const uint8_t signal = signal_of(r->session->stop.kind);

    sth_gdb_put(&r->answer, "T");
    sth_gdb_put_hex(&r->answer, &signal, 1);
    put_reason(r);
    for (size_t i = 0; i < sizeof(sent); i++) {
        uint32_t value;

        if (!t->reg_read(t->user, sent[i], &value))
            continue;
        sth_gdb_put_hex(&r->answer, &sent[i], 1);
        sth_gdb_put(&r->answer, ":");
        sth_gdb_put_word(&r->answer, value);
        sth_gdb_put(&r->answer, ";");
    }
    sth_gdb_put(&r->answer, "thread:1;");
}

/* Behind the end of a run the machine can be looked at; gone on from there, the
 * run is over for gdb as well. */
void sth_gdb_remote_stopped(struct sth_gdb_remote *r)
{
    struct sth_gdb_session *s = r->session;

    r->answer.bytes = 0;
    if (s->stop.kind == STH_GDB_STOP_EXIT && s->was_over) {
        sth_gdb_put(&r->answer, "W");
        sth_gdb_put_hex(&r->answer, &s->stop.status, 1);
        sth_gdb_session_finish(s, STH_GDB_END_OVER);
    } else {
        if (s->stop.text[0]) {
            char line[sizeof(s->stop.text) + 1];

            snprintf(line, sizeof(line), "%s\n", s->stop.text);
            sth_gdb_say(r, line, strlen(line));
        }
        sth_gdb_put_stop(r);
    }
    sth_gdb_link_answer(&s->link, r->answer.data, r->answer.bytes);
}

/* The answer comes with the next stop. */
static void go(struct sth_gdb_remote *r, const struct sth_gdb_go *how)
{
    sth_gdb_session_go(r->session, how);
    r->is_silent = true;
}

/* [ADDR], from where on to go. */
static bool take_start(struct sth_gdb_remote *r, struct sth_gdb_reader *packet)
{
    const struct sth_gdb_target *t = r->session->target;
    uint32_t addr;

    if (sth_gdb_at_end(packet))
        return true;
    return sth_gdb_take_number(packet, &addr) &&
           t->reg_write(t->user, PC, addr);
}

static bool resume(struct sth_gdb_remote *r, struct sth_gdb_reader *packet,
                   char kind)
{
    const struct sth_gdb_go how = {
        .step = kind == 's' || kind == 'S',
        .until = UINT64_MAX,
    };
    uint32_t signal; /* means nothing to a machine */

    if ((kind == 'C' || kind == 'S') &&
        (!sth_gdb_take_number(packet, &signal) ||
         (!sth_gdb_at_end(packet) && !sth_gdb_take(packet, ";"))))
        return false;
    if (!take_start(r, packet))
        return false;
    go(r, &how);
    return true;
}

/* ACTION[:THREAD];...: there is one thread, so the first action is its own. */
static bool resume_threads(struct sth_gdb_remote *r,
                           struct sth_gdb_reader *packet)
{
    struct sth_gdb_go how = {.until = UINT64_MAX};
    uint32_t signal;

    if (!sth_gdb_take(packet, ";") || sth_gdb_at_end(packet))
        return false;
    switch (*packet->at++) {
    case 'c':
        break;
    case 's':
        how.step = true;
        break;
    case 'S':
        how.step = true;
        /* fallthrough */
    case 'C':
        if (!sth_gdb_take_number(packet, &signal))
            return false;
        break;
    case 'r':
        how.step = true;
        if (!sth_gdb_take_number(packet, &how.first) ||
            !sth_gdb_take(packet, ",") ||
            !sth_gdb_take_number(packet, &how.end))
            return false;
        break;
    default:
        return false;
    }
    if (!sth_gdb_at_end(packet) && *packet->at != ':' && *packet->at != ';')
        return false;
    go(r, &how);
    return true;
}

static bool begin_again(struct sth_gdb_remote *r, enum sth_gdb_owed owed)
{
    char text[64]; /* gdb has no room for it */

    r->is_killed = false;
    return sth_gdb_session_reset(r->session, owed, text, sizeof(text));
}

/* An extended session stays when its machine is killed. */
static void kill(struct sth_gdb_remote *r)
{
    r->is_killed = true;
    if (!r->is_extended)
        sth_gdb_session_finish(r->session, STH_GDB_END_KILLED);
}

static bool take_word(struct sth_gdb_remote *r, struct sth_gdb_reader *packet)
{
    if (sth_gdb_take(packet, "vCont?")) {
        sth_gdb_put(&r->answer, "vCont;c;C;s;S;r");
    } else if (sth_gdb_take(packet, "vCont")) {
        if (!resume_threads(r, packet))
            sth_gdb_error(r, EINVAL);
    } else if (sth_gdb_take(packet, "vKill")) {
        kill(r);
        sth_gdb_ok(r);
    } else if (sth_gdb_take(packet, "vRun")) {
        if (begin_again(r, STH_GDB_OWED_STOP))
            sth_gdb_put_stop(r);
        else
            sth_gdb_error(r, EPERM);
    } else { /* vMustReplyEmpty, and what is not there */
        return false;
    }
    return true;
}

bool sth_gdb_resume(struct sth_gdb_remote *r, struct sth_gdb_reader packet)
{
    const char kind = *packet.at;

    switch (kind) {
    case 'v':
        return take_word(r, &packet);
    case '?':
        sth_gdb_put_stop(r);
        return true;
    case 'c':
    case 'C':
    case 's':
    case 'S':
        packet.at++;
        if (!resume(r, &packet, kind))
            sth_gdb_error(r, EINVAL);
        return true;
    case '!':
        r->is_extended = true;
        sth_gdb_ok(r);
        return true;
    case 'R':
        (void)begin_again(r, STH_GDB_OWED_NOTHING);
        r->is_silent = true;
        return true;
    case 'k':
        kill(r);
        r->is_silent = true;
        return true;
    case 'D':
        sth_gdb_session_finish(r->session, STH_GDB_END_DETACHED);
        sth_gdb_ok(r);
        return true;
    default:
        return false;
    }
}
