/*
 * The processor with the devices of the platform, as far as the player image
 * uses them: console, timer, interrupts, the end of the run, and an accelerator
 * that takes commands and does none.  It retires them while the processor
 * sleeps, up to the next that interrupts.
 */
#ifndef BOARD_H
#define BOARD_H

#include "sth_hart.h"
#include "sth_recorder.h"

struct board {
    struct sth_hart hart;
    struct sth_hart_config config; /* for windows: before board_init() */
    uint8_t *ram;                  /* the firmware's part */
    char console[4096];
    size_t console_bytes;
    bool exited; /* with `status` */
    uint32_t status;
    struct sth_recorder *device;
    uint32_t retired, irq_status, irq_enable;
    uint64_t mtimecmp;
    uint32_t sources, claimed;
};

/* One more window, without waits of its own. */
struct sth_hart_window *board_window(struct board *b, uint32_t base,
                                     uint32_t bytes, uint8_t *host);

/* A processor in front of `entry`; the board's windows are there, `ram` is that
 * of the firmware.  False: there is none. */
bool board_init(struct board *b, uint32_t entry, struct sth_recorder *device);

/* Runs until the image ends; false: it stands still, and `why` says how. */
bool board_run(struct board *b, uint64_t quantum, enum sth_hart_stop *why);

/* Ends the device as well. */
void board_fini(struct board *b);

#endif
