#include "sth_vp_profile.h"

#include <stdlib.h>
#include <string.h>

enum { INTERVAL = 256, DEPTH = 64 }; /* cycles between looks; calls */

static bool read_word(void *user, uint32_t addr, uint32_t *value)
{
    const struct sth_vp_profile *p = user;

    return sth_vp_peek(p->vp, addr, value, sizeof(*value));
}

/* Room for one more of `have`; false: there is none, and that is noted. */
static bool reserve(struct sth_vp_profile *p, void *list, uint32_t *room,
                    uint32_t have, size_t size)
{
    void **at = list;
    void *more;

    if (have < *room)
        return true;
    more = realloc(*at, 2 * size * (*room + 32));
    if (!more) {
        p->lost = true;
        return false;
    }
    *at = more;
    *room = 2 * (*room + 32);
    return true;
}

/* The call of a function by one that is known; itself when memory is short. */
static uint32_t enter(struct sth_vp_profile *p, uint32_t parent,
                      const char *function)
{
    uint32_t before = 0, i;

    for (i = p->call[parent].child; i; i = p->call[i].next) {
        if (strcmp(p->call[i].function, function) == 0)
            return i;
        before = i;
    }
    if (!reserve(p, &p->call, &p->call_room, p->calls, sizeof(*p->call)))
        return parent;
    i = p->calls++;
    p->call[i] = (struct sth_vp_call){function, parent, 0, 0, 0};
    if (before)
        p->call[before].next = i;
    else
        p->call[parent].child = i;
    return i;
}

/* Since the last look the processor was where it is, or asleep there. */
static void look(void *user)
{
    struct sth_vp_profile *p = user;
    const struct sth_hart_state *s = &p->vp->hart.state;
    const uint64_t slept = s->idle - p->idle;
    struct sth_symbol at[STH_SYMBOLS_INLINED];
    uint32_t pc[DEPTH], i = 0;
    uint32_t depth =
        sth_symbols_unwind(p->symbols, s->pc, s->x, read_word, p, pc, DEPTH);

    while (depth--)
        for (uint32_t n = sth_symbols_find(p->symbols, pc[depth], at); n--;)
            i = enter(p, i, at[n].function ? at[n].function : "?");
    p->call[i].cycles += s->cycles - p->cycles - slept;
    if (slept)
        p->call[enter(p, i, "(asleep)")].cycles += slept;
    p->cycles = s->cycles;
    p->idle = s->idle;
    p->sampler.next = s->cycles + INTERVAL;
}

bool sth_vp_profile_begin(struct sth_vp_profile *p, struct sth_vp *vp,
                          const void *file, size_t bytes, char *error,
                          size_t error_size)
{
    sth_vp_profile_fini(p);
    p->symbols = sth_symbols_open(file, bytes, error, error_size);
    if (!p->symbols)
        return false;
    if (!reserve(p, &p->call, &p->call_room, 0, sizeof(*p->call))) {
        snprintf(error, error_size, "out of memory for the profile");
        return false;
    }
    p->call[p->calls++] = (struct sth_vp_call){.function = "all"};
    p->vp = vp;
    p->sampler = (struct sth_vp_sampler){p, look, INTERVAL};
    vp->sampler = &p->sampler;
    sth_hart_profile(&vp->hart);
    return true;
}

/* Whole instructions: a stretch begins with one. */
static void take_code(void *user, uint32_t addr, uint32_t bytes)
{
    struct sth_vp_profile *p = user;
    const uint32_t end = addr + bytes;
    struct sth_symbol at[STH_SYMBOLS_INLINED];
    uint16_t half;

    while (addr < end && sth_vp_peek(p->vp, addr, &half, sizeof(half)) &&
           reserve(p, &p->line, &p->line_room, p->lines, sizeof(*p->line))) {
        (void)sth_symbols_find(p->symbols, addr, at);
        p->line[p->lines++] =
            (struct sth_vp_line){at[0], sth_hart_count(&p->vp->hart, addr)};
        addr += (half & 3) == 3 ? 4 : 2;
    }
}

static void take_counters(struct sth_vp_profile *p)
{
    p->chips = p->vp->chips;
    for (uint32_t i = 0; i < p->chips; i++)
        for (uint32_t c = 0; c < STH_CNT_COUNT; c++) {
            struct sth_device *dev = p->vp->chip[i].device;
            const uint32_t at = STH_REG_CNT_BASE + 8 * c;
            const uint64_t low = dev->ops->reg_read(dev, at);

            p->counter[i][c] = low | (uint64_t)dev->ops->reg_read(dev, at + 4)
                                         << 32;
        }
}

void sth_vp_profile_end(struct sth_vp_profile *p)
{
    look(p);
    take_counters(p);
    sth_symbols_code(p->symbols, take_code, p);
    p->vp->sampler = NULL;
    p->vp = NULL;
}

void sth_vp_profile_fini(struct sth_vp_profile *p)
{
    sth_symbols_close(p->symbols);
    free(p->call);
    free(p->line);
    memset(p, 0, sizeof(*p));
}
