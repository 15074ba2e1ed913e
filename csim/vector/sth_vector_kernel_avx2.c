/* VECTOR with AVX2. */
#if defined(__x86_64__)
#include "sth_simd_avx2.h"
#define KERNEL sth_vector_kernel_avx2
#include "sth_vector_kernel_simd.h"
#endif
