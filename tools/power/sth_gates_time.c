#include "sth_gates_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps that events lie ahead at most; time goes round. */
enum { WHEEL = 4096, NONE = UINT32_MAX };

/* A node is to act, or a net to change: what is behind the nodes. */
struct event {
    uint32_t what, turn, next;
};

struct sth_gates_time {
    uint16_t *node, *net; /* delays in steps */
    uint32_t *turn;       /* of each node: odd while an event is ahead, which it
                             is the number of */
    uint32_t first[WHEEL]; /* event of a step */
    STH_LIST(struct event) event;
    uint32_t *changes; /* of each net in this cycle */
    STH_LIST(uint32_t) touched;
    uint32_t now, ahead;
    bool lost; /* no memory for an event */
};

static uint16_t steps(double ns, uint16_t least)
{
    const double count = ceil(ns / STH_GATES_STEP - 0.5);

    return count < least       ? least
           : count > WHEEL - 1 ? WHEEL - 1
                               : (uint16_t)count;
}

void sth_gates_time_fini(struct sth_gates *g)
{
    struct sth_gates_time *t = g->time;

    if (!t)
        return;
    free(t->node);
    free(t->net);
    free(t->turn);
    free(t->event.at);
    free(t->changes);
    free(t->touched.at);
    free(t);
    g->time = NULL;
}

bool sth_gates_time_failed(const struct sth_gates *g)
{
    return g->time && g->time->lost;
}

static void plan(struct sth_gates_time *t, uint32_t what, uint32_t turn,
                 uint32_t steps_ahead)
{
    const uint32_t at = (t->now + steps_ahead) % WHEEL;
    const struct event event = {what, turn, t->first[at]};

    if (!STH_LIST_PUSH(t->event, event)) {
        t->lost = true;
        return;
    }
    t->first[at] = t->event.count - 1;
    t->ahead++;
}

/* Inputs of a node have changed. */
static void follow(struct sth_gates *g, uint32_t node)
{
    struct sth_gates_time *t = g->time;
    const bool wants = sth_gates_wants(g, &g->node.at[node]);

    if (wants == (t->turn[node] % 2 == 1))
        return;
    /* What was ahead is no more, or something is. */
    t->turn[node]++;
    if (wants)
        plan(t, node, t->turn[node], t->node[node]);
}

/* A net has changed: what it reaches may have to follow. */
static void reach(struct sth_gates *g, uint32_t net)
{
    struct sth_gates_time *t = g->time;

    if (!t->changes[net]++ && !STH_LIST_PUSH(t->touched, net))
        t->lost = true;
    for (uint32_t i = g->first_reader[net]; i < g->first_reader[net + 1]; i++)
        follow(g, g->reader[i]);
}

static void happen(struct sth_gates *g, struct event e)
{
    struct sth_gates_time *t = g->time;

    if (e.what >= g->node.count) {
        sth_gates_invert(g, e.what - g->node.count);
    } else if (e.turn == t->turn[e.what]) {
        t->turn[e.what]++;
        sth_gates_act(g, &g->node.at[e.what]);
    }
}

/* An even number of changes in a cycle was in vain, an odd one but for one. */
static void count_glitches(struct sth_gates *g)
{
    struct sth_gates_time *t = g->time;

    for (uint32_t i = 0; i < t->touched.count; i++) {
        const uint32_t net = t->touched.at[i];

        g->glitches[net] += t->changes[net] & ~1u;
        t->changes[net] = 0;
    }
    t->touched.count = 0;
}

static void settle(struct sth_gates *g)
{
    struct sth_gates_time *t = g->time;

    t->now = 0;
    t->event.count = 0;
    for (uint32_t i = 0; i < g->changed.count; i++)
        plan(t, g->node.count + g->changed.at[i], 0, t->net[g->changed.at[i]]);
    g->changed.count = 0;
    /* Register files that were written. */
    for (uint32_t i = 0; i < g->memory.count; i++) {
        const uint32_t node = g->memory.at[i].node;

        if (g->memory.at[i].at_once && g->due[node / 64] >> node % 64 & 1)
            follow(g, node);
        if (g->memory.at[i].at_once)
            g->due[node / 64] &= ~(1ull << node % 64);
    }
    for (; t->ahead && !t->lost; t->now = (t->now + 1) % WHEEL)
        while (t->first[t->now] != NONE) {
            const struct event e = t->event.at[t->first[t->now]];

            t->first[t->now] = e.next;
            t->ahead--;
            happen(g, e);
        }
    count_glitches(g);
}

bool sth_gates_time_init(struct sth_gates *g, const double *node,
                         const double *net)
{
    struct sth_gates_time *t = calloc(1, sizeof(*t));
    const uint32_t nodes = g->node.count, nets = g->netlist->nets;

    if (!t)
        return false;
    sth_gates_settle(g);
    g->time = t;
    t->node = malloc((nodes + 1) * sizeof(*t->node));
    t->net = malloc(nets * sizeof(*t->net));
    t->turn = calloc(nodes + 1, sizeof(*t->turn));
    t->changes = calloc(nets, sizeof(*t->changes));
    if (!t->node || !t->net || !t->turn || !t->changes)
        return false;
    for (uint32_t i = 0; i < nodes; i++)
        t->node[i] = steps(node[i], 1);
    for (uint32_t i = 0; i < nets; i++)
        t->net[i] = steps(net[i], 0);
    memset(t->first, 0xff, sizeof(t->first));
    g->changed_net = reach;
    g->settle = settle;
    return true;
}
