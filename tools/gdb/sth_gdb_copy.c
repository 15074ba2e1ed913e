/* State kept by a copy of the process; see sth_gdb_copy.h. */
#include "sth_gdb_copy.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MARKS = 32, PATIENCE = 10 /* seconds */ };

/*
 * What the processes have in common: the mark that is wanted, 0: none.  Which
 * marks there are is each one's own: those of the copies that wait for it.
 */
static volatile int *wanted;
static uint32_t marks;

/* Ends as the process did that went on. */
static _Noreturn void end_as(int status)
{
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

/* The copy sleeps; returns when its state is wanted. */
static void sleep_until_wanted(pid_t child, int mark)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (*wanted != mark)
        end_as(status);
    *wanted = 0;
}

enum sth_gdb_copy_result sth_gdb_copy_keep(int mark)
{
    enum sth_gdb_copy_result result = STH_GDB_COPY_KEPT;

    if (!wanted) {
        void *at = mmap(NULL, sizeof(*wanted), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (at == MAP_FAILED)
            return STH_GDB_COPY_FAILED;
        wanted = at;
    }
    fflush(NULL); /* or both would write it */
    for (;;) {
        const pid_t above = getpid();
        const pid_t child = fork();

        if (child < 0)
            return STH_GDB_COPY_FAILED;
        if (child == 0) { /* goes on, and not alone */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != above)
                _exit(EXIT_FAILURE);
            marks |= 1u << mark % MARKS;
            return result;
        }
        sleep_until_wanted(child, mark);
        result = STH_GDB_COPY_BACK;
    }
}

void sth_gdb_copy_back(int mark)
{
    if (!wanted || !(marks >> mark % MARKS & 1))
        return;
    fflush(NULL);
    *wanted = mark;
    _exit(EXIT_SUCCESS);
}

static _Noreturn void do_it(void (*work)(void *user, FILE *to), void *user,
                            int to)
{
    FILE *out = fdopen(to, "w");

    signal(SIGALRM, SIG_DFL);
    alarm(PATIENCE);
    if (out)
        work(user, out);
    _exit(out && fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

bool sth_gdb_copy_ask(void (*work)(void *user, FILE *to), void *user, FILE *out)
{
    int ends[2], status = EXIT_FAILURE;
    char text[4096];
    ssize_t got;
    pid_t child;

    if (pipe(ends) != 0)
        return false;
    fflush(NULL); /* or both would write it */
    child = fork();
    if (child == 0)
        do_it(work, user, ends[1]);
    close(ends[1]);
    while (child > 0 && (got = read(ends[0], text, sizeof(text))) != 0)
        if (got > 0)
            fwrite(text, 1, (size_t)got, out);
        else if (errno != EINTR)
            break;
    close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && status == 0;
}
