/*
 * The rules of params.def: which values of a parameter are legal beside the
 * others.
 */
#ifndef STH_PARAM_RULE_H
#define STH_PARAM_RULE_H

#include <stdbool.h>

#include "sth_spec.h"

enum sth_rule {
    STH_RULE_POWER,
    STH_RULE_ANY,
    STH_RULE_SP_ROWS,
    STH_RULE_ACC_ROWS
};

/* The legal values of one parameter: from min to max ... */
struct sth_param_range {
    enum sth_rule rule;
    uint32_t min, max;
    uint32_t step; /* ... the multiples of this; 0: the powers of two */
};

/* As the table has it, without regard to other parameters. */
static inline struct sth_param_range sth_param_table(enum sth_param i)
{
    static const struct sth_param_range table[STH_PARAM_COUNT] = {
#define PARAM(c, v, def, min, max, rule, doc)                                  \
    {STH_RULE_##rule, min, max, STH_RULE_##rule != STH_RULE_POWER},
#include "params.def"
#undef PARAM
    };

    return table[i];
}

/* Beside the others in *p; min and max are legal if those are. */
static inline struct sth_param_range sth_param_range(const struct sth_params *p,
                                                     enum sth_param i)
{
    struct sth_param_range range = sth_param_table(i);

    if (range.rule == STH_RULE_SP_ROWS)
        range.step = p->sp_banks * sth_sp_word_bytes(p);
    if (range.rule == STH_RULE_ACC_ROWS)
        range.step = p->acc_banks * sth_acc_row_bytes(p);
    if (range.min < 2 * range.step && range.rule != STH_RULE_ANY)
        range.min = 2 * range.step;
    if (i == STH_PARAM_BusBytes && range.max > sth_sp_word_bytes(p))
        range.max = sth_sp_word_bytes(p);
    if (i == STH_PARAM_VectorLanes && range.max > p->array_cols)
        range.max = p->array_cols;
    if (i == STH_PARAM_VectorLanes && range.min < p->array_cols / 4)
        range.min = p->array_cols / 4;
    return range;
}

static inline uint32_t sth_param_get(const struct sth_params *p,
                                     enum sth_param i)
{
    const uint32_t value[STH_PARAM_COUNT] = {
#define PARAM(c, ...) p->c,
#include "params.def"
#undef PARAM
    };

    return value[i];
}

static inline bool sth_param_is_legal(struct sth_param_range range,
                                      uint32_t value)
{
    return value >= range.min && value <= range.max &&
           (range.step == 0 ? (value & (value - 1)) == 0
                            : value % range.step == 0);
}

/*
 * The first parameter that breaks its rule, those last whose rule looks at
 * others; -1: the chip is legal.
 */
static inline int sth_params_bad(const struct sth_params *p)
{
    for (int i = 0; i < STH_PARAM_COUNT; i++) {
        struct sth_param_range range = sth_param_table((enum sth_param)i);

        if (!sth_param_is_legal(range, sth_param_get(p, (enum sth_param)i)))
            return i;
    }
    for (int i = 0; i < STH_PARAM_COUNT; i++) {
        struct sth_param_range range = sth_param_range(p, (enum sth_param)i);

        if (!sth_param_is_legal(range, sth_param_get(p, (enum sth_param)i)))
            return i;
    }
    return -1;
}

#endif
