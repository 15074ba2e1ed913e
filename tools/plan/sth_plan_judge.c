/* The judge of plans on the host. */
#include "sth_plan_judge.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sth_math.h"
#include "sth_plan_others.h"
#include "sth_schedule.h"
#include "systolith.h"

/* Cycles that are played for one choice. */
#define PLAYED_CYCLES (UINT64_C(1) << 18)
/* Of what is no longer than that the estimate says little. */
#define SHORT_CYCLES 4096u
/* Of long work the first blocks are played, for about so many cycles. */
#define PART_CYCLES (UINT64_C(1) << 14)
/* How far estimates are off is counted in parts of that many. */
#define OFF_UNIT 256u
/*
 * Those that are no farther off are believed of long work.  Where they are
 * farther off the judge has four times as much, twice as much of long work.
 */
#define DOUBTED 8u
/*
 * Of plans of lesser chips so much is played besides, where an estimate was off
 * by so much; by more of long work.
 */
#define OTHERS_CYCLES (2 * PLAYED_CYCLES)
#define OFF_LEAST 2u
#define OFF_PART 16u

struct sth_plan_judge {
    struct sth_judge hook;
    struct sth_config config;
    struct sth_schedule schedule; /* of the trial that runs */
    struct sth_plan_book *book;
    const struct sth_plan_watch *watch;
    /* Of the choice at hand. */
    uint64_t shortest; /* estimate, of the first candidate */
    uint64_t first;    /* cycles of the first */
    uint64_t least;    /* of all that were played; 0: none was */
    uint64_t off;      /* the estimate that was worst, in OFF_UNIT */
    uint64_t played;
    double begin; /* seconds */
    struct sth_plan_others others;
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
 * Whether a candidate is near enough to the first, and short enough.  Those
 * before it say how far estimates are off.
 */
static bool is_worth(struct sth_plan_judge *j, const struct sth_trial *trial)
{
    uint64_t effort = effort_of(trial);
    bool doubted = j->off > DOUBTED;

    if (trial->number == 0) {
        j->shortest = trial->estimate;
        j->first = j->least = j->played = j->off = 0;
        return effort <= PLAYED_CYCLES;
    }
    if (j->first == 0)
        return false;
    if (trial->estimate > SHORT_CYCLES &&
        trial->estimate > j->shortest + j->shortest / (doubted ? 1 : 3))
        return false;
    if (part_of(trial) != 0 && !doubted)
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

/* Notes what a trial took and how far its estimate is off. */
static void note(struct sth_plan_judge *j, const struct sth_trial *trial,
                 uint64_t cycles)
{
    uint64_t off = cycles > trial->estimate ? cycles - trial->estimate
                                            : trial->estimate - cycles;

    off = OFF_UNIT * off / sth_max64(trial->estimate, 1);
    j->off = sth_min64(sth_max64(j->off, off), OFF_UNIT);
    if (j->least == 0 || cycles < j->least)
        j->least = cycles;
}

static uint64_t play_and_tell(struct sth_plan_judge *j,
                              const struct sth_trial *trial)
{
    uint64_t cycles = play_trial(j, trial);

    if (cycles != 0)
        note(j, trial, cycles);
    if (j->watch != NULL)
        j->watch->trial(j->watch->user, trial, cycles, part_of(trial) == 0);
    return cycles;
}

static void pass_over(const struct sth_plan_judge *j,
                      const struct sth_trial *trial)
{
    if (j->watch != NULL)
        j->watch->trial(j->watch->user, trial, 0, part_of(trial) == 0);
}

static uint64_t judge_cycles(void *user, const struct sth_trial *trial)
{
    struct sth_plan_judge *j = user;
    uint64_t cycles = 0;

    if (is_worth(j, trial))
        cycles = play_and_tell(j, trial);
    else
        pass_over(j, trial);
    if (trial->number == 0)
        j->first = cycles;
    return cycles;
}

/* Whether a plan may be the best and there is time to see. */
static bool is_worth_after_all(const struct sth_plan_judge *j,
                               const struct sth_trial *trial)
{
    uint64_t off = sth_min64(4 * j->off, OFF_UNIT / 2);

    return trial->estimate - trial->estimate * off / OFF_UNIT < j->least &&
           j->played + effort_of(trial) <= OTHERS_CYCLES;
}

/*
 * Where estimates are off what a lesser chip would take is played as well, so
 * that no chip is slower for what it believes of itself.
 */
static void judge_others(void *user, const struct sth_plan_key *key,
                         struct sth_trial *trial, const void *plans,
                         uint32_t count, void *best)
{
    struct sth_plan_judge *j = user;
    const struct sth_plan_memory memory = sth_plan_memory_of(&j->config);
    const struct sth_plan_candidates own = {trial->planning, key, plans, count};
    const size_t bytes = sth_plan_bytes(key);

    if (trial->planning == NULL || j->first == 0 ||
        j->off < (part_of(trial) != 0 ? OFF_PART : OFF_LEAST))
        return;
    sth_plan_others_collect(&j->others, &j->config, &own);
    j->played = 0;
    for (uint32_t i = 0; i < j->others.count; i++) {
        void *plan = sth_plan_others_plan(&j->others, i);
        uint64_t least = j->least, cycles;

        trial->planning->estimate(plan, &j->config.params, &memory, key->shape);
        trial->plan = plan;
        trial->number = count + i;
        trial->size(trial);
        if (!is_worth_after_all(j, trial))
            continue;
        cycles = play_and_tell(j, trial);
        if (cycles != 0 && cycles < least)
            memcpy(best, plan, bytes);
    }
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
    e->used = true;
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
    j->hook = (struct sth_judge){j, judge_cycles, judge_others, judge_recall,
                                 judge_keep};
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
