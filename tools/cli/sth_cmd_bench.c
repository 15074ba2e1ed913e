/* systolith bench: how fast model and RTL simulate. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_report_head.h"
#include "sth_scratch.h"
#include "sth_session.h"
#include "sth_targets.h"
#include "sth_tracegen.h"
#include "systolith_rtl.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is simulated: a product of size^3, or layers of a model. */
struct work {
    const char *name;
    const char *config, *memory;
    uint32_t size;
    const char *model;
    struct sth_trace_request layers;
};

enum {
    PRODUCT,
    SMALL,
    SMALL_NANO,
    SMALL_WIDE,
    SMALL_SERVER,
    GPT2,
    LLAMA,
    GPT3,
    GROWTH, /* from here on with --growth alone */
    GROWTH_2,
    GROWTH_3,
    GROWTH_4,
    WORKS
};

#define PRODUCT_OF(n, chip)                                                    \
    {                                                                          \
        .name = #n "x" #n "x" #n " bf16", .config = (chip),                    \
        .memory = "fixed:100:0", .size = (n)                                   \
    }

static const struct work works[WORKS] = {
    [PRODUCT] = PRODUCT_OF(1024, "edge"),
    [SMALL] = PRODUCT_OF(128, "edge"),
    [SMALL_NANO] = PRODUCT_OF(128, "nano"),
    [SMALL_WIDE] = PRODUCT_OF(256, "wide"),
    [SMALL_SERVER] = PRODUCT_OF(512, "server"),
    [GPT2] = {.name = "GPT-2, 1024 tokens, 1 layer",
              .config = "server",
              .memory = "hbm2e",
              .model = "gpt2",
              .layers = {.seq = 1024, .batch = 1, .layers = 1, .seed = 1}},
    [LLAMA] = {.name = "Llama-3-8B, decode, 8192 + 1, batch 16, 32 layers",
               .config = "server",
               .memory = "hbm2e",
               .model = "llama-3-8b",
               .layers = {.seq = 1,
                          .past = 8192,
                          .batch = 16,
                          .layers = 32,
                          .seed = 1}},
    [GPT3] = {.name = "GPT-3-175B, 2048 tokens, 96 layers",
              .config = "server",
              .memory = "hbm2e",
              .model = "gpt-3-175b",
              .layers = {.seq = 2048, .batch = 1, .layers = 96, .seed = 1}},
    [GROWTH] = PRODUCT_OF(512, "nano"),
    [GROWTH_2] = PRODUCT_OF(1024, "nano"),
    [GROWTH_3] = PRODUCT_OF(2048, "nano"),
    [GROWTH_4] = PRODUCT_OF(4800, "nano"),
};

struct measurement {
    const char *name;
    int work;
    bool rtl;
    enum sth_csim_mode mode;
    bool by_layer;
};

static const struct measurement list[] = {
    {"C model, time only", PRODUCT, false, STH_CSIM_TIME_ONLY, false},
    {"C model, function and time", PRODUCT, false, STH_CSIM_FUNCTION_AND_TIME,
     false},
    {"C model, function only", PRODUCT, false, STH_CSIM_FUNCTION_ONLY, false},
    {"C model, time only", SMALL, false, STH_CSIM_TIME_ONLY, false},
    {"C model, function and time", SMALL, false, STH_CSIM_FUNCTION_AND_TIME,
     false},
    {"C model, function only", SMALL, false, STH_CSIM_FUNCTION_ONLY, false},
    {"Verilated RTL", SMALL, true, STH_CSIM_FUNCTION_AND_TIME, false},
    {"C model, time only", SMALL_NANO, false, STH_CSIM_TIME_ONLY, false},
    {"Verilated RTL", SMALL_NANO, true, STH_CSIM_FUNCTION_AND_TIME, false},
    {"C model, time only", SMALL_WIDE, false, STH_CSIM_TIME_ONLY, false},
    {"Verilated RTL", SMALL_WIDE, true, STH_CSIM_FUNCTION_AND_TIME, false},
    {"C model, time only", SMALL_SERVER, false, STH_CSIM_TIME_ONLY, false},
    {"Verilated RTL", SMALL_SERVER, true, STH_CSIM_FUNCTION_AND_TIME, false},
    {"C model, time only", GPT2, false, STH_CSIM_TIME_ONLY, false},
    {"C model, by layer", LLAMA, false, STH_CSIM_TIME_ONLY, true},
    {"C model, by layer", GPT3, false, STH_CSIM_TIME_ONLY, true},
    {"C model, time only", GROWTH, false, STH_CSIM_TIME_ONLY, false},
    {"C model, time only", GROWTH_2, false, STH_CSIM_TIME_ONLY, false},
    {"C model, time only", GROWTH_3, false, STH_CSIM_TIME_ONLY, false},
    {"C model, time only", GROWTH_4, false, STH_CSIM_TIME_ONLY, false},
};

enum { COUNT = sizeof(list) / sizeof(list[0]) };

struct result {
    bool done;
    uint64_t cycles; /* that the run stands for */
    uint64_t commands;
    double cpu, wall;      /* seconds of simulation */
    double mebibytes;      /* peak of the process */
    uint64_t instructions; /* 0: not counted */
};

static void model_path(const struct work *w, char *path, size_t size)
{
    snprintf(path, size, "%s/configs/models/%s.json", sth_cmd_home(), w->model);
}

/* The trace of some work, open under that path; NULL: it can't be written. */
static FILE *write_trace(const struct work *w, char path[STH_SCRATCH_PATH])
{
    FILE *out = sth_scratch_open(path);
    struct sth_model model;
    char file[4200], error[512];
    bool good = out != NULL;

    if (out && w->model) {
        model_path(w, file, sizeof(file));
        good = sth_model_load(file, NULL, &model, error, sizeof(error)) &&
               sth_tracegen_layers(out, &model, &w->layers);
    } else if (out) {
        sth_tracegen_gemm(out, w->size, w->size, w->size, false, 1);
    }
    if (good && !fflush(out))
        return out;
    if (out)
        fclose(out);
    return NULL;
}

/* In the child: runs once and writes the result to a pipe. */
static void measure_here(const struct measurement *m, const char *path, int to)
{
    const struct work *w = &works[m->work];
    struct sth_session_request q = {.trace_path = path,
                                    .backend = m->rtl ? STH_BACKEND_RTL
                                                      : STH_BACKEND_CSIM,
                                    .mode = m->mode,
                                    .by_layer = m->by_layer,
                                    .no_reference = true,
                                    .seed = 1,
                                    .home = sth_cmd_home()};
    struct sth_session session;
    struct result r = {0};
    struct rusage usage;
    char error[4600];

    if (!sth_config_find(w->config, q.home, &q.config, error, sizeof(error)) ||
        !sth_mem_config_parse(&q.config.memory, w->memory, error,
                              sizeof(error)) ||
        sth_session_run(&session, &q, error, sizeof(error))) {
        sth_cmd_error("%s: %s", m->name, error);
        _exit(1);
    }
    getrusage(RUSAGE_SELF, &usage);
    r.done = true;
    r.cycles = sth_session_main(&session)->cycles;
    r.commands = session.commands;
    r.cpu = session.cpu_seconds;
    r.wall = session.seconds;
    r.mebibytes = (double)usage.ru_maxrss / 1024;
    _exit(write(to, &r, sizeof(r)) == (ssize_t)sizeof(r) ? 0 : 1);
}

static struct result measure(const struct measurement *m, const char *path)
{
    struct result r = {0};
    int ends[2];
    pid_t child;

    if (pipe(ends))
        return r;
    child = fork();
    if (child == 0)
        measure_here(m, path, ends[1]);
    close(ends[1]);
    if (child < 0 || read(ends[0], &r, sizeof(r)) != (ssize_t)sizeof(r))
        r.done = false;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return r;
}

/* Instructions of a whole `systolith run`, time only; 0 without valgrind. */
static uint64_t count_instructions(const struct measurement *m,
                                   const char *path)
{
    const struct work *w = &works[m->work];
    char self[4096] = "", command[8192], line[512];
    uint64_t count = 0;
    FILE *out;

    if (m->rtl || m->mode != STH_CSIM_TIME_ONLY || m->by_layer ||
        m->work >= GROWTH ||
        readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return 0;
    snprintf(command, sizeof(command),
             "valgrind --tool=callgrind --callgrind-out-file=/dev/null '%s' "
             "run '%s' --config %s --memory %s --time-only --quiet 2>&1",
             self, path, w->config, w->memory);
    out = popen(command, "r");
    while (out && fgets(line, sizeof(line), out)) {
        const char *at = strstr(line, "Collected : ");

        if (at)
            count = strtoull(at + 12, NULL, 10);
    }
    if (out)
        pclose(out);
    return count;
}

/* Simulated cycles a second; function only takes the cycles of the timed. */
static double rate(const struct result *results, int i)
{
    uint64_t cycles = results[i].cycles;

    for (int j = 0; j < COUNT; j++)
        if (list[i].mode == STH_CSIM_FUNCTION_ONLY &&
            list[j].work == list[i].work && list[j].mode == STH_CSIM_TIME_ONLY)
            cycles = results[j].cycles;
    return results[i].cpu > 0 ? (double)cycles / results[i].cpu : 0;
}

/* How much faster than the RTL of the configuration, on the same work or a
 * smaller product; 0: it was not measured. */
static double ratio(const struct result *results, int i)
{
    const struct work *w = &works[list[i].work];

    for (int j = 0; j < COUNT; j++)
        if (list[j].rtl && results[j].done && w->size > 0 &&
            !strcmp(works[list[j].work].config, w->config))
            return rate(results, i) / rate(results, j);
    return 0;
}

static void print_text(const struct result *results)
{
    int work = -1;

    for (int i = 0; i < COUNT; i++) {
        const struct result *r = &results[i];

        if (!r->done)
            continue;
        if (list[i].work != work) {
            work = list[i].work;
            printf("%s%s on %s, %s: %" PRIu64 " cycles, %" PRIu64
                   " commands\n  %-28s %9s %14s %9s %9s %14s\n",
                   i ? "\n" : "", works[work].name, works[work].config,
                   works[work].memory, r->cycles, r->commands, "", "seconds",
                   "cycles/s", "to RTL", "MiB", "instructions");
        }
        printf("  %-28s %9.4f %14.4g", list[i].name, r->cpu, rate(results, i));
        if (ratio(results, i) > 0)
            printf(" %9.4g", ratio(results, i));
        else
            printf(" %9s", "");
        printf(" %9.1f", r->mebibytes);
        if (r->instructions)
            printf(" %14" PRIu64, r->instructions);
        putchar('\n');
    }
}

static void add_config(json_t *object, const char *name)
{
    struct sth_config config;
    char error[512];

    if (sth_config_find(name, sth_cmd_home(), &config, error, sizeof(error)))
        sth_report_add_config(object, &config);
}

static bool write_json(const char *path, const struct result *results)
{
    struct sth_output output;
    json_t *array = json_array(), *configs = json_object(), *root;
    bool good;

    for (int i = 0; i < COUNT; i++) {
        const struct result *r = &results[i];
        const struct work *w = &works[list[i].work];

        if (!r->done)
            continue;
        add_config(configs, w->config);
        json_array_append_new(
            array,
            json_pack(
                "{s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:f, s:f, s:f, "
                "s:f, s:I}",
                "name", list[i].name, "work", w->name, "config", w->config,
                "memory", w->memory, "cycles", (json_int_t)r->cycles,
                "commands", (json_int_t)r->commands, "cpu_seconds", r->cpu,
                "wall_seconds", r->wall, "cycles_per_second", rate(results, i),
                "ratio_to_rtl", ratio(results, i), "peak_mebibytes",
                r->mebibytes, "instructions", (json_int_t)r->instructions));
    }
    root = json_pack("{s:o, s:o, s:o}", "version", sth_report_version(),
                     "configurations", configs, "measurements", array);
    if (!sth_output_open(&output, path)) {
        json_decref(root);
        return false;
    }
    good = sth_report_write(output.file, root);
    return sth_output_commit(&output) && good;
}

/* Whether to measure it: what was asked for, and can be. */
static bool is_wanted(const struct measurement *m, bool no_rtl, bool growth)
{
    const char *config = works[m->work].config;
    bool built = sth_rtl_is_built(NULL, config);

    if (!m->rtl)
        return growth || m->work < GROWTH;
    if (!no_rtl && !built)
        printf("no RTL of %s to measure: make rtl CONFIG=%s\n", config, config);
    return !no_rtl && built;
}

static bool run_all(bool no_rtl, bool growth, int repeat, bool instructions,
                    struct result *results)
{
    const double long_enough = 2; /* seconds */
    bool good = true;

    for (int i = 0; i < COUNT; i++) {
        char path[STH_SCRATCH_PATH];
        FILE *trace;

        if (!is_wanted(&list[i], no_rtl, growth))
            continue;
        trace = write_trace(&works[list[i].work], path);
        if (!trace) {
            sth_cmd_error("cannot write the trace of '%s'",
                          works[list[i].work].name);
            return false;
        }
        for (int n = 0; n < repeat && (n == 0 || results[i].cpu < long_enough);
             n++) {
            struct result r = measure(&list[i], path);

            good = good && r.done;
            if (n == 0 || (r.done && r.cpu < results[i].cpu))
                results[i] = r;
        }
        if (instructions && results[i].done)
            results[i].instructions = count_instructions(&list[i], path);
        fclose(trace);
    }
    return good;
}

/* 0 when the report can be written and is none of what the runs read. */
static int check_json(const char *json)
{
    const struct sth_target target = {"--json", json};
    char path[4200];

    for (size_t i = 0; json && i < sizeof(works) / sizeof(*works); i++) {
        if (sth_config_path(works[i].config, sth_cmd_home(), path,
                            sizeof(path)) &&
            !sth_targets_spare(&target, 1, path))
            return 2;
        if (!works[i].model)
            continue;
        model_path(&works[i], path, sizeof(path));
        if (!sth_targets_spare(&target, 1, path))
            return 2;
    }
    return sth_targets_check(&target, 1, NULL, 0);
}

int sth_cmd_bench(int argc, char **argv)
{
    static struct result results[COUNT];
    struct sth_args args;
    const char *json;
    bool good;
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_BENCH, argc, argv, &status))
        return status;
    json = args.text[STH_OPT_BENCH_JSON];
    status = check_json(json);
    if (status)
        return status;
    good = run_all(args.given[STH_OPT_BENCH_NO_RTL],
                   args.given[STH_OPT_BENCH_GROWTH],
                   (int)args.number[STH_OPT_BENCH_REPEAT],
                   args.given[STH_OPT_BENCH_INSTRUCTIONS], results);
    print_text(results);
    if (json && !write_json(json, results))
        return 1;
    return good ? 0 : 1;
}
