/* VECTOR with SSE2. */
#if defined(__x86_64__)
#include "sth_simd_sse2.h"
#define KERNEL sth_vector_kernel_sse2
#include "sth_vector_kernel_simd.h"
#endif
