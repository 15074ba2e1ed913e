/* VECTOR with AVX-512. */
#if defined(__x86_64__)
#include "sth_simd_avx512.h"
#define KERNEL sth_vector_kernel_avx512
#include "sth_vector_kernel_simd.h"
#endif
