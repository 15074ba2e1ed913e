/*
 * A machine for tests of the debugger's side: the processor with memory,
 * read-only memory and a word that ends the run; and whole conversations with
 * it, input first and answers then.
 */
#ifndef GDB_MACHINE_H
#define GDB_MACHINE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../hart/hart_asm.h"
#include "sth_gdb_hart.h"
#include "sth_gdb_packet.h"
#include "sth_gdb_stub.h"

enum {
    RAM_BYTES = 16384,
    ROM_BYTES = 4096,
    SLICE = 1000, /* cycles */
    TALK = 1 << 18,
    STH_GDB_TEST_BYTES = 20000
};
#define RAM 0x80000000u
#define ROM 0x20000000u
#define DATA (RAM + 0x1000u)
#define FINISH 0x00100000u

struct gdb_machine {
    struct sth_hart hart;
    struct sth_gdb_target target;
    uint8_t ram[RAM_BYTES], rom[ROM_BYTES];
    struct sth_hart_state kept;
    uint8_t kept_ram[RAM_BYTES];
    bool has_kept, exited;
    uint32_t status;
    /* The last conversation: what was said, how it ended, its packets. */
    char said[TALK];
    size_t said_bytes;
    enum sth_gdb_end end;
    char *answer[64];
    uint32_t answers;
};

static inline bool gdb_access(void *user, struct sth_hart_access *access)
{
    struct gdb_machine *m = user;

    if (access->addr != FINISH || !access->write)
        return false;
    m->exited = true;
    m->status = access->value;
    sth_hart_stop(&m->hart);
    return true;
}

static inline bool gdb_reg_read(void *user, uint32_t number, uint32_t *value)
{
    return sth_hart_reg_read(&((struct gdb_machine *)user)->hart, number,
                             value);
}

static inline bool gdb_reg_write(void *user, uint32_t number, uint32_t value)
{
    return sth_hart_reg_write(&((struct gdb_machine *)user)->hart, number,
                              value);
}

static inline size_t gdb_mem_read(void *user, uint32_t addr, void *to,
                                  size_t bytes)
{
    return sth_gdb_hart_read(&((struct gdb_machine *)user)->hart, addr, to,
                             bytes);
}

static inline size_t gdb_mem_write(void *user, uint32_t addr, const void *from,
                                   size_t bytes)
{
    return sth_gdb_hart_write(&((struct gdb_machine *)user)->hart, addr, from,
                              bytes);
}

static inline bool gdb_region(void *user, uint32_t number,
                              struct sth_gdb_region *region)
{
    return sth_gdb_hart_region(&((struct gdb_machine *)user)->hart, number,
                               region);
}

static inline bool gdb_insert(void *user, const struct sth_gdb_point *point)
{
    return sth_gdb_hart_insert(&((struct gdb_machine *)user)->hart, point);
}

static inline void gdb_remove(void *user, const struct sth_gdb_point *point)
{
    sth_gdb_hart_remove(&((struct gdb_machine *)user)->hart, point);
}

static inline uint64_t gdb_cycles(void *user)
{
    return ((struct gdb_machine *)user)->hart.state.cycles;
}

static inline bool gdb_reset(void *user, char *error, size_t size)
{
    struct gdb_machine *m = user;

    (void)error, (void)size;
    sth_hart_reset(&m->hart);
    m->exited = false;
    return true;
}

static inline bool gdb_snapshot(void *user, char *error, size_t size)
{
    struct gdb_machine *m = user;

    (void)error, (void)size;
    m->kept = m->hart.state;
    memcpy(m->kept_ram, m->ram, RAM_BYTES);
    return m->has_kept = true;
}

static inline bool gdb_restore(void *user, char *error, size_t size)
{
    struct gdb_machine *m = user;

    if (!m->has_kept) {
        snprintf(error, size, "no state is kept");
        return false;
    }
    memcpy(m->ram, m->kept_ram, RAM_BYTES);
    sth_hart_memory_changed(&m->hart, RAM, RAM_BYTES);
    sth_hart_restore(&m->hart, &m->kept);
    m->exited = false;
    return true;
}

/* One with a program in front of it; NULL: out of memory. */
static inline struct gdb_machine *gdb_machine_new(const uint32_t *words,
                                                  size_t count)
{
    struct gdb_machine *m = calloc(1, sizeof(*m));
    struct sth_hart_config config;

    if (!m)
        return NULL;
    config = (struct sth_hart_config){
        .hartid = 3,
        .reset_pc = RAM,
        .line_bytes = 16,
        .fetch_lines = 4,
        .data_lines = 4,
        .windows = 2,
        .window = {{.base = RAM, .bytes = RAM_BYTES, .host = m->ram},
                   {.base = ROM,
                    .bytes = ROM_BYTES,
                    .host = m->rom,
                    .read_only = true}},
        .owner = {.user = m, .access = gdb_access},
    };

    if (!sth_hart_init(&m->hart, &config)) {
        free(m);
        return NULL;
    }
    memcpy(m->ram, words, 4 * count);
    m->target = (struct sth_gdb_target){
        .user = m,
        .reg_read = gdb_reg_read,
        .reg_write = gdb_reg_write,
        .mem_read = gdb_mem_read,
        .mem_write = gdb_mem_write,
        .region = gdb_region,
        .insert = gdb_insert,
        .remove = gdb_remove,
        .cycles = gdb_cycles,
        .reset = gdb_reset,
        .snapshot = gdb_snapshot,
        .restore = gdb_restore,
    };
    return m;
}

static inline void gdb_machine_free(struct gdb_machine *m)
{
    for (uint32_t i = 0; i < m->answers; i++)
        free(m->answer[i]);
    sth_hart_fini(&m->hart);
    free(m);
}

/* Runs the machine as it is ordered; returns how the session ended. */
static inline enum sth_gdb_end gdb_machine_serve(struct gdb_machine *m, int in,
                                                 int out)
{
    struct sth_gdb *gdb = sth_gdb_open(&m->target, in, out);
    struct sth_gdb_stop stop = {.kind = STH_GDB_STOP_STEP};
    enum sth_gdb_order order;

    while ((order = sth_gdb_stopped(gdb, &stop)) != STH_GDB_ORDER_END) {
        bool stopped = false;

        while (!stopped) {
            enum sth_hart_stop why =
                m->exited ? STH_HART_STOP_ASKED
                : order == STH_GDB_ORDER_STEP
                    ? sth_hart_step(&m->hart)
                    : sth_hart_run(&m->hart, m->hart.state.cycles + SLICE);

            stopped = true;
            if (m->exited)
                stop = (struct sth_gdb_stop){.kind = STH_GDB_STOP_EXIT,
                                             .status = (uint8_t)m->status,
                                             .text = "the run is over"};
            else if (sth_gdb_hart_stop(&m->hart, why, &stop))
                ;
            else if (order == STH_GDB_ORDER_STEP)
                stop = (struct sth_gdb_stop){.kind = STH_GDB_STOP_STEP};
            else if (sth_gdb_wants_stop(gdb))
                stop = (struct sth_gdb_stop){.kind = STH_GDB_STOP_ASKED};
            else
                stopped = false;
        }
    }
    return sth_gdb_close(gdb);
}

/* A session of that input, which ends with it; false: out of memory. */
static inline bool gdb_machine_talk(struct gdb_machine *m, const void *input,
                                    size_t bytes)
{
    const int in = memfd_create("in", 0), out = memfd_create("out", 0);
    bool good = in >= 0 && out >= 0 &&
                write(in, input, bytes) == (ssize_t)bytes &&
                lseek(in, 0, SEEK_SET) == 0;
    ssize_t got = 0;

    if (good) {
        m->end = gdb_machine_serve(m, in, out);
        got = pread(out, m->said, sizeof(m->said) - 1, 0);
        good = got >= 0;
    }
    m->said_bytes = good ? (size_t)got : 0;
    m->said[m->said_bytes] = 0;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return good;
}

#endif
