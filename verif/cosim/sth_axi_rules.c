#include "sth_axi_rules.h"

#include <stddef.h>
#include <string.h>

const char *sth_axi_check_kind(uint32_t bus_bytes, uint8_t size,
                               struct sth_axi_kind kind)
{
    if (1u << size != bus_bytes)
        return "AxSIZE is not the width of the bus";
    if (kind.burst != STH_AXI_BURST)
        return "AxBURST is not INCR";
    if (kind.lock != STH_AXI_LOCK || kind.cache != STH_AXI_CACHE ||
        kind.prot != STH_AXI_PROT || kind.qos != STH_AXI_QOS ||
        kind.region != STH_AXI_REGION)
        return "AxLOCK, AxCACHE, AxPROT, AxQOS or AxREGION is not as promised";
    return NULL;
}

const char *sth_axi_check_reset(const struct sth_axi_master *master)
{
    if (master->ar_valid || master->aw_valid || master->w_valid)
        return "a VALID is high in reset";
    return NULL;
}

const char *sth_axi_check_burst(uint32_t bus_bytes, uint64_t addr,
                                uint32_t beats)
{
    uint64_t bytes = (uint64_t)beats * bus_bytes;

    if (addr % bus_bytes)
        return "a burst address is not bus-aligned";
    if (beats < 1 || beats > STH_BURST_BEATS)
        return "a burst has no beats or more than 256";
    if (addr / STH_BURST_BYTES != (addr + bytes - 1) / STH_BURST_BYTES)
        return "a burst crosses a 4 KiB boundary";
    if ((addr + bytes - 1) >> STH_ADDR_BITS)
        return "a burst leaves the address space";
    return NULL;
}

static const char *find_change(const struct sth_axi_held *held,
                               uint32_t bus_bytes,
                               const struct sth_axi_master *m)
{
    const struct sth_axi_master *h = &held->master;

    if (held->ar &&
        (!m->ar_valid || m->ar_id != h->ar_id || m->ar_addr != h->ar_addr ||
         m->ar_beats != h->ar_beats || m->ar_size != h->ar_size))
        return "a read address changed before ARREADY";
    if (held->aw &&
        (!m->aw_valid || m->aw_id != h->aw_id || m->aw_addr != h->aw_addr ||
         m->aw_beats != h->aw_beats || m->aw_size != h->aw_size))
        return "a write address changed before AWREADY";
    if (held->w && (!m->w_valid || m->w_last != h->w_last ||
                    memcmp(m->w_data, h->w_data, bus_bytes) ||
                    memcmp(m->w_strb, h->w_strb, (bus_bytes + 7) / 8)))
        return "write data changed before WREADY";
    return NULL;
}

const char *sth_axi_check_held(struct sth_axi_held *held, uint32_t bus_bytes,
                               const struct sth_axi_master *master,
                               bool ar_ready, bool aw_ready, bool w_ready)
{
    const char *broken = find_change(held, bus_bytes, master);

    held->ar = master->ar_valid && !ar_ready;
    held->aw = master->aw_valid && !aw_ready;
    held->w = master->w_valid && !w_ready;
    if (held->ar || held->aw || held->w)
        held->master = *master;
    return broken;
}
