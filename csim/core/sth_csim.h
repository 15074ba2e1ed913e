/*
 * The inside of the C model, shared by its files and by nobody else.
 *
 * Time jumps from event to event.  Seven actors (four engines, decoder,
 * fetcher, control) each know the next cycle in which they have something to
 * do; sth_csim_run() takes the smallest, lets every actor that is due act, and
 * then commits what becomes visible in the next cycle (semaphore posts).
 * Where that cannot be told from outside, engines run ahead of it: matrix with
 * its tiles, load and store up to sth_csim_alone().  tests/core/test_ahead.c
 * holds that against a run event by event. docs/timing.md states every formula.
 */
#ifndef STH_CSIM_H
#define STH_CSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "systolith.h"
#include "sth_decode.h"
#include "sth_onchip.h"
#include "sth_time.h"

enum {
    STH_QUEUE_MAX = STH_MAX_QueueDepth,
    /* The buffer and the command being decoded, in a power of two. */
    STH_FETCH_MAX = 2 * STH_MAX_FetchDepth,
    STH_SLOTS_MAX = STH_MAX_LoadSlots,           /* of load and store */
    STH_FLIGHTS_MAX = STH_DEPTH_MATRIX_COMMANDS, /* of any engine */
    STH_BURST_QUEUE = STH_DEPTH_STORE_BURSTS,
    STH_SENT = 8, /* store: bursts whose data is to come */
    STH_READ_AHEAD = STH_DEPTH_STORE_WORDS,
    STH_ARRIVALS = 256,  /* load: bursts whose data is followed */
    STH_BEATS_AHEAD = 4, /* load: beats accepted before a write */
    STH_TILES = 256,     /* weight tiles remembered, and the next one */
    STH_PATTERNS = 64,   /* ways in which weight reads are delayed */
    STH_VECTOR_SUMS = 8, /* vector: rows of sums before the write port */
    STH_VECTOR_RESULTS = STH_DEPTH_VECTOR_RESULTS,
    STH_LOG = 4096 /* cycles in sth_bank_log */
};

_Static_assert((int)STH_MAX_StoreSlots <= (int)STH_SLOTS_MAX, "store slots");
_Static_assert((int)STH_DEPTH_LOAD_COMMANDS <= (int)STH_FLIGHTS_MAX, "load");
_Static_assert((int)STH_DEPTH_STORE_COMMANDS <= (int)STH_FLIGHTS_MAX, "store");

/*
 * Engines come first, so that an engine's number is its actor's.  Whatever one
 * actor does reaches another in the next cycle at the earliest, so the order
 * in which they act matters for the bus alone: of read addresses fetch's goes
 * first, and memory sees addresses in the order of the bus.
 */
enum sth_actor {
    STH_ACTOR_DECODE = STH_ENGINE_COUNT,
    STH_ACTOR_FETCH,
    STH_ACTOR_CONTROL,
    STH_ACTOR_COUNT
};

/* A command that waits in front of an engine. */
struct sth_queued {
    struct sth_command command;
    uint32_t index;
    uint64_t visible; /* cycle from which the engine sees it */
};

/* A command that an engine has started. */
struct sth_flight {
    struct sth_command command;
    uint32_t index;
    uint64_t start;
    uint64_t done; /* cycle in which it may retire; STH_NEVER: not known yet */
    bool error;
    uint64_t error_addr;
    uint32_t bursts;   /* load: number of bursts up to its last */
    bool sent;         /* store: all data is on the bus */
    uint64_t response; /* store: when the last response lets it retire */
};

struct sth_engine_state {
    struct sth_queued queue[STH_QUEUE_MAX];
    uint32_t queue_first;
    uint32_t queue_count;
    struct sth_flight flight[STH_FLIGHTS_MAX];
    uint32_t flight_first;
    uint32_t flight_count;
    uint32_t flight_limit;
    uint64_t ready;     /* cycle from which it can take a command */
    uint64_t last_done; /* of any command: retirements are in order */
    uint64_t stop_from; /* a fault: starts no command from then on */
    bool waits;         /* its oldest command lacks a semaphore */
};

/* Walks the bursts of LOAD and STORE in issue order. */
struct sth_cursor {
    uint64_t plane;                /* address of repetition i2 */
    uint64_t run;                  /* address of run i1 of it */
    uint64_t addr;                 /* next byte */
    uint32_t left;                 /* bytes of the run from addr */
    uint32_t sp_plane, sp_run, sp; /* the same in the scratchpad */
    uint32_t sp_s1, sp_s2;
    uint32_t length, n1, s1, s2;
    uint32_t runs;     /* after this one, of this repetition */
    uint32_t planes;   /* repetitions after this one */
    uint32_t bus_log2; /* of bus_bytes */
    bool alike;        /* each run is one burst like the first */
};

struct sth_burst {
    uint64_t addr;  /* bus-aligned */
    uint32_t beats; /* of bus_bytes */
    uint32_t bytes; /* that belong to the command */
    uint32_t sp;    /* scratchpad address of the first of them */
    uint32_t skip;  /* bytes of the first bus word before that */
};

/* One weight tile: when and where it reads and writes. */
struct sth_weight_tile {
    uint64_t first_step; /* its weight reads */
    uint64_t last_step;  /* includes the steps that inject zeros */
    uint32_t w, w_row, reads;
    int32_t pattern;    /* of its reads; -1: one a cycle */
    uint64_t first_row; /* its activation rows, one a cycle */
    uint64_t last_row;
    uint64_t stalls; /* cycles before first_row in which rows waited for it */
    uint32_t a, a_row;
    uint32_t acc; /* accumulator row of its first sum */
    bool adds;    /* reads the accumulator */
};

/*
 * When the weights of a tile are read beside the rows of the one before it.
 * That depends on strides and distances modulo the banks, so it repeats.
 */
struct sth_patterns {
    uint64_t key[STH_PATTERNS];    /* all of these; 0: the rows ended early */
    uint64_t in_use[STH_PATTERNS]; /* until the end of this cycle */
    uint32_t end[STH_PATTERNS];    /* from first_step to behind the last read */
    uint32_t read[STH_PATTERNS * STH_MAX_LANES]; /* from first_step on */
};

struct sth_matrix_state {
    struct sth_weight_tile
        tile[STH_TILES]; /* ring, tile i in slot i % STH_TILES */
    uint64_t tiles;      /* so far */
    uint64_t counted;    /* the counters have those before this one ... */
    uint64_t counted_to; /* ... and the cycles before this one */
    struct sth_patterns patterns;
    uint64_t last_step;   /* of the weight loader */
    uint64_t stream_free; /* cycle from which a row can enter */
    /* The loader's place in the oldest command that is not loaded. */
    uint32_t unloaded; /* commands */
    uint32_t n_left, k_left;
    uint32_t w_n, w, a, acc;
    uint64_t begin; /* cycle in which the next tile begins to load */
    uint64_t next;  /* cycle in which to look for room for more tiles */
};

/* Where a reader of sth_matrix_state looked last. */
struct sth_tile_hints {
    uint64_t stream, weights, sum_read, sum_write;
    uint32_t read; /* in a pattern */
};

/* The scratchpad banks of one access; often the same. */
struct sth_two_banks {
    uint32_t first, last;
};

/* One source of the vector engine, as its sequencer sees it. */
struct sth_vector_source {
    bool sp, scalar;
    uint32_t row_step, tile_step; /* in rows or bytes */
    uint32_t row_addr, addr;
    bool pending; /* has to be read for the present row-tile */
};

struct sth_vector_state {
    bool active;
    uint64_t followed; /* its accesses before this cycle are known */
    uint64_t check;    /* cycle in which it may retire */
    struct sth_vector_source source[4]; /* those used of x, y, z, carry */
    uint32_t sources;
    bool reads_sp;
    uint32_t rows_left, tile, tiles, lane;
    bool d_sp, write, reduce, slot;
    uint32_t d_row_step, d_tile_step, d_row_addr, d_addr, r_addr;
    uint64_t cycle;     /* in which the present row-tile begins */
    uint64_t remaining; /* cycles of the row-tiles after it, undisturbed */
    bool opened;        /* its reads have begun */
    uint64_t plain_end; /* cycle after it, undisturbed */
    uint64_t acc_port, sp_port; /* cycles in which the next reads can be */
    /* Results and sums on their way: earliest cycle, then cycle of the write.
     */
    uint64_t result[STH_VECTOR_RESULTS];
    uint32_t result_bank[STH_VECTOR_RESULTS];
    uint32_t results, results_written;
    uint64_t last_result;
    uint64_t sum[STH_VECTOR_SUMS];
    uint32_t sums, sums_written;
    uint64_t last_sum;
    struct sth_tile_hints hints, sum_hints;
};

/* Scratchpad accesses of vector, by cycle. */
struct sth_bank_log {
    uint64_t latest;
    uint64_t access[STH_LOG]; /* slot cycle % STH_LOG: cycle << 8 | bank */
};

/* A burst whose address is out and whose data is not. */
struct sth_sent {
    uint64_t address;   /* cycle of its address */
    uint64_t scheduled; /* memory: its last beat at the earliest */
    uint64_t response;  /* memory: its response then */
    uint32_t beats;
    uint32_t bytes;
    uint32_t sp;   /* scratchpad address of its first byte */
    uint32_t skip; /* bytes of the first bus word before that */
    uint32_t slot;
    uint32_t flight; /* place among the engine's flights */
    bool last;       /* of its command */
};

/* Store: fetches bus words from the scratchpad behind the addresses. */
struct sth_reader {
    struct sth_sent sent[STH_SENT]; /* ring, the oldest being read */
    /* Beside it, where beats are uneven: memory accepts each then. */
    uint64_t accepts[STH_SENT][STH_BURST_BEATS];
    uint32_t first;
    uint32_t count;
    uint32_t word;                 /* of the oldest: the next to read */
    uint64_t cycle;                /* in which it can be at the earliest */
    uint64_t last_data;            /* cycle of the last beat on the bus */
    uint64_t beat[STH_READ_AHEAD]; /* ring: cycles of the last beats */
    uint32_t beat_next;
    uint64_t taken[STH_BURST_QUEUE]; /* ring: the reader took the burst */
    uint32_t bursts_taken;
    uint32_t bursts_sent;
    struct sth_tile_hints hints;
};

/* A read burst whose data is on its way into the scratchpad. */
struct sth_arrival {
    uint64_t last; /* memory: cycle of its last beat */
    uint32_t beats;
    uint32_t bytes;
    uint32_t sp;      /* scratchpad address of its first byte */
    uint32_t skip;    /* bytes of the first bus word before that */
    uint64_t written; /* cycle of its last write, once that is known */
    uint32_t fetched; /* beats of fetch on the bus before it */
};

/* Load: writes bus words to the scratchpad. */
struct sth_writer {
    struct sth_arrival arrival[STH_ARRIVALS]; /* ring by number of burst */
    uint32_t sent;                            /* bursts asked for */
    uint32_t written;                         /* bursts followed to their end */
    uint32_t word;    /* of the present burst: the next one */
    uint32_t fetched; /* beats of fetch since the last burst */
    uint64_t bus;     /* cycle of the last beat on the bus */
    uint64_t blocked; /* the next write is in no cycle before this one */
    uint64_t grant[STH_BEATS_AHEAD]; /* ring: cycles of the last writes */
    uint32_t grant_next;
};

/* Load or store: the command whose bursts are being issued. */
struct sth_dma {
    struct sth_cursor cursor;
    struct sth_burst burst;       /* the next one, if pending */
    bool pending;                 /* the newest command still issues bursts */
    uint64_t issue;               /* cycle in which the next one can go out */
    uint64_t done;                /* last completion of the newest command */
    uint64_t slot[STH_SLOTS_MAX]; /* ring: cycle in which each gets free */
    uint32_t slots;
    uint32_t slot_next;
    uint64_t last_bus;        /* last completion of any burst, for soft reset */
    struct sth_reader reader; /* store only */
    struct sth_writer writer; /* load only */
};

struct sth_fetched {
    struct sth_command command;
    uint64_t arrival;
    bool error;
};

struct sth_front {
    struct sth_fetched slot[STH_FETCH_MAX];
    uint32_t requested; /* commands asked for, since reset */
    uint32_t arrived;   /* HEAD as of the last look */
    uint32_t decoded;   /* commands that left for the decoder */
    /* What fetch sees follows the registers with a delay. */
    uint32_t tail;        /* TAIL as it was before tail_from */
    uint64_t tail_from;   /* cycle from which it sees the present TAIL */
    uint64_t enable_from; /* ... the present CTRL.ENABLE */
    uint64_t room_from;   /* ... the place that was freed last */
    bool decoding;        /* the decoder holds command decoded - 1 */
    bool stalled;         /* and its engine's queue is full ... */
    uint32_t waits_for;   /* ... of this engine */
    uint64_t stop_from;   /* a fault: dispatches nothing from then on */
    uint64_t decode_done;
    uint64_t last_bus;
};

struct sth_fault_state {
    bool pending;  /* detected */
    bool reported; /* drained: registers are valid */
    uint32_t code;
    uint32_t index;
    uint64_t addr;
    uint64_t since; /* cycle in which the first was detected */
    uint64_t quiet; /* cycle in which the core counts as drained */
};

struct sth_post {
    uint32_t index;
    uint32_t engine;
    uint32_t mask;
};

struct sth_sanitizer;

struct sth_csim {
    struct sth_device device; /* first */
    struct sth_params params;
    struct sth_decoder decoder;
    enum sth_csim_mode mode;
    struct sth_mem *mem;
    struct sth_onchip chip;
    uint32_t sp_word; /* bytes of a scratchpad word */
    uint32_t sp_word_log2;
    uint64_t now; /* the present cycle; its events are still to come */
    uint64_t next[STH_ACTOR_COUNT];
    uint64_t until; /* where sth_csim_run() is to stop */
    bool in_order;  /* no engine runs ahead of the events */

    /* Registers. */
    uint32_t ctrl;
    uint32_t ring_base_lo, ring_base_hi, ring_log2;
    uint32_t tail, retired;
    uint32_t irq_status, irq_enable;
    uint32_t watchdog;
    uint64_t watchdog_base; /* the cycle from which it counts */
    uint32_t counter_high;
    bool resetting;      /* a soft reset waits for the bus */
    uint64_t reset_from; /* cycle in which it was asked for */
    uint64_t read_free;  /* cycle from which the read address bus is free */

    struct sth_front front;
    struct sth_engine_state engine[STH_ENGINE_COUNT];
    struct sth_dma load, store;
    uint32_t beat_cycles; /* sth_mem_beat_cycles() */
    /* Where those are 0: when each beat of an arrival is there. */
    uint64_t beats[STH_ARRIVALS][STH_BURST_BEATS];
    struct sth_matrix_state matrix;
    struct sth_vector_state vector;
    struct sth_bank_log vector_reads, vector_writes;
    struct sth_fault_state fault;
    uint8_t semaphore[STH_SEMAPHORES];
    struct sth_post post[STH_ENGINE_COUNT]; /* of this cycle */
    uint32_t posts;

    uint64_t counter[STH_CNT_COUNT];
    uint64_t counted; /* cycle up to which they are */

    struct sth_event *event;
    size_t event_capacity, event_first, event_count;
    void (*on_retire)(void *context, const struct sth_event *event,
                      const struct sth_command *command);
    void *context;

    struct sth_csim_statistics statistics;
    struct sth_sanitizer *sanitizer; /* NULL: off */
    struct sth_diagnostics diagnostics;
    struct sth_command *ring; /* TIME_ONLY: what the host wrote there */
};

/* Lets an actor act in cycle at the latest. */
static inline void sth_csim_wake(struct sth_csim *csim, int actor,
                                 uint64_t cycle)
{
    csim->next[actor] = sth_min64(csim->next[actor], cycle);
}

/* The started command that retires next. */
static inline struct sth_flight *sth_flight_oldest(struct sth_engine_state *e)
{
    return &e->flight[e->flight_first];
}

/* The command started last. */
static inline struct sth_flight *sth_flight_newest(struct sth_engine_state *e)
{
    return &e->flight[(e->flight_first + e->flight_count - 1) %
                      STH_FLIGHTS_MAX];
}

/* Whether a soft reset keeps addresses off the bus; one that was on its way
 * when the register was written still goes out. */
static inline bool sth_csim_draining(const struct sth_csim *csim)
{
    return csim->resetting && csim->now > csim->reset_from + 1;
}

/* STATUS.BUSY. */
static inline bool sth_csim_busy(const struct sth_csim *csim)
{
    return csim->retired != csim->tail && !csim->fault.reported;
}

/*
 * sth_csim.c
 */
/*
 * Simulates every event before cycle until, where now ends up.  With
 * stop_on_irq it stops in the first cycle in which the interrupt line is high,
 * and when nothing is left that could ever raise it.
 */
void sth_csim_run(struct sth_csim *csim, uint64_t until, bool stop_on_irq);
bool sth_csim_irq(const struct sth_csim *csim);
/*
 * The cycle before which nobody but the actor has anything to do, as long as
 * it wakes nobody itself: it may go on until then.  What an engine wakes others
 * by is a retirement, and a start when the decoder waits for its queue
 * (sth_front_waits_for()).  At most now when somebody is due.
 */
uint64_t sth_csim_alone(const struct sth_csim *csim, int actor);
/* Everything but capabilities, cycle counter and memories. */
void sth_csim_reset(struct sth_csim *csim);

/*
 * sth_regs.c
 */
uint32_t sth_regs_read(struct sth_csim *csim, uint32_t offset);
void sth_regs_write(struct sth_csim *csim, uint32_t offset, uint32_t value);
uint64_t sth_regs_ring_base(const struct sth_csim *csim);
uint32_t sth_regs_ring_slots(const struct sth_csim *csim);
/* Where a command lies; a ring may go on behind the end of memory at 0. */
uint64_t sth_regs_ring_addr(const struct sth_csim *csim, uint32_t index);

/*
 * sth_front.c
 */
void sth_front_reset(struct sth_csim *csim);
void sth_front_fetch(struct sth_csim *csim);
void sth_front_decode(struct sth_csim *csim);
/* HEAD. */
uint32_t sth_front_head(struct sth_csim *csim);
/* Before TAIL changes; after ENABLE changed. */
void sth_front_ring(struct sth_csim *csim);
void sth_front_enable(struct sth_csim *csim);
/* The decoder holds a command that has no place in the engine's queue. */
bool sth_front_waits_for(const struct sth_csim *csim, int engine);
/* An engine took a command out of its queue. */
void sth_front_queue_popped(struct sth_csim *csim, int engine);

/*
 * sth_engine.c: what the four engines have in common
 */
void sth_engine_reset(struct sth_csim *csim);
void sth_engine_step(struct sth_csim *csim, int engine);
/* Queues a command; there must be room. */
void sth_engine_push(struct sth_csim *csim, int engine,
                     const struct sth_command *command, uint32_t index);
/* After a fault: starts no command from the next cycle on. */
void sth_engine_stop(struct sth_csim *csim, int engine);
bool sth_engine_full(const struct sth_csim *csim, int engine);

/*
 * sth_fault.c
 */
/* Detects a fault; the oldest command's wins. */
void sth_fault_raise(struct sth_csim *csim, enum sth_fault code, uint32_t index,
                     uint64_t addr);
/* Watchdog, drain, soft reset. */
void sth_fault_step(struct sth_csim *csim);
/* The core's state changed: looks again when control has to act. */
void sth_fault_update(struct sth_csim *csim);

/*
 * sth_semaphores.c
 */
bool sth_semaphores_ready(const struct sth_csim *csim, uint32_t mask);
void sth_semaphores_take(struct sth_csim *csim, uint32_t mask);
/* Notes a post of this cycle. */
void sth_semaphores_post(struct sth_csim *csim, uint32_t engine, uint32_t index,
                         uint32_t mask);
/* Makes the posts of this cycle visible in the next. */
void sth_semaphores_commit(struct sth_csim *csim);

/*
 * sth_dma.c: bursts and slots
 */
void sth_dma_reset(struct sth_dma *dma, uint32_t slots);
/* Prepares the first burst of a command, which may go out from cycle issue. */
void sth_dma_begin(struct sth_dma *dma, const struct sth_command *command,
                   uint32_t bus_bytes, uint64_t issue);
/* The burst went out in cycle now and holds its slot until before slot_free:
 * prepares the next one.  pending is false after the last. */
void sth_dma_advance(struct sth_dma *dma, uint64_t now, uint64_t slot_free);
/* Bursts that have not gone out yet, at least. */
uint32_t sth_dma_left(const struct sth_dma *dma);
/* Of runs that are alike, the next one and others went out, `bursts` in all, no
 * more than cursor.runs: prepares the one after them. */
void sth_dma_skip(struct sth_dma *dma, uint32_t bursts);

/*
 * The engines.  start: a command was taken in cycle now: sets its done cycle
 * or starts to issue bursts; sets the engine's ready cycle.  step: acts when
 * bursts are due.
 */
void sth_load_start(struct sth_csim *csim, struct sth_flight *flight);
void sth_load_step(struct sth_csim *csim);
/* Writes data as far as vector has been followed, to cycle now. */
void sth_load_follow(struct sth_csim *csim);
/* The cycle in which the oldest load can retire, now that it may be. */
uint64_t sth_load_done(struct sth_csim *csim);
void sth_store_start(struct sth_csim *csim, struct sth_flight *flight);
void sth_store_step(struct sth_csim *csim);
/* The next cycle in which sth_store_step() has something to do. */
uint64_t sth_store_next(const struct sth_csim *csim);
/* Reads words as far as vector has been followed, to cycle now. */
void sth_store_follow(struct sth_csim *csim);
/* Simulates the scratchpad reads before now. */
void sth_store_catch_up(struct sth_csim *csim);
void sth_matrix_start(struct sth_csim *csim, struct sth_flight *flight);
void sth_matrix_step(struct sth_csim *csim);
/* Counts the rows and stalls of the array before now. */
void sth_matrix_count(struct sth_csim *csim);
void sth_vector_start(struct sth_csim *csim, struct sth_flight *flight);
void sth_vector_step(struct sth_csim *csim);
/* Simulates the row-tiles that begin before now. */
void sth_vector_catch_up(struct sth_csim *csim);

/*
 * sth_counters.c
 */
/* Counts the cycles before now; call before any state changes. */
void sth_counters_advance(struct sth_csim *csim);
/* Bytes, products and commands of a retired command. */
void sth_counters_retire(struct sth_csim *csim, int engine,
                         const struct sth_command *command);

/*
 * sth_deadlock.c
 */
/* Fills in the diagnostic and returns true if nothing can proceed. */
bool sth_deadlock_find(struct sth_csim *csim, struct sth_diagnostic *found);

#endif
