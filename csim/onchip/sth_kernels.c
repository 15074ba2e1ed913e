/* Choice of instruction set; loads and stores. */
#include "sth_kernels_impl.h"

#include "sth_digest.h"

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

const char *sth_isa_name(enum sth_isa isa)
{
    static const char *const names[STH_ISA_COUNT] = {
        [STH_ISA_PORTABLE] = "portable",
        [STH_ISA_SSE2] = "sse2",
        [STH_ISA_AVX2] = "avx2",
        [STH_ISA_AVX512] = "avx512",
    };

    return names[isa];
}

typedef uint32_t kernel(const struct sth_onchip *chip,
                        const struct sth_command *command);

#if defined(__x86_64__)

static const struct sth_kernels *const kernels[STH_ISA_COUNT] = {
    &sth_kernels_portable,
    &sth_kernels_sse2,
    &sth_kernels_avx2,
    &sth_kernels_avx512,
};

/* Round to nearest, no traps, subnormal inputs and results are zero. */
#define CHIP_MXCSR 0x9fc0u

/* Not inlined: no float operation may move across the change of mode. */
static __attribute__((noinline)) uint32_t run(kernel *function,
                                              const struct sth_onchip *chip,
                                              const struct sth_command *command)
{
    unsigned saved = _mm_getcsr();
    uint32_t digest;

    _mm_setcsr(CHIP_MXCSR);
    digest = function(chip, command);
    _mm_setcsr(saved);
    return digest;
}

#else

static const struct sth_kernels *const kernels[1] = {&sth_kernels_portable};

static uint32_t run(kernel *function, const struct sth_onchip *chip,
                    const struct sth_command *command)
{
    return function(chip, command);
}

#endif

/* The chosen kernels, or narrower ones if the chip has not that many lanes. */
static const struct sth_kernels *choose(const struct sth_onchip *chip)
{
    enum sth_isa isa = chip->isa;

    while (kernels[isa]->lanes > chip->params->array_cols)
        isa--;
    return kernels[isa];
}

uint32_t sth_kernel_matmul(const struct sth_onchip *chip,
                           const struct sth_command *command)
{
    return run(choose(chip)->matmul, chip, command);
}

uint32_t sth_kernel_vector(const struct sth_onchip *chip,
                           const struct sth_command *command)
{
    return run(choose(chip)->vector, chip, command);
}

/* LOAD and STORE have the same fields. */
struct copy {
    uint64_t mem;
    uint32_t sp, bytes, n1, n2, mem_s1, mem_s2, sp_s1, sp_s2;
};

static struct copy copy_fields(const struct sth_command *command)
{
    return (struct copy){
        .mem = STH_GET(command, LOAD_MEM_LO) |
               (uint64_t)STH_GET(command, LOAD_MEM_HI) << 32,
        .sp = STH_GET(command, LOAD_SP),
        .bytes = STH_GET(command, LOAD_LEN),
        .n1 = STH_GET(command, LOAD_N1),
        .n2 = STH_GET(command, LOAD_N2),
        .mem_s1 = STH_GET(command, LOAD_MEM_S1),
        .mem_s2 = STH_GET(command, LOAD_MEM_S2),
        .sp_s1 = STH_GET(command, LOAD_SP_S1),
        .sp_s2 = STH_GET(command, LOAD_SP_S2),
    };
}

uint32_t sth_kernel_load(const struct sth_onchip *chip,
                         const struct sth_command *command, struct sth_mem *mem)
{
    struct copy c = copy_fields(command);
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t i2 = 0; i2 < c.n2; i2++) {
        for (uint32_t i1 = 0; i1 < c.n1; i1++) {
            uint32_t sp = c.sp + i2 * c.sp_s2 + i1 * c.sp_s1;
            uint64_t addr =
                c.mem + (uint64_t)i2 * c.mem_s2 + (uint64_t)i1 * c.mem_s1;

            sth_mem_read(mem, addr, chip->sp + sp, c.bytes);
            sth_digest_add_bytes(&digest, sp, chip->sp + sp, c.bytes);
        }
    }
    return sth_digest_value(&digest);
}

uint32_t sth_kernel_store(const struct sth_onchip *chip,
                          const struct sth_command *command,
                          struct sth_mem *mem)
{
    struct copy c = copy_fields(command);
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t i2 = 0; i2 < c.n2; i2++) {
        for (uint32_t i1 = 0; i1 < c.n1; i1++) {
            uint32_t sp = c.sp + i2 * c.sp_s2 + i1 * c.sp_s1;
            uint64_t addr =
                c.mem + (uint64_t)i2 * c.mem_s2 + (uint64_t)i1 * c.mem_s1;

            sth_mem_write(mem, addr, chip->sp + sp, c.bytes);
            sth_digest_add_bytes(&digest, (uint32_t)addr, chip->sp + sp,
                                 c.bytes);
        }
    }
    return sth_digest_value(&digest);
}
