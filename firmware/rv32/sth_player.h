/*
 * The player image: plays all steps of a program that lies in memory.  Whoever
 * starts it fills the mailbox, at the start of memory, first.  It says on the
 * console how it went and ends the run.
 */
#ifndef STH_PLAYER_H
#define STH_PLAYER_H

#include <stdint.h>

enum sth_player_state {
    STH_PLAYER_OPENING, /* device and program are looked at */
    STH_PLAYER_PLAYING,
    STH_PLAYER_DONE
};

/* Addresses are the processor's. */
struct sth_player_mailbox {
    uint32_t state;       /* enum sth_player_state; written by the image */
    uint32_t err;         /* enum sth_fw_err, when DONE */
    uint32_t accelerator; /* the number of the one that plays */
    uint32_t program;     /* the file; only read */
    uint32_t program_bytes;
    uint32_t bases; /* uint64_t for each region: its bus address; only read */
};

#endif
