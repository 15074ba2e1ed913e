/*
 * An AXI4 slave in front of the shared memory component.  It works cycle by
 * cycle and knows nothing of the simulator that drives it: the caller offers
 * what the master drives and gets what the slave drives.
 *
 * When told so it refuses handshakes at random and answers bursts of
 * different IDs in random order, as AXI4 allows.
 */
#ifndef STH_AXI_SLAVE_H
#define STH_AXI_SLAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_axi_rules.h"

#include "sth_mem_ops.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the slave drives in one cycle. */
struct sth_axi_reply {
    bool ar_ready, aw_ready, w_ready, r_valid, b_valid;
    uint8_t r_id, b_id;
    bool r_last, r_error, b_error;
    uint8_t r_data[STH_AXI_BYTES_MAX];
};

struct sth_axi_slave;

/* Reaches mem through `memory`; neither is owned.  NULL: out of memory. */
struct sth_axi_slave *sth_axi_slave_create(const struct sth_mem_ops *memory,
                                           struct sth_mem *mem,
                                           uint32_t bus_bytes,
                                           uint32_t stall_percent,
                                           uint32_t seed, bool reorder);
void sth_axi_slave_destroy(struct sth_axi_slave *slave);

/* What the slave drives in cycle `now`; it does not depend on the master. */
const struct sth_axi_reply *sth_axi_slave_drive(struct sth_axi_slave *slave,
                                                uint64_t now);

/*
 * Ends cycle `now`: takes the handshakes between the reply last driven and
 * the master.  Returns NULL, or the protocol rule that the master broke.
 */
const char *sth_axi_slave_clock(struct sth_axi_slave *slave, uint64_t now,
                                const struct sth_axi_master *master);

/* Whether a read or write that is accepted and not answered has this ID. */
bool sth_axi_slave_holds(const struct sth_axi_slave *slave, bool write,
                         uint8_t id);

/* Nothing is outstanding. */
bool sth_axi_slave_idle(const struct sth_axi_slave *slave);

#ifdef __cplusplus
}
#endif

#endif
