/* The writes of load's data to the scratchpad; see sth_load_write.h. */
#include "sth_load_write.h"

/* Beats of fetch that come before the next beat of the oldest burst. */
static uint32_t beats_ahead(const struct sth_writer *writer)
{
    return writer->word == 0
               ? writer->arrival[writer->written % STH_ARRIVALS].fetched
               : 0;
}

/* Memory has the next beat of the oldest burst in this cycle. */
static uint64_t beat_there(const struct sth_load *load)
{
    const struct sth_writer *writer = &load->writer;
    uint32_t number = writer->written % STH_ARRIVALS;
    const struct sth_arrival *arrival = &writer->arrival[number];
    uint64_t cycles = sth_bus_beat_cycles(load->bus);

    if (cycles == 0)
        return load->beats[number][writer->word];
    return arrival->last - cycles * (arrival->beats - 1 - writer->word);
}

/* When the next beat of the oldest burst is on the bus. */
static uint64_t next_beat(const struct sth_load *load)
{
    const struct sth_writer *writer = &load->writer;
    uint64_t bus = sth_max64(writer->bus + beats_ahead(writer),
                             writer->grant[writer->grant_next]);

    return sth_max64(bus + 1, beat_there(load));
}

/* When it can be written, no bank in its way. */
static uint64_t next_write(const struct sth_load *load)
{
    return sth_max64(next_beat(load) + STH_WRITE_PIPE,
                     sth_load_last_write(&load->writer) + 1);
}

/*
 * A beat of the oldest burst: accepted when there is room, then written.
 * False: not before `horizon`, and nothing has happened.
 */
static bool write_word(struct sth_load *load, uint64_t horizon)
{
    struct sth_writer *writer = &load->writer;
    const struct sth_banks *all = load->banks;
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];
    uint32_t bus = sth_bus_bytes(load->bus);
    uint32_t total = arrival->skip + arrival->bytes;
    uint32_t begin = writer->word * bus;
    uint32_t end = begin + bus < total ? begin + bus : total;
    uint64_t first = next_write(load);
    uint64_t cycle = sth_max64(first, writer->blocked);
    struct sth_two_banks banks;

    begin = begin > arrival->skip ? begin - arrival->skip : 0;
    banks.first = sth_banks_sp(all, arrival->sp + begin);
    banks.last = sth_banks_sp(all, arrival->sp + end - arrival->skip - 1);
    while (sth_banks_logged(sth_banks_vector_writes(all), cycle, banks))
        cycle++;
    writer->blocked = cycle;
    if (cycle >= horizon)
        return false;
    load->engine.counter[STH_CNT_LOAD_BANK_STALL] += cycle - first;
    writer->bus = next_beat(load);
    writer->grant[writer->grant_next] = cycle;
    writer->grant_next = (writer->grant_next + 1) % STH_BEATS_AHEAD;
    writer->word++;
    return true;
}

/* Undisturbed, the last beat of the oldest burst is on the bus then. */
static uint64_t rest_end(const struct sth_writer *writer)
{
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];
    uint32_t left = arrival->beats - writer->word;
    uint64_t written = sth_load_last_write(writer) + left;
    uint64_t end =
        sth_max64(writer->bus + beats_ahead(writer) + left, arrival->last);

    return sth_max64(end,
                     written > STH_WRITE_PIPE ? written - STH_WRITE_PIPE : 0);
}

/* The rest of the oldest burst, undisturbed. */
static void write_rest(struct sth_writer *writer)
{
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];

    sth_load_set_bus(writer, rest_end(writer));
    writer->word = arrival->beats;
}

/* The oldest burst is over: the address that reuses its slot may wait. */
static void release_slot(struct sth_load *load)
{
    const struct sth_writer *writer = &load->writer;
    uint32_t back = writer->sent - writer->written;
    /* The last beat leaves the queue when the one two before it is written. */
    uint64_t before = writer->grant[(writer->grant_next + STH_BEATS_AHEAD - 3) %
                                    STH_BEATS_AHEAD];
    uint64_t leaves = sth_max64(writer->bus + 1, before);

    if (back <= load->dma.slots) {
        uint64_t *slot = sth_dma_slot(&load->dma, back);

        *slot = sth_max64(*slot, leaves + STH_LAT_LOAD_REUSE - 1);
    }
}

void sth_load_follow_undisturbed(struct sth_load *load, uint32_t end,
                                 uint64_t horizon)
{
    struct sth_writer *writer = &load->writer;
    uint64_t bus = writer->bus;
    uint32_t first = writer->written;
    uint32_t i = first;

    if (!sth_load_undisturbed(load))
        return;
    for (; (int32_t)(end - i) > 0; i++) {
        struct sth_arrival *arrival = &writer->arrival[i % STH_ARRIVALS];
        uint64_t last = sth_load_burst_end(bus, arrival->fetched,
                                           arrival->beats, arrival->last);

        if (last + STH_WRITE_PIPE >= horizon)
            break;
        bus = last;
        arrival->written = bus + STH_WRITE_PIPE;
        if (writer->sent - i <= load->dma.slots) {
            uint64_t *slot = sth_dma_slot(&load->dma, writer->sent - i);

            *slot = sth_max64(*slot, bus + STH_LAT_LOAD_REUSE);
        }
    }
    if (i == first)
        return;
    writer->written = i;
    sth_load_set_bus(writer, bus);
}

void sth_load_follow(struct sth_load *load, uint32_t end, uint64_t horizon)
{
    struct sth_writer *writer = &load->writer;
    const struct sth_bank_log *log = sth_banks_vector_writes(load->banks);

    sth_load_follow_undisturbed(load, end, horizon);
    while ((int32_t)(end - writer->written) > 0) {
        struct sth_arrival *arrival =
            &writer->arrival[writer->written % STH_ARRIVALS];

        while (writer->word < arrival->beats &&
               log->latest >= next_write(load) && write_word(load, horizon))
            ;
        if (writer->word < arrival->beats &&
            (log->latest >= next_write(load) ||
             rest_end(writer) + STH_WRITE_PIPE >= horizon))
            return;
        if (writer->word < arrival->beats)
            write_rest(writer);
        arrival->written = sth_load_last_write(writer);
        release_slot(load);
        writer->word = 0;
        writer->written++;
    }
}

uint64_t sth_load_undisturbed_end(const struct sth_load *load, uint32_t end)
{
    const struct sth_writer *writer = &load->writer;
    uint64_t bus = rest_end(writer);

    for (uint32_t i = writer->written + 1; i != end; i++) {
        const struct sth_arrival *arrival = &writer->arrival[i % STH_ARRIVALS];

        bus = sth_load_burst_end(bus, arrival->fetched, arrival->beats,
                                 arrival->last);
    }
    return bus;
}
