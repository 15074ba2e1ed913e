/* What a run amounts to: counters, differences, figures. */
#include "sth_session_impl.h"

#include <stdio.h>
#include <string.h>

static void read_side(struct sth_device *dev, struct sth_session_side *side)
{
    side->present = dev != NULL;
    if (!dev)
        return;
    for (uint32_t i = 0; i < STH_CNT_COUNT; i++) {
        uint32_t low = dev->ops->reg_read(dev, STH_REG_CNT_BASE + 8 * i);
        uint32_t high = dev->ops->reg_read(dev, STH_REG_CNT_BASE + 8 * i + 4);

        side->counter[i] = (uint64_t)high << 32 | low;
    }
    side->cycles = side->counter[STH_CNT_CYCLES];
}

/* The device counted its last layer only. */
static void take_layers(struct sth_session *s)
{
    memcpy(s->csim.counter, s->layers.counter, sizeof(s->csim.counter));
    s->csim.cycles = s->csim.counter[STH_CNT_CYCLES];
}

void sth_session_collect(struct sth_session *s)
{
    struct sth_session_owned *o = s->owned;
    const struct sth_session_side *side;
    const struct sth_diagnostic *list;
    const struct sth_session_player *player = s->request.player;
    struct sth_device *rtl = o->rtl;
    struct sth_event event;

    read_side(o->csim, &s->csim);
    read_side(o->rtl, &s->rtl);
    if (s->request.by_layer)
        take_layers(s);
    side = sth_session_main(s);
    s->macs = side->counter[STH_CNT_MACS];
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        s->commands += side->counter[STH_CNT_LOAD_COMMANDS + e];
    if (s->request.backend == STH_BACKEND_RTL && player && player->front)
        rtl = player->front(player->user);
    while (s->request.backend == STH_BACKEND_RTL &&
           rtl->ops->next_event(rtl, &event))
        sth_session_on_retire(s, &event, NULL);
    if (o->csim) {
        s->diagnostics = sth_csim_report(o->csim, &list);
        memcpy(s->diagnostic, list, s->diagnostics * sizeof(*list));
    }
    if (o->lockstep) {
        struct sth_difference difference;

        s->in_step = true;
        o->rtl_library.backend->difference(o->lockstep, &difference);
        s->bit_exact = !difference.found;
        snprintf(s->difference, sizeof(s->difference), "%s", difference.text);
    }
}
