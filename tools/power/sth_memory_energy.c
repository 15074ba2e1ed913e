#include "sth_memory_energy.h"

#include <math.h>

#define SOURCE(name, value, unit, standing, where)                             \
    static const double name = value;
#include "sth_power_sources.def"
#undef SOURCE

double sth_memory_energy(uint64_t words, uint64_t width, double voltage,
                         double node)
{
    const double bytes = (double)(words * width) / 8;
    const double there = SRAM_ENERGY * (double)width / 64 *
                         pow(bytes / SRAM_BYTES, SRAM_EXPONENT);

    return there * (node / SRAM_NODE) * (voltage / SRAM_VOLTAGE) *
           (voltage / SRAM_VOLTAGE);
}
