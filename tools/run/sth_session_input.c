/* What a session reads: the trace or program, and its tensor files. */
#include "sth_session_impl.h"

#include "sth_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The trace that a program was compiled from, when it is for this chip. */
static bool open_program(struct sth_session *s, const char **text,
                         size_t *bytes, struct sth_session_failure *f)
{
    const char *path = s->request.trace_path;
    const struct sth_config *config = &s->request.config;
    struct sth_session_owned *o = s->owned;
    const struct sth_compiled_header *h;
    struct sth_compiled_error error;

    if (sth_compiled_open(&o->program, o->text, *bytes, &error))
        return sth_session_fail(f, "%s: byte %llu: %s", path,
                                (unsigned long long)error.offset, error.what);
    h = o->program.header;
    if (h->hash != sth_params_hash(&config->params))
        return sth_session_fail(f,
                                "%s: compiled for '%s' (0x%08x), but the chip "
                                "is '%s' (0x%08x); compile it for that",
                                path, h->config, h->hash, config->name,
                                sth_params_hash(&config->params));
    o->is_compiled = true;
    *text = o->program.text;
    *bytes = h->text_bytes;
    return true;
}

bool sth_session_load_trace(struct sth_session *s,
                            struct sth_session_failure *f)
{
    const char *path = s->request.trace_path;
    struct sth_session_owned *o = s->owned;
    struct sth_trace_error error;
    const char *text;
    size_t bytes, bound;

    o->text = sth_file_read(path, &bytes, f->text, f->size);
    if (!o->text)
        return false;
    if (s->request.player && !sth_compiled_is(o->text, bytes) &&
        !sth_session_make_program(s, &bytes, f))
        return false;
    text = o->text;
    if (sth_compiled_is(text, bytes) && !open_program(s, &text, &bytes, f))
        return false;
    bound = sth_trace_arena_bound(text, bytes);
    o->arena = malloc(bound);
    if (!o->arena)
        return sth_session_fail(f, "%s: out of memory", path);
    if (sth_trace_parse(&s->trace, text, bytes, o->arena, bound, &error)) {
        if (error.line)
            return sth_session_fail(f, "%s:%u: %s", path, error.line,
                                    error.message);
        return sth_session_fail(f, "%s: %s", path, error.message);
    }
    return true;
}

static void directory_of(const char *path, char *dir, size_t size)
{
    const char *slash = strrchr(path, '/');

    snprintf(dir, size, "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
}

bool sth_session_ask_sources(const struct sth_session *s)
{
    const struct sth_session_request *q = &s->request;
    char dir[4096], path[4096];

    directory_of(q->trace_path, dir, sizeof(dir));
    for (uint32_t i = 0; q->may_read && i < s->trace.tensors; i++)
        if (sth_source_path(s->trace.tensor[i].source, dir, path,
                            sizeof(path)) &&
            !q->may_read(q->user, path))
            return false;
    return true;
}

bool sth_session_open_sources(struct sth_session *s,
                              struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    char dir[4096], why[512];

    directory_of(s->request.trace_path, dir, sizeof(dir));
    o->sources = calloc(s->trace.tensors + 1, sizeof(*o->sources));
    if (!o->sources)
        return sth_session_fail(f, "out of memory");
    for (uint32_t i = 0; i < s->trace.tensors; i++) {
        const struct sth_trace_tensor *t = &s->trace.tensor[i];

        if (!sth_source_open(&o->sources[i], t->source, t->dtype, t->rows,
                             t->cols, dir, why, sizeof(why)))
            return sth_session_fail(f, "%s:%u: tensor '%s': %s",
                                    s->request.trace_path, t->line, t->name,
                                    why);
        o->sources_open = i + 1;
    }
    return true;
}
