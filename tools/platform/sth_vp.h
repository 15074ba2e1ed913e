/*
 * The virtual platform without the time between its parts: the processor, its
 * memory and its devices, which spec/platform.def puts in their places, and how
 * a run ends.  Who makes a platform of it (tools/tlm) moves accesses to the
 * devices and brings the accelerators up to the processor's cycle.
 *
 * Time is cycles of the accelerators' clock since reset, which is the
 * processor's as well: hart.state.cycles, while it runs.
 */
#ifndef STH_VP_H
#define STH_VP_H

#include "sth_config.h"
#include "sth_device.h"
#include "sth_hart.h"
#include "sth_mem.h"
#include "sth_platform.h"
#include "sth_vp_clint.h"
#include "sth_vp_elf.h"
#include "sth_vp_log.h"
#include "sth_vp_plic.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* Accelerators, as many as the map has room for. */
    STH_VP_CHIPS = STH_PLATFORM_ACCEL_BYTES / STH_PLATFORM_ACCEL_STRIDE,
    STH_VP_LINE_BYTES = 256, /* of the processor's caches */
    STH_VP_LINES = 64        /* of each */
};

/* How a run ended. */
enum sth_vp_end {
    STH_VP_END_NONE,   /* it did not */
    STH_VP_END_EXIT,   /* firmware ended it, with `status` */
    STH_VP_END_ASLEEP, /* the processor waits, and nothing will wake it */
    STH_VP_END_STOP,   /* the processor stopped: `stop`, hart.report */
    STH_VP_END_CHIP,   /* what is around an accelerator broke: `why` */
    STH_VP_END_LIMIT,  /* as many cycles as it was to take */
    STH_VP_END_QUIT,   /* whoever watches wanted it */
    STH_VP_END_COUNT
};

/* What whoever watches wants next. */
enum sth_vp_order { STH_VP_GO, STH_VP_STEP, STH_VP_QUIT };

/*
 * A watcher, such as a debugger.  While it is called nothing has a time of its
 * own: processor and accelerators stand still, and may be looked into.
 */
struct sth_vp_watcher {
    void *user;
    /* The processor stopped for a reason of its own, or has made its step
     * (STH_HART_STOP_TIME).  At the beginning of a run it is called with
     * STH_HART_STOP_NONE. */
    enum sth_vp_order (*stopped)(void *user, enum sth_hart_stop why);
    /* Called once in a while; true: stop as soon as possible, which calls
     * `stopped` with STH_HART_STOP_ASKED.  May be NULL. */
    bool (*interrupts)(void *user);
    /* In front of each access of the processor to a device.  May be NULL. */
    void (*access)(void *user, const struct sth_hart_access *access);
    /* Behind each write of an accelerator to memory, at the processor's
     * address.  May be NULL. */
    void (*chip_wrote)(void *user, uint32_t chip, uint32_t addr,
                       uint32_t bytes);
};

/* Whoever looks at a running processor now and then. */
struct sth_vp_sampler {
    void *user;
    void (*look)(void *user);
    uint64_t next; /* called at that cycle or soon after it */
};

/* An accelerator on the platform; both belong to the caller. */
struct sth_vp_chip {
    struct sth_device *device;
    struct sth_mem *mem; /* its data is the platform's memory */
    const struct sth_config *config;
    bool is_rtl;
    uint64_t interrupts; /* how often its line rose */
};

struct sth_vp_config {
    uint32_t ram_bytes; /* a multiple of STH_HART_PAGE, at least
                           STH_PLATFORM_FIRMWARE_BYTES */
    const struct sth_mem_config *memory; /* what a line of RAM waits for */
    uint32_t bus_bytes;                  /* of it */
    /* An access of the processor to a device, as in struct sth_hart_owner. */
    bool (*access)(void *user, struct sth_hart_access *access);
    /* Characters of the console; NULL: they are dropped. */
    void (*console)(void *user, char c);
    void *user;
};

struct sth_vp {
    struct sth_hart hart;
    uint8_t *rom, *ram;
    uint32_t ram_bytes;
    struct sth_vp_image image; /* what is loaded */
    struct sth_vp_clint clint;
    struct sth_vp_plic plic;
    struct sth_vp_chip chip[STH_VP_CHIPS];
    uint32_t chips;
    const struct sth_vp_watcher *watcher; /* NULL: nobody */
    enum sth_vp_order order;
    struct sth_vp_sampler *sampler; /* NULL: nobody */
    enum sth_vp_end end;
    uint32_t status;         /* EXIT */
    enum sth_hart_stop stop; /* STOP */
    const char *why;         /* CHIP */
    uint64_t limit;          /* cycles; UINT64_MAX: as many as it takes */
    uint64_t accesses;       /* of the processor to devices */
    struct sth_vp_log *log;  /* NULL: none is kept */
    uint64_t rung;           /* cycle of the first doorbell; 0: none rang */
    uint64_t rung_retired;   /* instructions before it */
    double rung_seconds;     /* of the host's processor, until then */
    double begun;            /* at the first sth_vp_run(), on that clock */
    struct sth_vp_config config;
    struct sth_mem *line_mem; /* time of the processor's port, no data */
};

/*
 * A platform with no image, in reset.  False, and nothing to fini: out of
 * memory, or the configuration breaks its rules.
 */
bool sth_vp_init(struct sth_vp *vp, const struct sth_vp_config *config);
void sth_vp_fini(struct sth_vp *vp);

/*
 * Puts an accelerator on the platform: its memory's data is RAM from now on,
 * and what lies beyond RAM answers with bus errors.  False: there is no room.
 */
bool sth_vp_add_chip(struct sth_vp *vp, const struct sth_vp_chip *chip);

/* The data of a chip's memory is RAM, without anybody on the way. */
void sth_vp_share(struct sth_vp *vp, struct sth_mem *mem);

/* Loads an image and makes the processor begin there; fails as
 * sth_vp_elf_load() does. */
bool sth_vp_load(struct sth_vp *vp, const void *file, size_t bytes, char *error,
                 size_t error_size);

/* Memory at a processor's address, outside of time: false where not all of it
 * is memory.  What is written the processor takes note of, ROM too. */
bool sth_vp_peek(const struct sth_vp *vp, uint32_t addr, void *to,
                 uint32_t bytes);
bool sth_vp_poke(struct sth_vp *vp, uint32_t addr, const void *from,
                 uint32_t bytes);

/*
 * Runs the processor up to cycle `until`, or until it sleeps or the run ends;
 * the watcher is asked on the way.  Returns why: TIME, WFI, or ASKED when
 * vp->end says that it is over.
 */
enum sth_hart_stop sth_vp_run(struct sth_vp *vp, uint64_t until);

/* The processor sleeps until cycle `now`, which is not before its own. */
void sth_vp_sleep(struct sth_vp *vp, uint64_t now);

/* The lines to the processor are what timer and controller say in its cycle. */
void sth_vp_update(struct sth_vp *vp);

/*
 * The processor's own devices: what an access of it does, whose address is that
 * of the map.  Words alone, a character of any size.  False: nothing is there.
 */
bool sth_vp_access_clint(struct sth_vp *vp, struct sth_hart_access *access);
bool sth_vp_access_plic(struct sth_vp *vp, struct sth_hart_access *access);
bool sth_vp_access_uart(struct sth_vp *vp, struct sth_hart_access *access);
bool sth_vp_access_finisher(struct sth_vp *vp, struct sth_hart_access *access);

/* Ends the run, unless it has ended: the processor stops behind this access. */
void sth_vp_finish(struct sth_vp *vp, enum sth_vp_end end);

/* In words, for messages. */
const char *sth_vp_end_text(enum sth_vp_end end);

#ifdef __cplusplus
}
#endif

#endif
