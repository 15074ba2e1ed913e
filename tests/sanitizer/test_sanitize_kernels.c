/*
 * The race sanitizer against firmware with one mistake in it: commands of real
 * kernels lose one wait or one post on their way into the ring, and every such
 * mistake must be named.
 */
#include "firmware_fixture.h"

#include "sth_runtime.h"
#include "systolith.h"

enum {
    COMMANDS_MAX = 1024, /* of a trace; the ring holds them all */
    TIMEOUT = 200000,
    REPORTED_PERCENT = 90 /* of the removed waits, at least */
};

static uint64_t arena[1 << 14];
static uint64_t workspace[1 << 12];

struct job {
    const char *name, *config, *text;
};

static const struct job jobs[] = {
    {"gemm", "nano",
     "systolith-trace 1\n"
     "tensor x bf16 50x60 seed:1:1\n"
     "tensor w bf16 60x70 seed:2:1\n"
     "tensor b fp32 1x70 seed:3:1\n"
     "tensor y bf16 50x70 zero\n"
     "op matmul out=y x=x w=w bias=b act=gelu residual=y\n"
     "output y\n"},
    {"attention", "nano",
     "systolith-trace 1\n"
     "tensor q bf16 18x20 seed:1:1\n"
     "tensor k bf16 23x10 seed:2:1\n"
     "tensor v bf16 23x10 seed:3:1\n"
     "tensor a bf16 18x20 zero\n"
     "op attention out=a q=q k=k v=v heads=2 kv_heads=1 batch=1 seq=18 past=5 "
     "causal=1 scale=0x3ea1e89b\n"
     "output a\n"},
    {"layernorm", "nano",
     "systolith-trace 1\n"
     "tensor x bf16 33x130 seed:1:1\n"
     "tensor g bf16 1x130 seed:2:0.1:1\n"
     "tensor b bf16 1x130 seed:3:0.1\n"
     "tensor y bf16 33x130 zero\n"
     "op layernorm out=y x=x gamma=g beta=b eps=0x3727c5ac invn=0x3bfc0fc1\n"
     "output y\n"},
    {"quantize and int8", "wide",
     "systolith-trace 1\n"
     "tensor x bf16 21x75 seed:1:1\n"
     "tensor q i8 21x75 zero\n"
     "tensor s fp32 1x21 zero\n"
     "tensor w i8 90x75 seed:2:30\n"
     "tensor ws fp32 1x90 seed:3:0.001:0.004\n"
     "tensor y bf16 21x90 zero\n"
     "op quantize out=q scale=s x=x\n"
     "op matmul out=y x=q w=w wt=1 act=silu xscale=s wscale=ws\n"
     "output y\n"},
};

enum { JOBS = sizeof jobs / sizeof jobs[0] };

/* A device that clears bits of one command as the host writes the ring. */
struct tamper {
    struct sth_device device;
    struct sth_device *inner;
    uint32_t ring_bytes;
    uint32_t written; /* commands so far */
    struct sth_command command[COMMANDS_MAX];
    uint32_t target; /* command that loses ... */
    uint32_t lost;   /* ... these bits of its word 1; 0: none */
};

static struct sth_device *inner_of(struct sth_device *dev)
{
    return ((struct tamper *)dev)->inner;
}

static uint32_t tamper_reg_read(struct sth_device *dev, uint32_t offset)
{
    return inner_of(dev)->ops->reg_read(inner_of(dev), offset);
}

static void tamper_reg_write(struct sth_device *dev, uint32_t offset,
                             uint32_t value)
{
    inner_of(dev)->ops->reg_write(inner_of(dev), offset, value);
}

static void tamper_mem_read(struct sth_device *dev, uint64_t addr, void *to,
                            size_t bytes)
{
    inner_of(dev)->ops->mem_read(inner_of(dev), addr, to, bytes);
}

static void tamper_mem_write(struct sth_device *dev, uint64_t addr,
                             const void *from, size_t bytes)
{
    struct tamper *t = (struct tamper *)dev;

    if (addr >= t->ring_bytes) {
        t->inner->ops->mem_write(t->inner, addr, from, bytes);
        return;
    }
    assert_int_equal(bytes % STH_COMMAND_BYTES, 0);
    for (size_t i = 0; i < bytes; i += STH_COMMAND_BYTES) {
        struct sth_command *c = &t->command[t->written];

        assert_true(t->written < COMMANDS_MAX);
        memcpy(c, (const uint8_t *)from + i, sizeof *c);
        if (t->written == t->target)
            c->word[STH_ANY_WAIT_WORD] &= ~t->lost;
        t->inner->ops->mem_write(t->inner, addr + i, c, sizeof *c);
        t->written++;
    }
}

static bool tamper_wait(struct sth_device *dev, uint64_t max_cycles)
{
    return inner_of(dev)->ops->wait(inner_of(dev), max_cycles);
}

static const struct sth_device_ops tamper_ops = {
    .reg_read = tamper_reg_read,
    .reg_write = tamper_reg_write,
    .mem_read = tamper_mem_read,
    .mem_write = tamper_mem_write,
    .wait = tamper_wait,
};

struct machine {
    struct sth_config config;
    struct sth_mem *mem;
    struct tamper tamper;
    struct sth_hal hal;
    struct sth_runtime runtime;
    struct sth_trace trace;
};

static void fill(const struct sth_trace *trace, struct sth_mem *mem)
{
    uint64_t random = 77;

    for (uint32_t i = 0; i < trace->tensors; i++) {
        const struct sth_trace_tensor *t = &trace->tensor[i];

        for (uint64_t j = 0; j < sth_trace_tensor_bytes(t) / 2; j++) {
            uint16_t bits =
                fixture_bf16(fixture_random(&random) / 2147483648.0 - 0.4);

            sth_mem_write(mem, t->addr + 2 * j, &bits, sizeof bits);
        }
    }
}

/* Runs a job in which one command lost bits of its word of semaphores. */
static enum sth_fw_err run(struct machine *m, const struct job *job,
                           uint32_t target, uint32_t lost)
{
    struct sth_csim_options options = {.mode = STH_CSIM_FUNCTION_AND_TIME,
                                       .sanitize = true};
    struct sth_runtime_config config;
    struct sth_trace_error problem;
    struct sth_mem_config memory;
    char error[256];

    memset(m, 0, sizeof *m);
    if (!sth_config_find(job->config, ".", &m->config, error, sizeof error))
        fail_msg("%s", error);
    sth_mem_config_default(&memory);
    m->mem = sth_mem_create(&memory, m->config.params.bus_bytes, false);
    m->tamper.inner = sth_csim_create(&m->config.params, m->mem, &options);
    assert_non_null(m->tamper.inner);
    m->tamper.device.ops = &tamper_ops;
    m->tamper.target = target;
    m->tamper.lost = lost;
    sth_runtime_config_default(&config);
    config.driver.timeout_cycles = TIMEOUT;
    config.driver.watchdog = STH_DRIVER_WATCHDOG_OFF;
    m->tamper.ring_bytes = (uint32_t)STH_COMMAND_BYTES
                           << config.driver.ring_log2;
    sth_hal_host_init(&m->hal, &m->tamper.device);
    if (sth_trace_parse(&m->trace, job->text, strlen(job->text), arena,
                        sizeof arena, &problem) != STH_FW_ERR_OK)
        fail_msg("%s:%u: %s", job->name, problem.line, problem.message);
    assert_int_equal(sth_runtime_init(&m->runtime, &m->hal, &config),
                     STH_FW_ERR_OK);
    sth_runtime_place(&m->runtime, &m->trace);
    fill(&m->trace, m->mem);
    return sth_runtime_run(&m->runtime, &m->trace, workspace, sizeof workspace);
}

static void close_machine(struct machine *m)
{
    m->tamper.inner->ops->destroy(m->tamper.inner);
    sth_mem_destroy(m->mem);
}

/* The commands of a job as firmware means them, which have no finding. */
static uint32_t run_clean(const struct job *job, struct sth_command *command)
{
    struct machine *m = malloc(sizeof *m);
    const struct sth_diagnostic *list;
    uint32_t commands;

    assert_non_null(m);
    assert_int_equal(run(m, job, 0, 0), STH_FW_ERR_OK);
    if (sth_csim_report(m->tamper.inner, &list) != 0)
        fail_msg("%s: %s", job->name, list[0].text);
    commands = m->tamper.written;
    memcpy(command, m->tamper.command, commands * sizeof *command);
    close_machine(m);
    free(m);
    return commands;
}

/* The text names a command by number and by what it does. */
static void assert_named(const char *text, const struct sth_command *commands,
                         uint32_t index)
{
    char name[64];

    snprintf(name, sizeof name, "command %u (%s ", index,
             sth_opcode_name(STH_GET(&commands[index], ANY_OPCODE)));
    if (strstr(text, name) == NULL)
        fail_msg("'%s' is not in: %s", name, text);
}

/* Races that a run reported; each names two commands. */
static size_t count_races(struct machine *m)
{
    const struct sth_diagnostic *list;
    size_t count = sth_csim_report(m->tamper.inner, &list), races = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].kind != STH_DIAGNOSTIC_RACE)
            continue;
        assert_int_not_equal(list[i].index, list[i].other);
        assert_non_null(strstr(list[i].text, " races with "));
        assert_named(list[i].text, m->tamper.command, list[i].index);
        assert_named(list[i].text, m->tamper.command, list[i].other);
        races++;
    }
    return races;
}

static bool loses_wait_and_is_found(const struct job *job, uint32_t target,
                                    uint32_t semaphore)
{
    struct machine *m = malloc(sizeof *m);
    enum sth_fw_err err;
    size_t races;

    assert_non_null(m);
    err = run(m, job, target, 1u << (STH_ANY_WAIT_LSB + semaphore));
    assert_int_equal(err, STH_FW_ERR_OK);
    races = count_races(m);
    if (races == 0) {
        char text[STH_DISASM_BYTES];

        sth_disasm(&m->tamper.command[target], text, sizeof text);
        print_message("%s: no race without the wait of command %u for "
                      "semaphore %u: %s\n",
                      job->name, target, semaphore, text);
    }
    close_machine(m);
    free(m);
    return races > 0;
}

static void test_sanitize_kernels_missing_wait_is_a_race(void **unused)
{
    static struct sth_command command[COMMANDS_MAX];

    (void)unused;
    for (size_t j = 0; j < JOBS; j++) {
        uint32_t commands = run_clean(&jobs[j], command);
        uint32_t tried = 0, found = 0;

        for (uint32_t i = 0; i < commands; i++)
            for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
                if ((STH_GET(&command[i], ANY_WAIT) >> s & 1u) == 0)
                    continue;
                tried++;
                found += loses_wait_and_is_found(&jobs[j], i, s);
            }
        print_message("%s: %u of %u commands, %u of %u missing waits found\n",
                      jobs[j].name, commands, commands, found, tried);
        assert_true(tried > 5);
        assert_true(100 * found >= REPORTED_PERCENT * tried);
    }
}

/* The engine that lacks the token, in the driver's words and the model's. */
static void check_deadlock(struct machine *m, const struct job *job,
                           uint32_t target, uint32_t semaphore)
{
    struct sth_driver_diagnosis diagnosis;
    const struct sth_diagnostic *list;
    size_t count;
    uint32_t e = 0;
    char words[64];

    sth_driver_diagnose(&m->runtime.driver, &diagnosis);
    while (e < STH_ENGINE_COUNT &&
           !((diagnosis.engine_blocked & diagnosis.known) >> e & 1u &&
             diagnosis.waits_for[e] >> semaphore & 1u))
        e++;
    if (e == STH_ENGINE_COUNT) {
        fail_msg("%s: command %u without its post to semaphore %u: the driver "
                 "names no engine",
                 job->name, target, semaphore);
        return;
    }
    count = sth_csim_report(m->tamper.inner, &list);
    assert_true(count > 0);
    assert_int_equal(list[count - 1].kind, STH_DIAGNOSTIC_DEADLOCK);
    snprintf(words, sizeof words, "%s waits at command %u (",
             sth_engine_name(e), diagnosis.index[e]);
    if (strstr(list[count - 1].text, words) == NULL)
        fail_msg("'%s' is not in: %s", words, list[count - 1].text);
}

static void test_sanitize_kernels_missing_post_is_a_deadlock(void **unused)
{
    static struct sth_command command[COMMANDS_MAX];
    struct machine *m = malloc(sizeof *m);

    (void)unused;
    assert_non_null(m);
    for (size_t j = 0; j < JOBS; j++) {
        uint32_t commands = run_clean(&jobs[j], command);
        uint32_t tried = 0;

        for (uint32_t i = 0; i < commands; i++)
            for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
                if ((STH_GET(&command[i], ANY_POST) >> s & 1u) == 0)
                    continue;
                assert_int_equal(
                    run(m, &jobs[j], i, 1u << (STH_ANY_POST_LSB + s)),
                    STH_FW_ERR_TIMEOUT);
                check_deadlock(m, &jobs[j], i, s);
                close_machine(m);
                tried++;
            }
        print_message("%s: %u missing posts found\n", jobs[j].name, tried);
        assert_true(tried > 5);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sanitize_kernels_missing_wait_is_a_race),
        cmocka_unit_test(test_sanitize_kernels_missing_post_is_a_deadlock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
