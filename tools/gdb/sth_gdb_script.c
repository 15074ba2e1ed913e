/* The side of a session that a script drives; see sth_gdb_script.h. */
#include "sth_gdb_script.h"

#include "sth_gdb_describe.h"
#include "sth_gdb_monitor.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 65536 /* of memory in an answer */ };

/* A request: what is left of the line, and the answer, which the table's
 * functions fill in; NULL: none yet, or never. */
struct request {
    struct sth_gdb_session *s;
    char *rest;
    json_t *answer;
    const char *error; /* NULL: all is well */
    char text[256];    /* room for one */
};

/* Sends an answer and lets go of it. */
static void send(struct sth_gdb_session *s, json_t *answer)
{
    char *line = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

    if (line) {
        sth_gdb_link_write(&s->link, line, strlen(line));
        sth_gdb_link_write(&s->link, "\n", 1);
    } else {
        static const char none[] =
            "{\"ok\":false,\"error\":\"the host is out of memory\"}\n";

        sth_gdb_link_write(&s->link, none, sizeof(none) - 1);
    }
    free(line);
    json_decref(answer);
}

void sth_gdb_script_refuse(struct sth_gdb_session *s, const char *why)
{
    send(s, json_pack("{s:b, s:s}", "ok", 0, "error", why));
}

void sth_gdb_script_say(struct sth_gdb_session *s, const char *text)
{
    send(s, json_pack("{s:b, s:s}", "ok", 1, "text", text));
}

/* The next word of the line; "": there is none. */
static const char *take_word(struct request *q)
{
    char *word = q->rest + strspn(q->rest, " \t");
    const size_t length = strcspn(word, " \t");

    q->rest = word + length + (word[length] ? 1 : 0);
    word[length] = 0;
    return word;
}

/* A number, in C's notation; the error names it. */
static bool take_number(struct request *q, const char *what, uint64_t most,
                        uint64_t *value)
{
    const char *word = take_word(q);
    char *end;

    errno = 0;
    *value = strtoull(word, &end, 0);
    if (*word >= '0' && *word <= '9' && *end == 0 && errno == 0 &&
        *value <= most)
        return true;
    snprintf(q->text, sizeof(q->text), "%s: a number from 0 to %llu is wanted",
             what, (unsigned long long)most);
    q->error = q->text;
    return false;
}

static bool take_address(struct request *q, uint32_t *addr)
{
    uint64_t value;

    if (!take_number(q, "address", UINT32_MAX, &value))
        return false;
    *addr = (uint32_t)value;
    return true;
}

static json_t *state(struct sth_gdb_session *s)
{
    static const char *const name[STH_GDB_STOP_KINDS] = {
        [STH_GDB_STOP_STEP] = "step",   [STH_GDB_STOP_BREAK] = "breakpoint",
        [STH_GDB_STOP_FAULT] = "fault", [STH_GDB_STOP_WATCH] = "watchpoint",
        [STH_GDB_STOP_EXIT] = "exit",   [STH_GDB_STOP_ASKED] = "asked",
    };
    const struct sth_gdb_target *t = s->target;
    json_t *answer =
        json_pack("{s:b, s:s, s:I, s:I}", "ok", 1, "stop", name[s->stop.kind],
                  "pc", (json_int_t)sth_gdb_session_pc(s), "cycle",
                  (json_int_t)t->cycles(t->user));

    if (s->stop.kind == STH_GDB_STOP_WATCH) {
        (void)json_object_set_new(answer, "address",
                                  json_integer(s->stop.addr));
        (void)json_object_set_new(answer, "bytes", json_integer(s->stop.bytes));
    }
    if (s->stop.kind == STH_GDB_STOP_EXIT)
        (void)json_object_set_new(answer, "status",
                                  json_integer(s->stop.status));
    if (s->stop.text[0])
        (void)json_object_set_new(answer, "text", json_string(s->stop.text));
    return answer;
}

/* Where a run is to stop, besides the user's own. */
static struct sth_gdb_point until(uint32_t addr)
{
    return (struct sth_gdb_point){STH_GDB_POINT_HARDWARE_BREAK, addr, 2};
}

void sth_gdb_script_stopped(struct sth_gdb_session *s)
{
    if (s->has_goal) {
        const struct sth_gdb_point goal = until(s->goal);

        sth_gdb_points_remove(&s->points, s->target, &goal);
        s->has_goal = false;
    }
    send(s, state(s));
}

static void do_state(struct request *q)
{
    q->answer = state(q->s);
}

static void do_step(struct request *q)
{
    struct sth_gdb_go go = {.step = true, .until = UINT64_MAX};
    uint64_t count = 1;

    q->rest += strspn(q->rest, " \t");
    if (*q->rest && !take_number(q, "steps", UINT32_MAX, &count))
        return;
    if (count == 0) {
        q->error = "steps: at least one is wanted";
        return;
    }
    go.more = count - 1;
    sth_gdb_session_go(q->s, &go);
}

/* [until ADDRESS] [cycle N] [for MILLISECONDS] */
static void do_run(struct request *q)
{
    struct sth_gdb_session *s = q->s;
    struct sth_gdb_go go = {.until = UINT64_MAX};
    struct sth_gdb_point goal;
    bool has_goal = false;

    for (const char *word; *(word = take_word(q)) && !q->error;) {
        uint32_t addr;

        if (strcmp(word, "until") == 0 && !has_goal) {
            has_goal = take_address(q, &addr);
            if (has_goal)
                goal = until(addr);
        } else if (strcmp(word, "cycle") == 0) {
            (void)take_number(q, "cycle", INT64_MAX, &go.until);
        } else if (strcmp(word, "for") == 0) {
            (void)take_number(q, "milliseconds", UINT32_MAX, &go.limit);
        } else {
            q->error = "run [until ADDRESS] [cycle N] [for MILLISECONDS]";
        }
    }
    if (q->error)
        return;
    if (has_goal && !sth_gdb_points_add(&s->points, s->target, &goal)) {
        q->error = "there is no room for another breakpoint";
        return;
    }
    s->has_goal = has_goal;
    s->goal = has_goal ? goal.addr : 0;
    sth_gdb_session_go(s, &go);
}

static void do_regs(struct request *q)
{
    const struct sth_gdb_target *t = q->s->target;
    json_t *regs = json_object();

    for (uint32_t i = 0; i < STH_GDB_REG_CSR + 4096; i++) {
        char name[STH_GDB_NAME_BYTES];
        uint32_t value;

        sth_gdb_register_name(i, name);
        if (name[0] && t->reg_read(t->user, i, &value))
            (void)json_object_set_new(regs, name, json_integer(value));
    }
    q->answer = json_pack("{s:b, s:o}", "ok", 1, "registers", regs);
}

static void do_reg(struct request *q)
{
    const struct sth_gdb_target *t = q->s->target;
    uint32_t number, value;
    uint64_t wanted;

    if (!sth_gdb_register_number(take_word(q), &number) ||
        !t->reg_read(t->user, number, &value)) {
        q->error = "there is no register of that name";
        return;
    }
    q->rest += strspn(q->rest, " \t");
    if (*q->rest) {
        if (!take_number(q, "value", UINT32_MAX, &wanted))
            return;
        if (!t->reg_write(t->user, number, (uint32_t)wanted)) {
            q->error = "this register cannot be written";
            return;
        }
        (void)t->reg_read(t->user, number, &value);
    }
    q->answer = json_pack("{s:b, s:I}", "ok", 1, "value", (json_int_t)value);
}

static const char hex_digits[] = "0123456789abcdef";

static void do_read(struct request *q)
{
    const struct sth_gdb_target *t = q->s->target;
    uint32_t addr;
    uint64_t bytes;
    uint8_t *data;
    char *hex;

    if (!take_address(q, &addr) || !take_number(q, "bytes", READ_BYTES, &bytes))
        return;
    data = malloc((size_t)bytes + 1);
    hex = malloc(2 * (size_t)bytes + 1);
    if (!data || !hex) {
        q->error = "the host is out of memory";
    } else if (bytes > (1ull << 32) - addr ||
               t->mem_read(t->user, addr, data, (size_t)bytes) != bytes) {
        q->error = "not all of that is memory";
    } else {
        for (size_t i = 0; i < bytes; i++) {
            hex[2 * i] = hex_digits[data[i] >> 4];
            hex[2 * i + 1] = hex_digits[data[i] & 15];
        }
        hex[2 * bytes] = 0;
        q->answer = json_pack("{s:b, s:s}", "ok", 1, "data", hex);
    }
    free(data);
    free(hex);
}

static void do_write(struct request *q)
{
    const struct sth_gdb_target *t = q->s->target;
    struct sth_gdb_reader reader;
    const char *word;
    uint32_t addr;
    size_t bytes;
    uint8_t *data;

    if (!take_address(q, &addr))
        return;
    word = take_word(q);
    bytes = strlen(word) / 2;
    reader = (struct sth_gdb_reader){word, word + strlen(word)};
    data = malloc(bytes + 1);
    if (!data)
        q->error = "the host is out of memory";
    else if (!sth_gdb_take_hex(&reader, data, bytes) ||
             !sth_gdb_at_end(&reader))
        q->error = "pairs of hexadecimal digits are wanted";
    else if (bytes > (1ull << 32) - addr ||
             t->mem_write(t->user, addr, data, bytes) != bytes)
        q->error = "not all of that is memory";
    free(data);
}

static bool take_break(struct request *q, struct sth_gdb_point *point)
{
    *point = (struct sth_gdb_point){.kind = STH_GDB_POINT_SOFTWARE_BREAK,
                                    .bytes = 2};
    return take_address(q, &point->addr);
}

/* ADDRESS BYTES [write|read|access] */
static bool take_watch(struct request *q, struct sth_gdb_point *point)
{
    const char *kind;
    uint64_t bytes;

    *point = (struct sth_gdb_point){.kind = STH_GDB_POINT_WRITE};
    if (!take_address(q, &point->addr) ||
        !take_number(q, "bytes", (1ull << 32) - point->addr, &bytes))
        return false;
    point->bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
    kind = take_word(q);
    if (strcmp(kind, "read") == 0)
        point->kind = STH_GDB_POINT_READ;
    else if (strcmp(kind, "access") == 0)
        point->kind = STH_GDB_POINT_ACCESS;
    else if (*kind && strcmp(kind, "write") != 0)
        q->error = "write, read or access is wanted";
    return !q->error;
}

static void change(struct request *q, const struct sth_gdb_point *point,
                   bool insert)
{
    struct sth_gdb_session *s = q->s;

    if (!insert)
        sth_gdb_points_remove(&s->points, s->target, point);
    else if (point->bytes == 0 ||
             !sth_gdb_points_add(&s->points, s->target, point))
        q->error = "there is no room for it";
}

static void do_break(struct request *q)
{
    struct sth_gdb_point point;

    if (take_break(q, &point))
        change(q, &point, true);
}

static void do_unbreak(struct request *q)
{
    struct sth_gdb_point point;

    if (take_break(q, &point))
        change(q, &point, false);
}

static void do_watch(struct request *q)
{
    struct sth_gdb_point point;

    if (take_watch(q, &point))
        change(q, &point, true);
}

static void do_unwatch(struct request *q)
{
    struct sth_gdb_point point;

    if (take_watch(q, &point))
        change(q, &point, false);
}

/* JSON is of characters alone. */
static void clean(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x7f ||
            ((unsigned char)*text < ' ' && *text != '\n'))
            *text = '?';
}

static void do_monitor(struct request *q)
{
    static char none[1];
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    bool done;

    if (!out) {
        q->error = "the host is out of memory";
        return;
    }
    done = sth_gdb_monitor(q->s, q->rest, out);
    q->rest = none;
    if (fclose(out) == 0) {
        clean(text);
        q->answer = json_pack("{s:b, s:s}", "ok", done ? 1 : 0,
                              done ? "text" : "error", text);
    }
    free(text);
}

static void do_detach(struct request *q)
{
    sth_gdb_session_finish(q->s, STH_GDB_END_DETACHED);
}

static void do_kill(struct request *q)
{
    sth_gdb_session_finish(q->s, STH_GDB_END_KILLED);
}

static const struct {
    const char *name, *use;
    void (*run)(struct request *q);
} requests[] = {
    {"state", "", do_state},
    {"pause", "while it runs", do_state},
    {"step", "[COUNT]", do_step},
    {"run", "[until ADDRESS] [cycle N] [for MILLISECONDS]", do_run},
    {"regs", "", do_regs},
    {"reg", "NAME [VALUE]", do_reg},
    {"read", "ADDRESS BYTES", do_read},
    {"write", "ADDRESS HEX", do_write},
    {"break", "ADDRESS", do_break},
    {"unbreak", "ADDRESS", do_unbreak},
    {"watch", "ADDRESS BYTES [write|read|access]", do_watch},
    {"unwatch", "ADDRESS BYTES [write|read|access]", do_unwatch},
    {"monitor", "COMMAND", do_monitor},
    {"detach", "", do_detach},
    {"kill", "", do_kill},
};

enum { REQUESTS = sizeof(requests) / sizeof(requests[0]) };

static json_t *help(void)
{
    json_t *uses = json_object();

    for (size_t i = 0; i < REQUESTS; i++)
        (void)json_object_set_new(uses, requests[i].name,
                                  json_string(requests[i].use));
    return json_pack("{s:b, s:o}", "ok", 1, "requests", uses);
}

static void carry_out(struct request *q)
{
    const char *word = take_word(q);

    if (strcmp(word, "help") == 0) {
        q->answer = help();
        return;
    }
    for (size_t i = 0; i < REQUESTS; i++)
        if (strcmp(word, requests[i].name) == 0) {
            requests[i].run(q);
            if (!q->error && *take_word(q))
                q->error = "there are words too many";
            return;
        }
    q->error = "no such request; \"help\" lists them";
}

void sth_gdb_script_line(struct sth_gdb_session *s)
{
    char *line = s->link.packet.data;
    struct request q = {.s = s, .rest = line};

    line += strspn(line, " \t");
    if (*line == 0 || *line == '#')
        return; /* a comment is not answered */
    carry_out(&q);
    if (q.error) {
        s->is_running = false;
        json_decref(q.answer);
        sth_gdb_script_refuse(s, q.error);
    } else if (!s->is_running) {
        send(s, q.answer ? q.answer : json_pack("{s:b}", "ok", 1));
    }
}
