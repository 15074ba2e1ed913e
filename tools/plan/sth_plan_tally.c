/* The answers about many seeds, added up. */
#include "sth_plan_tally.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sth_plan_property.h"

/* Answers that are worse by so much, in percent, are counted. */
static const double limits[] = {1, 2, 3};
enum { LIMITS = sizeof limits / sizeof *limits, WORST = 40 };

struct worst {
    double loss;
    char text[400];
};

/* Of one question and one kind of work. */
struct sums {
    uint32_t asked, worse[LIMITS], by_plan[LIMITS];
};

struct tally {
    struct sums sums[STH_PLAN_QUESTIONS][STH_PLAN_KINDS];
    struct worst worst[STH_PLAN_QUESTIONS][WORST];
    uint32_t worsts[STH_PLAN_QUESTIONS];
    FILE *print; /* every answer, there */
};

static void keep_worst(struct tally *t, enum sth_plan_question q, double loss,
                       const char *text)
{
    struct worst *worst = t->worst[q];
    uint32_t i = t->worsts[q];

    if (i == WORST && loss <= worst[WORST - 1].loss)
        return;
    if (i == WORST)
        i--;
    else
        t->worsts[q]++;
    for (; i > 0 && worst[i - 1].loss < loss; i--)
        worst[i] = worst[i - 1];
    worst[i].loss = loss;
    snprintf(worst[i].text, sizeof worst[i].text, "%s", text);
}

static void take(void *user, const struct sth_plan_answer *a)
{
    static const char *const questions[STH_PLAN_QUESTIONS] = {
        "refused with more", "better", "better", "better", "more"};
    struct tally *t = user;
    struct sums *sums = &t->sums[a->question][a->work->kind];
    double loss = sth_plan_loss(a), by_plan = sth_plan_loss_of_plan(a);
    char work[160], memory[STH_MEM_TEXT_MAX], same[48] = "", text[400];

    sums->asked++;
    for (int i = 0; i < LIMITS; i++) {
        sums->worse[i] += loss > limits[i];
        sums->by_plan[i] += by_plan > limits[i];
    }
    if (loss <= limits[0] && !t->print)
        return;
    sth_plan_work_say(a->work, work, sizeof work);
    sth_mem_config_text(&a->config->memory, memory, sizeof memory);
    if (a->same)
        snprintf(same, sizeof same, " (by the same plans %" PRIu64 ")",
                 a->same);
    snprintf(
        text, sizeof text,
        "%+8.2f %%  %s %s: %" PRIu64 " -> %" PRIu64
        " cycles%s, %s, array %ux%u bus %u %.20s  (systolith plan --random "
        "1 --seed %" PRIu64 ")",
        loss, questions[a->question], a->parameter, a->smaller, a->larger, same,
        work, a->config->params.array_rows, a->config->params.array_cols,
        a->config->params.bus_bytes, memory, a->seed);
    if (t->print)
        fprintf(t->print, "%s\n", text);
    else
        keep_worst(t, a->question, loss, text);
}

/* The chip and the trace, to be played by hand. */
static void print_case(FILE *out, uint64_t seed)
{
    struct sth_config config;
    struct sth_plan_work work;
    char text[STH_PLAN_TEXT], memory[STH_MEM_TEXT_MAX];

    sth_plan_draw(seed, &config, &work);
#define PARAM(key, ...)                                                        \
    fprintf(out, #key " = %" PRIu32 "\n", config.params.key);
#include "params.def"
#undef PARAM
    sth_mem_config_text(&config.memory, memory, sizeof memory);
    fprintf(out, "clock_mhz = %" PRIu32 "\nmemory = %s\n",
            config.memory.clock_mhz, memory);
    sth_plan_work_trace(&work, text);
    fputs(text, out);
}

static const char *const names[STH_PLAN_QUESTIONS] = {
    "refusals", "doublings", "array rows", "array columns", "more rows"};

static void print_sums(FILE *out, const struct tally *t)
{
    static const char *const kinds[STH_PLAN_KINDS] = {"gemm", "attention",
                                                      "rows"};

    for (int q = 0; q < STH_PLAN_QUESTIONS; q++)
        for (int k = 0; k < STH_PLAN_KINDS; k++)
            fprintf(out,
                    "%-16s %-10s %6u asked, worse by more than 1 %%: %u, "
                    "2 %%: %u, 3 %%: %u; by the plan: %u, %u, %u\n",
                    names[q], kinds[k], t->sums[q][k].asked,
                    t->sums[q][k].worse[0], t->sums[q][k].worse[1],
                    t->sums[q][k].worse[2], t->sums[q][k].by_plan[0],
                    t->sums[q][k].by_plan[1], t->sums[q][k].by_plan[2]);
}

/* Answers that may be worse, one in so many; 0: none. */
struct allowance {
    enum sth_plan_question question;
    int limit;             /* of `limits` */
    uint32_t all, by_plan; /* whatever the cause; by the plan */
};

/*
 * What is left to the chip: deeper queues and more slots change the order on
 * the bus, and a wider bus reads more of a DRAM for a short run.  In a wider
 * array operands of part of its width lie apart on chip, in runs of their own,
 * the same lanes take more columns, and sums pass more of them.  More rows of
 * work, and rows of the array, which tiles need not fill, are always the
 * plan's.
 */
static const struct allowance allowed[] = {
    {STH_PLAN_REFUSAL, 0, 0, 0},         {STH_PLAN_DOUBLING, 0, 50, 200},
    {STH_PLAN_DOUBLING, 2, 100, 400},    {STH_PLAN_ARRAY_ROWS, 0, 30, 30},
    {STH_PLAN_ARRAY_ROWS, 2, 50, 50},    {STH_PLAN_ARRAY_COLS, 0, 2, 3},
    {STH_PLAN_ARRAY_COLS, 2, 2, 3},      {STH_PLAN_MORE_ROWS, 1, 300, 300},
    {STH_PLAN_MORE_ROWS, 2, 1000, 1000},
};

/* A few answers say little of one in many: chance has its root. */
static bool within(uint32_t worse, uint32_t asked, uint32_t most)
{
    double mean = most != 0 ? (double)asked / most : 0;

    return worse <= mean + sqrt(mean) + (mean > 0);
}

static bool holds(const struct tally *t, const struct allowance *a)
{
    uint32_t asked = 0, worse = 0, by_plan = 0;

    for (int k = 0; k < STH_PLAN_KINDS; k++) {
        const struct sums *sums = &t->sums[a->question][k];

        asked += sums->asked;
        worse += sums->worse[a->limit];
        by_plan += sums->by_plan[a->limit];
    }
    return within(worse, asked, a->all) && within(by_plan, asked, a->by_plan);
}

/* What is allowed, and whether it holds. */
static bool judge(FILE *out, const struct tally *t, const struct allowance *a)
{
    bool good = holds(t, a);

    fprintf(out, "%-16s worse by more than %.0f %%: ", names[a->question],
            limits[a->limit]);
    if (a->all == 0)
        fprintf(out, "none allowed");
    else
        fprintf(out, "one in %u allowed, by the plan one in %u", a->all,
                a->by_plan);
    fprintf(out, "%s\n", good ? "" : "; there are more");
    return good;
}

bool sth_plan_tally(FILE *out, uint64_t seed, uint64_t count)
{
    struct tally t = {.print = count == 1 ? out : NULL};
    bool good = true;

    for (uint64_t i = 0; i < count; i++)
        sth_plan_ask(seed + i, take, &t);
    if (count == 1)
        print_case(out, seed);
    for (int q = 0; q < STH_PLAN_QUESTIONS; q++)
        for (uint32_t i = 0; i < t.worsts[q]; i++)
            fprintf(out, "%s\n", t.worst[q][i].text);
    print_sums(out, &t);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        good &= judge(out, &t, &allowed[i]);
    return good;
}
