#include "sth_serve_tally.h"

#include <stdlib.h>
#include <string.h>

void sth_serve_add(struct sth_serve_sum *into, const struct sth_serve_sum *from)
{
    into->cycles += from->cycles;
    into->commands += from->commands;
    into->macs += from->macs;
    sth_traffic_sum(&into->traffic, &from->traffic);
}

bool sth_serve_is_layer(const struct sth_serve_part *part)
{
    return part->name[0] == 'l';
}

static void take(struct sth_serve_part *part, const struct sth_session *s,
                 const struct sth_session_layer *layer,
                 const struct sth_model *model)
{
    const struct sth_trace_op *op = &s->trace.op[layer->first];
    const char *name = s->trace.tensor[sth_trace_op_result(op)].name;
    const size_t most = sizeof(part->name) - 1, size = strcspn(name, ".");

    *part = (struct sth_serve_part){.copied = layer->copied};
    memcpy(part->name, name, size < most ? size : most);
    part->experts = sth_serve_is_layer(part) &&
                    sth_model_has_experts(
                        model, (uint32_t)strtoul(part->name + 1, NULL, 10));
    part->sum.cycles = layer->cycles;
    part->sum.commands = layer->commands;
    for (uint32_t i = layer->first; i < layer->first + layer->ops; i++) {
        part->sum.macs += s->phase[i].macs;
        sth_traffic_sum(&part->sum.traffic, &s->phase[i].traffic);
    }
}

bool sth_serve_tally(struct sth_serve_tally *tally,
                     const struct sth_session *session,
                     const struct sth_model *model)
{
    const uint32_t count = session->layers.layers;

    *tally = (struct sth_serve_tally){.parts = count};
    tally->part = malloc((count + 1) * sizeof(*tally->part));
    if (!tally->part)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        take(&tally->part[i], session, &session->layer[i], model);
        sth_serve_add(&tally->sum, &tally->part[i].sum);
    }
    return true;
}

void sth_serve_tally_fini(struct sth_serve_tally *tally)
{
    free(tally->part);
    tally->part = NULL;
}
