/*
 * The inside of the lock-step device, shared by its four files, each of which
 * may call those before it: report, events, registers, and the device itself.
 */
#ifndef STH_LOCKSTEP_STATE_H
#define STH_LOCKSTEP_STATE_H

#include "sth_lockstep.h"

enum {
    /* Commands remembered: a full ring, and those fetched but not retired. */
    STH_LOCKSTEP_SHADOW = 2 << STH_RING_LOG2_MAX,
    /* Events of one engine that wait for their partner. */
    STH_LOCKSTEP_PENDING = 1 << 17
};

/* Events that one device has given and the other has not yet. */
struct sth_lockstep_fifo {
    struct sth_event *event;
    uint32_t head, tail;
};

/*
 * What the first difference between the events of one engine was.  It counts
 * unless both sides turn out to have stopped for a fault of an older command:
 * how far engines run after a fault depends on cycles.
 */
struct sth_lockstep_doubt {
    uint32_t index;
    struct sth_difference difference;
};

struct sth_lockstep {
    struct sth_device dev;
    struct sth_params params;
    struct sth_device *reference, *dut;
    struct sth_lockstep_fifo ours[STH_ENGINE_COUNT], theirs[STH_ENGINE_COUNT];
    struct sth_command *shadow; /* by command index modulo SHADOW */
    uint64_t ring;
    uint32_t ring_log2, tail;
    bool resetting; /* a soft reset was asked for and is not seen over */
    struct sth_difference difference;
    const char *(*violation)(struct sth_device *dut); /* or NULL */
    sth_event_pair *pair;                             /* observer, or NULL */
    void *user;
    struct sth_lockstep_doubt doubt[STH_ENGINE_COUNT];
};

static inline struct sth_lockstep *sth_lockstep_self(struct sth_device *dev)
{
    return (struct sth_lockstep *)dev;
}

/* The older of two command indices, which wrap around. */
static inline uint32_t sth_lockstep_slower(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0 ? a : b;
}

/* Report: begins the text of a difference, which is then appended to. */
void sth_lockstep_differ(struct sth_lockstep *l, uint64_t rtl_cycle,
                         const char *what);
void sth_lockstep_append(struct sth_lockstep *l, const char *format, ...);

/* One line: the number of a command and its text. */
void sth_lockstep_append_command(struct sth_lockstep *l, uint32_t index);

/*
 * The first byte that differs in [addr, addr + bytes) of the space named, and
 * its surroundings; false, and nothing, when none does.
 */
bool sth_lockstep_append_bytes(struct sth_lockstep *l, const char *space,
                               uint64_t addr, const uint8_t *ours,
                               const uint8_t *theirs, size_t bytes);

/* The first byte that differs among all that a command writes, if any. */
void sth_lockstep_append_destination(struct sth_lockstep *l, uint32_t index);

/* The fault that one side reports, and the command it names. */
void sth_lockstep_append_fault(struct sth_lockstep *l, const char *side,
                               struct sth_device *dev);

/* Events: makes a rule that the dut broke the difference; nothing excuses it.
 */
void sth_lockstep_check_violation(struct sth_lockstep *l);

/* Compares what both sides have given so far. */
void sth_lockstep_step(struct sth_lockstep *l);

/* The command whose fault both sides report, of two the older; else false. */
bool sth_lockstep_find_fault(struct sth_lockstep *l, uint32_t *index);

/* Makes the first doubt that no fault excuses the difference. */
void sth_lockstep_settle_doubts(struct sth_lockstep *l);

/* When nothing more is to come: what the event streams amount to. */
void sth_lockstep_settle(struct sth_lockstep *l);

/* Forgets events and doubts, those not yet fetched included. */
void sth_lockstep_drop_events(struct sth_lockstep *l);

/* Registers: the operations of struct sth_device. */
uint32_t sth_lockstep_reg_read(struct sth_device *dev, uint32_t offset);
void sth_lockstep_reg_write(struct sth_device *dev, uint32_t offset,
                            uint32_t value);

#endif
