/* The guard, put together: what its files share. */
#ifndef STH_GUARD_STATE_H
#define STH_GUARD_STATE_H

#include "sth_guard.h"

#include "sth_decode.h"
#include "sth_diagnostic.h"
#include "sth_guard_flight.h"
#include "sth_guard_memory.h"
#include "sth_sanitizer.h"

enum { STH_GUARD_EVENTS = 1 << 20, STH_GUARD_LINE = 240 };

struct sth_guard_range {
    uint64_t addr, bytes;
    const char *what;
};

struct sth_guard {
    struct sth_device device; /* first */
    struct sth_device *inner;
    struct sth_guard_options options;
    struct sth_params params;
    struct sth_decoder decoder;

    /* What firmware wrote last. */
    uint64_t ring_base;
    uint32_t ring_log2;
    uint32_t irq_enable, watchdog;
    bool enabled, resetting;
    bool lost;     /* TAIL made no sense: commands are not followed until a
                      soft reset */
    uint32_t head; /* commands that firmware knows to be fetched */

    struct sth_guard_flights flights;
    struct sth_guard_memory memory;
    struct sth_guard_range range[STH_GUARD_RANGES];
    uint32_t ranges;
    uint32_t retired;
    uint32_t token[STH_SEMAPHORES];  /* posts less waits of what retired */
    uint32_t poster[STH_SEMAPHORES]; /* the command that posted last */
    uint64_t since;        /* cycle in which something happened last */
    uint32_t looks;        /* at registers, since anything happened */
    bool unseen;           /* an interrupt was cleared, and nobody */
    uint32_t unseen_index; /* has looked since then */

    struct sth_sanitizer *sanitizer;
    struct sth_diagnostics diagnostics;
    size_t diagnosed; /* of them are findings */

    struct sth_event *event; /* to be passed on, a ring of so many */
    uint32_t event_room, events, taken;

    struct sth_guard_finding finding[STH_GUARD_FINDINGS];
    size_t findings;
};

/*
 * sth_guard_chip.c
 */
/* Takes the events of the device. */
void sth_guard_drain(struct sth_guard *guard);

/* Firmware knows that the first `retired` commands to retire have. */
void sth_guard_look(struct sth_guard *guard, uint32_t retired);

/*
 * sth_guard_find.c: findings, with the commands they are about.  One of a kind
 * is enough for a command; without a command one is enough for all.
 */
__attribute__((format(printf, 5, 6))) void
sth_guard_find(struct sth_guard *guard, enum sth_guard_kind kind,
               struct sth_guard_flight *flight, struct sth_guard_flight *other,
               const char *format, ...);
/* "command 3 (LOAD mem=...)". */
void sth_guard_describe(const struct sth_guard_flight *flight,
                        char text[STH_GUARD_LINE]);
/* " SP", the fields of a word of a command. */
void sth_guard_name_fields(const struct sth_command *command, uint32_t word,
                           char *text, size_t size);

bool sth_guard_is_written(const struct sth_guard *guard, uint64_t addr,
                          uint64_t bytes, uint64_t *first);

/*
 * sth_guard_command.c
 */
/* Commands are announced. */
void sth_guard_announce(struct sth_guard *guard, uint32_t tail);
/* If firmware has written it again, a command is what its place holds now. */
void sth_guard_refresh(struct sth_guard *guard,
                       struct sth_guard_flight *flight);

/* sth_guard_register.c: false, and a finding: no register is meant so. */
bool sth_guard_check_read(struct sth_guard *guard, uint32_t offset);
void sth_guard_check_write(struct sth_guard *guard, uint32_t offset,
                           uint32_t value);

/* sth_guard_stuck.c: what the fault registers of the device say. */
void sth_guard_find_fault(struct sth_guard *guard);

/* sth_guard_host.c: an access of the processor to memory. */
void sth_guard_host(struct sth_guard *guard, uint64_t addr, uint64_t bytes,
                    bool write);

#endif
