/* MATMUL: what it does to the memories. */
#ifndef STH_MATMUL_H
#define STH_MATMUL_H

#include "sth_onchip.h"

/* On the instruction set that the chip names, or a narrower one if the array
 * has fewer columns than its vectors have lanes. */
sth_kernel sth_kernel_matmul;

#endif
