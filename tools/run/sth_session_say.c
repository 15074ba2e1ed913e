/* What a session tells its caller on the way: failures and progress. */
#include "sth_session_impl.h"

#include <stdarg.h>
#include <stdio.h>

bool sth_session_fail(struct sth_session_failure *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(f->text, f->size, format, args);
    va_end(args);
    return false;
}

void sth_session_progress(struct sth_session *s, const char *what, double done)
{
    if (s->request.progress)
        s->request.progress(s->request.user, what, done);
}
