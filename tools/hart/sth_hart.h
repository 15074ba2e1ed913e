/*
 * A RISC-V processor, instruction by instruction: rv32imac with Zicsr and
 * Zifencei, machine mode alone.
 *
 * Memory is windows onto memory of the host; every other address is the
 * owner's, who is asked.  Time is cycles: those of an instruction (hart.def),
 * the waits of its fetch and of its data.  Cycles are exact at each access that
 * the owner sees, interrupts come between any two instructions, and how a run
 * is cut into calls changes nothing.
 *
 * Caches are tags that cost time: data is always memory's.  They are mapped
 * directly; a store goes through to memory and brings no line in.
 *
 * It does not know what it is a part of; it has no debug module, no protection,
 * no user mode.  Misaligned accesses trap.
 */
#ifndef STH_HART_H
#define STH_HART_H

#include "sth_hart_op.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STH_HART_WINDOWS = 8,
    STH_HART_LINES = 1024, /* lines of a cache, at most */
    STH_HART_BREAKS = 64,  /* breakpoints */
    STH_HART_WATCHES = 16, /* watchpoints */
    STH_HART_WAYS = 64,    /* pages that are found at once */
    STH_HART_REG_PC = 32,  /* number of pc, as gdb has it */
    STH_HART_REG_CSR = 65  /* number of CSR 0, as gdb has it */
};

/* Why a run ended. */
enum sth_hart_stop {
    STH_HART_STOP_NONE,
    STH_HART_STOP_TIME,         /* as far as it was to go, or just beyond */
    STH_HART_STOP_WFI,          /* waits for an interrupt */
    STH_HART_STOP_BREAKPOINT,   /* in front of the instruction */
    STH_HART_STOP_WATCHPOINT,   /* behind it */
    STH_HART_STOP_DOUBLE_FAULT, /* behind the second trap */
    STH_HART_STOP_STACK,        /* in front of a use of sp below its limit */
    STH_HART_STOP_UNWRITTEN,    /* behind a load of bytes nobody has written */
    STH_HART_STOP_ASKED,        /* by sth_hart_stop() */
    STH_HART_STOP_NO_MEMORY,    /* of the host */
    STH_HART_STOP_COUNT
};

/* Inputs, by their bit in mip. */
enum sth_hart_interrupt {
    STH_HART_INTERRUPT_SOFTWARE = 3,
    STH_HART_INTERRUPT_TIMER = 7,
    STH_HART_INTERRUPT_EXTERNAL = 11
};

enum sth_hart_cause {
    STH_HART_CAUSE_FETCH = 1,
    STH_HART_CAUSE_ILLEGAL = 2,
    STH_HART_CAUSE_BREAK = 3,
    STH_HART_CAUSE_LOAD_ALIGN = 4,
    STH_HART_CAUSE_LOAD = 5,
    STH_HART_CAUSE_STORE_ALIGN = 6,
    STH_HART_CAUSE_STORE = 7,
    STH_HART_CAUSE_ECALL = 11
};
#define STH_HART_CAUSE_INTERRUPT 0x80000000u

/* Memory that the processor reaches without asking. */
struct sth_hart_window {
    uint32_t base, bytes; /* multiples of STH_HART_PAGE; not beyond 2^32 */
    uint8_t *host;        /* the owner's; outlives the processor */
    bool read_only;       /* a store is an access fault */
    bool asks;            /* sth_hart_owner.fill says what a line takes */
    uint32_t line_wait;   /* cycles that a line takes; 0: as fast as a cache,
                             and none is used, unless it asks */
    uint32_t store_wait;  /* cycles that each store waits */
};

/* An access outside of the windows. */
struct sth_hart_access {
    uint32_t addr;
    uint32_t bytes; /* 1, 2, 4; the address is a multiple of it */
    bool write;
    uint32_t value; /* written; or read, to be set: upper bytes do not matter */
    uint32_t wait;  /* cycles that it takes besides, to be set */
};

/*
 * The owner.  While it is called, state.cycles is the cycle in which the
 * instruction began; it may set interrupts, call sth_hart_stop() and
 * sth_hart_until(), and the processor notices before its next instruction.
 */
struct sth_hart_owner {
    void *user;
    /* False: access fault.  NULL: nothing is outside of the windows. */
    bool (*access)(void *user, struct sth_hart_access *access);
    /* Cycles that a line of a window takes that `asks`, at an address in it. */
    uint32_t (*fill)(void *user, uint32_t addr);
    /* CSR time.  NULL: there is none. */
    uint64_t (*time)(void *user);
};

struct sth_hart_config {
    uint32_t hartid, reset_pc;
    uint32_t line_bytes; /* of both caches; power of two from 4 to 4096 */
    uint32_t
        fetch_lines;     /* powers of two to STH_HART_LINES, of fetch from 2: */
    uint32_t data_lines; /* an instruction may be in two lines */
    uint32_t windows;
    struct sth_hart_window window[STH_HART_WINDOWS]; /* they do not overlap */
    struct sth_hart_owner owner;
};

struct sth_hart_trap {
    uint32_t cause, pc, value; /* as in mcause, mepc, mtval */
    uint64_t cycle;
};

/* All that a snapshot needs, besides the windows' contents. */
struct sth_hart_state {
    uint32_t x[STH_HART_NOWHERE + 1];
    uint32_t pc;
    uint64_t cycles;  /* since reset */
    uint64_t retired; /* instructions, since reset */
    uint64_t idle;    /* of the cycles: waiting for an interrupt */
    uint64_t mcycle_offset, minstret_offset; /* what the CSRs have more */
    uint32_t mstatus, mie, mip, mtvec, mscratch, mepc, mcause, mtval;
    bool waiting; /* for an interrupt */
    bool reserving;
    uint32_t reserved; /* address */
    uint64_t traps, double_faults;
    struct sth_hart_trap trap; /* the last one */
    bool unsaved;              /* software has not read its mepc yet */
    /* A stop in front of an instruction, which goes on from there. */
    bool passing;
    uint32_t passing_pc;
    uint64_t passing_retired;
    uint32_t fetch_tag[STH_HART_LINES], data_tag[STH_HART_LINES];
};

/* What a stop was for. */
struct sth_hart_report {
    uint32_t pc;   /* of the instruction; double fault: of the second trap */
    uint32_t addr; /* of the access; stack: sp */
    uint32_t bytes;
    bool write;
    uint32_t before, after;     /* watchpoint: the value */
    struct sth_hart_trap first; /* double fault: the trap that is lost */
};

enum sth_hart_watch_kind {
    STH_HART_WATCH_READ = 1,
    STH_HART_WATCH_WRITE = 2,
    STH_HART_WATCH_ACCESS = 3
};

struct sth_hart_watch {
    uint32_t addr, bytes; /* not beyond 2^32 */
    enum sth_hart_watch_kind kind;
};

/* Who is told, each NULL if not wanted.  state.pc is the instruction's. */
struct sth_hart_listener {
    void *user;
    /* A load or store of windows, in front of it. */
    void (*access)(void *user, uint32_t addr, uint32_t bytes, bool write);
    /* An exception, in front of it: no register has changed. */
    void (*exception)(void *user, uint32_t cause, uint32_t value);
    /* The processor waits for an interrupt; pc is behind the instruction. */
    void (*sleep)(void *user);
};

/* Of a page of a window. */
enum {
    STH_HART_PAGE_CODE = 1,    /* some of it is decoded */
    STH_HART_PAGE_WATCHED = 2, /* some of it is watched */
};

/* What the processor keeps of a window. */
struct sth_hart_side {
    uint8_t *flags;              /* by page */
    struct sth_hart_page **page; /* decoded, by page; NULL: nothing of it */
    uint8_t *written;            /* a bit for each byte; NULL: nobody asks */
};

/* A page that is read, or written, at once. */
struct sth_hart_way {
    uint32_t tag;  /* its address; STH_HART_NO_TAG */
    uint32_t wait; /* read: not 0: lines take time; write: that of each store */
    uintptr_t host; /* plus an address: where that is */
};

struct sth_hart {
    struct sth_hart_state state;
    struct sth_hart_report report; /* of the last stop that has one */

    /* The rest is derived, or belongs to one run. */
    struct sth_hart_config config;
    struct sth_hart_side side[STH_HART_WINDOWS];
    struct sth_hart_way read[STH_HART_WAYS], write[STH_HART_WAYS];
    struct sth_hart_page *near[STH_HART_WAYS];
    uint32_t line_shift, fetch_mask, data_mask;
    uint64_t until;          /* of this run */
    enum sth_hart_stop stop; /* why it is to end */
    bool asking;             /* the owner is, by an instruction */
    uint32_t breaks, watches;
    uint32_t break_pc[STH_HART_BREAKS];
    struct sth_hart_watch watch[STH_HART_WATCHES];
    uint32_t stack_limit; /* 0: none */
    bool shadowed, profiled;
    struct sth_hart_listener listener;
};

/*
 * A processor in reset.  False, and nothing to fini: the configuration breaks
 * its rules, or the host is out of memory.
 */
bool sth_hart_init(struct sth_hart *hart, const struct sth_hart_config *config);

void sth_hart_fini(struct sth_hart *hart);

/* As after init, except that breakpoints and what is asked for stay. */
void sth_hart_reset(struct sth_hart *hart);

/*
 * Runs until cycle `until`: instructions that begin before it.  Waiting for an
 * interrupt it returns at once; called again, and none has come, it waits until
 * then.
 */
enum sth_hart_stop sth_hart_run(struct sth_hart *hart, uint64_t until);

/* One instruction, or one trap; STH_HART_STOP_TIME when all is well. */
enum sth_hart_stop sth_hart_step(struct sth_hart *hart);

/* The run ends behind this instruction; otherwise the next one does at once. */
void sth_hart_stop(struct sth_hart *hart);

/* The run ends no later than that. */
void sth_hart_until(struct sth_hart *hart, uint64_t until);

void sth_hart_set_interrupt(struct sth_hart *hart,
                            enum sth_hart_interrupt interrupt, bool level);

/* Registers by gdb's number: x0 to x31, pc, CSRs.  False: there is none, or it
 * cannot be written. */
bool sth_hart_reg_read(struct sth_hart *hart, uint32_t number, uint32_t *value);
bool sth_hart_reg_write(struct sth_hart *hart, uint32_t number, uint32_t value);

/* Where the windows have these bytes; NULL: not all in one window. */
uint8_t *sth_hart_memory(const struct sth_hart *hart, uint32_t addr,
                         uint32_t bytes);

/* Others have written there. */
void sth_hart_memory_changed(struct sth_hart *hart, uint32_t addr,
                             uint32_t bytes);

/* The same state again later; the owner brings back the windows' contents. */
void sth_hart_restore(struct sth_hart *hart,
                      const struct sth_hart_state *state);

/* False: there are STH_HART_BREAKS already. */
bool sth_hart_break(struct sth_hart *hart, uint32_t pc);
void sth_hart_unbreak(struct sth_hart *hart, uint32_t pc);

/* False: there are STH_HART_WATCHES already, or there is nothing to watch. */
bool sth_hart_watch(struct sth_hart *hart, const struct sth_hart_watch *watch);
void sth_hart_unwatch(struct sth_hart *hart,
                      const struct sth_hart_watch *watch);

/* From now on a use of sp below the limit stops; 0: no more. */
void sth_hart_stack_limit(struct sth_hart *hart, uint32_t limit);

/*
 * From now on a load of bytes that nobody has written stops: what can be
 * written counts as unwritten, until a store or sth_hart_memory_changed().
 * False: out of memory, and nothing changes.
 */
bool sth_hart_shadow(struct sth_hart *hart);

/* Whether somebody has written all of these bytes, which windows hold; if not,
 * *first is the first that is not.  True for what nobody asked for. */
bool sth_hart_is_written(const struct sth_hart *hart, uint32_t addr,
                         uint32_t bytes, uint32_t *first);

/* From now on the listener is told; NULL: nobody any more.  It costs no cycle;
 * accesses cost the host a lot of time. */
void sth_hart_listen(struct sth_hart *hart,
                     const struct sth_hart_listener *listener);

/* From now on instructions are counted by address. */
void sth_hart_profile(struct sth_hart *hart);
uint64_t sth_hart_count(const struct sth_hart *hart, uint32_t pc);

const char *sth_hart_stop_name(enum sth_hart_stop stop);

/* The table of cycles, with the standing of each. */
void sth_hart_print_cycles(FILE *out);

#ifdef __cplusplus
}
#endif

#endif
