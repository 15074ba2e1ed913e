/* The commands behind `monitor`; see sth_gdb_monitor.h. */
#include "sth_gdb_monitor.h"

#include "sth_gdb_copy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef void print_chip(const struct sth_gdb_chip *chip, FILE *out);

static bool reset(struct sth_gdb_session *s, FILE *out)
{
    char text[256];
    const bool done =
        sth_gdb_session_reset(s, STH_GDB_OWED_TEXT, text, sizeof(text));

    if (done)
        fputs(STH_GDB_SESSION_RESET_TEXT, out);
    else
        fprintf(out, "%s\n", text);
    return done;
}

static bool snapshot(struct sth_gdb_session *s, FILE *out)
{
    char text[256];
    const bool done =
        sth_gdb_session_change(s, s->target->snapshot, text, sizeof(text));

    fprintf(out, "%s\n", text[0] ? text : "the state is kept");
    return done;
}

static bool restore(struct sth_gdb_session *s, FILE *out)
{
    char text[256];
    const bool done =
        sth_gdb_session_change(s, s->target->restore, text, sizeof(text));

    fprintf(out, "%s\n", text[0] ? text : "the state is back");
    return done;
}

static bool cycles(struct sth_gdb_session *s, FILE *out)
{
    const struct sth_gdb_target *t = s->target;

    fprintf(out, "processor: cycle %" PRIu64 "\n", t->cycles(t->user));
    for (uint32_t i = 0; i < t->chips; i++)
        fprintf(out, "accelerator %" PRIu32 ": cycle %" PRIu64 "\n", i,
                t->chip[i].cycles(t->chip[i].user));
    return true;
}

/* One of the two is there. */
static const struct {
    const char *name, *help;
    print_chip *chip; /* of one chip, or of all */
    bool (*machine)(struct sth_gdb_session *session, FILE *out);
} commands[] = {
    {"engines", "what each engine does", sth_gdb_chip_print_engines, NULL},
    {"queues", "commands that have not retired", sth_gdb_chip_print_queues,
     NULL},
    {"semaphores", "those above zero", sth_gdb_chip_print_semaphores, NULL},
    {"counters", "those above zero", sth_gdb_chip_print_counters, NULL},
    {"ring", "commands in the ring around the last that was fetched",
     sth_gdb_chip_print_ring, NULL},
    {"fault", "what is reported, if anything", sth_gdb_chip_print_fault, NULL},
    {"sanitizer", "races, deadlocks and what else was seen",
     sth_gdb_chip_print_sanitizer, NULL},
    {"cycles", "how far everything is", NULL, cycles},
    {"reset", "back to the beginning", NULL, reset},
    {"snapshot", "keep the state", NULL, snapshot},
    {"restore", "back to the state that was kept", NULL, restore},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static bool help(struct sth_gdb_session *s, FILE *out)
{
    const struct sth_gdb_target *t = s->target;

    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "%-10s %s%s\n", commands[i].name, commands[i].help,
                commands[i].chip ? " [of accelerator N]" : "");
    if (t->monitor)
        (void)t->monitor(t->user, "help", out);
    return true;
}

/* What is asked of a chip, for a copy of the process to do. */
struct question {
    const struct sth_gdb_chip *chip;
    print_chip *print;
};

static void answer(void *user, FILE *out)
{
    const struct question *q = user;

    q->print(q->chip, out);
}

/* Of chip `which`, or of all. */
static bool print(const struct sth_gdb_target *t, print_chip *chip,
                  const char *which, FILE *out)
{
    char *end = NULL;
    const unsigned long only = strtoul(which, &end, 0);

    if (*which && (end == which || *end || only >= t->chips)) {
        fprintf(out, "there is no accelerator %s\n", which);
        return false;
    }
    if (t->chips == 0)
        fputs("there is no accelerator\n", out);
    for (uint32_t i = 0; i < t->chips; i++) {
        struct question q = {&t->chip[i], chip};

        if (*which && i != only)
            continue;
        if (t->chips > 1)
            fprintf(out, "accelerator %" PRIu32 ":\n", i);
        if (!q.chip->takes_time)
            answer(&q, out);
        else if (!sth_gdb_copy_ask(answer, &q, out))
            fputs("it cannot be asked: no copy of the process\n", out);
    }
    return t->chips != 0;
}

bool sth_gdb_monitor(struct sth_gdb_session *s, const char *line, FILE *out)
{
    const struct sth_gdb_target *t = s->target;
    const char *word = line + strspn(line, " \t");
    const size_t length = strcspn(word, " \t");
    const char *rest = word + length + strspn(word + length, " \t");

    if (length == 0 || (length == 4 && strncmp(word, "help", 4) == 0))
        return help(s, out);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strncmp(word, commands[i].name, length) != 0 ||
            commands[i].name[length])
            continue;
        if (commands[i].chip)
            return print(t, commands[i].chip, rest, out);
        return commands[i].machine(s, out);
    }
    if (t->monitor && t->monitor(t->user, word, out))
        return true;
    fprintf(out, "no command \"%.*s\"; \"help\" lists them\n", (int)length,
            word);
    return false;
}
