/* Cycles and SystemC's time, exactly. */
#ifndef STH_TLM_TIME_H
#define STH_TLM_TIME_H

#include <cstdint>
#include <systemc>

/* The time of so many periods. */
inline sc_core::sc_time sth_tlm_time(uint64_t cycles,
                                     const sc_core::sc_time &period)
{
    return sc_core::sc_time::from_value(cycles * period.value());
}

/* The whole periods of a time. */
inline uint64_t sth_tlm_cycles(const sc_core::sc_time &time,
                               const sc_core::sc_time &period)
{
    return time.value() / period.value();
}

#endif
