#include "sth_power_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Cycles of reset, and behind it, before the first that is recorded. */
enum { RESET = 4, BEHIND = 3 };

struct player {
    struct sth_gates *g;
    struct sth_ports ports;
    const struct sth_netlist_pin *pin[STH_PORTS_MAX]; /* of each port */
    int valid[STH_PORTS_MAX];  /* the output that says that another counts */
    int strobe[STH_PORTS_MAX]; /* the one that says which bytes of it do */
    char *error;
    size_t error_size;
};

static bool ends(const char *name, const char *with)
{
    const size_t length = strlen(name), tail = strlen(with);

    return length >= tail && !strcmp(name + length - tail, with);
}

static const struct sth_netlist_pin *port_of(const struct sth_netlist *n,
                                             const char *name)
{
    for (uint32_t i = 0; i < n->port.count; i++)
        if (!strcmp(n->port.at[i].name, name))
            return &n->port.at[i];
    return NULL;
}

/* The longest other port PREFIXvalid_o with a prefix of this name, or -1. */
static int valid_of(const struct sth_ports *p, const char *name)
{
    size_t longest = 0;
    int found = -1;

    for (uint32_t i = 0; i < p->count; i++) {
        const char *other = p->port[i].name;
        const size_t length = strlen(other);
        const size_t prefix = length > 7 ? length - 7 : 0;

        if (prefix > longest && ends(other, "valid_o") &&
            strcmp(other, name) != 0 && !strncmp(other, name, prefix) &&
            !ends(name, "valid_o") && !ends(name, "ready_o")) {
            longest = prefix;
            found = (int)i;
        }
    }
    return found;
}

/* The `...strb_o` of a `...data_o`, or -1. */
static int strobe_of(const struct sth_ports *p, const char *name)
{
    const size_t length = strlen(name);
    char strobe[64];

    if (!ends(name, "data_o"))
        return -1;
    snprintf(strobe, sizeof(strobe), "%.*sstrb_o", (int)length - 6, name);
    return sth_ports_find(p, strobe);
}

/* Whether every input of the netlist is recorded; what is not stays low. */
static bool knows_inputs(struct player *p)
{
    const struct sth_netlist *n = p->g->netlist;

    for (uint32_t i = 0; i < n->port.count; i++) {
        const char *name = n->port.at[i].name;

        if (!ends(name, "_i") || sth_ports_find(&p->ports, name) >= 0 ||
            n->bit.at[n->port.at[i].first] == p->g->clock.at[0].net)
            continue;
        snprintf(p->error, p->error_size,
                 "%s: input '%s' of the netlist is not recorded", p->ports.path,
                 name);
        return false;
    }
    return true;
}

static bool match_ports(struct player *p)
{
    for (uint32_t i = 0; i < p->ports.count; i++) {
        const char *name = p->ports.port[i].name;

        p->pin[i] = port_of(p->g->netlist, name);
        p->valid[i] = valid_of(&p->ports, name);
        p->strobe[i] = strobe_of(&p->ports, name);
        if (!p->pin[i] || p->pin[i]->width != p->ports.port[i].width) {
            snprintf(p->error, p->error_size,
                     "%s: port '%s' is not the netlist's", p->ports.path, name);
            return false;
        }
    }
    return knows_inputs(p);
}

/* The inputs of this cycle. */
static void drive(struct player *p)
{
    for (uint32_t i = 0; i < p->ports.count; i++) {
        const struct sth_netlist_pin *pin = p->pin[i];
        const uint32_t *net = sth_netlist_nets(p->g->netlist, pin);

        if (!ends(pin->name, "_i") || net[0] == p->g->clock.at[0].net)
            continue;
        for (uint32_t b = 0; b < pin->width; b++)
            sth_gates_set(p->g, net[b],
                          p->ports.port[i].bit[pin->width - 1 - b] == '1');
    }
}

/* Whether a bit of an output counts in this cycle. */
static bool counts(const struct player *p, uint32_t port, uint32_t bit)
{
    const int strobe = p->strobe[port];

    if (p->valid[port] >= 0 && !sth_ports_is(&p->ports, p->valid[port]))
        return false;
    return strobe < 0 ||
           p->ports.port[strobe]
                   .bit[p->ports.port[strobe].width - 1 - bit / 8] == '1';
}

static bool compare(struct player *p, struct sth_power_run *run)
{
    for (uint32_t i = 0; i < p->ports.count; i++) {
        const struct sth_netlist_pin *pin = p->pin[i];
        const uint32_t *net = sth_netlist_nets(p->g->netlist, pin);

        for (uint32_t b = 0; ends(pin->name, "_o") && b < pin->width; b++) {
            if (!counts(p, i, b))
                continue;
            run->compared++;
            if (p->g->value[net[b]] + '0' ==
                p->ports.port[i].bit[pin->width - 1 - b])
                continue;
            snprintf(p->error, p->error_size,
                     "%s: %s[%" PRIu32 "] of the netlist is not the RTL's in "
                     "cycle %" PRIu64,
                     p->ports.path, pin->name, b, p->ports.cycle);
            return false;
        }
    }
    return true;
}

static void reset(struct player *p)
{
    const struct sth_netlist_pin *port = port_of(p->g->netlist, "rst_ni");

    for (int i = 0; i < RESET + BEHIND; i++) {
        if (port && i == RESET)
            sth_gates_set(p->g, p->g->netlist->bit.at[port->first], true);
        sth_gates_settle(p->g);
        sth_gates_edge(p->g);
    }
}

/* Whether a beat of a channel passes; its bytes in `run`. */
static void count_beat(const struct sth_ports *p, struct sth_power_run *run,
                       const char *valid, const char *ready, const char *data)
{
    const int port = sth_ports_find(p, data);

    if (port >= 0 && sth_ports_is(p, sth_ports_find(p, valid)) &&
        sth_ports_is(p, sth_ports_find(p, ready)))
        run->bus_bytes += p->port[port].width / 8;
}

/* Reads the record once for the stretch that is counted. */
static bool find_stretch(const char *path, struct sth_power_run *run,
                         char *error, size_t error_size)
{
    struct sth_ports p;
    bool good = sth_ports_open(&p, path, error, error_size), irq = false;
    int address = -1, interrupt = -1;
    uint64_t rise = 0;
    bool begun = false;

    while (good && sth_ports_next(&p)) {
        if (p.cycle == p.first) {
            address = sth_ports_find(&p, "m_axi_arvalid_o");
            interrupt = sth_ports_find(&p, "irq_o");
        }
        if (!begun && sth_ports_is(&p, address)) {
            run->first = p.cycle;
            begun = true;
        }
        if (sth_ports_is(&p, interrupt) && !irq)
            rise = p.cycle;
        irq = sth_ports_is(&p, interrupt);
    }
    run->last = begun && rise > run->first ? rise : p.end;
    if (!begun)
        run->first = p.first;
    if (good && p.bad)
        sth_ports_explain(&p, error, error_size);
    good = good && !p.bad;
    if (good && run->last <= run->first) {
        snprintf(error, error_size, "%s: records no cycle", path);
        good = false;
    }
    sth_ports_close(&p);
    return good;
}

bool sth_power_run(struct sth_gates *g, const char *path,
                   struct sth_power_run *run, char *error, size_t error_size)
{
    struct player p = {.g = g, .error = error, .error_size = error_size};
    struct sth_ports *ports = &p.ports;
    bool good;

    *run = (struct sth_power_run){0};
    if (!find_stretch(path, run, error, error_size))
        return false;
    good = sth_ports_open(ports, path, error, error_size) && match_ports(&p);
    if (good)
        reset(&p);
    while (good && sth_ports_next(ports) && ports->cycle < run->last) {
        drive(&p);
        if (ports->cycle == run->first)
            sth_gates_clear(g);
        sth_gates_settle(g);
        good = compare(&p, run);
        if (ports->cycle >= run->first) {
            count_beat(ports, run, "m_axi_rvalid_i", "m_axi_rready_o",
                       "m_axi_rdata_i");
            count_beat(ports, run, "m_axi_wvalid_o", "m_axi_wready_i",
                       "m_axi_wdata_o");
        }
        sth_gates_edge(g);
    }
    if (good && !run->compared) {
        snprintf(error, error_size, "%s: no output to compare", path);
        good = false;
    }
    sth_ports_close(ports);
    return good;
}
