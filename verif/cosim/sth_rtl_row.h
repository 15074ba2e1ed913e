/* The rows of the on-chip memories of a Verilated core. */
#ifndef STH_RTL_ROW_H
#define STH_RTL_ROW_H

#include <cstdio>
#include <cstring>

#include "sth_device.h"
#include "sth_spec.h"
#include "verilated.h"
#include "verilated_syms.h"

// Copies one row (a scratchpad word or an accumulator row) out of its bank;
// false: there is no such memory.
inline bool sth_rtl_read_row(VerilatedContext &context,
                             const sth_params &params, enum sth_space space,
                             uint32_t row, uint8_t *to)
{
    const bool sp = space == STH_SPACE_SP;
    const uint32_t banks = sp ? params.sp_banks : params.acc_banks;
    const uint32_t bytes =
        sp ? sth_sp_word_bytes(&params) : sth_acc_row_bytes(&params);
    char name[160];

    std::snprintf(name, sizeof(name), "core.sth_core.u_%s.gen_bank[%u].u_sram",
                  sp ? "scratchpad" : "accumulator", row % banks);
    const VerilatedScope *scope = context.scopeFind(name);
    VerilatedVar *var = scope ? scope->varFind("mem") : nullptr;
    if (!var)
        return false;
    // Each entry takes whole 32-bit words, one of 64 bits two.
    std::memcpy(to,
                static_cast<uint8_t *>(var->datap()) +
                    static_cast<size_t>(row / banks) * bytes,
                bytes);
    return true;
}

#endif
