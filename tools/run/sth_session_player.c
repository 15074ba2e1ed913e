/* A program for a player that is not the host's firmware. */
#include "sth_session_impl.h"

#include "sth_compile.h"

#include <stdlib.h>
#include <string.h>

bool sth_session_make_program(struct sth_session *s, size_t *bytes,
                              struct sth_session_failure *f)
{
    const struct sth_session_request *q = &s->request;
    struct sth_session_owned *o = s->owned;
    struct sth_compile_file made;

    if (!sth_compile(&made, o->text, *bytes, q->trace_path, &q->config,
                     q->plans, 0, f->text, f->size))
        return false;
    free(o->text);
    o->text = (char *)made.file;
    *bytes = made.bytes;
    return true;
}

/* The commands of the steps one after another, in the phases; how many. */
static uint32_t mark_phases(struct sth_session *s)
{
    const struct sth_session_owned *o = s->owned;
    const struct sth_compiled *p = &o->program;
    uint32_t command = 0;

    for (uint32_t step = 0; step < s->steps; step++) {
        sth_trace_set_step(&s->trace, step);
        for (uint32_t i = 0; i <= s->trace.ops; i++) {
            const uint32_t n = p->piece[sth_compiled_find(p, step, i)].commands;

            if (i < s->trace.ops) {
                const struct sth_trace_op *op = &s->trace.op[i];

                s->phase[s->phases++] = (struct sth_session_phase){
                    .op = op,
                    .macs = sth_trace_op_macs(op),
                    .products =
                        sth_pe_products(!sth_trace_op_is_int8(&s->trace, op)),
                    .first = command,
                    .last = command + n,
                };
            }
            command += n;
        }
    }
    return command;
}

bool sth_session_begin_player(struct sth_session *s,
                              struct sth_session_failure *f)
{
    const struct sth_session_player *player = s->request.player;
    struct sth_session_owned *o = s->owned;
    struct sth_runtime_config config;

    sth_runtime_config_default(&config);
    o->placed = (struct sth_session_program){
        .file = o->text,
        .bytes = o->program.header->bytes,
        .trace = &s->trace,
        .end = sth_trace_place(&s->trace, config.tensor_base),
        .commands = mark_phases(s),
    };
    return player->begin(player->user, o->dev,
                         o->csim ? o->csim_mem : o->rtl_mem, &o->placed,
                         f->text, f->size);
}

bool sth_session_run_player(struct sth_session *s,
                            struct sth_session_failure *f)
{
    const struct sth_session_player *player = s->request.player;
    struct sth_session_owned *o = s->owned;

    o->runtime->driver.tail = o->placed.commands;
    return player->play(player->user, &o->placed, f->text, f->size);
}
