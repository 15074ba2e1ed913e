/*
 * What a chip's gates spend on a stretch of work.  The first judges a library,
 * the second plays work that no trace asks for, the third adds up what the
 * netlists did under a record:
 *
 *   power check LIBERTY
 *   power work CONFIG SYNCS WAVE
 *   power sum LIBERTY NODE LIST TOP STRETCH PORTS NETLIST...
 *
 * NODE is the library's in nanometres.  LIST holds the lines `memory NAME WORDS
 * WIDTH INSTANCES` of make silicon. Prints, in picojoule over all instances and
 * all cycles counted:
 *
 *   cycles STRETCH CYCLES BUS_BYTES SRAM_BYTES
 *   energy STRETCH BLOCK CLOCK REGISTERS GATES GLITCHES LEAKAGE_NANOWATT
 *   memory STRETCH BLOCK sram|regfile READS WRITES ENERGY
 */
#include "sth_energy.h"
#include "sth_gates_time.h"
#include "sth_liberty_check.h"
#include "sth_memory_energy.h"
#include "sth_power_run.h"
#include "sth_power_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *error)
{
    fprintf(stderr, "power: %s\n", error);
    return 1;
}

/* What is asked of a sum. */
struct request {
    double node;
    const char *list, *stretch;
};

/* The words of a macro, from LIST; 0 when it is not there. */
static uint64_t words_of(const char *list, const char *name)
{
    FILE *file = fopen(list, "r");
    char line[256], found[64];
    uint64_t words = 0, each;

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "memory %63s %" SCNu64, found, &each) == 2 &&
            !strcmp(found, name))
            words = each;
    if (file)
        fclose(file);
    return words;
}

/* The macros of one kind in one block; returns the bytes that passed. */
static uint64_t print_memories(const struct sth_gates *g,
                               const struct request *r, uint32_t block,
                               bool at_once)
{
    uint64_t reads = 0, writes = 0, bytes = 0;
    double energy = 0;

    for (uint32_t i = 0; i < g->memory.count; i++) {
        const struct sth_gates_memory *m = &g->memory.at[i];
        const uint64_t accesses = m->reads + m->writes;

        if (g->netlist->cell.at[m->cell].block != block ||
            m->at_once != at_once)
            continue;
        reads += m->reads;
        writes += m->writes;
        bytes += accesses * m->width / 8;
        energy += (double)accesses *
                  sth_memory_energy(words_of(r->list, m->type), m->width,
                                    g->library->voltage, r->node);
    }
    if (reads || writes)
        printf("memory %s %s %s %" PRIu64 " %" PRIu64 " %.3f\n", r->stretch,
               g->netlist->block.at[block].name, at_once ? "regfile" : "sram",
               reads, writes, energy);
    return bytes;
}

/* Whether LIST has every macro. */
static bool lists_macros(const struct sth_gates *g, const char *list)
{
    for (uint32_t i = 0; i < g->memory.count; i++)
        if (!words_of(list, g->memory.at[i].type)) {
            fprintf(stderr, "power: %s: no line 'memory %s WORDS'\n", list,
                    g->memory.at[i].type);
            return false;
        }
    return true;
}

static void print_blocks(const struct sth_energy *energy,
                         const struct sth_power_run *run,
                         const struct request *r, struct sth_energy_block *sum,
                         double *leakage)
{
    const struct sth_gates *g = energy->gates;
    const uint32_t blocks = g->netlist->block.count;
    uint64_t bytes = 0;

    sth_energy_sum(energy, sum);
    sth_energy_leakage(g, leakage);
    for (uint32_t i = 0; i < blocks; i++) {
        if (!g->netlist->block.at[i].instances)
            continue;
        printf("energy %s %s %.3f %.3f %.3f %.3f %.3f\n", r->stretch,
               g->netlist->block.at[i].name, sum[i].clock, sum[i].registers,
               sum[i].gates, sum[i].glitches, leakage[i] * 1e9);
        print_memories(g, r, i, true);
        bytes += print_memories(g, r, i, false);
    }
    printf("cycles %s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", r->stretch,
           g->cycles, run->bus_bytes, bytes);
    fprintf(stderr,
            "  %s: %" PRIu64 " cycles, %" PRIu64 " bits of outputs as the "
            "RTL's\n",
            r->stretch, g->cycles, run->compared);
}

static int print(const struct sth_energy *energy,
                 const struct sth_power_run *run, const struct request *r)
{
    const struct sth_gates *g = energy->gates;
    const uint32_t blocks = g->netlist->block.count;
    struct sth_energy_block *sum = calloc(blocks, sizeof(*sum));
    double *leakage = calloc(blocks, sizeof(*leakage));
    int status = 0;

    if (!sum || !leakage || sth_gates_time_failed(g))
        status = fail("out of memory");
    else if (!lists_macros(g, r->list))
        status = 1;
    else
        print_blocks(energy, run, r, sum, leakage);
    free(sum);
    free(leakage);
    return status;
}

static int sum(int netlists, char **argv)
{
    const struct request r = {strtod(argv[1], NULL), argv[2], argv[4]};
    struct sth_liberty library = {0};
    struct sth_netlist netlist = {0};
    struct sth_gates gates = {0};
    struct sth_energy energy = {0};
    struct sth_power_run run;
    char error[4600] = "out of memory";
    int status;

    if (!(r.node > 0))
        return fail("NODE is not a number of nanometres");
    if (!sth_liberty_load(argv[0], &library, error, sizeof(error)) ||
        !sth_netlist_load((const char *const *)argv + 6, (size_t)netlists,
                          argv[3], &netlist, error, sizeof(error)) ||
        !sth_gates_init(&gates, &netlist, &library, "clk_i", error,
                        sizeof(error)) ||
        !sth_energy_init(&energy, &gates) ||
        !sth_energy_delays(&energy, &gates) ||
        !sth_power_run(&gates, argv[5], &run, error, sizeof(error)))
        status = fail(error);
    else
        status = print(&energy, &run, &r);
    sth_energy_fini(&energy);
    sth_gates_fini(&gates);
    sth_netlist_fini(&netlist);
    sth_liberty_fini(&library);
    return status;
}

static int work(char **argv)
{
    char error[4600], *end;
    const unsigned long syncs = strtoul(argv[1], &end, 10);

    if (!*argv[1] || *end || syncs > UINT32_MAX) {
        fprintf(stderr, "power: SYNCS: '%s' is not a whole number\n", argv[1]);
        return 2;
    }
    return sth_power_work(argv[0], (uint32_t)syncs, argv[2], error,
                          sizeof(error))
               ? 0
               : fail(error);
}

static int check(const char *path)
{
    char error[4600];

    return sth_liberty_check(path, error, sizeof(error)) ? 0 : fail(error);
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "check"))
        return check(argv[2]);
    if (argc > 8 && !strcmp(argv[1], "sum"))
        return sum(argc - 8, argv + 2);
    if (argc == 5 && !strcmp(argv[1], "work"))
        return work(argv + 2);
    fputs("usage: power check LIBERTY\n"
          "       power work CONFIG SYNCS WAVE\n"
          "       power sum LIBERTY NODE LIST TOP STRETCH PORTS NETLIST...\n",
          stderr);
    return 2;
}
