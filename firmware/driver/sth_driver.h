/*
 * Driver: discovery, the command ring, faults and diagnosis.
 *
 * It moves finished commands into the ring and rings the doorbell; it does not
 * order engines (sth_schedule.h does) and does not know what commands mean.
 */
#ifndef STH_DRIVER_H
#define STH_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_fw_err.h"
#include "sth_hal.h"
#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STH_DRIVER_DOORBELL 16u /* commands that one doorbell announces */

/* Values of struct sth_driver_config's watchdog beside cycles. */
#define STH_DRIVER_WATCHDOG_AUTO 0u
#define STH_DRIVER_WATCHDOG_OFF UINT32_MAX

struct sth_driver_config {
    uint64_t ring_addr;      /* multiple of 4096 in the 40-bit space */
    uint32_t ring_log2;      /* log2 of commands in the ring */
    uint32_t expected_hash;  /* of the configuration; 0: any */
    uint64_t timeout_cycles; /* without a retirement: TIMEOUT */
    uint32_t watchdog;       /* busy cycles without a retirement: FAULT */
};

/*
 * Ring of 1024 commands at address 0, any configuration, 100 M cycles, and a
 * watchdog of AUTO: four cycles for each byte of on-chip memory, and 100,000.
 * No command takes longer that moves at most all of a memory once, unless what
 * is behind the bus gives less than a byte in four cycles.
 */
void sth_driver_config_default(struct sth_driver_config *config);

struct sth_driver {
    struct sth_hal *hal;
    struct sth_driver_config config;
    struct sth_params params; /* discovered */
    uint32_t hash;            /* of params */
    const char *field;        /* of config that init() refused; NULL: none */
    /* All of them counted modulo 2^32. */
    uint32_t tail;         /* commands written to the ring */
    uint32_t doorbell;     /* commands announced by TAIL */
    uint32_t head;         /* HEAD when last read */
    uint32_t seen_retired; /* RETIRED when last looked at in a wait */
    /* Commands written, by engine plus one; 0: of none. */
    uint32_t issued[STH_ENGINE_COUNT + 1];
    bool lapped;              /* every place of the ring holds a command */
    struct sth_command *ring; /* where the processor sees it; NULL: nowhere */
    /* Then commands are made here. */
    struct sth_command staged[STH_DRIVER_DOORBELL];
};

/* Registers of a fault. */
struct sth_driver_fault {
    uint32_t code;  /* enum sth_fault; NONE when there is none */
    uint32_t index; /* command */
    uint64_t addr;  /* bus address, or word number for decode faults */
};

/* A snapshot for "why does it not move". */
struct sth_driver_diagnosis {
    struct sth_driver_fault fault;
    uint32_t tail, head, retired;
    uint32_t engine_busy;    /* bit e: engine e holds a started command */
    uint32_t engine_blocked; /* bit e: its oldest command waits */
    uint8_t semaphore[STH_SEMAPHORES];
    /* Oldest unretired command of each engine: valid bit e of `known`. */
    uint32_t known;
    uint32_t index[STH_ENGINE_COUNT];
    struct sth_command command[STH_ENGINE_COUNT];
    uint32_t waits_for[STH_ENGINE_COUNT]; /* semaphores at zero it waits for */
};

/*
 * Checks identity, version and configuration, resets the core and starts it
 * with an empty ring.  On an error the device is left disabled; RING and
 * ARGUMENT are about driver->field.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_driver_init(struct sth_driver *driver, struct sth_hal *hal,
                const struct sth_driver_config *config);

/*
 * Appends a command to the ring; waits for room when the ring is full.  The
 * doorbell is rung every few commands; sth_driver_flush() rings it now.
 * FAULT or TIMEOUT: the command was not taken.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_driver_put(struct sth_driver *driver, const struct sth_command *command);
void sth_driver_flush(struct sth_driver *driver);

/*
 * The same in halves, for commands that are made where they go: the place to
 * write all of them to, one behind the other, and what announces them then.
 * Of *count commands that are wanted, *count fit.  ARGUMENT: none are wanted.
 */
STH_FW_MUST_CHECK enum sth_fw_err sth_driver_claim(struct sth_driver *driver,
                                                   uint32_t *count,
                                                   struct sth_command **place);
void sth_driver_commit(struct sth_driver *driver, struct sth_command *place,
                       uint32_t count);

/*
 * Waits until every command put so far has retired.  The last command to
 * retire must carry the IRQ flag, or the wait takes up to the time-out.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_driver_wait_retired(struct sth_driver *driver);

/* Reads the fault registers. */
void sth_driver_read_fault(struct sth_driver *driver,
                           struct sth_driver_fault *fault);

/* Fills a diagnosis; works at any time and changes nothing on the device. */
void sth_driver_diagnose(struct sth_driver *driver,
                         struct sth_driver_diagnosis *diagnosis);

/* The command of that index as it stands in the ring; false: it does not, or is
 * about to be written over. */
bool sth_driver_read_command(struct sth_driver *driver, uint32_t index,
                             struct sth_command *command);

/* One 64-bit counter of the device. */
uint64_t sth_driver_read_counter(struct sth_driver *driver,
                                 enum sth_counter counter);

/*
 * Soft reset: forgets every command in flight and any fault, then starts again
 * with an empty ring.  The on-chip memories keep what they hold.
 */
STH_FW_MUST_CHECK enum sth_fw_err sth_driver_recover(struct sth_driver *driver);

/* Stops fetching; commands already fetched finish. */
void sth_driver_fini(struct sth_driver *driver);

/* Engine of an opcode; STH_ENGINE_COUNT when there is no such opcode. */
uint32_t sth_driver_engine_of(uint32_t opcode);

#ifdef __cplusplus
}
#endif

#endif
