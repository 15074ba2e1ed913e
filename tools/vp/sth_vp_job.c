#include "sth_vp_job.h"

#include "sth_diagnosis.h"
#include "sth_file.h"
#include "sth_gdb_vp.h"
#include "sth_player.h"
#include "sth_vp_chips.h"
#include "sth_vp_names.h"
#include "sth_vp_timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RAM_DEFAULT = 64 << 20, /* without a program */
    RAM_STEP = 1 << 20,
    BYTE_CYCLES = 100 /* that a player may look at a byte of a program */
};

struct run {
    const struct sth_vp_job *job;
    struct sth_vp vp;
    struct sth_vp_chips chips;
    struct sth_vp_figures *figures;
    struct sth_diagnosis *diagnosis; /* NULL: none */
    struct sth_vp_names names;
    uint32_t mistakes;
    uint64_t program_at; /* bus address behind the tensors */
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct run *r,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(r->error, r->error_size, format, args);
    va_end(args);
    return false;
}

static uint64_t round_up(uint64_t value, uint64_t step)
{
    return (value + step - 1) / step * step;
}

/* ---- the beginning ----------------------------------------------------- */

static bool load_image(struct run *r)
{
    char why[512];
    size_t bytes;
    char *file = sth_file_read(r->job->image, &bytes, why, sizeof(why));
    bool good;

    if (!file)
        return fail(r, "%s", why);
    good = sth_vp_load(&r->vp, file, bytes, why, sizeof(why));
    if (good && r->diagnosis)
        good = sth_diagnosis_attach(r->diagnosis, file, bytes);
    if (good && r->job->profile)
        good = sth_vp_profile_begin(r->job->profile, &r->vp, file, bytes, why,
                                    sizeof(why));
    free(file);
    return good || fail(r, "%s: %s", r->job->image, why);
}

/* A platform with at least so many bytes of RAM, and the image in it. */
static bool init(struct run *r, uint64_t least)
{
    const struct sth_vp_job *job = r->job;
    const struct sth_config *config = &job->session.config;
    const uint64_t bytes = job->ram_bytes ? job->ram_bytes : least;
    const struct sth_vp_config c = {
        .ram_bytes = (uint32_t)bytes,
        .memory = &config->memory,
        .bus_bytes = config->params.bus_bytes,
        .access = job->engine->access,
        .console = job->console,
        .user = job->engine->user,
    };

    if (bytes > STH_PLATFORM_RAM_BYTES || least > bytes)
        return fail(r,
                    "the program and its tensors take %llu bytes of RAM, "
                    "and there are %llu",
                    (unsigned long long)least,
                    (unsigned long long)(job->ram_bytes
                                             ? job->ram_bytes
                                             : STH_PLATFORM_RAM_BYTES));
    if (!sth_vp_init(&r->vp, &c))
        return fail(r, "out of memory for the platform");
    r->vp.limit = job->limit;
    r->vp.watcher = job->watcher;
    r->vp.log = job->log;
    if (job->diagnose) {
        r->diagnosis = sth_diagnosis_create(
            &r->vp, job->patience, !job->session.trace_path || job->thorough,
            stderr);
        if (!r->diagnosis)
            return fail(r, "out of memory for the diagnosis");
    }
    return load_image(r);
}

/* ---- the run ----------------------------------------------------------- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The device behind the guard, if there is one. */
static struct sth_device *inner(const struct run *r, struct sth_device *device)
{
    return r->diagnosis ? sth_diagnosis_behind(r->diagnosis, device) : device;
}

static void take_figures(struct run *r, double seconds)
{
    const struct sth_hart_state *s = &r->vp.hart.state;
    struct sth_vp_figures *f = r->figures;

    *f = (struct sth_vp_figures){
        .end = r->vp.end,
        .status = r->vp.status,
        .stop = r->vp.stop,
        .report = r->vp.hart.report,
        .pc = s->pc,
        .cycles = s->cycles,
        .idle = s->idle,
        .instructions = s->retired,
        .traps = s->traps,
        .accesses = r->vp.accesses,
        .rung = r->vp.rung,
        .rung_instructions = r->vp.rung_retired,
        .rung_seconds = r->vp.rung_seconds,
        .seconds = seconds,
    };
    for (uint32_t i = 0; i < r->vp.chips; i++) {
        struct sth_device *dev = r->vp.chip[i].device;
        const char *why = sth_vp_chips_violation(&r->chips, inner(r, dev));

        f->interrupts += r->vp.chip[i].interrupts;
        f->commands += dev->ops->reg_read(dev, STH_REG_RETIRED);
        if (why)
            snprintf(f->why, sizeof(f->why), "accelerator %u: %s", i, why);
    }
}

static void run_engine(struct run *r)
{
    r->job->engine->run(r->job->engine->user, &r->vp);
}

/* The same, and a debugger looks at it.  Time that went by in a process that
 * was left behind is not this one's. */
static void debug(struct run *r)
{
    const struct sth_vp_engine *engine = r->job->engine;
    const int fd = r->job->debugger;
    struct sth_device *device[STH_VP_CHIPS];
    struct sth_gdb_vp gdb;

    for (uint32_t i = 0; i < r->vp.chips; i++)
        device[i] = inner(r, r->vp.chip[i].device);
    if (!sth_gdb_vp_open(&gdb, &r->vp, device, fd, fd)) {
        sth_vp_finish(&r->vp, STH_VP_END_QUIT);
        return;
    }
    gdb.settle = engine->settle;
    gdb.settle_user = engine->user;
    run_engine(r);
    sth_gdb_vp_over(&gdb);
    (void)sth_gdb_vp_close(&gdb);
}

static void run(struct run *r)
{
    const double begin = now();
    double end;

    if (r->job->debug)
        debug(r);
    else
        run_engine(r);
    if (r->diagnosis)
        r->mistakes = sth_diagnosis_end(r->diagnosis);
    end = now();
    if (r->job->profile)
        sth_vp_profile_end(r->job->profile);
    take_figures(r, end > begin ? end - begin : 0);
}

/* ---- with a program ---------------------------------------------------- */

/* What is to be put on the platform for a device; NULL: out of memory. */
static struct sth_device *guarded(void *user, struct sth_device *device)
{
    const struct run *r = user;

    return r->diagnosis ? sth_diagnosis_guard(r->diagnosis, device,
                                              &r->job->session.config.params)
                        : device;
}

static struct sth_device *front(void *user)
{
    const struct run *r = user;

    return r->vp.chips ? r->vp.chip[0].device : NULL;
}

/* Behind the tensors come their addresses and the program. */
static bool begin_program(void *user, struct sth_device *device,
                          struct sth_mem *mem,
                          const struct sth_session_program *program,
                          char *error, size_t error_size)
{
    struct run *r = user;
    const struct sth_session_request *q = &r->job->session;
    struct sth_vp_chip chip = {
        .mem = mem,
        .config = &q->config,
        .is_rtl = q->backend == STH_BACKEND_RTL,
    };

    r->error = error;
    r->error_size = error_size;
    r->program_at = round_up(program->end, STH_HART_PAGE);
    if (!init(r, round_up(r->program_at + program->bytes + 8 +
                              8 * program->trace->tensors,
                          RAM_STEP)))
        return false;
    chip.device = guarded(r, device);
    return (chip.device || fail(r, "out of memory for the diagnosis")) &&
           sth_vp_add_chip(&r->vp, &chip) &&
           sth_vp_chips_add(&r->chips, &r->vp, q, r->job->chips - 1, guarded, r,
                            error, error_size);
}

static bool play_program(void *user, const struct sth_session_program *program,
                         char *error, size_t error_size)
{
    struct run *r = user;
    const uint32_t base = STH_PLATFORM_RAM_BASE;
    const uint32_t regions = program->trace->tensors;
    const uint32_t at = base + (uint32_t)r->program_at;
    const uint32_t bases = at + (uint32_t)round_up(program->bytes, 8);
    const struct sth_player_mailbox mailbox = {
        .program = at,
        .program_bytes = (uint32_t)program->bytes,
        .bases = bases,
    };
    bool fits =
        sth_vp_poke(&r->vp, base, &mailbox, sizeof(mailbox)) &&
        sth_vp_poke(&r->vp, at, program->file, (uint32_t)program->bytes);

    r->error = error;
    r->error_size = error_size;
    for (uint32_t i = 0; i < regions && fits; i++)
        fits = sth_vp_poke(&r->vp, bases + 8 * i,
                           &program->trace->tensor[i].addr, sizeof(uint64_t));
    if (!fits)
        return fail(r, "the program does not fit into RAM");
    if (r->diagnosis)
        sth_diagnosis_allow(r->diagnosis, BYTE_CYCLES * program->bytes);
    if (r->diagnosis && sth_vp_names_init(&r->names, program))
        sth_diagnosis_name_commands(r->diagnosis, sth_vp_names_find, &r->names);
    /* Tensors that begin as zeros are as good as written. */
    sth_hart_memory_changed(&r->vp.hart, base + STH_PLATFORM_FIRMWARE_BYTES,
                            (uint32_t)r->program_at -
                                STH_PLATFORM_FIRMWARE_BYTES);
    run(r);
    if (r->figures->end != STH_VP_END_EXIT)
        return fail(r, "%s: %s", r->job->image,
                    sth_vp_end_text(r->figures->end));
    if (r->figures->status)
        return fail(r, "%s: ends with status %u", r->job->image,
                    r->figures->status);
    return r->figures->commands >= program->commands ||
           fail(r, "%s: %llu of the program's %u commands have retired",
                r->job->image, (unsigned long long)r->figures->commands,
                program->commands);
}

static void write_timeline(void *user, FILE *out)
{
    sth_vp_timeline(out, user);
}

static bool run_program(struct run *r, struct sth_vp_result *result)
{
    const struct sth_session_player player = {r, begin_program, play_program,
                                              front, NULL};
    struct sth_session_request q = r->job->session;

    q.player = &player;
    result->status =
        sth_session_run(&result->session, &q, r->error, r->error_size);
    result->timeline = (struct sth_session_player){.user = r->job->log,
                                                   .timeline = write_timeline};
    result->session.request.player = &result->timeline;
    return result->status != 2;
}

/* Without one: all accelerators are the platform's own. */
static bool run_image(struct run *r, struct sth_vp_result *result)
{
    const struct sth_session_request *q = &r->job->session;

    if (!init(r,
              r->job->ram_bytes ? STH_PLATFORM_FIRMWARE_BYTES : RAM_DEFAULT) ||
        !sth_vp_chips_add(&r->chips, &r->vp, q, r->job->chips, guarded, r,
                          r->error, r->error_size))
        return false;
    run(r);
    result->diagnostics = sth_vp_chips_report(&r->chips, result->diagnostic);
    return true;
}

bool sth_vp_job_run(const struct sth_vp_job *job, struct sth_vp_result *result,
                    char *error, size_t error_size)
{
    struct run *r = calloc(1, sizeof(*r));
    bool good;

    memset(result, 0, sizeof(*result));
    error[0] = 0;
    if (!r) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    r->job = job;
    r->figures = &result->figures;
    r->error = error;
    r->error_size = error_size;
    good =
        job->session.trace_path ? run_program(r, result) : run_image(r, result);
    result->mistakes = r->mistakes;
    sth_diagnosis_destroy(r->diagnosis);
    sth_vp_chips_fini(&r->chips);
    sth_vp_fini(&r->vp);
    free(r);
    return good;
}

void sth_vp_result_fini(struct sth_vp_result *result)
{
    sth_session_fini(&result->session);
    memset(result, 0, sizeof(*result));
}
