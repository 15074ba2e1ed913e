#include "sth_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

bool sth_isa_supported(enum sth_isa isa)
{
    switch (isa) {
    case STH_ISA_PORTABLE:
        return true;
#if defined(__x86_64__)
    case STH_ISA_SSE2:
        return true;
    case STH_ISA_AVX2:
        return __builtin_cpu_supports("avx2");
    case STH_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
#endif
    default:
        return false;
    }
}

enum sth_isa sth_isa_best(void)
{
    enum sth_isa isa = STH_ISA_COUNT - 1;

    while (!sth_isa_supported(isa))
        isa--;
    return isa;
}

enum sth_isa sth_isa_fit(enum sth_isa isa, uint32_t lanes)
{
    static const uint32_t width[STH_ISA_COUNT] = {
#define ISA(name, suffix, lanes) lanes,
        STH_ISA_TABLE(ISA)
#undef ISA
    };

    while (width[isa] > lanes)
        isa--;
    return isa;
}

const char *sth_isa_name(enum sth_isa isa)
{
    static const char *const names[STH_ISA_COUNT] = {
#define ISA(name, suffix, lanes) #suffix,
        STH_ISA_TABLE(ISA)
#undef ISA
    };

    return names[isa];
}

#if defined(__x86_64__)

unsigned sth_isa_enter_float_mode(void)
{
    unsigned mode = _mm_getcsr();

    _mm_setcsr(0x9fc0u); /* flush to zero, denormals are zero, all masked */
    return mode;
}

void sth_isa_leave_float_mode(unsigned mode)
{
    _mm_setcsr(mode);
}

#else

/* The portable path has no float operations. */
unsigned sth_isa_enter_float_mode(void)
{
    return 0;
}

void sth_isa_leave_float_mode(unsigned mode)
{
    (void)mode;
}

#endif
