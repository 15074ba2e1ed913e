/*
 * What the Verilated RTL of one configuration exports to programs that load
 * it at run time: one symbol, STH_BACKEND_SYMBOL, a struct sth_backend.  It
 * needs none from them, so any program can load it, and one process can hold
 * several configurations.
 */
#ifndef STH_BACKEND_H
#define STH_BACKEND_H

#include "sth_device.h"
#include "sth_mem_ops.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STH_BACKEND_ABI 6
#define STH_BACKEND_SYMBOL "sth_backend"

/* How to build an RTL device. */
struct sth_rtl_options {
    const char *wave_path; /* FST file, or NULL for none */
    uint64_t wave_first;   /* first and last cycle in the waveform */
    uint64_t wave_last;
    uint32_t stall_percent; /* chance that an address waits a cycle; data
                               waits as the memory says */
    uint32_t seed;          /* of those stalls and of random power-up state */
    bool reorder;           /* answer reads of different IDs in random order */
};

/* The first difference between two devices in step. */
struct sth_difference {
    bool found;
    uint64_t rtl_cycle; /* where in the RTL run, for a waveform window */
    char text[2048];    /* several lines, ready to print */
};

struct sth_command;

/* One command as both sides of a lock-step device retired it. */
typedef void sth_event_pair(void *user, const struct sth_event *reference,
                            const struct sth_event *dut,
                            const struct sth_command *command);

struct sth_backend {
    uint32_t abi;         /* STH_BACKEND_ABI */
    uint32_t params_hash; /* sth_params_hash of the parameters built in */
    /*
     * NULL when out of memory.  The memory stays the caller's; the library
     * has no copy of the component and reaches it through `memory` alone.
     */
    struct sth_device *(*create_rtl)(const struct sth_mem_ops *memory,
                                     struct sth_mem *mem,
                                     const struct sth_rtl_options *options);
    /*
     * Drives `reference` (the C model) and `rtl` as one device and compares
     * their event streams; owns neither.  Each has a memory of its own.
     */
    struct sth_device *(*create_lockstep)(struct sth_device *reference,
                                          struct sth_device *rtl);
    /* The first difference that a lock-step device has seen. */
    void (*difference)(struct sth_device *lockstep,
                       struct sth_difference *difference);
    /*
     * From now on `pair` is called for every command that both sides of a
     * lock-step device have retired, in the order of each engine.
     */
    void (*observe)(struct sth_device *lockstep, sth_event_pair *pair,
                    void *user);
    /*
     * What went wrong around an RTL device rather than in it, or NULL: a rule
     * of the bus that it broke, an access that it did not answer.  From then
     * on its time stands still.  A lock-step device reports it as a difference.
     */
    const char *(*violation)(struct sth_device *rtl);
};

#ifdef __cplusplus
}
#endif

#endif
