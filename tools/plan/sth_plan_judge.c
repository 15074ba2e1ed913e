/* The judge of plans on the host. */
#include "sth_plan_judge.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sth_schedule.h"
#include "systolith.h"

/* Cycles that are played for one choice. */
#define PLAYED_CYCLES (UINT64_C(1) << 18)
/* Of what is no longer than that the estimate says little. */
#define SHORT_CYCLES 4096u
/* Of long work the first blocks are played, for about so many cycles. */
#define PART_CYCLES (UINT64_C(1) << 14)
/* Estimates that are no farther off, one part in so many, are believed of long
 * work. */
#define BELIEVED 8u
/* Where they are farther off than that the judge has four times as much, twice
 * as much of long work. */
#define DOUBTED 32u

struct sth_plan_judge {
    struct sth_judge hook;
    struct sth_config config;
    struct sth_schedule schedule; /* of the trial that runs */
    struct sth_plan_book *book;
    const struct sth_plan_watch *watch;
    /* Of the choice at hand. */
    uint64_t shortest; /* estimate, of the first candidate */
    uint64_t first;    /* cycles of the first */
    uint64_t played;
    double begin; /* seconds */
    struct sth_plan_effort effort;
};

/* Seconds of this process. */
static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Emits no more blocks of a trial than that, and waits for their end. */
static uint64_t play(struct sth_plan_judge *j, struct sth_device *device,
                     const struct sth_trial *trial, uint32_t blocks)
{
    struct sth_driver_config config;
    struct sth_driver driver;
    struct sth_hal hal;
    uint64_t cycles = 0;

    sth_driver_config_default(&config);
    sth_hal_host_init(&hal, device);
    if (sth_driver_init(&driver, &hal, &config) != STH_FW_ERR_OK)
        return 0;
    sth_schedule_init(&j->schedule, &driver);
    j->schedule.trial = true;
    j->schedule.trial_blocks = blocks;
    j->schedule.memory = sth_plan_memory_of(&j->config);
    trial->play(&j->schedule, trial->job, trial->plan);
    if (sth_schedule_error(&j->schedule) == STH_FW_ERR_OK &&
        sth_schedule_finish(&j->schedule) == STH_FW_ERR_OK)
        cycles = sth_driver_read_counter(&driver, STH_CNT_CYCLES);
    return cycles;
}

/* On a chip at rest. */
static uint64_t play_alone(struct sth_plan_judge *j,
                           const struct sth_trial *trial, uint32_t blocks)
{
    struct sth_csim_options options = {.mode = STH_CSIM_TIME_ONLY,
                                       .no_events = true};
    struct sth_mem *mem;
    struct sth_device *device;
    uint64_t cycles = 0;

    mem = sth_mem_create(&j->config.memory, j->config.params.bus_bytes, true);
    if (mem == NULL)
        return 0;
    device = sth_csim_create(&j->config.params, mem, &options);
    if (device != NULL) {
        cycles = play(j, device, trial, blocks);
        device->ops->destroy(device);
    }
    sth_mem_destroy(mem);
    j->played += cycles;
    j->effort.plays += cycles != 0;
    j->effort.cycles += cycles;
    return cycles;
}

/*
 * Blocks after which a trial is looked at, and again after as many more; 0: it
 * is played whole.
 */
static uint32_t part_of(const struct sth_trial *trial)
{
    uint64_t blocks;

    if (2 * trial->estimate <= PLAYED_CYCLES)
        return 0;
    blocks = PART_CYCLES * trial->blocks / trial->estimate;
    if (blocks < 4)
        blocks = 4;
    return 2 * blocks < trial->blocks ? (uint32_t)blocks : 0;
}

/* The cycles that playing it takes if its estimate holds. */
static uint64_t effort_of(const struct sth_trial *trial)
{
    uint64_t part = part_of(trial);

    return part != 0 ? 3 * part * trial->estimate / trial->blocks
                     : trial->estimate;
}

/*
 * Whether a candidate is near enough to the first, and short enough.  The first
 * alone says nothing but how far estimates are off.
 */
static bool is_worth(struct sth_plan_judge *j, const struct sth_trial *trial)
{
    uint64_t effort = effort_of(trial), off;
    bool doubted;

    if (trial->number == 0) {
        j->shortest = trial->estimate;
        j->first = j->played = 0;
        return 2 * effort <= PLAYED_CYCLES;
    }
    if (j->first == 0)
        return false;
    off = j->first > j->shortest ? j->first - j->shortest
                                 : j->shortest - j->first;
    doubted = off > j->shortest / DOUBTED;
    if (trial->estimate > SHORT_CYCLES &&
        trial->estimate > j->shortest + j->shortest / (doubted ? 1 : 3))
        return false;
    if (part_of(trial) != 0 && off <= j->shortest / BELIEVED)
        return false;
    if (j->shortest != 0)
        effort = effort * j->first / j->shortest;
    if (!doubted)
        return j->played + effort <= PLAYED_CYCLES;
    return j->played + effort <= (part_of(trial) != 0 ? 2 : 4) * PLAYED_CYCLES;
}

/* Blocks behind those that are played go at the pace of the last of them. */
static uint64_t play_trial(struct sth_plan_judge *j,
                           const struct sth_trial *trial)
{
    uint32_t part = part_of(trial);
    uint64_t first, both;

    if (part == 0)
        return play_alone(j, trial, UINT32_MAX);
    first = play_alone(j, trial, part);
    both = play_alone(j, trial, 2 * part);
    return both > first && first != 0
               ? both + (both - first) * (trial->blocks - 2 * part) / part
               : 0;
}

static uint64_t judge_cycles(void *user, const struct sth_trial *trial)
{
    struct sth_plan_judge *j = user;
    uint64_t cycles = is_worth(j, trial) ? play_trial(j, trial) : 0;

    if (trial->number == 0)
        j->first = cycles;
    if (j->watch != NULL)
        j->watch->trial(j->watch->user, trial, cycles, part_of(trial) == 0);
    return cycles;
}

static void tell_taken(const struct sth_plan_judge *j,
                       const struct sth_plan_key *key, const void *plan,
                       bool again)
{
    if (j->watch != NULL)
        j->watch->taken(j->watch->user, key, plan, again);
}

static bool judge_recall(void *user, const struct sth_plan_key *key, void *plan,
                         size_t plan_bytes)
{
    struct sth_plan_judge *j = user;
    struct sth_plan_entry *e = sth_plan_book_find(j->book, key);

    j->begin = now();
    if (e == NULL || e->plan_bytes != plan_bytes)
        return false;
    memcpy(plan, sth_plan_entry_plan(e), plan_bytes);
    tell_taken(j, key, plan, true);
    return true;
}

static void judge_keep(void *user, const struct sth_plan_key *key,
                       const void *plan, size_t plan_bytes)
{
    struct sth_plan_judge *j = user;

    j->effort.choices++;
    j->effort.seconds += now() - j->begin;
    /* Without room for it the same is decided again. */
    (void)sth_plan_book_add(j->book, key, plan, plan_bytes);
    tell_taken(j, key, plan, false);
}

struct sth_plan_judge *sth_plan_judge_create(const struct sth_config *config,
                                             struct sth_plan_book *book)
{
    struct sth_plan_judge *j = calloc(1, sizeof *j);

    if (j == NULL)
        return NULL;
    j->hook = (struct sth_judge){j, judge_cycles, judge_recall, judge_keep};
    j->book = book;
    j->config = *config;
    j->config.memory.stall_percent = 0;
    return j;
}

void sth_plan_judge_destroy(struct sth_plan_judge *j)
{
    free(j);
}

void sth_plan_judge_watch(struct sth_plan_judge *j,
                          const struct sth_plan_watch *watch)
{
    j->watch = watch;
}

struct sth_plan_effort sth_plan_judge_effort(const struct sth_plan_judge *j)
{
    return j->effort;
}

const struct sth_judge *sth_plan_judge_hook(struct sth_plan_judge *j)
{
    return &j->hook;
}

/*
 * A DRAM's channels work side by side on short runs.  Of the time that a bank
 * takes to open a row, about an eighth is not hidden behind the other banks.
 */
static struct sth_plan_memory dram_of(const struct sth_mem_config *m)
{
    const struct sth_dram_figures *d = &m->dram;
    const double cycle = 1e6 / m->clock_mhz; /* ps */
    const double channels = (double)d->channels * m->count;
    const double unit = STH_PLAN_MEMORY_UNIT;

    return (struct sth_plan_memory){
        .latency = (uint32_t)((d->t_ctrl + d->t_rcd + d->t_cl) / cycle),
        /* A write waits for half of those that go out with it. */
        .write_latency = (uint32_t)((d->t_ctrl + d->t_rcd + d->t_cl +
                                     d->write_batch * d->t_burst / 2) /
                                    cycle),
        .byte_cost = (uint32_t)(unit * d->t_burst / cycle /
                                    (d->access_bytes * channels) +
                                0.5),
        .run_cost =
            (uint32_t)(unit * (d->t_ras + d->t_rp) / cycle / channels / 8),
        .chunk = d->access_bytes,
    };
}

struct sth_plan_memory sth_plan_memory_of(const struct sth_config *config)
{
    const struct sth_mem_config *m = &config->memory;

    if (m->dram.channels != 0)
        return dram_of(m);
    return (struct sth_plan_memory){
        .latency = m->latency,
        .write_latency = m->latency,
        .byte_cost = m->bytes_per_cycle == 0
                         ? 0
                         : STH_PLAN_MEMORY_UNIT / m->bytes_per_cycle,
        .chunk = 1,
    };
}
