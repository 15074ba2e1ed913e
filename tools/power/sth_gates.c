/* The run of the gates; sth_gates_build.c puts them together. */
#include "sth_gates.h"

#include <string.h>

static void mark(struct sth_gates *g, uint32_t node)
{
    g->due[node / 64] |= 1ull << node % 64;
}

static void invert(struct sth_gates *g, uint32_t net)
{
    g->value[net] ^= 1;
    g->toggles[net]++;
    if (g->changed_net) {
        g->changed_net(g, net);
        return;
    }
    for (uint32_t i = g->first_reader[net]; i < g->first_reader[net + 1]; i++)
        mark(g, g->reader[i]);
}

void sth_gates_set(struct sth_gates *g, uint32_t net, bool value)
{
    if (net > STH_NET_ONE && g->value[net] != value)
        g->changed.at[g->changed.count++] = net;
}

static uint32_t number(const struct sth_gates *g,
                       const struct sth_netlist_pin *pin)
{
    const uint32_t *net = sth_netlist_nets(g->netlist, pin);
    uint32_t value = 0;

    for (uint32_t i = 0; i < pin->width; i++)
        value |= (uint32_t)g->value[net[i]] << i;
    return value;
}

/* What a register file shows of the word at its address. */
static void show(struct sth_gates *g, struct sth_gates_memory *m)
{
    const uint32_t address = number(g, m->raddr);
    const uint32_t *net = sth_netlist_nets(g->netlist, m->rdata);
    const uint8_t *word = &m->bit[(size_t)address * m->width];

    m->reads += address != m->address;
    m->address = address;
    for (uint32_t i = 0; i < m->width; i++)
        if (net[i] > STH_NET_ONE && g->value[net[i]] != word[i])
            invert(g, net[i]);
}

bool sth_gates_wants(const struct sth_gates *g, const struct sth_gates_node *n)
{
    uint32_t inputs = 0;

    if (n->memory)
        return true;
    for (uint32_t i = 0; i < STH_LIBERTY_INPUTS; i++)
        inputs |= (uint32_t)g->value[n->in[i]] << i;
    return (n->truth >> inputs & 1) != g->value[n->out];
}

void sth_gates_act(struct sth_gates *g, const struct sth_gates_node *n)
{
    if (n->memory)
        show(g, &g->memory.at[n->in[0]]);
    else
        invert(g, n->out);
}

void sth_gates_invert(struct sth_gates *g, uint32_t net)
{
    invert(g, net);
}

static void evaluate(struct sth_gates *g, const struct sth_gates_node *n)
{
    if (sth_gates_wants(g, n))
        sth_gates_act(g, n);
}

void sth_gates_settle(struct sth_gates *g)
{
    const uint32_t words = (g->node.count + 63) / 64;

    if (g->settle) {
        g->settle(g);
        return;
    }
    for (uint32_t i = 0; i < g->changed.count; i++)
        invert(g, g->changed.at[i]);
    g->changed.count = 0;
    /* What a node makes due stands behind it. */
    for (uint32_t i = 0; i < words; i++)
        while (g->due[i]) {
            uint32_t bit = (uint32_t)__builtin_ctzll(g->due[i]);

            g->due[i] &= g->due[i] - 1;
            evaluate(g, &g->node.at[64 * i + bit]);
        }
}

/* Whether a pin of one bit stands; one that is left out does not. */
static bool stands(const struct sth_gates *g, const struct sth_netlist_pin *pin)
{
    return pin && pin->width && g->value[g->netlist->bit.at[pin->first]];
}

static void read_sram(struct sth_gates *g, struct sth_gates_memory *m)
{
    const uint32_t *net = sth_netlist_nets(g->netlist, m->rdata);
    const uint8_t *word = &m->bit[(size_t)number(g, m->raddr) * m->width];

    m->reads++;
    for (uint32_t i = 0; i < m->width; i++)
        if (g->value[net[i]] != word[i])
            g->changed.at[g->changed.count++] = net[i];
}

static void write_word(struct sth_gates *g, struct sth_gates_memory *m)
{
    const uint32_t *from = sth_netlist_nets(g->netlist, m->wdata);
    const uint32_t granule = m->width / m->granules;
    uint8_t *word = &m->bit[(size_t)number(g, m->waddr) * m->width];

    m->writes++;
    for (uint32_t i = 0; i < m->width; i++)
        if (!m->wmask ||
            g->value[g->netlist->bit.at[m->wmask->first + i / granule]])
            word[i] = g->value[from[i]];
    if (m->at_once)
        mark(g, m->node);
}

static void run_clocks(struct sth_gates *g)
{
    for (uint32_t i = 0; i < g->clock.count; i++) {
        struct sth_gates_clock *c = &g->clock.at[i];

        c->runs = !i || (g->clock.at[c->parent].runs && g->value[c->enable]);
        c->edges += c->runs;
    }
}

void sth_gates_edge(struct sth_gates *g)
{
    run_clocks(g);
    for (uint32_t i = 0; i < g->flop.count; i++) {
        const struct sth_gates_flop *f = &g->flop.at[i];
        const uint8_t next =
            (g->value[f->data] | !g->value[f->preset]) & g->value[f->clear];

        if (next != g->value[f->out] && g->clock.at[f->clock].runs)
            g->changed.at[g->changed.count++] = f->out;
    }
    for (uint32_t i = 0; i < g->memory.count; i++) {
        struct sth_gates_memory *m = &g->memory.at[i];

        if (!g->clock.at[m->clock].runs)
            continue;
        if (!m->at_once && stands(g, m->ren))
            read_sram(g, m);
        if (stands(g, m->wen))
            write_word(g, m);
    }
    g->cycles++;
}

void sth_gates_clear(struct sth_gates *g)
{
    memset(g->toggles, 0, g->netlist->nets * sizeof(*g->toggles));
    memset(g->glitches, 0, g->netlist->nets * sizeof(*g->glitches));
    for (uint32_t i = 0; i < g->clock.count; i++)
        g->clock.at[i].edges = 0;
    for (uint32_t i = 0; i < g->memory.count; i++)
        g->memory.at[i].reads = g->memory.at[i].writes = 0;
    g->cycles = 0;
}
