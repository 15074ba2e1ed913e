/*
 * What AXI4 asks of a master of this chip, whoever the slave is: bursts that
 * are legal, and offers that stay as they are until they are taken.
 */
#ifndef STH_AXI_RULES_H
#define STH_AXI_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of data in one beat, on the widest bus. */
enum { STH_AXI_BYTES_MAX = STH_MAX_BusBytes };

/* What an address carries beside ID, place and length, by the pins' names. */
struct sth_axi_kind {
    uint8_t burst, lock, cache, prot, qos, region;
};

/* What the master drives in one cycle. */
struct sth_axi_master {
    bool ar_valid, aw_valid, w_valid, r_ready, b_ready;
    uint8_t ar_id, aw_id;
    uint64_t ar_addr, aw_addr;
    uint32_t ar_beats, aw_beats;
    uint8_t ar_size, aw_size; /* AxSIZE */
    struct sth_axi_kind ar_kind, aw_kind;
    bool w_last;
    /* Of these the first bus_bytes, and as many bits. */
    uint8_t w_data[STH_AXI_BYTES_MAX];
    uint8_t w_strb[STH_AXI_BYTES_MAX / 8];
};

/* What was offered and refused in the cycle before; zero after a reset. */
struct sth_axi_held {
    struct sth_axi_master master;
    bool ar, aw, w;
};

/* NULL, or the rule that AxSIZE or another pin that never changes breaks. */
const char *sth_axi_check_kind(uint32_t bus_bytes, uint8_t size,
                               struct sth_axi_kind kind);

/* NULL, or the rule that is broken while the master is in reset, from power-up
 * to the end of the first cycle after it. */
const char *sth_axi_check_reset(const struct sth_axi_master *master);

/* NULL, or the rule that the address of a burst or its length breaks. */
const char *sth_axi_check_burst(uint32_t bus_bytes, uint64_t addr,
                                uint32_t beats);

/*
 * Ends a cycle in which the slave was ready as told: NULL, or the rule that
 * an offer broke which the cycle before had refused.
 */
const char *sth_axi_check_held(struct sth_axi_held *held, uint32_t bus_bytes,
                               const struct sth_axi_master *master,
                               bool ar_ready, bool aw_ready, bool w_ready);

#ifdef __cplusplus
}
#endif

#endif
