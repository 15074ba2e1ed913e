/* What `systolith plan` says of the plans of a run. */
#include "sth_plan_report.h"

#include "sth_plan_others.h"
#include "sth_plan_text.h"
#include "sth_report_head.h"
#include "sth_roofline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* A choice's own, and those that the judge adds. */
    CANDIDATES = 64 + (STH_PLAN_LESSERS + 1) * STH_PLAN_OTHERS_EACH,
    TEXT = 512
};

struct candidate {
    const void *plan; /* while its choice is at hand */
    uint64_t estimate, cycles;
    bool whole; /* the cycles are not those of its first blocks */
};

/* A plan that an operation takes. */
struct decision {
    struct decision *next;
    uint32_t phase;
    const char *kernel, *bound; /* bound: of the estimate; or NULL */
    char text[TEXT];
    enum { DECIDED, AGAIN, GIVEN } origin;
    unsigned line; /* GIVEN: of the file */
    struct candidate taken, other;
    uint32_t candidates, played;
    char other_text[TEXT]; /* how it differs; empty: there is none */
};

struct sth_plan_report {
    struct sth_plan_watch watch;
    const struct sth_session *session;
    struct sth_plan_book *book;
    struct decision *first, **last;
    /* Of the choice at hand. */
    struct candidate candidate[CANDIDATES];
    uint32_t candidates;
};

static void on_trial(void *user, const struct sth_trial *trial, uint64_t cycles,
                     bool whole)
{
    struct sth_plan_report *r = user;

    if (trial->number == 0)
        r->candidates = 0;
    if (r->candidates < CANDIDATES)
        r->candidate[r->candidates++] =
            (struct candidate){trial->plan, trial->estimate, cycles, whole};
}

static const char *op_name(const struct sth_plan_report *r, uint32_t phase)
{
    return sth_trace_op_name(r->session->phase[phase].op);
}

/* What a candidate took, or by the estimate takes. */
static uint64_t worth(const struct candidate *c)
{
    return c->cycles ? c->cycles : c->estimate;
}

/* The best of the candidates but `taken`; those played go first. */
static const struct candidate *runner_up(const struct sth_plan_report *r,
                                         uint32_t taken)
{
    const struct candidate *best = NULL;

    for (uint32_t i = 0; i < r->candidates; i++) {
        const struct candidate *c = &r->candidate[i];

        if (i == taken)
            continue;
        if (best == NULL || (c->cycles && !best->cycles) ||
            (!c->cycles == !best->cycles && worth(c) < worth(best)))
            best = c;
    }
    return best;
}

/* Where the candidates are and which of them is taken. */
static void compare(struct sth_plan_report *r, struct decision *d,
                    const void *plan)
{
    const struct candidate *other;
    uint32_t taken = 0;

    while (taken < r->candidates &&
           !sth_plan_same(d->kernel, r->candidate[taken].plan, plan))
        taken++;
    if (taken < r->candidates)
        d->taken = r->candidate[taken];
    d->candidates = r->candidates;
    for (uint32_t i = 0; i < r->candidates; i++)
        d->played += r->candidate[i].cycles != 0;
    other = runner_up(r, taken);
    if (other == NULL)
        return;
    d->other = *other;
    sth_plan_difference(d->kernel, plan, other->plan, d->other_text,
                        sizeof d->other_text);
}

static void on_taken(void *user, const struct sth_plan_key *key,
                     const void *plan, bool again)
{
    struct sth_plan_report *r = user;
    struct sth_plan_entry *entry = sth_plan_book_find(r->book, key);
    struct decision *d = calloc(1, sizeof *d);
    uint32_t phase = r->session->phases - 1;

    if (entry != NULL)
        sth_plan_entry_name(entry, op_name(r, phase));
    if (d == NULL)
        return;
    d->phase = phase;
    d->kernel = key->kernel;
    d->bound = sth_plan_bound(key->kernel, plan);
    sth_plan_text(key->kernel, plan, d->text, sizeof d->text);
    if (!again)
        compare(r, d, plan);
    else if (entry != NULL && entry->line)
        d->origin = GIVEN, d->line = entry->line;
    else
        d->origin = AGAIN;
    r->candidates = 0;
    *r->last = d;
    r->last = &d->next;
}

struct sth_plan_report *
sth_plan_report_create(const struct sth_session *session,
                       struct sth_plan_book *book)
{
    struct sth_plan_report *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->watch = (struct sth_plan_watch){r, on_trial, on_taken};
    r->session = session;
    r->book = book;
    r->last = &r->first;
    return r;
}

void sth_plan_report_destroy(struct sth_plan_report *r)
{
    while (r != NULL && r->first != NULL) {
        struct decision *next = r->first->next;

        free(r->first);
        r->first = next;
    }
    free(r);
}

const struct sth_plan_watch *sth_plan_report_watch(struct sth_plan_report *r)
{
    return &r->watch;
}

/* What bounds the operation in the run. */
static struct sth_roofline_point measured(const struct sth_plan_report *r,
                                          uint32_t phase)
{
    struct sth_roofline_peaks peaks;

    sth_roofline_peaks(r->session, &peaks);
    return sth_roofline_of(&peaks, &r->session->phase[phase]);
}

/* How much more than the cycles that are taken, in percent. */
static double more(const struct decision *d)
{
    double taken =
        (double)(d->other.cycles ? d->taken.cycles : d->taken.estimate);

    return taken > 0 ? 100 * ((double)worth(&d->other) - taken) / taken : 0;
}

static void print_cycles(FILE *out, const struct candidate *c)
{
    fprintf(out, "             estimate %" PRIu64, c->estimate);
    if (c->cycles)
        fprintf(out, ", played %s%" PRIu64, c->whole ? "" : "in part ",
                c->cycles);
}

static void print_decision(FILE *out, const struct sth_plan_report *r,
                           const struct decision *d)
{
    struct sth_roofline_point point = measured(r, d->phase);
    char bound[STH_ROOFLINE_NAME];

    fprintf(out,
            "%s: %s, bound by %s (%.0f %% of its %" PRIu64 " critical cycles)",
            op_name(r, d->phase), d->kernel, sth_roofline_bound(&point, bound),
            100 * point.share, point.critical);
    if (d->origin == AGAIN)
        fputs(", planned before", out);
    if (d->origin == GIVEN)
        fprintf(out, ", given in line %u", d->line);
    fprintf(out, "\n  plan       %s\n", d->text);
    if (d->taken.estimate) {
        print_cycles(out, &d->taken);
        fprintf(out, "%s%s\n", d->bound ? "; bound by " : "",
                d->bound ? d->bound : "");
    }
    if (!*d->other_text)
        return;
    fprintf(out, "  runner-up  %s\n", d->other_text);
    print_cycles(out, &d->other);
    fprintf(out, ", %+.2f %%; of %" PRIu32 " candidates, %" PRIu32 " played\n",
            more(d), d->candidates, d->played);
}

void sth_plan_report_text(FILE *out, const struct sth_plan_report *r)
{
    const struct sth_plan_effort *e = &r->session->planning;

    for (const struct decision *d = r->first; d != NULL; d = d->next)
        print_decision(out, r, d);
    fprintf(out,
            "\n%" PRIu32 " plans in %.4f s; %" PRIu32
            " candidates played for %" PRIu64 " cycles\n",
            e->choices, e->seconds, e->plays, e->cycles);
}

static json_t *whole(uint64_t value)
{
    return value ? json_integer((json_int_t)value) : json_null();
}

static json_t *decision_object(const struct sth_plan_report *r,
                               const struct decision *d)
{
    static const char *const origins[] = {"decided", "again", "given"};
    struct sth_roofline_point point = measured(r, d->phase);
    json_t *op = json_object(), *other;
    char bound[STH_ROOFLINE_NAME];

    json_object_set_new(op, "op", sth_report_string(op_name(r, d->phase)));
    json_object_set_new(op, "kernel", json_string(d->kernel));
    json_object_set_new(op, "plan", json_string(d->text));
    json_object_set_new(op, "origin", json_string(origins[d->origin]));
    json_object_set_new(op, "bound",
                        json_string(sth_roofline_bound(&point, bound)));
    json_object_set_new(op, "bound_share", json_real(point.share));
    json_object_set_new(op, "cycles", whole(point.cycles));
    json_object_set_new(op, "estimate", whole(d->taken.estimate));
    json_object_set_new(op, "estimate_bound",
                        d->bound ? json_string(d->bound) : json_null());
    json_object_set_new(op, "played", whole(d->taken.cycles));
    if (!*d->other_text)
        return op;
    other = json_object();
    json_object_set_new(other, "difference", json_string(d->other_text));
    json_object_set_new(other, "estimate", whole(d->other.estimate));
    json_object_set_new(other, "played", whole(d->other.cycles));
    json_object_set_new(other, "more_percent", json_real(more(d)));
    json_object_set_new(op, "runner_up", other);
    json_object_set_new(op, "candidates", whole(d->candidates));
    return op;
}

json_t *sth_plan_report_json(const struct sth_plan_report *r)
{
    json_t *ops = json_array();

    for (const struct decision *d = r->first; d != NULL; d = d->next)
        json_array_append_new(ops, decision_object(r, d));
    return ops;
}

json_t *sth_plan_report_effort(const struct sth_plan_report *r)
{
    const struct sth_plan_effort *e = &r->session->planning;

    return json_pack("{s:I, s:I, s:I, s:f}", "plans", (json_int_t)e->choices,
                     "played", (json_int_t)e->plays, "cycles",
                     (json_int_t)e->cycles, "seconds", e->seconds);
}
