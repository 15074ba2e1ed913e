/* The gates of a netlist, in the order in which they settle. */
#include "sth_gates.h"
#include "sth_gates_time.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    struct sth_gates *g;
    char *error;
    size_t error_size;
};

static bool fail(struct builder *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(struct builder *b, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(b->error, b->error_size, format, list);
    va_end(list);
    return false;
}

static bool no_memory(struct builder *b)
{
    return fail(b, "out of memory");
}

/* The net of a pin of one bit; zero when it is left out. */
static uint32_t net_of(const struct sth_gates *g,
                       const struct sth_netlist_cell *c, const char *name)
{
    const struct sth_netlist_pin *pin =
        sth_netlist_find_pin(g->netlist, c, name);

    return pin && pin->width ? g->netlist->bit.at[pin->first] : STH_NET_ZERO;
}

/* That of a pin of the library, one when there is none. */
static uint32_t net_at(const struct sth_gates *g,
                       const struct sth_netlist_cell *c,
                       const struct sth_liberty_cell *l, int pin)
{
    return pin < 0 ? STH_NET_ONE : net_of(g, c, l->pin[pin].name);
}

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool add_gate(struct builder *b, uint32_t cell,
                     const struct sth_liberty_cell *l)
{
    struct sth_gates *g = b->g;
    const struct sth_netlist_cell *c = &g->netlist->cell.at[cell];

    for (uint32_t i = 0; i < l->pins; i++) {
        struct sth_gates_node node = {.out = net_of(g, c, l->pin[i].name),
                                      .cell = cell,
                                      .truth = (uint16_t)l->pin[i].truth,
                                      .pin = (uint8_t)i};

        if (!l->pin[i].output || node.out <= STH_NET_ONE)
            continue;
        for (uint32_t k = 0; k < l->inputs; k++)
            node.in[k] = net_of(g, c, l->pin[l->input[k]].name);
        if (!STH_LIST_PUSH(g->node, node))
            return no_memory(b);
    }
    return true;
}

static bool add_flop(struct builder *b, uint32_t cell,
                     const struct sth_liberty_cell *l)
{
    struct sth_gates *g = b->g;
    const struct sth_netlist_cell *c = &g->netlist->cell.at[cell];
    struct sth_gates_flop flop = {
        .data = net_at(g, c, l, l->data),
        .clear = net_at(g, c, l, l->clear),
        .preset = net_at(g, c, l, l->preset),
        .clock = net_at(g, c, l, l->clock), /* a net, for now */
        .cell = cell,
    };

    for (uint32_t i = 0; i < l->pins; i++)
        if (l->pin[i].output)
            flop.out = net_of(g, c, l->pin[i].name);
    return STH_LIST_PUSH(g->flop, flop) || no_memory(b);
}

static bool add_memory(struct builder *b, uint32_t cell)
{
    struct sth_gates *g = b->g;
    const struct sth_netlist *n = g->netlist;
    const struct sth_netlist_cell *c = &n->cell.at[cell];
    struct sth_gates_memory m = {
        .type = c->type,
        .cell = cell,
        .clock = net_of(g, c, "clk_i"),
        .at_once = starts(c->type, "sth_regfile_1r1w"),
        .raddr = sth_netlist_find_pin(n, c, "raddr_i"),
        .rdata = sth_netlist_find_pin(n, c, "rdata_o"),
        .ren = sth_netlist_find_pin(n, c, "ren_i"),
        .waddr = sth_netlist_find_pin(n, c, "waddr_i"),
        .wdata = sth_netlist_find_pin(n, c, "wdata_i"),
        .wen = sth_netlist_find_pin(n, c, "wen_i"),
        .wmask = sth_netlist_find_pin(n, c, "wmask_i"),
        .node = g->node.count,
    };
    struct sth_gates_node node = {
        .in = {g->memory.count}, .cell = cell, .memory = true};
    uint8_t *bit;

    if (!m.raddr || !m.rdata || !m.waddr || !m.wdata || !m.wen ||
        m.raddr->width > 24 || m.waddr->width != m.raddr->width ||
        m.wdata->width != m.rdata->width || (!m.at_once && !m.ren))
        return fail(b, "'%s' has not the pins of its macro", c->type);
    m.width = m.rdata->width;
    m.words = 1u << m.raddr->width;
    m.granules = m.wmask ? m.wmask->width : 1;
    /* The list owns the bits from the start. */
    if (!STH_LIST_PUSH(g->memory, m))
        return no_memory(b);
    bit = calloc((size_t)m.words * m.width, 1);
    g->memory.at[g->memory.count - 1].bit = bit;
    return (bit && (!m.at_once || STH_LIST_PUSH(g->node, node))) ||
           no_memory(b);
}

static bool add_clock_gate(struct builder *b, uint32_t cell)
{
    struct sth_gates *g = b->g;
    const struct sth_netlist_cell *c = &g->netlist->cell.at[cell];
    struct sth_gates_clock clock = {.net = net_of(g, c, "clk_o"),
                                    .enable = net_of(g, c, "enable_i"),
                                    .parent = net_of(g, c, "clk_i"),
                                    .cell = cell};

    return STH_LIST_PUSH(g->clock, clock) || no_memory(b);
}

static bool add_cell(struct builder *b, uint32_t cell)
{
    const char *type = b->g->netlist->cell.at[cell].type;
    const struct sth_liberty_cell *l = sth_liberty_find(b->g->library, type);

    if (starts(type, "sth_clock_gate"))
        return add_clock_gate(b, cell);
    if (starts(type, "sth_sram_1r1w") || starts(type, "sth_regfile_1r1w"))
        return add_memory(b, cell);
    if (!l || l->refused)
        return fail(b, "cell '%s' %s", type,
                    l ? l->refused : "is neither of the library nor a macro");
    return l->flip_flop ? add_flop(b, cell, l) : add_gate(b, cell, l);
}

/* The clock that runs on a net, or none: the count of clocks. */
static uint32_t clock_of(const struct sth_gates *g, uint32_t net,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (g->clock.at[i].net == net)
            return i;
    return g->clock.count;
}

/* Sorts the gated clocks so that each stands behind its parent. */
static bool order_clocks(struct builder *b)
{
    struct sth_gates *g = b->g;

    for (uint32_t i = 1; i < g->clock.count; i++) {
        uint32_t k = i, parent = g->clock.count;
        struct sth_gates_clock kept;

        for (; k < g->clock.count && parent == g->clock.count; k++)
            parent = clock_of(g, g->clock.at[k].parent, i);
        if (parent == g->clock.count)
            return fail(b, "a clock gate's clk_i is no clock");
        kept = g->clock.at[--k];
        g->clock.at[k] = g->clock.at[i];
        kept.parent = parent;
        g->clock.at[i] = kept;
    }
    return true;
}

/* Turns the nets at clock pins into clocks. */
static bool find_clocks(struct builder *b)
{
    struct sth_gates *g = b->g;
    const uint32_t none = g->clock.count;

    if (!order_clocks(b))
        return false;
    for (uint32_t i = 0; i < g->flop.count; i++) {
        g->flop.at[i].clock = clock_of(g, g->flop.at[i].clock, none);
        if (g->flop.at[i].clock == none)
            return fail(b,
                        "a flip-flop of '%s' has a clock that is neither "
                        "the chip's nor behind a clock gate",
                        g->netlist->block
                            .at[g->netlist->cell.at[g->flop.at[i].cell].block]
                            .name);
    }
    for (uint32_t i = 0; i < g->memory.count; i++) {
        g->memory.at[i].clock = clock_of(g, g->memory.at[i].clock, none);
        if (g->memory.at[i].clock == none)
            return fail(b, "'%s' has a clock that is none",
                        g->memory.at[i].type);
    }
    return true;
}

/* The nets that a node reads; returns how many. */
static uint32_t inputs_of(const struct sth_gates *g,
                          const struct sth_gates_node *n, const uint32_t **nets)
{
    const struct sth_netlist_pin *address;

    *nets = n->in;
    if (!n->memory)
        return STH_LIBERTY_INPUTS;
    address = g->memory.at[n->in[0]].raddr;
    *nets = sth_netlist_nets(g->netlist, address);
    return address->width;
}

static uint32_t outputs_of(const struct sth_gates *g,
                           const struct sth_gates_node *n,
                           const uint32_t **nets)
{
    const struct sth_netlist_pin *data;

    *nets = &n->out;
    if (!n->memory)
        return 1;
    data = g->memory.at[n->in[0]].rdata;
    *nets = sth_netlist_nets(g->netlist, data);
    return data->width;
}

/* Lists for each net the nodes that it reaches. */
static bool find_readers(struct builder *b)
{
    struct sth_gates *g = b->g;
    uint32_t *first = calloc(g->netlist->nets + 2, sizeof(*first));
    const uint32_t *net;
    uint32_t count = 0;

    free(g->first_reader);
    free(g->reader);
    g->first_reader = first;
    g->reader = NULL;
    if (!first)
        return no_memory(b);
    for (uint32_t i = 0; i < g->node.count; i++)
        for (uint32_t k = inputs_of(g, &g->node.at[i], &net); k-- > 0; count++)
            first[net[k] + 2]++;
    g->reader = malloc((count + 1) * sizeof(*g->reader));
    if (!g->reader)
        return no_memory(b);
    for (uint32_t i = 2; i < g->netlist->nets + 2; i++)
        first[i] += first[i - 1];
    for (uint32_t i = 0; i < g->node.count; i++)
        for (uint32_t k = inputs_of(g, &g->node.at[i], &net); k-- > 0;)
            g->reader[first[net[k] + 1]++] = i;
    return true;
}

/* Orders the nodes: what has all its inputs is next. */
static bool order_nodes(struct builder *b)
{
    struct sth_gates *g = b->g;
    const uint32_t count = g->node.count;
    uint32_t *waits = calloc(count + 1, sizeof(*waits));
    uint32_t *queue = malloc((count + 1) * sizeof(*queue));
    struct sth_gates_node *ordered = malloc((count + 1) * sizeof(*ordered));
    uint32_t head = 0, tail = 0;
    const uint32_t *net;
    bool good = waits && queue && ordered;

    for (uint32_t i = 0; good && i < count; i++)
        for (uint32_t k = outputs_of(g, &g->node.at[i], &net); k-- > 0;)
            for (uint32_t r = g->first_reader[net[k]];
                 r < g->first_reader[net[k] + 1]; r++)
                waits[g->reader[r]]++;
    for (uint32_t i = 0; good && i < count; i++)
        if (!waits[i])
            queue[tail++] = i;
    for (; good && head < tail; head++) {
        ordered[head] = g->node.at[queue[head]];
        for (uint32_t k = outputs_of(g, &ordered[head], &net); k-- > 0;)
            for (uint32_t r = g->first_reader[net[k]];
                 r < g->first_reader[net[k] + 1]; r++)
                if (!--waits[g->reader[r]])
                    queue[tail++] = g->reader[r];
    }
    if (!good)
        no_memory(b);
    else if (head < count)
        good = fail(b, "%u gates stand in a loop", count - head);
    free(waits);
    free(queue);
    if (!good) {
        free(ordered);
        return false;
    }
    free(g->node.at);
    g->node.at = ordered;
    g->node.room = count + 1;
    for (uint32_t i = 0; i < count; i++)
        if (ordered[i].memory)
            g->memory.at[ordered[i].in[0]].node = i;
    return true;
}

static bool make_room(struct builder *b)
{
    struct sth_gates *g = b->g;
    size_t changes = g->flop.count + 1;

    for (uint32_t i = 0; i < g->netlist->port.count; i++)
        changes += g->netlist->port.at[i].width;
    for (uint32_t i = 0; i < g->memory.count; i++)
        changes += g->memory.at[i].width;
    g->value = calloc(g->netlist->nets, 1);
    g->toggles = calloc(g->netlist->nets, sizeof(*g->toggles));
    g->glitches = calloc(g->netlist->nets, sizeof(*g->glitches));
    g->due = malloc((g->node.count / 64 + 1) * sizeof(*g->due));
    g->changed.at = malloc(changes * sizeof(*g->changed.at));
    if (!g->value || !g->toggles || !g->glitches || !g->due || !g->changed.at)
        return no_memory(b);
    g->value[STH_NET_ONE] = 1;
    memset(g->due, 0, (g->node.count / 64 + 1) * sizeof(*g->due));
    for (uint32_t i = 0; i < g->node.count; i++)
        g->due[i / 64] |= 1ull << i % 64;
    return true;
}

static bool add_chip_clock(struct builder *b, const char *name)
{
    struct sth_gates *g = b->g;

    for (uint32_t i = 0; i < g->netlist->port.count; i++) {
        const struct sth_netlist_pin *port = &g->netlist->port.at[i];
        struct sth_gates_clock clock = {.net = g->netlist->bit.at[port->first]};

        if (!strcmp(port->name, name))
            return STH_LIST_PUSH(g->clock, clock) || no_memory(b);
    }
    return fail(b, "the chip has no port '%s'", name);
}

bool sth_gates_init(struct sth_gates *g, const struct sth_netlist *netlist,
                    const struct sth_liberty *library, const char *clock,
                    char *error, size_t error_size)
{
    struct builder b = {.g = g, .error = error, .error_size = error_size};

    memset(g, 0, sizeof(*g));
    g->netlist = netlist;
    g->library = library;
    if (!add_chip_clock(&b, clock))
        return false;
    for (uint32_t i = 0; i < netlist->cell.count; i++)
        if (!add_cell(&b, i))
            return false;
    return find_clocks(&b) && find_readers(&b) && order_nodes(&b) &&
           find_readers(&b) && make_room(&b);
}

void sth_gates_fini(struct sth_gates *g)
{
    for (uint32_t i = 0; i < g->memory.count; i++)
        free(g->memory.at[i].bit);
    free(g->value);
    free(g->toggles);
    free(g->glitches);
    sth_gates_time_fini(g);
    free(g->node.at);
    free(g->flop.at);
    free(g->clock.at);
    free(g->memory.at);
    free(g->reader);
    free(g->first_reader);
    free(g->due);
    free(g->changed.at);
    memset(g, 0, sizeof(*g));
}
