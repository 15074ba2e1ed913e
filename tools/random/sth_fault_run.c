#include "sth_fault_run.h"

#include "sth_disasm.h"
#include "sth_random_run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool
fail(struct sth_fault_result *result, const char *format, ...)
{
    size_t used = strlen(result->text);
    va_list args;

    va_start(args, format);
    vsnprintf(result->text + used, sizeof(result->text) - used, format, args);
    va_end(args);
    return false;
}

/* "  expected: LOAD_BUS at 0x..., command 12: LOAD mem=..." */
static void tell(struct sth_fault_result *result, const char *what,
                 const struct sth_fault_program *program,
                 const struct sth_expected_fault *fault)
{
    const char *name = sth_fault_name(fault->code);
    char text[STH_DISASM_BYTES] = "(no such command)";

    if (fault->index < program->commands)
        sth_disasm(&program->command[fault->index], text, sizeof(text));
    fail(result,
         "  %s: %s, address or word 0x%" PRIx64 ", command %" PRIu32 ": %s\n",
         what, name ? name : "?", fault->addr, fault->index, text);
}

static void read_fault(struct sth_device *dev, struct sth_expected_fault *fault)
{
    fault->code = dev->ops->reg_read(dev, STH_REG_FAULT_CODE);
    fault->index = dev->ops->reg_read(dev, STH_REG_FAULT_INDEX);
    fault->addr = dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_LO);
    fault->addr |= (uint64_t)dev->ops->reg_read(dev, STH_REG_FAULT_ADDR_HI)
                   << 32;
}

/* What one side reports is what the program calls for. */
static bool check_side(const char *name, struct sth_device *dev,
                       const struct sth_fault_program *program,
                       struct sth_fault_result *result)
{
    struct sth_expected_fault is;
    uint32_t status = dev->ops->reg_read(dev, STH_REG_STATUS);
    uint32_t irq = dev->ops->reg_read(dev, STH_REG_IRQ_STATUS);

    read_fault(dev, &is);
    if (is.code != program->expected.code ||
        is.index != program->expected.index ||
        is.addr != program->expected.addr) {
        fail(result, "%s reports another fault\n", name);
        tell(result, "expected", program, &program->expected);
        tell(result, "reported", program, &is);
        return false;
    }
    if (!(irq & STH_IRQ_STATUS_FAULT) || !(status & STH_STATUS_FAULTED) ||
        (status & STH_STATUS_BUSY))
        return fail(result,
                    "%s: after the fault STATUS is 0x%" PRIx32
                    ", IRQ_STATUS 0x%" PRIx32 "\n",
                    name, status, irq);
    return true;
}

static bool check_fault(struct sth_pair *pair,
                        const struct sth_fault_program *program,
                        struct sth_fault_result *result)
{
    if (!check_side("csim", pair->csim, program, result) ||
        (pair->rtl && !check_side("rtl", pair->rtl, program, result)))
        return false;
    /* Nothing but a reset leaves the state: acknowledging does not. */
    pair->dev->ops->reg_write(pair->dev, STH_REG_IRQ_STATUS,
                              STH_IRQ_STATUS_FAULT);
    if (!(pair->dev->ops->reg_read(pair->dev, STH_REG_STATUS) &
          STH_STATUS_FAULTED))
        return fail(result, "STATUS.FAULTED went away without a reset\n");
    if (pair->dev->ops->wait(pair->dev, 100))
        return fail(result, "the interrupt is still there when cleared\n");
    return true;
}

/* Software sees a core as after power-up. */
static bool check_reset(struct sth_pair *pair, struct sth_fault_result *result)
{
    static const struct {
        uint32_t offset, value;
        const char *name;
    } list[] = {
#define REG(name, offset, access, reset, doc) {offset, reset, #name},
#define FIELD(reg, name, lsb, width, doc)
#include "regs.def"
#undef REG
#undef FIELD
    };

    if (!sth_pair_reset(pair))
        return fail(result, "the soft reset does not end\n");
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        uint32_t is = pair->dev->ops->reg_read(pair->dev, list[i].offset);

        if (is != list[i].value && list[i].offset != STH_REG_CFG_HASH)
            return fail(result,
                        "after the soft reset %s reads 0x%" PRIx32
                        " instead of 0x%" PRIx32 "\n",
                        list[i].name, is, list[i].value);
    }
    return true;
}

static bool run_legal(struct sth_pair *pair, const struct sth_params *params,
                      uint64_t seed, uint32_t length,
                      struct sth_fault_result *result)
{
    struct sth_program *program = malloc(sizeof(*program));
    struct sth_random_result run = {.passed = false};

    if (program && sth_program_generate(program, params, ~seed, length))
        sth_random_run_on(pair, program, ~seed, &run);
    else
        fail(result, "no program\n");
    free(program);
    if (!run.passed)
        fail(result, "a legal program after the reset: %s", run.text);
    return run.passed;
}

static bool run(struct sth_pair *pair, const struct sth_params *params,
                const struct sth_fault_program *program, uint64_t seed,
                uint32_t length, struct sth_fault_result *result)
{
    if (program->has_error_range)
        sth_pair_set_error_range(pair, program->error_first,
                                 program->error_last);
    sth_pair_start(pair, &program->base, seed, program->command,
                   program->commands, program->watchdog);
    if (!sth_pair_wait_fault(pair)) {
        fail(result, "no fault was reported\n");
        tell(result, "expected", program, &program->expected);
        return false;
    }
    if (!check_fault(pair, program, result))
        return false;
    sth_pair_set_error_range(pair, 1, 0);
    return check_reset(pair, result) &&
           run_legal(pair, params, seed, length, result);
}

/*
 * A difference between the sides, a failed assertion among them, comes first:
 * it explains what was noticed afterwards.
 */
static void tell_difference(struct sth_pair *pair,
                            struct sth_fault_result *result)
{
    char text[sizeof(result->text)], noticed[sizeof(result->text)];

    if (!sth_pair_difference(pair, text, sizeof(text)))
        return;
    result->passed = false;
    if (strstr(result->text, text))
        return;
    memcpy(noticed, result->text, sizeof(noticed));
    result->text[0] = '\0';
    fail(result, "%s%s", text, noticed);
}

void sth_fault_run(const struct sth_backend *backend,
                   const struct sth_params *params, uint64_t seed,
                   uint32_t length, struct sth_fault_result *result)
{
    struct sth_fault_program *program = malloc(sizeof(*program));
    struct sth_pair pair;

    memset(result, 0, sizeof(*result));
    if (!program ||
        !sth_fault_program_generate(program, params, seed, length)) {
        fail(result, "no program\n");
        free(program);
        return;
    }
    result->code = program->expected.code;
    result->commands = program->commands;
    if (sth_pair_open(&pair, backend, params, seed, &program->base)) {
        result->passed = run(&pair, params, program, seed, length, result);
        tell_difference(&pair, result);
    } else {
        fail(result, "out of memory\n");
    }
    sth_pair_close(&pair);
    free(program);
}
