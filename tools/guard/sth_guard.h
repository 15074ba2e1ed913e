/*
 * A device in front of a device, model or RTL, that watches what firmware does
 * to it and names mistakes: in the use of registers and ring, between the
 * processor and commands under way, and between commands.
 *
 * It passes everything on, takes no cycle and changes no bit.  What it knows
 * of the chip are its retirements (next_event), so the model and the RTL give
 * the same findings.
 *
 * A command is *under way* from the doorbell that announces it until firmware
 * has looked and it had retired: at RETIRED, a counter of commands, IRQ_STATUS
 * with COMMAND set, or STATUS without BUSY.  To be lucky is a mistake, too.
 */
#ifndef STH_GUARD_H
#define STH_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_device.h"
#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sth_guard_kind {
#define FINDING(name, text, doc) STH_GUARD_##name,
#include "sth_guard_kinds.def"
#undef FINDING
    STH_GUARD_KINDS
};

enum { STH_GUARD_CALLS = 8, STH_GUARD_FINDINGS = 64 };

/* Where firmware is: its pc, then who called; none: not known. */
struct sth_guard_place {
    uint32_t calls;
    uint32_t pc[STH_GUARD_CALLS];
};

struct sth_guard_finding {
    enum sth_guard_kind kind;
    uint32_t number;             /* of the options */
    char text[1024];             /* one sentence, commands disassembled */
    struct sth_guard_place here; /* where firmware was when it was found */
    /* The commands that it is about, and where their doorbells rang. */
    uint32_t commands;
    uint32_t index[2];
    struct sth_guard_place doorbell[2];
};

struct sth_guard_options {
    const struct sth_params *params; /* of the device; only read */
    uint32_t number;                 /* of the device, for findings */
    uint64_t mem_bytes;              /* of memory from address 0; 0: 2^40 */
    bool sleeps; /* in wait() firmware sleeps, as on the host */
    bool light;  /* neither races nor what is unwritten: nearly for nothing */
    void *user;
    /* Each may be NULL.  None may call the device. */
    /* Whether it is firmware who reads or writes a register, and not what is
     * around it, which is let through.  NULL: it is. */
    bool (*is_firmware)(void *user);
    void (*where)(void *user, struct sth_guard_place *place);
    /* Whether somebody has written all of these bytes, and which is the first
     * that is not.  NULL: the guard keeps account of what it is told. */
    bool (*is_written)(void *user, uint64_t addr, uint64_t bytes,
                       uint64_t *first);
    /* A command has written memory. */
    void (*wrote)(void *user, uint64_t addr, uint64_t bytes);
    /* Firmware looks at registers again and again, and what it looks for will
     * not come: a finding says why.  Called once. */
    void (*polls)(void *user);
    /* Something was found; at most STH_GUARD_FINDINGS times. */
    void (*found)(void *user, const struct sth_guard_finding *finding);
};

struct sth_guard;

/* The device stays the caller's and outlives the guard; its events are the
 * guard's, who passes them on.  NULL when out of memory. */
struct sth_guard *sth_guard_create(struct sth_device *device,
                                   const struct sth_guard_options *options);
void sth_guard_destroy(struct sth_guard *guard);

/* What firmware is to drive, whose destroy() does nothing; what is behind. */
struct sth_device *sth_guard_device(struct sth_guard *guard);
struct sth_device *sth_guard_behind(struct sth_guard *guard);

/* The processor reads or writes memory in another way than by the device. */
void sth_guard_touch(struct sth_guard *guard, uint64_t addr, uint64_t bytes,
                     bool write);

/* Somebody has filled memory before firmware began. */
void sth_guard_fill(struct sth_guard *guard, uint64_t addr, uint64_t bytes);

/* No command is to write there: "the code of the firmware".  At most
 * STH_GUARD_RANGES; `what` outlives the guard. */
enum { STH_GUARD_RANGES = 4 };
void sth_guard_protect(struct sth_guard *guard, uint64_t addr, uint64_t bytes,
                       const char *what);

/* For a device that tells no events: one of its retirements. */
void sth_guard_retire(struct sth_guard *guard, const struct sth_event *event);

/* The processor goes to sleep until an interrupt. */
void sth_guard_sleep(struct sth_guard *guard);

/* Whether commands are announced and, as long as no other are, none of them
 * will ever retire. */
bool sth_guard_is_stuck(struct sth_guard *guard);

/* Whether no interrupt will come of what is announced: all of it has retired,
 * or it stands still for long, is stuck, and no watchdog is on. */
bool sth_guard_is_silent(struct sth_guard *guard);

/* Nothing but the chip could end the wait, and it does not: finds why. */
void sth_guard_hangs(struct sth_guard *guard);

/* The run is over: finds why what is under way does not retire, and, if
 * firmware says that it is `done`, what was left. */
void sth_guard_end(struct sth_guard *guard, bool done);

/* Oldest first; *list is valid until the device or the guard is called. */
size_t sth_guard_findings(const struct sth_guard *guard,
                          const struct sth_guard_finding **list);

/* A command that was announced. */
struct sth_guard_past {
    struct sth_command command;
    uint32_t index;
    bool retired;
    struct sth_guard_place doorbell;
};

bool sth_guard_command_at(struct sth_guard *guard, uint32_t index,
                          struct sth_guard_past *past);
/* The `back`-th of the newest, from 1 on; false: there are fewer. */
bool sth_guard_command(struct sth_guard *guard, uint32_t back,
                       struct sth_guard_past *past);

/* "race". */
const char *sth_guard_kind_name(enum sth_guard_kind kind);

#ifdef __cplusplus
}
#endif

#endif
