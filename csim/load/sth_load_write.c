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

/* The bus is taken, or has no room behind it, until the end of this cycle. */
static uint64_t bus_taken(const struct sth_writer *writer)
{
    return sth_max64(writer->bus, writer->grant[writer->grant_next]);
}

/* When the next beat of the oldest burst is on the bus: fetch's beats before it
 * wait for room as it does. */
static uint64_t next_beat(const struct sth_load *load)
{
    const struct sth_writer *writer = &load->writer;

    return sth_max64(bus_taken(writer) + beats_ahead(writer) + 1,
                     beat_there(load));
}

/* When it can be written, no bank in its way. */
static uint64_t next_write(const struct sth_load *load)
{
    return sth_max64(next_beat(load) + STH_WRITE_PIPE,
                     sth_load_last_write(&load->writer) + 1);
}

/* The next beat is written in that cycle. */
static void go_on(struct sth_load *load, uint64_t write)
{
    struct sth_writer *writer = &load->writer;

    writer->bus = next_beat(load);
    writer->grant[writer->grant_next] = write;
    writer->grant_next = (writer->grant_next + 1) % STH_BEATS_AHEAD;
    writer->word++;
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
    go_on(load, cycle);
    return true;
}

/* Undisturbed, a burst's last beat is on the bus, and written, then. */
struct end {
    uint64_t bus, written;
};

/* The end of a burst of which `beats` are to come behind others. */
static struct end end_behind(struct end before, uint64_t fetched,
                             uint64_t beats, uint64_t last)
{
    uint64_t written = before.written + beats;
    struct end end = {sth_max64(before.bus + fetched + beats, last), 0};

    /* Behind so many beats each waits for one that is written. */
    if (beats >= STH_BEATS_AHEAD && written > STH_WRITE_PIPE)
        end.bus = sth_max64(end.bus, written - STH_WRITE_PIPE);
    end.written = sth_max64(end.bus + STH_WRITE_PIPE, written);
    return end;
}

/* The end of the oldest burst. */
static struct end rest_end(const struct sth_writer *writer)
{
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];
    struct end before = {bus_taken(writer), sth_load_last_write(writer)};

    return end_behind(before, beats_ahead(writer),
                      arrival->beats - writer->word, arrival->last);
}

/* The rest of the oldest burst, undisturbed. */
static void write_rest(struct sth_load *load)
{
    struct sth_writer *writer = &load->writer;
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];

    if (arrival->beats - writer->word >= STH_BEATS_AHEAD) {
        sth_load_set_bus(writer, rest_end(writer).bus);
        writer->word = arrival->beats;
    }
    while (writer->word < arrival->beats)
        go_on(load, next_write(load));
}

/* The oldest burst is over: the address that reuses its slot may wait. */
static void release_slot(struct sth_load *load)
{
    const struct sth_writer *writer = &load->writer;
    uint32_t back = writer->sent - writer->written;
    /* The last beat is looked up when the one three before it is written. */
    uint64_t before = writer->grant[(writer->grant_next + STH_BEATS_AHEAD - 4) %
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
        arrival->held = bus;
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
             rest_end(writer).written >= horizon))
            return;
        if (writer->word < arrival->beats)
            write_rest(load);
        arrival->written = sth_load_last_write(writer);
        arrival->held = bus_taken(writer);
        release_slot(load);
        writer->word = 0;
        writer->written++;
    }
}

/* The end of the bursts below number `end`. */
static struct end undisturbed_end(const struct sth_writer *writer, uint32_t end)
{
    struct end last = rest_end(writer);

    for (uint32_t i = writer->written + 1; i != end; i++) {
        const struct sth_arrival *arrival = &writer->arrival[i % STH_ARRIVALS];

        last =
            end_behind(last, arrival->fetched, arrival->beats, arrival->last);
    }
    return last;
}

uint64_t sth_load_undisturbed_bus(const struct sth_load *load, uint32_t end)
{
    return undisturbed_end(&load->writer, end).bus;
}

uint64_t sth_load_undisturbed_write(const struct sth_load *load, uint32_t end)
{
    return undisturbed_end(&load->writer, end).written;
}
