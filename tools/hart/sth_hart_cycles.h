/* Cycles of an instruction, by class and by name; waits come on top. */
#ifndef STH_HART_CYCLES_H
#define STH_HART_CYCLES_H

enum {
#define CYCLES(name, cycles, standing, text) STH_HART_CYCLES_##name = cycles,
#include "hart.def"
#undef CYCLES
};

enum {
#define FAST(name, mask, match, format, class)                                 \
    STH_HART_COST_##name = STH_HART_CYCLES_##class,
#include "sth_hart_isa.def"
};

#endif
