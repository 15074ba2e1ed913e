/*
 * libsystolith: the Systolith core as a C model.  This header brings in all
 * that belongs to it: devices, memories, configurations, the contract of
 * spec/, commands as text.
 *
 *     struct sth_csim_options options = {.mode = STH_CSIM_FUNCTION_AND_TIME};
 *     struct sth_mem *mem = sth_mem_create(&config, params.bus_bytes, false);
 *     struct sth_device *dev = sth_csim_create(&params, mem, &options);
 *     dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, 0x1000); ...
 *     dev->ops->destroy(dev);
 *     sth_mem_destroy(mem);
 *
 * wait() also returns when the core is idle, since no interrupt can come then.
 *
 * The library has no globals and does no input or output; any number of
 * devices live in one process, each used by one thread at a time.  Memory is
 * allocated by sth_csim_create() alone, with one exception: the sanitizer's
 * record of the memory behind the bus grows while it runs.
 */
#ifndef SYSTOLITH_H
#define SYSTOLITH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_config.h"
#include "sth_device.h"
#include "sth_diagnostic.h"
#include "sth_disasm.h"
#include "sth_mem.h"
#include "sth_spec.h"
#include "sth_version.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sth_csim_mode {
    /* Data and cycles. */
    STH_CSIM_FUNCTION_AND_TIME,
    /*
     * Cycles only: commands compute nothing, memories read as zero, digests
     * are zero.  mem may be timing-only: commands that the host writes into
     * the ring through mem_write() after RING_BASE is set are kept aside.
     */
    STH_CSIM_TIME_ONLY,
    /* Data only: engines and memory take hardly any cycles. */
    STH_CSIM_FUNCTION_ONLY
};

struct sth_csim_options {
    enum sth_csim_mode mode;
    /* Look for races, self-overlap, unwritten reads and misused semaphores. */
    bool sanitize;
    /*
     * Act event by event and never run ahead where that is safe: the same
     * cycles, several times slower; only *_BANK_STALL in the middle of a
     * command can differ.  For tests of just that.
     */
    bool in_order;
    /*
     * Events that wait for next_event(); 0 means 65536.  When it overflows
     * the oldest event is lost, which the statistics count.
     */
    size_t event_capacity;
    /* Keep no events at all. */
    bool no_events;
    /*
     * When not NULL, called at each retirement, before the event is queued.
     * It must not call back into the device.
     */
    void (*on_retire)(void *context, const struct sth_event *event,
                      const struct sth_command *command);
    void *context;
};

/*
 * A core in its reset state in front of mem, which the caller owns and keeps
 * until the device is destroyed.  options may be NULL: all zero.  Returns NULL
 * when sth_config_check() refuses the parameters or memory is short.
 */
struct sth_device *sth_csim_create(const struct sth_params *params,
                                   struct sth_mem *mem,
                                   const struct sth_csim_options *options);

/* Lets cycles pass, whatever the interrupt line does. */
void sth_csim_pass(struct sth_device *dev, uint64_t cycles);

/*
 * The diagnostics since creation or soft reset, oldest first; at most
 * STH_DIAGNOSTICS_MAX are kept and the same pair of commands is named once.  A
 * deadlock is listed last while it lasts: a later doorbell may resolve it.
 * Returns STH_REPORT_MAX at most.
 * *list stays valid until the next call that takes the device.
 */
size_t sth_csim_report(struct sth_device *dev,
                       const struct sth_diagnostic **list);

/* Figures beyond the counter registers; not cleared by a soft reset. */
struct sth_csim_statistics {
    uint64_t cycles;
    uint64_t commands[STH_ENGINE_COUNT]; /* retired */
    uint64_t fetch_bursts;
    uint64_t load_bursts;
    uint64_t store_bursts;
    uint64_t events_lost;
    uint64_t diagnostics; /* including those that were not kept */
};

void sth_csim_get_statistics(struct sth_device *dev,
                             struct sth_csim_statistics *statistics);

/* A register as a read finds it now; no time passes and nothing is latched. */
uint32_t sth_csim_peek_reg(struct sth_device *dev, uint32_t offset);

/* No command of that engine is left that stands in front of this index. */
uint32_t sth_csim_get_oldest(struct sth_device *dev, enum sth_engine engine);

/* All counter registers at once, in the order of counters.def. */
void sth_csim_get_counters(struct sth_device *dev,
                           uint64_t counters[STH_CNT_COUNT]);

#ifdef __cplusplus
}
#endif

#endif
