/*
 * What a debugger sees of a machine: one processor with its memory, and the
 * chips beside it.  Whoever owns the machine fills in the functions, which take
 * no time of it; it is the owner who runs it.
 */
#ifndef STH_GDB_TARGET_H
#define STH_GDB_TARGET_H

#include "sth_gdb_chip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stretch of the address space; none reaches beyond 2^32. */
struct sth_gdb_region {
    uint32_t base;
    uint64_t bytes;
    bool read_only;
};

/* Numbers are those of the packets Z and z. */
enum sth_gdb_point_kind {
    STH_GDB_POINT_SOFTWARE_BREAK,
    STH_GDB_POINT_HARDWARE_BREAK,
    STH_GDB_POINT_WRITE,
    STH_GDB_POINT_READ,
    STH_GDB_POINT_ACCESS,
    STH_GDB_POINT_KINDS
};

/* A breakpoint of either kind, or a watchpoint on some bytes. */
struct sth_gdb_point {
    enum sth_gdb_point_kind kind;
    uint32_t addr, bytes;
};

enum sth_gdb_stop_kind {
    STH_GDB_STOP_STEP,  /* as was ordered */
    STH_GDB_STOP_BREAK, /* in front of the instruction at `addr` */
    STH_GDB_STOP_WATCH, /* behind the access, of `bytes` at `addr` */
    STH_GDB_STOP_FAULT, /* something is wrong, and `text` says what */
    STH_GDB_STOP_EXIT,  /* the run is over, with `status` */
    STH_GDB_STOP_ASKED, /* as sth_gdb_wants_stop() wanted */
    STH_GDB_STOP_KINDS
};

struct sth_gdb_stop {
    enum sth_gdb_stop_kind kind;
    uint32_t addr, bytes; /* watch */
    uint8_t status;       /* exit */
    char text[256];       /* a line for the user, without its end; "": none */
};

struct sth_gdb_target {
    void *user;

    /* Registers by gdb's number: x0 to x31, pc, CSRs from 65 on.  False: there
     * is none, or it cannot be written. */
    bool (*reg_read)(void *user, uint32_t number, uint32_t *value);
    bool (*reg_write)(void *user, uint32_t number, uint32_t value);

    /* From addr on, not beyond 2^32; how many bytes there were. */
    size_t (*mem_read)(void *user, uint32_t addr, void *to, size_t bytes);
    size_t (*mem_write)(void *user, uint32_t addr, const void *from,
                        size_t bytes);

    /* What there is to read, by number from 0 on; false: no more. */
    bool (*region)(void *user, uint32_t number, struct sth_gdb_region *region);

    /* False: there is no room for another.  Each is inserted once. */
    bool (*insert)(void *user, const struct sth_gdb_point *point);
    void (*remove)(void *user, const struct sth_gdb_point *point);

    /* Cycles since reset. */
    uint64_t (*cycles)(void *user);

    /*
     * Back to where the machine began; the whole state kept, one at a time; and
     * brought back.  False, with a line for the user: it could not; true may
     * have a line, too.  NULL: it never can.  To go back, reset() may return
     * where sth_gdb_stopped() is called again, and restore() a second time from
     * snapshot(), if the session stays as it is.
     */
    bool (*reset)(void *user, char *text, size_t size);
    bool (*snapshot)(void *user, char *text, size_t size);
    bool (*restore)(void *user, char *text, size_t size);

    /*
     * A command of the owner's own behind `monitor`; false: it knows none of
     * that name.  "help" lists them.  NULL: there are none.
     */
    bool (*monitor)(void *user, const char *command, FILE *out);

    struct sth_gdb_chip *chip; /* `chips` of them */
    uint32_t chips;
};

#ifdef __cplusplus
}
#endif

#endif
