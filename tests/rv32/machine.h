/*
 * A simulated RV32 processor with the devices of the platform, as far as images
 * use them, for one image: console, timer, interrupts, the end of the run, and
 * an accelerator: one that takes commands and does none, or a device that
 * works. It retires them while the processor sleeps, up to the next that
 * interrupts.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <unicorn/unicorn.h>

#include "sth_device.h"
#include "sth_platform.h"
#include "sth_recorder.h"

/* Where else there is memory: a program that is only read, and its regions. */
#define MACHINE_PROGRAM (STH_PLATFORM_RAM_BASE + 0x20000000u)
#define MACHINE_BASES (STH_PLATFORM_RAM_BASE + 0x60000000u)

struct machine {
    uc_engine *uc;
    uint8_t *ram, *rom;  /* the firmware's part; ROM */
    uint32_t states;     /* of `count`, by the first word of memory */
    uint64_t count[8];   /* instructions, by state */
    uint64_t interrupts; /* taken */
    uint64_t timeouts;   /* of them by the timer */
    char console[4096];
    size_t console_bytes;
    bool mute;      /* there is no UART */
    bool dead;      /* the accelerator retires nothing */
    uint32_t storm; /* instructions from one interrupt without a source to the
                       next, anywhere in the image; 0: none */
    uint32_t calm;  /* instructions since the last */
    bool stuck;     /* the processor sleeps and nothing will wake it */
    bool exited;    /* with `status` */
    uint32_t status;
    struct sth_recorder *device; /* NULL: see chip */
    struct sth_device *chip;     /* NULL: there is no accelerator */
    uint8_t *seen, *shared;      /* memory: the chip's, and what both knew */
    uint64_t ring;               /* bus address */
    uint32_t retired, irq_status, irq_enable;
    uint64_t mtime, mtimecmp;
    uint32_t sources; /* enabled */
    uint32_t claimed;
    uint32_t entry, last, cause, value; /* of the last instruction */
    bool trap;
};

/* Ends the program with that message. */
_Noreturn void machine_die(const char *what, const char *why);

/* Loads the image; memory is full of 0xa5.  `device` may be NULL. */
void machine_init(struct machine *m, const char *image,
                  struct sth_recorder *device);

/* Puts bytes into memory of their own, which is only read. */
void machine_map(struct machine *m, uint32_t at, const void *from,
                 size_t bytes);

/*
 * From now on the accelerator is that device.  The firmware's part of memory
 * goes to the device when the doorbell rings, and comes back when it has
 * worked.
 */
void machine_attach(struct machine *m, struct sth_device *chip);

/* Runs until the image ends or is stuck. */
void machine_run(struct machine *m);
void machine_fini(struct machine *m);

#endif
