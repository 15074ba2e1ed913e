#include "sth_energy.h"
#include "sth_gates_time.h"

#include <stdlib.h>
#include <string.h>

static const struct sth_liberty_cell *library_cell(const struct sth_gates *g,
                                                   uint32_t cell)
{
    return sth_liberty_find(g->library, g->netlist->cell.at[cell].type);
}

static bool is_clock(const struct sth_gates *g, uint32_t net)
{
    for (uint32_t i = 0; i < g->clock.count; i++)
        if (g->clock.at[i].net == net)
            return true;
    return false;
}

/* The pins that each net reaches; those of its clocks count with their cells.
 */
static void add_loads(struct sth_energy *e)
{
    const struct sth_netlist *n = e->gates->netlist;

    for (uint32_t i = 0; i < n->cell.count; i++) {
        const struct sth_netlist_cell *c = &n->cell.at[i];
        const struct sth_liberty_cell *l = library_cell(e->gates, i);

        for (uint32_t k = c->first; k < c->first + c->pins; k++) {
            const struct sth_netlist_pin *pin = &n->pin.at[k];
            const int at = l ? sth_liberty_pin(l, pin->name) : -1;
            const size_t length = strlen(pin->name);
            double load = 0;

            if (at >= 0)
                load = l->pin[at].load;
            else if (length > 2 && !strcmp(pin->name + length - 2, "_i"))
                load = STH_ENERGY_LOAD;
            for (uint32_t b = 0; b < pin->width; b++)
                e->load[n->bit.at[pin->first + b]] += load;
        }
    }
    for (uint32_t i = 0; i < n->port.count; i++) {
        const struct sth_netlist_pin *port = &n->port.at[i];
        const size_t length = strlen(port->name);

        if (length > 2 && !strcmp(port->name + length - 2, "_o"))
            for (uint32_t b = 0; b < port->width; b++)
                e->load[n->bit.at[port->first + b]] += STH_ENERGY_LOAD;
    }
}

/* The mean of rise and fall of one arc. */
static double both(const struct sth_liberty_arc *a, double load, double slew)
{
    return (sth_liberty_look_up(&a->rise, load, slew) +
            sth_liberty_look_up(&a->fall, load, slew)) /
           2;
}

/*
 * The mean over the arcs of an output.  `in` are the nets of the inputs in the
 * order in which the cell counts them; NULL: all of them have the slew given.
 */
static double mean(const struct sth_energy *e, const struct sth_liberty_cell *l,
                   const struct sth_liberty_arc *arc, uint32_t count,
                   double load, const uint32_t *in)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        double slew = STH_ENERGY_SLEW;

        for (uint32_t k = 0; in && k < l->inputs; k++)
            if ((int)l->input[k] == arc[i].pin)
                slew = e->slew[in[k]];
        sum += both(&arc[i], load, slew);
    }
    return count ? sum / count : 0;
}

static const struct sth_liberty_pin *output_of(const struct sth_liberty_cell *l)
{
    const struct sth_liberty_pin *pin = l->pin;

    while (!pin->output)
        pin++;
    return pin;
}

static void find_slews(struct sth_energy *e)
{
    const struct sth_gates *g = e->gates;

    for (uint32_t i = 0; i < g->netlist->nets; i++)
        e->slew[i] = STH_ENERGY_SLEW;
    for (uint32_t i = 0; i < g->flop.count; i++) {
        const struct sth_gates_flop *f = &g->flop.at[i];
        const struct sth_liberty_cell *l = library_cell(g, f->cell);
        const struct sth_liberty_pin *q = output_of(l);

        if (q->slews)
            e->slew[f->out] =
                mean(e, l, q->slew, q->slews, e->load[f->out], NULL);
    }
    for (uint32_t i = 0; i < g->node.count; i++) {
        const struct sth_gates_node *n = &g->node.at[i];
        const struct sth_liberty_cell *l = library_cell(g, n->cell);

        if (!n->memory && l->pin[n->pin].slews)
            e->slew[n->out] =
                mean(e, l, l->pin[n->pin].slew, l->pin[n->pin].slews,
                     e->load[n->out], n->in);
    }
}

bool sth_energy_init(struct sth_energy *e, const struct sth_gates *g)
{
    e->gates = g;
    e->load = calloc(g->netlist->nets, sizeof(*e->load));
    e->slew = calloc(g->netlist->nets, sizeof(*e->slew));
    if (!e->load || !e->slew)
        return false;
    add_loads(e);
    find_slews(e);
    return true;
}

void sth_energy_fini(struct sth_energy *e)
{
    free(e->load);
    free(e->slew);
    memset(e, 0, sizeof(*e));
}

bool sth_energy_delays(const struct sth_energy *e, struct sth_gates *g)
{
    double *node = calloc(g->node.count + 1, sizeof(*node));
    double *net = calloc(g->netlist->nets, sizeof(*net));
    bool good = node && net;

    for (uint32_t i = 0; good && i < g->node.count; i++) {
        const struct sth_gates_node *n = &g->node.at[i];
        const struct sth_liberty_cell *l = library_cell(g, n->cell);
        const struct sth_liberty_pin *pin = l ? &l->pin[n->pin] : NULL;

        node[i] = n->memory ? STH_ENERGY_REGFILE_DELAY
                            : mean(e, l, pin->delay, pin->delays,
                                   e->load[n->out], n->in);
    }
    for (uint32_t i = 0; good && i < g->flop.count; i++) {
        const struct sth_gates_flop *f = &g->flop.at[i];
        const struct sth_liberty_cell *l = library_cell(g, f->cell);
        const struct sth_liberty_pin *q = output_of(l);

        net[f->out] = mean(e, l, q->delay, q->delays, e->load[f->out], NULL);
    }
    for (uint32_t i = 0; good && i < g->memory.count; i++)
        for (uint32_t b = 0; b < g->memory.at[i].width; b++)
            net[g->netlist->bit.at[g->memory.at[i].rdata->first + b]] =
                STH_ENERGY_SRAM_DELAY;
    good = good && sth_gates_time_init(g, node, net);
    free(node);
    free(net);
    return good;
}

/* What one change of a net costs at the pins that it reaches. */
static double switching(const struct sth_energy *e, uint32_t net)
{
    const double v = e->gates->library->voltage;

    return is_clock(e->gates, net) ? 0 : e->load[net] * v * v / 2;
}

/* Adds so much for each change of a net, glitches apart. */
static void add_changes(const struct sth_energy *e, uint32_t net, double each,
                        double *to, struct sth_energy_block *block)
{
    const uint32_t glitches = e->gates->glitches[net];

    *to += each * (e->gates->toggles[net] - glitches);
    block->glitches += each * glitches;
}

static void add_gates(const struct sth_energy *e, struct sth_energy_block *to)
{
    const struct sth_gates *g = e->gates;

    for (uint32_t i = 0; i < g->node.count; i++) {
        const struct sth_gates_node *n = &g->node.at[i];
        const struct sth_liberty_cell *l = library_cell(g, n->cell);
        const struct sth_liberty_pin *pin = l ? &l->pin[n->pin] : NULL;
        struct sth_energy_block *b = &to[g->netlist->cell.at[n->cell].block];

        if (!n->memory && g->toggles[n->out])
            add_changes(e, n->out,
                        switching(e, n->out) + mean(e, l, pin->energy,
                                                    pin->energies,
                                                    e->load[n->out], n->in),
                        &b->gates, b);
    }
    for (uint32_t i = 0; i < g->memory.count; i++) {
        const struct sth_gates_memory *m = &g->memory.at[i];
        struct sth_energy_block *b = &to[g->netlist->cell.at[m->cell].block];

        for (uint32_t k = 0; k < m->width; k++) {
            const uint32_t net = g->netlist->bit.at[m->rdata->first + k];

            add_changes(e, net, switching(e, net), &b->gates, b);
        }
    }
}

static void add_flops(const struct sth_energy *e, struct sth_energy_block *to)
{
    const struct sth_gates *g = e->gates;
    const double v = g->library->voltage;

    for (uint32_t i = 0; i < g->flop.count; i++) {
        const struct sth_gates_flop *f = &g->flop.at[i];
        const struct sth_liberty_cell *l = library_cell(g, f->cell);
        const struct sth_liberty_pin *q = output_of(l);
        const struct sth_liberty_pin *d = &l->pin[l->data];
        const struct sth_liberty_pin *clock = &l->pin[l->clock];
        struct sth_energy_block *b = &to[g->netlist->cell.at[f->cell].block];

        add_changes(e, f->out,
                    switching(e, f->out) + mean(e, l, q->energy, q->energies,
                                                e->load[f->out], NULL),
                    &b->registers, b);
        for (uint32_t k = 0; k < d->energies; k++)
            add_changes(e, f->data, both(&d->energy[k], 0, e->slew[f->data]),
                        &b->registers, b);
        b->clock += (double)g->clock.at[f->clock].edges *
                    (clock->load * v * v +
                     2 * mean(e, l, clock->energy, clock->energies, 0, NULL));
    }
}

/* The clock pins of macros, and of clock gates, which their parent drives. */
static void add_macro_clocks(const struct sth_energy *e,
                             struct sth_energy_block *to)
{
    const struct sth_gates *g = e->gates;
    const double v = g->library->voltage;
    const double each = STH_ENERGY_LOAD * v * v;

    for (uint32_t i = 0; i < g->memory.count; i++)
        to[g->netlist->cell.at[g->memory.at[i].cell].block].clock +=
            each * (double)g->clock.at[g->memory.at[i].clock].edges;
    for (uint32_t i = 1; i < g->clock.count; i++)
        to[g->netlist->cell.at[g->clock.at[i].cell].block].clock +=
            each * (double)g->clock.at[g->clock.at[i].parent].edges;
}

void sth_energy_sum(const struct sth_energy *e, struct sth_energy_block *block)
{
    memset(block, 0, e->gates->netlist->block.count * sizeof(*block));
    add_gates(e, block);
    add_flops(e, block);
    add_macro_clocks(e, block);
}

void sth_energy_leakage(const struct sth_gates *g, double *block)
{
    memset(block, 0, g->netlist->block.count * sizeof(*block));
    for (uint32_t i = 0; i < g->netlist->cell.count; i++) {
        const struct sth_liberty_cell *l = library_cell(g, i);

        if (l)
            block[g->netlist->cell.at[i].block] += l->leakage;
    }
}
