/*
 * Draws single commands of random programs: legal or not, inside the windows or
 * not; who asks judges.
 */
#ifndef STH_PROGRAM_DRAW_H
#define STH_PROGRAM_DRAW_H

#include "sth_program.h"
#include "sth_random.h"

struct sth_draw {
    const struct sth_program *program; /* its windows */
    const struct sth_params *params;
    uint64_t random;
    bool in_place; /* the last VECTOR writes where it reads x */
};

static inline uint32_t sth_draw_bits(struct sth_draw *d)
{
    return (uint32_t)(sth_random_next(&d->random) >> 16);
}

/* Uniform in [0, n). */
static inline uint32_t sth_draw_below(struct sth_draw *d, uint32_t n)
{
    return n ? sth_draw_bits(d) % n : 0;
}

static inline bool sth_draw_chance(struct sth_draw *d, uint32_t percent)
{
    return sth_draw_below(d, 100) < percent;
}

/* Set opcode and operands of a command that is all zero. */
void sth_draw_transfer(struct sth_draw *d, struct sth_command *c, bool load);
void sth_draw_matmul(struct sth_draw *d, struct sth_command *c);
void sth_draw_vector(struct sth_draw *d, struct sth_command *c);
void sth_draw_sync(struct sth_draw *d, struct sth_command *c);

#endif
