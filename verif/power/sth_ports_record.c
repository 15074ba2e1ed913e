/*
 * The ports of a chip out of a waveform of the RTL, as text (the format is
 * tools/power/sth_ports.h's):
 *
 *   ports WAVE.fst >PORTS
 *
 * The waveform holds two times for each cycle: 2 N before the edge of cycle N,
 * when inputs and outputs have their values, and 2 N + 1 behind it.
 */
#include "fstapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS_MAX = 128 };

struct recorder {
    uint32_t count;
    struct {
        fstHandle handle;
        char *value; /* of `width` characters */
        uint32_t width;
        int changed;
    } port[PORTS_MAX];
    uint64_t time;
};

/* The values at the end of a time; only those before an edge are wanted. */
static void print(struct recorder *r)
{
    if (r->time % 2)
        return;
    printf("cycle %" PRIu64 "\n", r->time / 2);
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->port[i].changed)
            printf("%" PRIu32 " %s\n", i, r->port[i].value);
        r->port[i].changed = 0;
    }
}

static void take(void *user, uint64_t time, fstHandle handle,
                 const unsigned char *value)
{
    struct recorder *r = user;

    if (time != r->time && r->time != UINT64_MAX)
        print(r);
    r->time = time;
    for (uint32_t i = 0; i < r->count; i++)
        if (r->port[i].handle == handle) {
            memcpy(r->port[i].value, value, r->port[i].width);
            r->port[i].changed = 1;
        }
}

static int is_port(const char *name, size_t length)
{
    return length > 2 &&
           (!strncmp(name + length - 2, "_i", 2) ||
            !strncmp(name + length - 2, "_o", 2) ||
            (length > 3 && !strncmp(name + length - 3, "_ni", 3)));
}

static int fail(const char *what, const char *path)
{
    fprintf(stderr, "ports: %s '%s'\n", what, path);
    return 1;
}

/*
 * The ports of the outermost scope; events are not the chip's.  False when
 * there are too many.
 */
static int find_ports(void *wave, struct recorder *r)
{
    struct fstHier *h;
    int depth = 0;

    while ((h = fstReaderIterateHier(wave))) {
        const char *name = h->u.var.name;
        size_t length;

        depth += h->htyp == FST_HT_SCOPE;
        depth -= h->htyp == FST_HT_UPSCOPE;
        if (h->htyp != FST_HT_VAR || depth != 1)
            continue;
        length = strcspn(name, " [");
        if (!is_port(name, length) || !strncmp(name, "event_", 6) ||
            !strncmp(name, "cycle_", 6))
            continue;
        if (r->count == PORTS_MAX)
            return 0;
        r->port[r->count].handle = h->u.var.handle;
        r->port[r->count].width = h->u.var.length;
        r->port[r->count].value = calloc(1, h->u.var.length + 1);
        if (!r->port[r->count].value)
            return 0;
        memset(r->port[r->count].value, '0', h->u.var.length);
        fstReaderSetFacProcessMask(wave, h->u.var.handle);
        printf("port %.*s %" PRIu32 "\n", (int)length, name, h->u.var.length);
        r->count++;
    }
    return 1;
}

int main(int argc, char **argv)
{
    static struct recorder r = {.time = UINT64_MAX};
    void *wave = argc == 2 ? fstReaderOpen(argv[1]) : NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: ports WAVE.fst >PORTS\n");
        return 2;
    }
    if (!wave)
        return fail("no waveform", argv[1]);
    if (!find_ports(wave, &r))
        return fail("too many ports in", argv[1]);
    if (!r.count)
        return fail("no port in", argv[1]);
    fstReaderIterBlocks(wave, take, &r, NULL);
    if (r.time == UINT64_MAX)
        return fail("nothing happens in", argv[1]);
    print(&r);
    printf("end %" PRIu64 "\n", r.time / 2 + 1);
    fstReaderClose(wave);
    for (uint32_t i = 0; i < r.count; i++)
        free(r.port[i].value);
    return fflush(stdout) || ferror(stdout)
               ? fail("cannot write the ports of", argv[1])
               : 0;
}
