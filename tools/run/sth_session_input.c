/* What a session reads: the trace and its tensor files. */
#include "sth_session_impl.h"

#include "sth_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger files are no traces. */
static const size_t FILE_MAX = (size_t)1 << 30;

/* Reads a whole file; NULL with a message when that fails. */
static char *read_file(const char *path, size_t *bytes,
                       struct sth_session_failure *f)
{
    char error[4200];
    FILE *file = sth_input_open(path, error, sizeof(error));
    char *text = NULL;
    size_t room = 1 << 16;
    bool good;

    *bytes = 0;
    if (!file) {
        sth_session_fail(f, "%s", error);
        return NULL;
    }
    while ((text == NULL || *bytes == room) && *bytes <= FILE_MAX) {
        char *larger = realloc(text, room *= 2);

        if (!larger)
            break;
        text = larger;
        *bytes += fread(text + *bytes, 1, room - *bytes, file);
    }
    good = !ferror(file) && *bytes < room && *bytes <= FILE_MAX;
    if (!good) {
        if (*bytes > FILE_MAX)
            sth_session_fail(f, "%s: larger than 1 GiB", path);
        else
            sth_session_fail(f, "%s: %s", path, strerror(errno ? errno : EIO));
        free(text);
    }
    fclose(file);
    return good ? text : NULL;
}

bool sth_session_load_trace(struct sth_session *s,
                            struct sth_session_failure *f)
{
    const char *path = s->request.trace_path;
    struct sth_session_owned *o = s->owned;
    struct sth_trace_error error;
    size_t bytes, bound;

    o->text = read_file(path, &bytes, f);
    if (!o->text)
        return false;
    bound = sth_trace_arena_bound(o->text, bytes);
    o->arena = malloc(bound);
    if (!o->arena)
        return sth_session_fail(f, "%s: out of memory", path);
    if (sth_trace_parse(&s->trace, o->text, bytes, o->arena, bound, &error)) {
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
