/* MATMUL with AVX-512. */
#if defined(__x86_64__)
#include "sth_simd_avx512.h"
#define KERNEL sth_matmul_avx512
#include "sth_matmul_simd.h"
#endif
