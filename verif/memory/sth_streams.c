/*
 * Streams of bursts on the C model's DRAM, beside what DRAMsim3 makes of them.
 *
 *   sth_streams RECORD table SET       one table of the page
 *   sth_streams RECORD list N MEMORY   the bursts of stream N: cycle R|W
 * address bytes, after `bus BYTES outstanding COUNT`
 *
 * A line of RECORD is `set | title | stream | GB/s and cycles of each memory`:
 * what the others say.  Streams count from 1.  A stream is
 *
 *   COUNT KINDS BYTES step N [gap N] [every N]
 *   COUNT KINDS BYTES random N [every N]
 *
 * KINDS are R and W, taken in turn, or W and a percentage: writes at random
 * among reads.  Each kind has a range of its own, `gap` bytes behind the one
 * before, in which it steps on; or all bursts lie at random, no two alike, in
 * so many places of BYTES.  With `every`, addresses come after 0 to 2 N cycles;
 * without, whenever fewer bursts are on their way than `outstanding` allows.
 */
#include "sth_mem.h"
#include "sth_random.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BURSTS_MAX = 8192, MEMORIES = 2, PLACES_MAX = 1 << 21 };

static const struct {
    const char *name;
    uint32_t bus; /* bytes; 0: the largest that all bursts are whole words of */
    uint32_t deeper; /* times as many bursts outstanding */
} memories[MEMORIES] = {{"ddr4-3200", 64, 1}, {"hbm2e", 0, 8}};

struct burst {
    uint64_t cycle, address;
    bool write;
};

struct stream {
    char set[16], title[64];
    uint32_t count, bytes;
    char kinds[16];
    uint64_t step, gap, places, every;
    struct {
        double rate, cycles;
    } theirs[MEMORIES];
    struct burst burst[BURSTS_MAX];
};

static bool parse(struct stream *s, const char *line)
{
    char words[96], key[16];
    uint64_t value;
    int at, more;

    memset(s, 0, sizeof(*s));
    if (sscanf(line, " %15[a-z] | %63[^|]| %95[^|]| %lf %lf | %lf %lf", s->set,
               s->title, words, &s->theirs[0].rate, &s->theirs[0].cycles,
               &s->theirs[1].rate, &s->theirs[1].cycles) != 7 ||
        sscanf(words, "%" SCNu32 " %15s %" SCNu32 "%n", &s->count, s->kinds,
               &s->bytes, &at) != 3 ||
        s->count > BURSTS_MAX || strspn(s->kinds, "RW0123456789") == 0)
        return false;
    for (char *end = s->title + strlen(s->title); end[-1] == ' ';)
        *--end = '\0';
    for (; sscanf(words + at, " %15s %" SCNu64 "%n", key, &value, &more) == 2;
         at += more) {
        uint64_t *member = !strcmp(key, "step")     ? &s->step
                           : !strcmp(key, "gap")    ? &s->gap
                           : !strcmp(key, "random") ? &s->places
                           : !strcmp(key, "every")  ? &s->every
                                                    : NULL;

        if (!member)
            return false;
        *member = value;
    }
    return (s->step > 0) != (s->places > 0) && s->places <= PLACES_MAX;
}

static uint64_t below(uint64_t *random, uint64_t n)
{
    return (sth_random_next(random) >> 16) % n;
}

/* Draws the bursts, of stream `number`. */
static void draw(struct stream *s, uint32_t number)
{
    static bool taken[PLACES_MAX];
    uint32_t chance = (uint32_t)strtoul(s->kinds + 1, NULL, 10);
    uint32_t kinds = chance ? 2 : (uint32_t)strlen(s->kinds);
    uint64_t random = number, cycle = 0, done[16] = {0};

    memset(taken, 0, sizeof(taken));
    for (uint32_t i = 0; i < s->count; i++) {
        struct burst *b = &s->burst[i];
        uint32_t kind = chance ? below(&random, 100) < chance : i % kinds;

        b->write = chance ? kind == 1 : s->kinds[kind] == 'W';
        b->address = kind * s->gap + done[kind]++ * s->step;
        if (s->places) {
            do
                b->address = below(&random, s->places);
            while (taken[b->address]);
            taken[b->address] = true;
            b->address *= s->bytes;
        }
        cycle += s->every ? below(&random, 2 * s->every) : 0;
        b->cycle = cycle;
    }
}

static uint32_t bus_of(const struct stream *s, int memory)
{
    uint32_t bus = memories[memory].bus;

    if (bus)
        return bus;
    bus = 512;
    for (uint32_t i = 0; i < s->count; i++)
        while (s->burst[i].address % bus || s->bytes % bus)
            bus /= 2;
    return bus;
}

/* Bursts on their way at most; 0: they come when their cycle does. */
static uint32_t outstanding(const struct stream *s, int memory)
{
    if (s->every)
        return 0;
    return (s->bytes >= 2048 ? 16 : 32) * memories[memory].deeper;
}

/* What ours makes of it: GB/s at 1 GHz, and the mean cycles from address to
 * last beat of the reads, of a stream of writes alone to their answers. */
static bool play(const struct stream *s, int memory, double *rate,
                 double *latency)
{
    static uint64_t end[BURSTS_MAX];
    const uint32_t bus = bus_of(s, memory), most = outstanding(s, memory);
    struct sth_mem_config config;
    uint64_t now = 0, last = 0, cycles[2] = {0}, count[2] = {0};
    char error[512];
    struct sth_mem *mem;

    sth_mem_config_default(&config);
    if (!sth_mem_config_parse(&config, memories[memory].name, error,
                              sizeof(error)))
        return false;
    mem = sth_mem_create(&config, bus, true);
    if (!mem)
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct burst *b = &s->burst[i];
        uint64_t accepted;

        now += i > 0;
        if (b->cycle > now)
            now = b->cycle;
        if (most && i >= most && end[i - most] >= now)
            now = end[i - most] + 1;
        end[i] = b->write ? sth_mem_write_burst(mem, now, b->address,
                                                s->bytes / bus, NULL, &accepted)
                          : sth_mem_read_burst(mem, now, b->address,
                                               s->bytes / bus, NULL);
        cycles[b->write] += end[i] - now;
        count[b->write]++;
        if (end[i] > last)
            last = end[i];
    }
    sth_mem_destroy(mem);
    *rate = (double)s->count * s->bytes / (double)(last - s->burst[0].cycle);
    *latency = count[0] ? (double)cycles[0] / (double)count[0]
                        : (double)cycles[1] / (double)count[1];
    return true;
}

static bool say_row(const struct stream *s)
{
    printf("| %s |", s->title);
    for (int m = 0; m < MEMORIES; m++) {
        double rate, latency;

        if (!play(s, m, &rate, &latency))
            return false;
        printf(" %.4g | %.4g | %+.1f %% | %+.1f %% |", rate, s->theirs[m].rate,
               100 * (rate / s->theirs[m].rate - 1),
               100 * (latency / s->theirs[m].cycles - 1));
    }
    putchar('\n');
    return true;
}

static bool say_list(const struct stream *s, const char *memory)
{
    int m = 0;

    while (m < MEMORIES && strcmp(memories[m].name, memory))
        m++;
    if (m == MEMORIES)
        return false;
    printf("bus %" PRIu32 " outstanding %" PRIu32 "\n", bus_of(s, m),
           outstanding(s, m));
    for (uint32_t i = 0; i < s->count; i++)
        printf("%" PRIu64 " %c %" PRIx64 " %" PRIu32 "\n", s->burst[i].cycle,
               s->burst[i].write ? 'W' : 'R', s->burst[i].address, s->bytes);
    return true;
}

int main(int argc, char **argv)
{
    static struct stream s;
    bool table = argc == 4 && !strcmp(argv[2], "table");
    bool list = argc == 5 && !strcmp(argv[2], "list");
    FILE *record = table || list ? fopen(argv[1], "r") : NULL;
    uint32_t number = 0, rows = 0;
    char line[512];

    if (!record) {
        fprintf(stderr,
                "usage: sth_streams RECORD table SET | list N MEMORY\n");
        return 2;
    }
    if (table)
        puts("| stream | ddr4: ours | DRAMsim3 | GB/s | reads | hbm2e: ours | "
             "DRAMsim3 | GB/s | reads |\n"
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (uint32_t at = 1; fgets(line, sizeof(line), record); at++) {
        if (*line == '#' || *line == '\n')
            continue;
        number++;
        if (!parse(&s, line)) {
            fprintf(stderr, "%s:%" PRIu32 ": no stream\n", argv[1], at);
            return 1;
        }
        if (table ? strcmp(s.set, argv[3]) != 0
                  : number != strtoul(argv[3], NULL, 10))
            continue;
        draw(&s, number);
        if (table ? !say_row(&s) : !say_list(&s, argv[4]))
            return 1;
        rows++;
    }
    fclose(record);
    return rows ? 0 : 1;
}
