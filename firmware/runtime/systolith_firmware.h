/*
 * The firmware as a library for the host: driver, scheduler, the kernel of
 * each operation, and the runtime that plays layer traces, on any struct
 * sth_device.
 */
#ifndef SYSTOLITH_FIRMWARE_H
#define SYSTOLITH_FIRMWARE_H

#include "sth_driver.h"
#include "sth_hal.h"
#include "sth_runtime.h"
#include "sth_schedule.h"
#include "sth_trace.h"

/* The kernels, sth_kernel_gemm() and so on. */
#define OP_HEADERS
#include "sth_trace_ops.def"
#undef OP_HEADERS

#endif
