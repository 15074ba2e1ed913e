#include "sth_parity_run.h"

#include "sth_parity_trace.h"
#include "sth_scratch.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS_MAX = 16 };

struct sth_parity_result *sth_parity_results_create(uint32_t count)
{
    void *room =
        mmap(NULL, count * sizeof(struct sth_parity_result),
             PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return room == MAP_FAILED ? NULL : room;
}

void sth_parity_results_destroy(struct sth_parity_result *result,
                                uint32_t count)
{
    munmap(result, count * sizeof(*result));
}

/*
 * The path of the trace of a case.  Unless the case names one it is in
 * *scratch, which the caller closes.
 */
static bool prepare_trace(const struct sth_parity_case *c, char *path,
                          size_t size, FILE **scratch,
                          struct sth_parity_result *r)
{
    char name[STH_SCRATCH_PATH];

    *scratch = NULL;
    if (c->work.kind == STH_PARITY_FILE) {
        snprintf(path, size, "%s", c->work.path);
        return true;
    }
    *scratch = sth_scratch_open(name);
    if (!*scratch) {
        snprintf(r->message, sizeof(r->message), "no room for a trace: %s",
                 strerror(errno));
        return false;
    }
    snprintf(path, size, "%s", name);
    if (!sth_parity_trace(*scratch, &c->work, r->message, sizeof(r->message)))
        return false;
    if (!fflush(*scratch))
        return true;
    snprintf(r->message, sizeof(r->message), "cannot write a trace: %s",
             strerror(errno));
    return false;
}

static void keep_phases(struct sth_parity_result *r,
                        const struct sth_session *s)
{
    for (uint32_t i = 0; i < s->phases && i < STH_PARITY_PHASES_MAX; i++) {
        const struct sth_session_phase *from = &s->phase[i];
        struct sth_parity_phase *to = &r->phase[r->phases++];

        to->kind = sth_trace_kind_text(from->op->kind);
        snprintf(to->name, sizeof(to->name), "%s", sth_trace_op_name(from->op));
        to->csim = from->csim;
        to->rtl = from->rtl;
        to->error_pct = sth_session_phase_error_pct(from);
    }
}

static void keep(struct sth_parity_result *r, const struct sth_session *s)
{
    r->ran = s->csim.cycles && (!s->in_step || s->rtl.cycles);
    r->bit_exact = s->bit_exact || !s->in_step;
    if (s->in_step && !s->bit_exact)
        snprintf(r->message, sizeof(r->message), "%s", s->difference);
    else if (!*r->message && s->diagnostics)
        snprintf(r->message, sizeof(r->message), "%s", s->diagnostic[0].text);
    r->commands = s->commands;
    r->error_pct = sth_session_cycle_error_pct(s);
    r->fidelity = s->fidelity;
    r->seconds = s->seconds;
    r->csim = s->csim;
    r->rtl = s->rtl;
    keep_phases(r, s);
}

static void run_case(const struct sth_parity_case *c,
                     struct sth_parity_result *r,
                     const struct sth_parity_setup *setup)
{
    struct sth_session_request request = {
        .config = c->config,
        .backend = setup->no_rtl ? STH_BACKEND_CSIM : STH_BACKEND_BOTH,
        .mode = setup->no_rtl ? STH_CSIM_TIME_ONLY : STH_CSIM_FUNCTION_AND_TIME,
        .no_reference = true,
        .seed = 1,
        .home = setup->home,
    };
    struct sth_session session;
    char path[1100];
    FILE *scratch;

    if (prepare_trace(c, path, sizeof(path), &scratch, r)) {
        request.trace_path = path;
        int status =
            sth_session_run(&session, &request, r->message, sizeof(r->message));

        if (status != 2)
            keep(r, &session);
        if (status && !*r->message)
            snprintf(r->message, sizeof(r->message), "the run failed");
        if (status && r->ran && r->bit_exact)
            r->ran = false;
        sth_session_fini(&session);
    }
    if (scratch)
        fclose(scratch);
}

/* A process and the case that it runs. */
struct job {
    pid_t process;
    uint32_t which;
};

static bool begin(const struct sth_parity_cases *cases, uint32_t which,
                  struct sth_parity_result *result,
                  const struct sth_parity_setup *setup, struct job *job)
{
    fflush(NULL);
    job->which = which;
    job->process = fork();
    if (job->process)
        return job->process > 0;
    run_case(&cases->list[which], &result[which], setup);
    fflush(NULL);
    _exit(0);
}

/* Waits for one process and frees its place. */
static void reap(struct job *job, uint32_t jobs,
                 struct sth_parity_result *result)
{
    int status = 0;
    pid_t process = wait(&status);

    for (uint32_t i = 0; i < jobs; i++) {
        struct sth_parity_result *r = &result[job[i].which];

        if (job[i].process != process)
            continue;
        job[i].process = 0;
        if (WIFEXITED(status) && !WEXITSTATUS(status))
            continue;
        r->ran = false;
        if (WIFSIGNALED(status))
            snprintf(r->message, sizeof(r->message),
                     "the process died of signal %d", WTERMSIG(status));
        else
            snprintf(r->message, sizeof(r->message),
                     "the process ended with status %d", WEXITSTATUS(status));
    }
}

bool sth_parity_run(const struct sth_parity_cases *cases,
                    struct sth_parity_result *result,
                    const struct sth_parity_setup *setup)
{
    uint32_t jobs = setup->jobs < JOBS_MAX ? setup->jobs : JOBS_MAX;
    struct job job[JOBS_MAX] = {{0, 0}};
    uint32_t running = 0, next = 0, ended = 0, all = 0;
    bool good = true;

    for (uint32_t i = 0; i < cases->count; i++)
        all += result[i].selected;
    while (running || (good && next < cases->count)) {
        if (good && running < jobs && next < cases->count) {
            uint32_t place = 0;

            if (!result[next].selected) {
                next++;
                continue;
            }
            while (job[place].process)
                place++;
            good = begin(cases, next++, result, setup, &job[place]);
            if (good)
                running++;
            else
                job[place].process = 0;
            continue;
        }
        reap(job, jobs, result);
        running--;
        ended++;
        if (setup->progress)
            setup->progress(setup->user, (double)ended / all);
    }
    return good;
}

const struct sth_parity_phase *
sth_parity_worst_phase(const struct sth_parity_result *result)
{
    const struct sth_parity_phase *worst = NULL;

    for (uint32_t i = 0; i < result->phases; i++)
        if (!worst || fabs(result->phase[i].error_pct) > fabs(worst->error_pct))
            worst = &result->phase[i];
    return worst;
}

struct sth_parity_residual
sth_parity_residual(const struct sth_parity_result *result, uint32_t engine)
{
    uint32_t busy = STH_CNT_LOAD_BUSY + engine;
    uint32_t semaphore = STH_CNT_LOAD_SEM + engine;
    struct sth_parity_residual r;

    r.busy = (int64_t)(result->csim.counter[busy] - result->rtl.counter[busy]);
    r.semaphore = (int64_t)(result->csim.counter[semaphore] -
                            result->rtl.counter[semaphore]);
    r.idle = (int64_t)(result->csim.cycles - result->rtl.cycles) - r.busy -
             r.semaphore;
    return r;
}

uint32_t sth_parity_residual_engine(const struct sth_parity_result *result)
{
    int64_t most = -1;
    uint32_t engine = 0;

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        struct sth_parity_residual r = sth_parity_residual(result, e);
        int64_t sum = llabs(r.busy) + llabs(r.semaphore) + llabs(r.idle);

        if (sum > most) {
            most = sum;
            engine = e;
        }
    }
    return engine;
}
