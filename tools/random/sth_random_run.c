#include "sth_random_run.h"

#include "sth_lateness.h"
#include "systolith.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t read_cycles(struct sth_device *dev)
{
    uint32_t offset = STH_REG_CNT_BASE + 8 * STH_CNT_CYCLES;
    uint32_t low = dev->ops->reg_read(dev, offset);

    return (uint64_t)dev->ops->reg_read(dev, offset + 4) << 32 | low;
}

/* How much the whole program is off, and which command began it. */
static void print_times(struct sth_random_result *r)
{
    int used = snprintf(r->text, sizeof(r->text),
                        "csim takes %" PRIu64 " cycles, rtl %" PRIu64 "\n",
                        r->csim_cycles, r->rtl_cycles);

    sth_fidelity_print(&r->fidelity, r->text + used,
                       sizeof(r->text) - (size_t)used);
}

static void judge(struct sth_pair *p, const struct sth_program *program,
                  bool finished, struct sth_random_result *result)
{
    const struct sth_diagnostic *list;
    size_t diagnostics = sth_csim_report(p->csim, &list);
    uint8_t target[1 << 16];

    result->csim_cycles = read_cycles(p->csim);
    if (p->rtl)
        result->rtl_cycles = read_cycles(p->rtl);
    /* Reading through the pair compares. */
    p->dev->ops->mem_read(p->dev, program->target, target,
                          program->target_bytes);
    if (sth_pair_difference(p, result->text, sizeof(result->text)))
        return;
    if (diagnostics)
        snprintf(result->text, sizeof(result->text), "csim: %s\n",
                 list[0].text);
    else if (!finished)
        snprintf(result->text, sizeof(result->text),
                 "%" PRIu32 " of %" PRIu32
                 " commands retired, fault code %" PRIu32 "\n",
                 p->dev->ops->reg_read(p->dev, STH_REG_RETIRED),
                 program->commands,
                 p->dev->ops->reg_read(p->dev, STH_REG_FAULT_CODE));
    else if (result->timed &&
             !sth_lateness_allows(result->csim_cycles, result->rtl_cycles))
        print_times(result);
    else
        result->passed = true;
}

void sth_random_run_on(struct sth_pair *pair, const struct sth_program *program,
                       uint64_t seed, struct sth_random_result *result)
{
    bool finished;

    result->commands = program->commands;
    sth_pair_observe(pair, sth_fidelity_note, &result->fidelity);
    sth_pair_start(pair, program, seed, program->command, program->commands, 0);
    finished = sth_pair_finish(pair, program->commands);
    judge(pair, program, finished, result);
    sth_pair_observe(pair, NULL, NULL);
}

void sth_random_run(const struct sth_backend *backend,
                    const struct sth_params *params, uint64_t seed,
                    uint32_t length, struct sth_random_result *result)
{
    struct sth_program *program = malloc(sizeof(*program));
    struct sth_pair pair;

    memset(result, 0, sizeof(*result));
    if (!program || !sth_program_generate(program, params, seed, length)) {
        snprintf(result->text, sizeof(result->text), "no program\n");
        free(program);
        return;
    }
    /* After a reset the two sides have another past, and memory knows it. */
    result->timed = backend && !program->reorder;
    if (sth_pair_open(&pair, backend, params, seed, program))
        sth_random_run_on(&pair, program, seed, result);
    else
        snprintf(result->text, sizeof(result->text), "out of memory\n");
    sth_pair_close(&pair);
    free(program);
}
