/* The property of plans. */
#include "sth_plan_property.h"

#include <assert.h>
#include <string.h>

#include "sth_param_rule.h"
#include "sth_plan_draw.h"
#include "sth_plan_fields.h"
#include "sth_plan_measure.h"

struct asking {
    uint64_t seed;
    struct sth_config config;
    struct sth_plan_work work;
    uint64_t cycles;
    struct sth_plan_book plans; /* that take them */
    void (*tell)(void *user, const struct sth_plan_answer *);
    void *user;
};

void sth_plan_draw(uint64_t seed, struct sth_config *config,
                   struct sth_plan_work *work)
{
    uint64_t random = seed * UINT64_C(0xd1342543de82ef95) + 1;

    sth_plan_draw_chip(config, &random);
    sth_plan_work_draw(work, &random, &config->params);
}

static uint64_t measure(const struct sth_config *config,
                        const struct sth_plan_work *work,
                        struct sth_plan_book *plans)
{
    char text[STH_PLAN_TEXT];
    size_t bytes = sth_plan_work_trace(work, text);
    uint64_t cycles;
    enum sth_fw_err err =
        sth_plan_measure(config, text, bytes, NULL, plans, &cycles);

    assert(err == STH_FW_ERR_OK || err == STH_FW_ERR_SPACE);
    return err == STH_FW_ERR_OK ? cycles : 0;
}

/* Of another chip by the plans of the first; 0: they do not fit. */
static uint64_t measure_same(const struct asking *a,
                             const struct sth_config *config)
{
    struct sth_plan_book book;
    bool fits = true;
    uint64_t cycles;

    sth_plan_book_init(&book);
    for (struct sth_plan_entry *e = a->plans.first; e != NULL; e = e->next) {
        const struct sth_plan_kernel *kernel =
            sth_plan_kernel_find(e->kernel, strlen(e->kernel));
        const struct sth_plan_key key = {e->kernel, sth_plan_entry_shape(e),
                                         e->shape_bytes};
        struct sth_plan_entry *same = sth_plan_book_add(
            &book, &key, sth_plan_entry_plan(e), e->plan_bytes);

        fits = fits && same != NULL && kernel != NULL &&
               kernel->kind->complete(sth_plan_entry_plan(same),
                                      &config->params, key.shape) == NULL;
    }
    cycles = fits ? measure(config, &a->work, &book) : 0;
    sth_plan_book_fini(&book);
    return cycles;
}

static void tell(const struct asking *a, enum sth_plan_question question,
                 const char *parameter, uint64_t smaller, uint64_t larger,
                 uint64_t same)
{
    const struct sth_plan_answer answer = {
        .question = question,
        .seed = a->seed,
        .parameter = parameter,
        .config = &a->config,
        .work = &a->work,
        .smaller = smaller,
        .larger = larger,
        .same = same,
    };

    a->tell(a->user, &answer);
}

static enum sth_plan_question question_of(enum sth_param i)
{
    if (i == STH_PARAM_ArrayRows)
        return STH_PLAN_ARRAY_ROWS;
    return i == STH_PARAM_ArrayCols ? STH_PLAN_ARRAY_COLS : STH_PLAN_DOUBLING;
}

/* A chip that is better in one parameter. */
static void ask_better(const struct asking *a, enum sth_param i,
                       const struct sth_config *better, const char *name)
{
    uint64_t cycles;

    if (sth_params_bad(&better->params) >= 0 ||
        better->params.array_rows > 256 || better->params.array_cols > 256)
        return;
    cycles = measure(better, &a->work, NULL);
    tell(a, question_of(i), name, a->cycles, cycles,
         cycles > a->cycles + a->cycles / 100 ? measure_same(a, better) : 0);
}

/* What the chip refuses must be refused by one with half of a memory. */
static void halve(const struct asking *a, uint32_t *value,
                  struct sth_config *smaller, const char *name)
{
    uint64_t cycles;

    *value /= 2;
    if (sth_params_bad(&smaller->params) >= 0)
        return;
    cycles = measure(smaller, &a->work, NULL);
    tell(a, STH_PLAN_REFUSAL, name, cycles, 0, 0);
}

/* Lanes that share a function unit are better few. */
static uint32_t better(enum sth_param i, uint32_t value)
{
    return i == STH_PARAM_VectorShare ? value / 2 : 2 * value;
}

static void ask_chips(const struct asking *a)
{
    struct sth_config other;

#define PARAM(key, Name, ...)                                                  \
    other = a->config;                                                         \
    if (a->cycles != 0 && STH_PARAM_##Name != STH_PARAM_DataTypes) {           \
        other.params.key = better(STH_PARAM_##Name, other.params.key);         \
        ask_better(a, STH_PARAM_##Name, &other, #key);                         \
    }                                                                          \
    if (a->cycles == 0 && (STH_PARAM_##Name == STH_PARAM_SpBytes ||            \
                           STH_PARAM_##Name == STH_PARAM_AccBytes))            \
        halve(a, &other.params.key, &other, #key);
#include "params.def"
#undef PARAM
}

static void ask_rows(const struct asking *a)
{
    const uint32_t rows = *sth_plan_work_rows((struct sth_plan_work *)&a->work);
    const uint32_t more[] = {rows + 1, rows + rows / 8 + 1, 2 * rows};

    for (uint32_t i = 0; i < sizeof more / sizeof *more && a->cycles != 0;
         i++) {
        struct sth_plan_work larger = a->work;

        /* New tokens behind fewer old ones are other work. */
        *sth_plan_work_rows(&larger) = more[i];
        if (larger.kind != STH_PLAN_ATTENTION)
            tell(a, STH_PLAN_MORE_ROWS, "rows", a->cycles,
                 measure(&a->config, &larger, NULL), 0);
    }
}

void sth_plan_ask(uint64_t seed,
                  void (*tell_answer)(void *user,
                                      const struct sth_plan_answer *),
                  void *user)
{
    struct asking a = {.seed = seed, .tell = tell_answer, .user = user};

    sth_plan_draw(seed, &a.config, &a.work);
    sth_plan_book_init(&a.plans);
    a.cycles = measure(&a.config, &a.work, &a.plans);
    ask_chips(&a);
    ask_rows(&a);
    sth_plan_book_fini(&a.plans);
}

double sth_plan_loss(const struct sth_plan_answer *answer)
{
    double smaller = (double)answer->smaller, larger = (double)answer->larger;

    if (answer->smaller == 0)
        return -100;
    if (answer->larger == 0)
        return 1e6;
    return answer->question == STH_PLAN_MORE_ROWS
               ? 100 * (smaller - larger) / larger
               : 100 * (larger - smaller) / smaller;
}

double sth_plan_loss_of_plan(const struct sth_plan_answer *answer)
{
    double loss = sth_plan_loss(answer), saved;

    if (answer->same == 0 || loss <= 0)
        return loss;
    saved = 100 * ((double)answer->larger - (double)answer->same) /
            (double)answer->smaller;
    return saved < 0 ? 0 : saved < loss ? saved : loss;
}
