// What Verilator's library would print on stdout (failed assertions, $error),
// kept for the device whose model said it.  The library is compiled with this
// header and VL_PRINTF naming the function, see mk/rtl.mk.
#ifndef STH_VERILATED_H
#define STH_VERILATED_H

#include <string>

// Appends to what the models that this thread evaluates have said.
void sth_verilated_print(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// Returns what was said since the last call.
std::string sth_verilated_said();

#endif
