/* MATMUL with SSE2. */
#if defined(__x86_64__)
#include "sth_simd_sse2.h"
#define KERNEL sth_matmul_sse2
#include "sth_matmul_simd.h"
#endif
