/* MATMUL with AVX2. */
#if defined(__x86_64__)
#include "sth_simd_avx2.h"
#define KERNEL sth_matmul_avx2
#include "sth_matmul_simd.h"
#endif
