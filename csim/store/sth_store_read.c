/* The reader of the store engine; see sth_store_read.h. */
#include "sth_store_read.h"

/* Scratchpad read granted to its word on the bus. */
enum { READ_PIPE = STH_LAT_STORE_DATA - 1 };

void sth_store_take_burst(struct sth_store *store)
{
    struct sth_reader *reader = &store->reader;

    reader->word = 0;
    reader->cycle =
        sth_max64(sth_store_oldest(reader)->address + 1, reader->cycle);
    reader->taken[reader->bursts_taken++ % STH_BURST_QUEUE] = reader->cycle - 1;
}

uint64_t sth_store_room(const struct sth_reader *reader)
{
    if (reader->bursts_sent - reader->bursts_taken >= STH_BURST_QUEUE)
        return STH_NEVER;
    return reader->taken[reader->bursts_sent % STH_BURST_QUEUE] + 2;
}

/* Memory accepts a word of the oldest burst in this cycle at the earliest. */
static uint64_t accepted(const struct sth_store *store, uint32_t word)
{
    const struct sth_reader *reader = &store->reader;
    const struct sth_sent *sent = &reader->sent[reader->first];
    uint64_t cycles = sth_bus_beat_cycles(store->bus);
    uint64_t before = cycles * (sent->beats - 1 - word);

    if (cycles == 0)
        return reader->accepts[reader->first][word];
    return before < sent->scheduled ? sent->scheduled - before : 0;
}

/* The banks of a bus word of a burst. */
static struct sth_two_banks banks_of(const struct sth_store *store,
                                     const struct sth_sent *sent, uint32_t word)
{
    uint32_t bus = sth_bus_bytes(store->bus);
    uint32_t begin = word == 0 ? sent->skip : word * bus;
    uint32_t end = (word + 1) * bus;
    uint32_t total = sent->skip + sent->bytes;

    end = end < total ? end : total;
    return (struct sth_two_banks){
        sth_banks_sp(store->banks, sent->sp + begin - sent->skip),
        sth_banks_sp(store->banks, sent->sp + end - 1 - sent->skip)};
}

/* The first cycle before `until` in which nothing is in the way of a read. */
static inline uint64_t free_cycle(struct sth_store *store,
                                  struct sth_two_banks two, uint64_t cycle,
                                  uint64_t until)
{
    const struct sth_bank_log *log = sth_banks_vector_reads(store->banks);

    do
        cycle = sth_banks_matrix_free(store->banks, &store->reader.hints, cycle,
                                      until, two);
    while (cycle < until && cycle <= log->latest &&
           sth_banks_logged(log, cycle, two) && cycle++ < until);
    return cycle;
}

void sth_store_read_words(struct sth_store *store, uint64_t until)
{
    struct sth_reader *reader = &store->reader;
    const struct sth_sent *sent = sth_store_oldest(reader);
    uint64_t end = sth_min64(until, sth_banks_reads_free_from(store->banks));
    uint64_t cycle = reader->cycle;

    while (reader->word < sent->beats && cycle < end) {
        uint64_t *beat = &reader->beat[reader->beat_next];
        uint64_t first = sth_max64(cycle, *beat + 1);

        cycle = free_cycle(store, banks_of(store, sent, reader->word), first,
                           until);
        store->engine.counter[STH_CNT_STORE_BANK_STALL] += cycle - first;
        if (cycle >= until)
            break;
        *beat = sth_max64(sth_max64(cycle + READ_PIPE, reader->last_data + 1),
                          accepted(store, reader->word));
        reader->last_data = *beat;
        reader->beat_next = (reader->beat_next + 1) % STH_READ_AHEAD;
        reader->word++;
        cycle++;
    }
    reader->cycle = cycle;
}

/* Undisturbed, the n-th word of the oldest burst from here is on the bus then.
 */
static uint64_t data_end(const struct sth_store *store, uint32_t n)
{
    const struct sth_reader *reader = &store->reader;
    uint64_t end =
        sth_max64(reader->last_data + n, accepted(store, reader->word + n - 1));

    return sth_max64(end, reader->cycle + n - 1 + READ_PIPE);
}

uint64_t sth_store_reads_end(const struct sth_store *store)
{
    const struct sth_reader *reader = &store->reader;
    uint32_t left = reader->sent[reader->first].beats - reader->word;
    uint64_t before; /* the word that makes room */

    if (left == 0)
        return reader->cycle - 1;
    if (left > STH_READ_AHEAD)
        before = data_end(store, left - STH_READ_AHEAD);
    else
        before = reader->beat[(reader->beat_next + left - 1) % STH_READ_AHEAD];
    return sth_max64(reader->cycle + left - 1, before + 1);
}

void sth_store_read_rest(struct sth_store *store)
{
    struct sth_reader *reader = &store->reader;
    uint32_t left = sth_store_oldest(reader)->beats - reader->word;
    uint32_t kept = left < STH_READ_AHEAD ? left : STH_READ_AHEAD;
    uint64_t cycle = sth_store_reads_end(store) + 1;

    for (uint32_t n = left - kept + 1; n <= left; n++) {
        reader->beat[reader->beat_next] = data_end(store, n);
        reader->beat_next = (reader->beat_next + 1) % STH_READ_AHEAD;
    }
    if (left > 0)
        reader->last_data = data_end(store, left);
    reader->cycle = cycle;
    reader->word += left;
}
