/* An accelerator of the platform with a ring in the image. */
#ifndef STH_ACCELERATOR_H
#define STH_ACCELERATOR_H

#include "sth_driver.h"

#define STH_ACCELERATOR_RING_LOG2 10

/*
 * Brings up the accelerator of that number; waits sleep.  One ring is there for
 * one accelerator.  DEVICE_ID: the platform has no such accelerator.
 */
STH_FW_MUST_CHECK enum sth_fw_err
sth_accelerator_open(struct sth_driver *driver, uint32_t number);

/* The bus address of what the processor sees at `at`. */
uint32_t sth_accelerator_address(const void *at);

#endif
