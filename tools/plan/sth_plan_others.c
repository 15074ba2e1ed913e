/* What chips would take that are worse in a single parameter, and this for more
 * work. */
#include "sth_plan_others.h"

#include <assert.h>
#include <string.h>

#include "sth_plan_fields.h"

size_t sth_plan_bytes(const struct sth_plan_key *key)
{
    return sth_plan_kernel_find(key->kernel, strlen(key->kernel))
        ->kind->plan_bytes;
}

/* Whether two plans are cut alike. */
static bool is_same(const struct sth_plan_kind_text *kind, const void *a,
                    const void *b)
{
    for (size_t i = 0; i < kind->frees; i++)
        if (sth_plan_field_get(&kind->free[i], a) !=
            sth_plan_field_get(&kind->free[i], b))
            return false;
    return true;
}

/* Whether a plan is among the chip's own or those so far. */
static bool is_known(const struct sth_plan_others *others,
                     const struct sth_plan_candidates *own,
                     const struct sth_plan_kind_text *kind, const void *plan)
{
    const unsigned char *plans = own->plans;

    for (uint32_t i = 0; i < own->count; i++)
        if (is_same(kind, plans + i * kind->plan_bytes, plan))
            return true;
    for (uint32_t i = 0; i < others->count; i++)
        if (is_same(kind, others->plan[i], plan))
            return true;
    return false;
}

/* What one lesser chip would take. */
struct proposal {
    uint32_t count;
    uint64_t plans[STH_TRIAL_PLANS * STH_PLAN_BYTES_MAX / sizeof(uint64_t)];
};

/* Bytes of a shape of any kernel at most. */
#define SHAPE_BYTES_MAX 128u
/* Own plans that a parameter must tell apart to be looked into. */
#define TOLD 4u

/*
 * Whether the best plans of a chip fit the lesser one and are estimated alike
 * there, which then would propose the same.
 */
static bool is_alike(const struct sth_plan_candidates *own,
                     const struct sth_plan_kind_text *kind,
                     const struct sth_params *lesser,
                     const struct sth_plan_memory *memory)
{
    for (uint32_t i = 0; i < own->count && i < TOLD; i++) {
        const void *plan =
            (const unsigned char *)own->plans + i * kind->plan_bytes;
        uint64_t there[STH_PLAN_BYTES_MAX / sizeof(uint64_t)];

        memcpy(there, plan, kind->plan_bytes);
        if (kind->complete(there, lesser, own->key->shape) != NULL)
            return false;
        own->planning->estimate(there, lesser, memory, own->key->shape);
        if (memcmp(there, plan, kind->plan_bytes) != 0)
            return false;
    }
    return true;
}

static void propose(struct proposal *to, const struct sth_config *config,
                    const struct sth_plan_candidates *own,
                    const struct sth_plan_kind_text *kind, uint32_t i)
{
    struct sth_config lesser;
    struct sth_plan_memory memory;

    to->count = 0;
    if (!sth_plan_lesser(&lesser, config, i))
        return;
    memory = sth_plan_memory_of(&lesser);
    if (is_alike(own, kind, &lesser.params, &memory))
        return;
    to->count = own->planning->propose(to->plans, &lesser.params, &memory,
                                       own->key->shape);
}

/* What the chip would take for a row more, of kernels that have rows. */
static void propose_more_rows(struct proposal *to,
                              const struct sth_config *config,
                              const struct sth_plan_candidates *own,
                              const struct sth_plan_kind_text *kind)
{
    const struct sth_plan_memory memory = sth_plan_memory_of(config);
    const struct sth_plan_field *rows = &kind->shape[0];
    uint64_t shape[SHAPE_BYTES_MAX / sizeof(uint64_t)];

    to->count = 0;
    if (strcmp(rows->name, "m") != 0 && strcmp(rows->name, "rows") != 0)
        return;
    assert(own->key->bytes <= sizeof shape);
    memcpy(shape, own->key->shape, own->key->bytes);
    if (sth_plan_field_set(rows, shape, sth_plan_field_get(rows, shape) + 1))
        to->count =
            own->planning->propose(to->plans, &config->params, &memory, shape);
}

void sth_plan_others_collect(struct sth_plan_others *others,
                             const struct sth_config *config,
                             const struct sth_plan_candidates *own)
{
    const struct sth_plan_key *key = own->key;
    const struct sth_plan_kind_text *kind =
        sth_plan_kernel_find(key->kernel, strlen(key->kernel))->kind;
    struct proposal of[STH_PLAN_LESSERS + 1];

    assert(kind->plan_bytes <= STH_PLAN_BYTES_MAX);
    for (uint32_t i = 0; i < STH_PLAN_LESSERS; i++)
        propose(&of[i], config, own, kind, i);
    propose_more_rows(&of[STH_PLAN_LESSERS], config, own, kind);
    others->count = 0;
    for (uint32_t k = 0; k < STH_PLAN_OTHERS_EACH; k++) {
        for (uint32_t i = 0; i <= STH_PLAN_LESSERS; i++) {
            const void *theirs =
                (unsigned char *)of[i].plans + k * kind->plan_bytes;
            void *plan = others->plan[others->count];

            if (k >= of[i].count || is_known(others, own, kind, theirs))
                continue;
            memcpy(plan, theirs, kind->plan_bytes);
            if (kind->complete(plan, &config->params, key->shape) == NULL)
                others->count++;
        }
    }
}
