/*
 * Firmware with a planted bug, for a debugger to find: a job copies memory by
 * way of the scratchpad, and the store that waits for the load never starts.
 */
#include <string.h>

#include "sth_accelerator.h"
#include "sth_board.h"
#include "sth_console.h"

enum { STEPS = 8, BYTES = 64, DONE = 2 };

struct job {
    uint8_t history[STEPS]; /* what was done, the newest last */
    uint32_t post;          /* what the load posts */
};

static struct job job;
static struct sth_driver driver;
static uint8_t from[BYTES], to[BYTES];
static volatile uint32_t hold = 1;

/* A breakpoint is not needed to stop here. */
__attribute__((noinline)) static void wait_for_release(void)
{
    while (hold)
        ;
}

/* The bug: one step too many. */
__attribute__((noinline)) static void note(struct job *j, uint32_t step)
{
    j->history[step] = (uint8_t)(0xa0 + step);
}

static void prepare(struct job *j)
{
    j->post = 1u << DONE;
    for (uint32_t step = 0; step <= STEPS; step++)
        note(j, step);
    memset(from, 0x5a, sizeof from);
}

static enum sth_fw_err start(const struct job *j)
{
    struct sth_command load = {{STH_OP_LOAD, 0, sth_accelerator_address(from),
                                0, 0, BYTES, 1u | 1u << 16}};
    struct sth_command store = {{STH_OP_STORE, 0, sth_accelerator_address(to),
                                 0, 0, BYTES, 1u | 1u << 16}};
    enum sth_fw_err err;

    STH_SET(&load, ANY_POST, j->post);
    STH_SET(&store, ANY_WAIT, 1u << DONE);
    STH_SET(&store, ANY_IRQ, 1);
    err = sth_driver_put(&driver, &load);
    return err ? err : sth_driver_put(&driver, &store);
}

int main(void)
{
    enum sth_fw_err err;

    wait_for_release();
    err = sth_accelerator_open(&driver, 0);
    prepare(&job);
    if (!err)
        err = start(&job);
    if (!err)
        err = sth_driver_wait_retired(&driver);
    sth_console_text(err ? "the copy failed\n" : "the copy is done\n");
    return err || memcmp(from, to, sizeof to) != 0 ? STH_BOARD_STATUS_FAILED
                                                   : STH_BOARD_STATUS_OK;
}
